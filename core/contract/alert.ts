/**
 * Alerts: a rule looks at a number over a window of time; when it is beyond a bound, channels are told. Instants are
 * epoch milliseconds.
 */
import { z } from 'zod';
import { eventLimits } from './event.ts';
import { mailAddressSchema, mailLimits } from './mail.ts';
import { savedQueryUseSchema } from './saved-query.ts';

export const alertLimits = {
  rulesMax: 200,
  nameLengthMax: 120,
  descriptionLengthMax: 1_000,
  windowMinutesMax: 1_440,
  rearmMinutesMax: 43_200,
  blackoutsMax: 32,
  channelsMax: 100,
  channelsPerRuleMax: 10,
  /** A notice names at most so many of the sessions that caused it. */
  sessionsNamedMax: 20,
  /** What somebody notes who closes an alert. */
  noteLengthMax: 500,
  historyListedMax: 1_000,
  dryRunDays: 30,
  /** How often a dry run asks a saved query. */
  sqlDryRunsMax: 60,
  urlLengthMax: 2_048,
} as const;

export const alertSeverities = ['notice', 'warning', 'critical'] as const;

export const alertMeasures = [
  'count',
  'value',
  'sum',
  'mean',
  'min',
  'max',
  'ratio',
  'deviation',
  'no_data',
] as const;

/** Metrics that an alert may watch. The last three are known of a session only when it is over. */
export const alertMetrics = [
  'hits',
  'page_views',
  'sessions',
  'visitors',
  'bounce_rate',
  'session_duration',
  'page_depth',
] as const;

export const alertOperators = [
  'above',
  'at_least',
  'below',
  'at_most',
  'between',
  'outside',
] as const;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const plainName = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(lengthMax)
    .regex(/^[^"\p{Cc}\u2028\u2029]+$/u, 'may not hold quotes, line breaks or control characters');

export const alertNameSchema = plainName(alertLimits.nameLengthMax);

const subjects = [
  z.strictObject({ kind: z.literal('event'), event: plainName(eventLimits.nameLengthMax) }),
  z.strictObject({ kind: z.literal('metric'), metric: z.enum(alertMetrics) }),
  z.strictObject({
    kind: z.literal('raised'),
    severity: z.enum(alertSeverities).default('notice'),
  }),
] as const;

/** What is counted: an event by its name, a metric, or every event that raises an alert of at least this severity. */
export const countedSubjectSchema = z.discriminatedUnion('kind', subjects);

/** That, or what a saved query gives: its rows, or the number in its only row. */
export const alertSubjectSchema = z.discriminatedUnion('kind', [
  ...subjects,
  savedQueryUseSchema.extend({ kind: z.literal('saved_query') }),
]);

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'is not a time of day, such as 22:30 or 24:00');

/** When nobody is told: an interval on weekdays, in the dataset's time zone. One that ends before it begins goes on over midnight. */
export const blackoutSchema = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .max(7)
      .default([...weekdays]),
    from: clockTime,
    to: clockTime,
  })
  .refine(({ from, to }) => from !== to, 'is empty: it ends when it begins');

const finite = z.number().min(-1e15).max(1e15);

/**
 * - `measure`: what is made of the subject within the window. `count`; `value`, of a saved query; `sum`, `mean`, `min`, `max` of its values;
 *   `ratio`: per cent of `base`; `deviation`: per cent above (or below, negative) the usual at this hour of the week;
 *   `no_data`: that there is none at all, without bounds
 * - `windowMinutes`: how far back is looked, each time
 * - `everyMinutes`: how often a saved query is asked (5 without it); all else is looked at every second
 * - `bound`, and `boundTo` for `between` and `outside`: what the measure is compared with
 * - `rearmMinutes`: the least time between two notices of the rule, also while it goes on to hold
 */
export const alertRuleSchema = z.strictObject({
  name: alertNameSchema,
  description: z.string().max(alertLimits.descriptionLengthMax).default(''),
  measure: z.enum(alertMeasures),
  subject: alertSubjectSchema,
  base: countedSubjectSchema.optional(),
  windowMinutes: z
    .int()
    .min(1, 'is at least one minute')
    .max(alertLimits.windowMinutesMax, 'is at most 1440 minutes (a day); use a report for longer'),
  everyMinutes: z.int().min(1).max(alertLimits.windowMinutesMax).optional(),
  operator: z.enum(alertOperators).optional(),
  bound: finite.optional(),
  boundTo: finite.optional(),
  robots: z.boolean().default(false),
  rearmMinutes: z.int().min(1).max(alertLimits.rearmMinutesMax).default(60),
  blackouts: z.array(blackoutSchema).max(alertLimits.blackoutsMax).default([]),
  severity: z.enum(alertSeverities).default('warning'),
  notifyRecovery: z.boolean().default(false),
  channels: z
    .array(plainName(alertLimits.nameLengthMax))
    .max(alertLimits.channelsPerRuleMax)
    .default([]),
  active: z.boolean().default(true),
});

