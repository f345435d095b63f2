/**
 * A mail as it is written once and sent by one of several mailers. Nothing of it may hold a line break where a header
 * is made of it: whoever could put one there could add headers.
 */
import { z } from 'zod';

export const mailLimits = {
  addressLengthMax: 254,
  recipientsMax: 50,
  subjectLengthMax: 250,
  bodyLengthMax: 1_000_000,
  attachmentsMax: 20,
  attachmentBytesMax: 10_000_000,
} as const;

const controls = /\p{Cc}|\u2028|\u2029/u;
const oneLine = (text: string) => !controls.test(text);

/** One plain address: no name beside it, no list. */
export const mailAddressSchema = z
  .string()
  .max(mailLimits.addressLengthMax)
  .refine(oneLine, 'holds a line break or a control character')
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    'is not a mail address, such as ann@shop.example',
  );

const headerText = z.string().refine(oneLine, 'holds a line break or a control character');

export const mailSchema = z.object({
  to: z.array(mailAddressSchema).min(1).max(mailLimits.recipientsMax),
  subject: headerText.min(1).max(mailLimits.subjectLengthMax),
  text: z.string().max(mailLimits.bodyLengthMax),
  html: z.string().max(mailLimits.bodyLengthMax).optional(),
  /** Further headers, such as `List-Unsubscribe`. */
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), headerText.max(2_000)).default({}),
  attachments: z
    .array(
      z.object({
        fileName: headerText.min(1).max(120),
        contentType: headerText.max(120),
        /** Base64. */
        content: z.string().max(mailLimits.attachmentBytesMax),
        /** Names it for `cid:` in the HTML. */
        contentId: headerText.max(120).optional(),
      }),
    )
    .max(mailLimits.attachmentsMax)
    .default([]),
});

export type Mail = z.infer<typeof mailSchema>;

/** Sends a mail under an id that stays the same on every try, so that a second one can be told from a new one. */
export interface Mailer {
  /** @throws DeliveryError */
  send(mail: Mail, id: string): Promise<void>;
}

/** Why something was not delivered. `forGood`: no later try can succeed. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly forGood: boolean;

  constructor(message: string, options: ErrorOptions & { forGood?: boolean } = {}) {
    super(message, options);
    this.forGood = options.forGood === true;
  }
}
