/** The state of the running system, in figures. Instants are epoch milliseconds. */
import { z } from 'zod';
import { eventFaultSchema } from './event.ts';

/** What became of hits since there are any: `received = accepted + duplicate + excluded + bad` holds at all times. */
export const hitCountsSchema = z.object({
  received: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  excluded: z.int(),
  bad: z.int(),
});

/**
 * A dataset whose stores cannot be used since an instant: why and what to do, and how many of its hits wait in the
 * inbox. Nothing of it is lost or forgotten meanwhile.
 */
export const heldStateSchema = z.object({
  reason: z.string(),
  since: z.int(),
  waitingHits: z.int(),
});

/**
 * The events of a dataset: the version in force (0: the standard events), and how often a definition failed on a hit
 * since the start, with the last such failure. `problem` says why another version than the published one is in force.
 */
const eventStatusSchema = z.object({
  version: z.int(),
  failed: z.int(),
  lastFault: eventFaultSchema.optional(),
  problem: z.string().optional(),
});

/** `lastHitAt` is the time of the newest hit, stored or active, whether sent or imported; absent before the first. What is stored of a dataset that is `held` counts as 0. */
export const datasetStatusSchema = z.object({
  slug: z.string(),
  counts: hitCountsSchema,
  /** In the short-term canister: those that have ended and are being stored count until they are stored. */
  activeSessions: z.int(),
  storedSessions: z.int(),
  storedHits: z.int(),
  lastHitAt: z.int().optional(),
  held: heldStateSchema.optional(),
  events: eventStatusSchema.optional(),
});

/** What became of hits in one hour. `setAside` are accepted hits that could not be processed; they are kept. */
export const hourCountsSchema = hitCountsSchema.extend({
  /** Beginning of the hour. */
  at: z.int(),
  setAside: z.int(),
  /** Why, where there is a reason: the rule, the problem code, or what was wrong. */
  reasons: z.array(z.object({ outcome: z.string(), reason: z.string(), count: z.int() })),
});

/** An accepted hit that could not be processed. `number` is its place in the inbox; it is the same until it is replayed. */
export const setAsideHitSchema = z.object({
  number: z.int(),
  reason: z.string(),
  /** When it was first received. */
  receivedAt: z.int(),
  bytes: z.int(),
});

/** The newest first; `total` counts all of them. */
export const setAsideListSchema = z.object({
  total: z.int(),
  hits: z.array(setAsideHitSchema),
});

/** One of them whole. `content` is what was sent, as text; bytes that are no UTF-8 are shown as `\ufffd`. */
export const setAsideContentSchema = setAsideHitSchema.extend({ content: z.string() });

export const setAsideLimits = { listedMax: 1_000, numbersMax: 1_000 } as const;

const numbersSchema = z.array(z.int().min(1)).min(1).max(setAsideLimits.numbersMax);

/** Which ones: by number, or all of the dataset. */
export const setAsideChoiceSchema = z.union([
  z.strictObject({ numbers: numbersSchema }),
  z.strictObject({ all: z.literal(true) }),
]);

export const setAsideDoneSchema = z.object({ hits: z.int() });

/** The hours of a range that had hits, oldest first. */
export const datasetCountsSchema = z.object({
  total: hitCountsSchema.extend({ setAside: z.int() }),
  hours: z.array(hourCountsSchema),
});

export const countsLimits = { daysMax: 31 } as const;

/** What is wrong with the running system, for its owner. */
export const alarmCodes = [
  'counters_broken',
  'hits_unaccounted',
  'disk_low',
  'disk_full',
  'dataset_held',
  'clock_jumped',
  'job_failed',
  'engine_behind',
  'spooling',
  'notices_late',
] as const;
export const alarmSchema = z.object({ code: z.enum(alarmCodes), detail: z.string() });

/**
 * Where the accepted hits of a dataset are, imports left out. `known` is false while a restart takes the inbox again:
 * hits may then be in two places at once.
 */
export interface HitAccount {
  dataset: string;
  accepted: number;
  stored: number;
  active: number;
  waiting: number;
  setAside: number;
  known: boolean;
}

/**
 * The short-term canister over all datasets: what it holds, what it may hold, and the marks as shares of that. Above
 * the high mark the engine is `spooling` (hits wait in the inbox) until enough sessions have ended.
 */
export const shortTermStatusSchema = z.object({
  bytes: z.int(),
  bytesMax: z.int(),
  sessions: z.int(),
  sessionsMax: z.int(),
  highMark: z.number(),
  lowMark: z.number(),
  spooling: z.boolean(),
  /** Sessions that ended for want of room since the start. */
  evictedSessions: z.int(),
});

/** How long it took to store batches of ended sessions, since the start. A longer one than any bound counts in `count` only. */
export const commitDurationsSchema = z.object({
  count: z.int(),
  sumSeconds: z.number(),
  /** How many took at most so long, the shorter ones included; bounds ascend. */
  within: z.array(z.object({ boundSeconds: z.number(), count: z.int() })),
});

/** The disk of the data folder. With less than `freeBytesMin` no hits are taken. */
export const diskStatusSchema = z.object({
  freeBytes: z.int(),
  totalBytes: z.int(),
  freeBytesMin: z.int(),
});

/**
 * `lagMs` is how long the first of the waiting hits has waited. `waitingHits` lie in the inbox and were not read by the engine yet. `unassigned` named no dataset, or one that
 * does not exist: refused, but counted. `disk` is absent until it was first looked at.
 */
export const statusSchema = z.object({
  version: z.string(),
  startedAt: z.int(),
  waitingHits: z.int(),
  lagMs: z.int(),
  shortTerm: shortTermStatusSchema,
  commits: commitDurationsSchema,
  disk: diskStatusSchema.optional(),
  datasets: z.array(datasetStatusSchema),
  unassigned: hitCountsSchema,
  alarms: z.array(alarmSchema),
});

export type HitCounts = z.infer<typeof hitCountsSchema>;
export type DatasetStatus = z.infer<typeof datasetStatusSchema>;
export type EventStatus = z.infer<typeof eventStatusSchema>;
export type HeldState = z.infer<typeof heldStateSchema>;
export type HourCounts = z.infer<typeof hourCountsSchema>;
export type DatasetCounts = z.infer<typeof datasetCountsSchema>;
export type Alarm = z.infer<typeof alarmSchema>;
export type AlarmCode = Alarm['code'];
export type SetAsideHit = z.infer<typeof setAsideHitSchema>;
export type SetAsideList = z.infer<typeof setAsideListSchema>;
export type SetAsideContent = z.infer<typeof setAsideContentSchema>;
export type SetAsideChoice = z.infer<typeof setAsideChoiceSchema>;
export type ShortTermStatus = z.infer<typeof shortTermStatusSchema>;
export type CommitDurations = z.infer<typeof commitDurationsSchema>;
export type DiskStatus = z.infer<typeof diskStatusSchema>;
export type Status = z.infer<typeof statusSchema>;