/**
 * Where notices go. A webhook's `secret` signs what is sent; it is made where none is given. `slack`: the body is what
 * Slack and its like take. `systemAlarms`: the channel is also told of alarms of the server itself.
 */
export const alertChannelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    name: alertNameSchema,
    kind: z.literal('mail'),
    to: z.array(mailAddressSchema).min(1).max(mailLimits.recipientsMax),
    systemAlarms: z.boolean().default(false),
  }),
  z.strictObject({
    name: alertNameSchema,
    kind: z.literal('webhook'),
    url: z.string().min(1).max(alertLimits.urlLengthMax),
    slack: z.boolean().default(false),
    secret: z
      .string()
      .regex(
        /^whsec_[A-Za-z0-9+/]{32,128}={0,2}$/,
        'is not whsec_ and the Base64 of 24 to 96 bytes',
      )
      .optional(),
    systemAlarms: z.boolean().default(false),
  }),
]);

/** Who has closed an alert by hand, and what they noted. */
const closingSchema = z.object({ by: z.string(), note: z.string().optional() });

/** What is given with a closing. */
export const closeAlertSchema = z.strictObject({
  note: z.string().trim().max(alertLimits.noteLengthMax).optional(),
});

/**
 * How a rule stands: `fault` says why it cannot be judged at present. `closed`: somebody has taken it in hand; nobody is
 * told of it again before it has been over and fires anew.
 */
export const alertStateSchema = z.object({
  firing: z.boolean(),
  closed: closingSchema.extend({ at: z.int() }).optional(),
  since: z.int().optional(),
  lastFiredAt: z.int().optional(),
  value: z.number().optional(),
  fault: z.string().optional(),
});

/** `muted`: nobody is told at present, for it is switched off or a blackout covers the time. */
export const alertRuleStatusSchema = z.object({
  rule: alertRuleSchema,
  state: alertStateSchema,
  muted: z.boolean(),
});

/** One entry of the history: a rule fired, no longer holds, or was closed by hand. */
export const alertEntrySchema = z.object({
  /** The same on every try to deliver it; part of the Message-ID. */
  id: z.string(),
  dataset: z.string(),
  rule: z.string(),
  change: z.enum(['fired', 'recovered', 'closed']),
  at: z.int(),
  severity: z.enum(alertSeverities),
  /** What it was, in a sentence. */
  says: z.string(),
  value: z.number().optional(),
  /** Sessions that caused it, the newest first; there may be more. */
  sessions: z.array(z.string()).max(alertLimits.sessionsNamedMax),
  closing: closingSchema.optional(),
});

export const alertDryRunSchema = z.object({
  fromMs: z.int(),
  toMs: z.int(),
  /** A look so often; absent where it is every minute. */
  stepMinutes: z.int().optional(),
  /** How often it would have fired. */
  fired: z.int(),
  /** The newest first, at most 100. `recoveredAt` is absent where it still held, or fired again, in the end. */
  firings: z.array(
    z.object({ at: z.int(), value: z.number().optional(), recoveredAt: z.int().optional() }),
  ),
});

export const deliveryStates = ['waiting', 'sent', 'given_up'] as const;

/** What became of a notice on one channel. */
export const deliverySchema = z.object({
  id: z.string(),
  channel: z.string(),
  title: z.string(),
  state: z.enum(deliveryStates),
  tries: z.int(),
  createdAt: z.int(),
  dueAt: z.int(),
  sentAt: z.int().optional(),
  lastError: z.string().optional(),
});

export type AlertSubject = z.infer<typeof alertSubjectSchema>;
export type CountedSubject = z.infer<typeof countedSubjectSchema>;
export type AlertRule = z.infer<typeof alertRuleSchema>;
export type AlertRuleInput = z.input<typeof alertRuleSchema>;
export type AlertChannel = z.infer<typeof alertChannelSchema>;
export type AlertChannelInput = z.input<typeof alertChannelSchema>;
export type AlertState = z.infer<typeof alertStateSchema>;
export type AlertRuleStatus = z.infer<typeof alertRuleStatusSchema>;
export type AlertClosing = z.infer<typeof closingSchema>;
export type AlertEntry = z.infer<typeof alertEntrySchema>;
export type AlertDryRun = z.infer<typeof alertDryRunSchema>;
export type Blackout = z.infer<typeof blackoutSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Weekday = (typeof weekdays)[number];

/** The severities that are at least as bad, the mildest first. */
export const severitiesFrom = (severity: (typeof alertSeverities)[number]): string[] =>
  alertSeverities.slice(alertSeverities.indexOf(severity));
