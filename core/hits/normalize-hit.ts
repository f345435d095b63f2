/**
 * A received hit → the canonical hit and what its session needs to know of the client. Typed in, canonical out:
 * nothing here looks at other hits.
 */
import { hitLimits, type ReceivedHit } from '../contract/hit.ts';
import type { Acquisition, HitOrigin, SessionHit, Technology } from '../contract/session.ts';
import {
  type Enrichment,
  type Place,
  targetText,
  usualEnrichment,
  withChannel,
} from './enrichment.ts';
import type { HitHead } from './hit-condition.ts';
import { parsePageUrl } from './page-url.ts';
import { referrerOf } from './referrer.ts';
import { sharedText } from './shared-text.ts';

/** What a hit says of its session; the first hit of a session decides. */
export interface HitContext {
  /** Key of the device: the first-party id, or a hash of address and user agent. */
  visitor: string;
  /** The device's key before the salt of the hash turned. */
  visitorBefore?: string | undefined;
  userId?: string | undefined;
  userAgent: string;
  addressPrefix?: string | undefined;
  addressKey?: string | undefined;
  country?: string | undefined;
  region?: string | undefined;
  city?: string | undefined;
  language?: string | undefined;
  screenWidth?: number | undefined;
  technology: Technology;
  /** Where it came from: only asked where a session begins. */
  acquisition(): Acquisition;
  /** The campaign that the hit's own URL names. */
  campaign?: Pick<Acquisition, 'source' | 'medium' | 'campaign'> | undefined;
}

export interface NormalizedHit {
  hit: SessionHit;
  context: HitContext;
  /** The exclusion that leaves it out of the figures. */
  excludedBy?: string | undefined;
  /** The version of the hit rules by which it was taken, where some are set. */
  rulesVersion?: number | undefined;
}

const hitId = /^[0-9a-f]{32}$/;

/** A hit that cannot be normalized, with the reason for the list of bad hits. */
export class UnusableHit extends Error {}

/**
 * @param receivedAt when the collector stored it (epoch ms): the client's own clock is corrected by it
 * @param ownHosts the dataset's hosts, whose pages are no referrers
 * @param enrichment the dataset's hit rules
 * @throws UnusableHit
 */
export function normalizeHit(
  received: ReceivedHit,
  receivedAt: number,
  ownHosts: (host: string) => boolean,
  enrichment: Enrichment = usualEnrichment,
): NormalizedHit {
  const url = parsePageUrl(received.url);
  if (url === undefined) throw new UnusableHit('url_invalid');
  const target = enrichment.changePage?.(url) ?? url;
  const id = received.id.replaceAll('-', '').toLowerCase();
  if (!hitId.test(id)) throw new UnusableHit('id_invalid');
  const { client } = received;
  const isOwn = (host: string) => host === url.host || ownHosts(host);
  const referrer = referrerOf(received.referrer, isOwn);
  const hit: SessionHit = {
    id,
    at: correctedTime(received, receivedAt),
    type: received.type,
    origin: 'tracker',
    method: received.method ?? 'GET',
    host: url.host,
    path: target.path,
    query: target.query,
    status: received.status,
    responseBytes: received.responseBytes,
    durationMs: received.durationMs,
    referrer: received.referrer ? sharedText(received.referrer) : undefined,
    title: received.title ? sharedText(received.title) : undefined,
    name: received.name,
    properties: received.properties,
    steps: received.steps?.length ? received.steps : undefined,
    number: received.number,
    closeSession: received.closeSession,
    requestHeaders: received.requestHeaders,
    form: received.form,
    requestBody: received.requestBody,
    responseHeaders: received.responseHeaders,
    responseBody: received.responseBody,
    targetBefore: target === url ? undefined : targetText(url),
  };
  const place = placeOf(client, enrichment);
  const context: HitContext = {
    visitor: received.visitor,
    visitorBefore: received.visitorBefore,
    userId: received.userId,
    userAgent: sharedText(client.userAgent),
    addressPrefix: client.addressPrefix,
    addressKey: client.addressKey,
    country: place.country,
    region: place.region,
    city: place.city,
    language: received.language || undefined,
    screenWidth: received.screenWidth,
    technology: enrichment.technologyOf(client.userAgent),
    acquisition() {
      const acquisition = { ...referrer, ...url.campaign };
      return withChannel(enrichment, { ...headOf(context, 'tracker'), acquisition }, hit);
    },
    campaign: url.campaign,
  };
  const { excludedBy, rulesVersion } = judge(enrichment, context, hit);
  return { hit, context, excludedBy, rulesVersion };
}

/** What the rules say of a hit beside it: nothing, where none are set. */
export function judge(
  { exclusionOf, rules }: Enrichment,
  context: HitContext,
  hit: SessionHit,
): Pick<NormalizedHit, 'excludedBy' | 'rulesVersion'> {
  if (rules.version === 0) return noVerdict;
  const excludedBy = exclusionOf?.(headOf(context, hit.origin), hit);
  return { excludedBy, rulesVersion: rules.version };
}

const noVerdict: Pick<NormalizedHit, 'excludedBy' | 'rulesVersion'> = {};

/** What rules can see of the client. Where it came from is not among it: most hits are not the first of a session. */
export const headOf = (
  {
    userAgent,
    addressPrefix,
    addressKey,
    country,
    region,
    city,
    language,
    screenWidth,
    technology,
  }: Omit<HitContext, 'acquisition'>,
  origin: HitOrigin,
): HitHead => ({
  origin,
  userAgent,
  addressPrefix,
  addressKey,
  country,
  region,
  city,
  language,
  screenWidth,
  technology,
  acquisition: {},
});

/** What the edge says goes before a database: it saw the whole address. */
function placeOf(
  { country, region, city, addressPrefix }: ReceivedHit['client'],
  enrichment: Enrichment,
): Place {
  if (country !== undefined || addressPrefix === undefined)
    return { country, region, city } as Place;
  return enrichment.placeOf(addressPrefix);
}

/** The page's time, set right by the difference of the two clocks, within the day before its arrival. */
function correctedTime({ at, sentAt }: ReceivedHit, receivedAt: number): number {
  if (at === undefined) return receivedAt;
  const corrected = receivedAt - Math.max(0, (sentAt ?? at) - at);
  return Math.max(corrected, receivedAt - hitLimits.clientAgeMsMax);
}
