/**
 * A hit: one captured request or beacon, as a sender hands it to `POST /hits`.
 * Built with zod/mini, because the collector runs at the edge where every kilobyte is loaded.
 */
import * as z from 'zod/mini';
import { stepLimits, stepSchema } from './step.ts';

/** What one request and one hit may hold at the most. Lengths count UTF-16 units, sizes count bytes. */
export const hitLimits = {
  bodyBytesMax: 65_536,
  hitsPerRequestMax: 50,
  jsonDepthMax: 8,
  keysPerObjectMax: 64,
  writeKeyLengthMax: 64,
  urlLengthMax: 2_048,
  titleLengthMax: 512,
  userAgentLengthMax: 512,
  visitorLengthMax: 64,
  userIdLengthMax: 128,
  eventNameLengthMax: 64,
  propertiesMax: 32,
  propertyKeyLengthMax: 64,
  propertyValueLengthMax: 512,
  languageLengthMax: 35,
  headersMax: 64,
  headerNameLengthMax: 128,
  headerValueLengthMax: 2_048,
  formFieldsMax: 64,
  formValuesMax: 16,
  formNameLengthMax: 128,
  formValueLengthMax: 2_048,
  capturedBodyLengthMax: 32_768,
  numberMax: 1_000_000,
  durationMsMax: 86_400_000,
  screenWidthMax: 100_000,
  clientAgeMsMax: 24 * 60 * 60 * 1000,
} as const;

/** The forms of the texts that have one. */
export const hitForms = {
  id: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  url: /^https?:\/\/[^\s/]/i,
  visitor: /^[\x21-\x7e]+$/,
  method: /^[A-Z]{1,16}$/,
} as const;

/**
 * `page_view` shows a page, `event` is a custom event from the page, `steps` brings client actions only,
 * `request` is any other request (from a log or from capture), `web_vitals` brings how fast a page load was: `load` in its
 * properties names the load, `lcp`, `inp`, `cls`, `fcp` and `ttfb` are what was measured.
 */
export const hitTypes = ['page_view', 'event', 'steps', 'request', 'web_vitals'] as const;

const httpUrl = z
  .string()
  .check(z.minLength(1), z.maxLength(hitLimits.urlLengthMax), z.regex(hitForms.url));

const propertyValue = z.union([
  z.string().check(z.maxLength(hitLimits.propertyValueLengthMax)),
  z.number(),
  z.boolean(),
]);

const capturedBody = z.string().check(z.maxLength(hitLimits.capturedBodyLengthMax));

/** Names are those of HTTP, in any case; they are kept in lower case. */
const headers = z
  .record(
    z
      .string()
      .check(z.maxLength(hitLimits.headerNameLengthMax), z.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)),
    z.string().check(z.maxLength(hitLimits.headerValueLengthMax)),
  )
  .check(
    z.refine((value) => Object.keys(value).length <= hitLimits.headersMax, {
      error: `at most ${hitLimits.headersMax} headers`,
    }),
  );

const form = z
  .record(
    z.string().check(z.minLength(1), z.maxLength(hitLimits.formNameLengthMax)),
    z
      .array(z.string().check(z.maxLength(hitLimits.formValueLengthMax)))
      .check(z.maxLength(hitLimits.formValuesMax)),
  )
  .check(
    z.refine((value) => Object.keys(value).length <= hitLimits.formFieldsMax, {
      error: `at most ${hitLimits.formFieldsMax} form fields`,
    }),
  );

/**
 * The hit in JSON. Unknown keys are dropped.
 * - `dataset`: the dataset's write key
 * - `id`: a UUID made by the sender once per hit and kept over retries (version 7 preferred)
 * - `visitor`: the first-party id; without it the collector derives a keyed hash of address and user agent
 * - `at`, `sentAt`: epoch milliseconds of the sender's clock; their difference corrects a wrong clock
 * - `number`: how many hits this page load has sent before, for ordering and for counting losses
 * - `status`, `durationMs`, `responseBytes`: what the sender knows of the response
 * - `requestHeaders`, `form`, `requestBody`, `responseHeaders`, `responseBody`: what capture saw of request and
 *   response; confidential parts are masked before anything is written
 * - `closeSession`: the hit is the last of its session, such as at a logout
 * @example { "dataset": "wk_…", "id": "0197…", "type": "page_view", "visitor": "v1", "url": "https://shop.example/" }
 */
export const hitSchema = z.object({
  dataset: z.string().check(z.minLength(1), z.maxLength(hitLimits.writeKeyLengthMax)),
  id: z.string().check(z.regex(hitForms.id)),
  type: z.enum(hitTypes),
  visitor: z.optional(
    z
      .string()
      .check(z.minLength(1), z.maxLength(hitLimits.visitorLengthMax), z.regex(hitForms.visitor)),
  ),
  userId: z.optional(z.string().check(z.minLength(1), z.maxLength(hitLimits.userIdLengthMax))),
  url: httpUrl,
  referrer: z.optional(z.string().check(z.maxLength(hitLimits.urlLengthMax))),
  title: z.optional(z.string().check(z.maxLength(hitLimits.titleLengthMax))),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(hitLimits.eventNameLengthMax))),
  properties: z.optional(
    z
      .record(
        z.string().check(z.minLength(1), z.maxLength(hitLimits.propertyKeyLengthMax)),
        propertyValue,
      )
      .check(
        z.refine((value) => Object.keys(value).length <= hitLimits.propertiesMax, {
          error: `at most ${hitLimits.propertiesMax} properties`,
        }),
      ),
  ),
  steps: z.optional(z.array(stepSchema).check(z.maxLength(stepLimits.stepsPerHitMax))),
  at: z.optional(z.int().check(z.nonnegative())),
  sentAt: z.optional(z.int().check(z.nonnegative())),
  number: z.optional(z.int().check(z.nonnegative(), z.maximum(hitLimits.numberMax))),
  method: z.optional(z.string().check(z.regex(hitForms.method))),
  status: z.optional(z.int().check(z.minimum(100), z.maximum(599))),
  durationMs: z.optional(z.int().check(z.nonnegative(), z.maximum(hitLimits.durationMsMax))),
  responseBytes: z.optional(z.int().check(z.nonnegative())),
  language: z.optional(z.string().check(z.maxLength(hitLimits.languageLengthMax))),
  screenWidth: z.optional(z.int().check(z.minimum(0), z.maximum(hitLimits.screenWidthMax))),
  requestHeaders: z.optional(headers),
  form: z.optional(form),
  requestBody: z.optional(capturedBody),
  responseHeaders: z.optional(headers),
  responseBody: z.optional(capturedBody),
  closeSession: z.optional(z.literal(true)),
});

export type Hit = z.infer<typeof hitSchema>;

/**
 * A hit as it lies in the inbox: what the sender gave, without the write key, and what the collector saw of
 * the client. The client's address is cut before anything is written (v4 to /24, v6 to /48).
 */
export interface ReceivedHit extends Omit<Hit, 'dataset' | 'visitor'> {
  visitor: string;
  /**
   * When it was received, epoch milliseconds: only in a hit that was set aside and is replayed, for its row is as new
   * as the replay.
   */
  receivedAt?: number;
  /** For a hit without `visitor` of its own: what its key was until the salt last turned. */
  visitorBefore?: string;
  client: {
    /** The cut address, such as `203.0.113.0`; absent where the address is unknown. */
    addressPrefix?: string;
    /** Keyed hash of the whole address, 32 hex digits: equal addresses have equal keys, none can be read back. */
    addressKey?: string;
    userAgent: string;
    country?: string;
    region?: string;
    city?: string;
  };
}
