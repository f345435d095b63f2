/**
 * Subscriptions: a digest of reports, mailed on a schedule. Instants are epoch milliseconds. A delivery is the digest
 * of one due time for one recipient.
 */
import { z } from 'zod';
import { deliveryStates, weekdays } from './alert.ts';
import { comparisonKinds } from './comparison.ts';
import { datasetSlugSchema, timeZoneSchema } from './dataset.ts';
import { definitionNameSchema } from './definition-name.ts';
import { labelLimits } from './label.ts';
import { mailAddressSchema, mailLimits } from './mail.ts';
import { reportLimits } from './report-definition.ts';
import { digestPeriods } from './subscription-words.ts';

export const subscriptionLimits = {
  subscriptionsMax: 500,
  datasetsMax: 10,
  reportsMax: 10,
  /** Each dataset shows each report. */
  sectionsMax: 20,
  cronLengthMax: 100,
  localeLengthMax: 35,
  deliveriesListedMax: 1_000,
  reasonLengthMax: 500,
} as const;

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day, such as 07:30')
  .default('07:00');

/** When a digest is due, by the clock of the subscription's time zone. `cron` has five fields. */
export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('daily'), at: timeOfDay }),
  z.strictObject({
    kind: z.literal('weekly'),
    weekday: z.enum(weekdays).default('mon'),
    at: timeOfDay,
  }),
  z.strictObject({
    kind: z.literal('monthly'),
    /** Up to the 28th, which every month has, or its last day. */
    day: z.union([z.int().min(1).max(28), z.literal('last')]).default(1),
    at: timeOfDay,
  }),
  z.strictObject({
    kind: z.literal('cron'),
    expression: z
      .string()
      .trim()
      .min(1)
      .max(subscriptionLimits.cronLengthMax)
      .regex(
        /^[0-9A-Za-z*,/#?\- ]+$/,
        'has five fields of digits, names and * , - / #, such as 0 7 * * 1',
      ),
  }),
]);

const localeSchema = z
  .string()
  .max(subscriptionLimits.localeLengthMax)
  .refine(isLocale, 'is not a language that numbers can be written in, such as en, en-GB or de')
  .default('en');

const unique = <T extends z.ZodType<string>>(item: T, max: number, what: string) =>
  z
    .array(item)
    .min(1)
    .max(max)
    .refine((all) => new Set(all.map((one) => one.toLowerCase())).size === all.length, {
      error: `names a ${what} twice`,
    });

/**
 * - `period`: the days that the digest is about, whole days of each dataset's own time zone
 * - `reports`, `labels`: names; every dataset must have them
 * - `onlyWhenChanged`: nothing is sent when nothing changed beyond chance and no alert fired
 * - `locale`: how numbers and dates are written
 * - `paused`: nothing is made; what came due meanwhile is not made up for
 */
export const subscriptionSchema = z
  .strictObject({
    name: definitionNameSchema,
    schedule: scheduleSchema,
    timeZone: timeZoneSchema.default('UTC'),
    period: z.enum(digestPeriods).default('last_7_days'),
    comparison: z.enum(comparisonKinds).default('previous_period'),
    recipients: unique(mailAddressSchema, mailLimits.recipientsMax, 'recipient'),
    datasets: unique(datasetSlugSchema, subscriptionLimits.datasetsMax, 'dataset'),
    reports: unique(
      z.string().min(1).max(reportLimits.nameLengthMax),
      subscriptionLimits.reportsMax,
      'report',
    ).default(['overview']),
    labels: z
      .array(definitionNameSchema)
      .max(labelLimits.besideMax)
      .refine((all) => new Set(all).size === all.length, 'names a label twice')
      .default([]),
    onlyWhenChanged: z.boolean().default(false),
    locale: localeSchema,
    paused: z.boolean().default(false),
  })
  .refine(
    ({ datasets, reports }) => datasets.length * reports.length <= subscriptionLimits.sectionsMax,
    {
      error: `a digest has at most ${subscriptionLimits.sectionsMax} parts, one a dataset and report`,
      path: ['reports'],
    },
  );

/** How a subscription stands. `heldReason` says why its last digest could not be made; it is tried again at `retryAt`. */
export const subscriptionStateSchema = z.object({
  /** Absent where it is paused, or its schedule never comes again. */
  nextDueAt: z.int().optional(),
  /** The due time of the last digest that was made, or found to hold nothing new. */
  lastDueAt: z.int().optional(),
  lastOutcome: z.enum(['sent', 'unchanged']).optional(),
  heldReason: z.string().optional(),
  retryAt: z.int().optional(),
  /** Recipients who have unsubscribed: they get nothing. */
  unsubscribed: z.array(z.string()),
});

export const subscriptionStatusSchema = z.object({
  subscription: subscriptionSchema,
  state: subscriptionStateSchema,
});

/** What became of a digest for one recipient. */
export const digestDeliverySchema = z.object({
  id: z.string(),
  subscription: z.string(),
  recipient: z.string(),
  /** `due`: by schedule or by hand, to all; `test`: to try it; `resend`: one more copy. */
  reason: z.enum(['due', 'test', 'resend']),
  dueAt: z.int(),
  title: z.string(),
  state: z.enum(deliveryStates),
  tries: z.int(),
  createdAt: z.int(),
  /** When it is tried next, while it waits. */
  triedAgainAt: z.int().optional(),
  sentAt: z.int().optional(),
  lastError: z.string().optional(),
});

export type Schedule = z.infer<typeof scheduleSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;
export type SubscriptionInput = z.input<typeof subscriptionSchema>;
export type SubscriptionStatus = z.infer<typeof subscriptionStatusSchema>;
export type DigestDelivery = z.infer<typeof digestDeliverySchema>;

/** A subscription as it is kept: `id` stays when it is saved anew, `secret` signs the links of its mails. */
export interface KeptSubscription {
  id: string;
  secret: string;
  subscription: Subscription;
  /** Nothing that was due up to this instant is made any more. */
  doneUntil: number;
  lastDueAt: number | undefined;
  lastOutcome: 'sent' | 'unchanged' | undefined;
  held: { reason: string; tries: number; retryAt: number } | undefined;
  unsubscribed: string[];
}

/** The digest of one due time as it was made, for all recipients alike. */
export interface Edition {
  id: string;
  subscriptionId: string;
  dueAt: number;
  outcome: 'sent' | 'unchanged';
  subject: string;
  html: string;
  text: string;
  attachments: EditionAttachment[];
}

export interface EditionAttachment {
  fileName: string;
  contentType: string;
  /** Base64. */
  content: string;
  contentId: string;
}

/** A digest with whom it goes to. */
export interface DigestToSend {
  kept: KeptSubscription;
  edition: Edition;
  recipient: string;
  reason: DigestDelivery['reason'];
}

function isLocale(name: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(name).length === 1;
  } catch {
    return false;
  }
}
