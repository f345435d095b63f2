/** A session: the hits of one visitor until idle timeout, limit or close. Instants are epoch milliseconds. */
import { z } from 'zod';
import { eventFaultSchema, factSchema } from './event.ts';
import { hitTypes } from './hit.ts';
import { robotBehaviours, robotPurposes } from './hit-rules.ts';
import { stepKinds } from './step.ts';

/**
 * Why a session ended.
 * - `idle`: no hit for longer than the idle timeout
 * - `hits_limit`, `bytes_limit`, `duration_limit`: the next hit would have gone over a limit
 * - `midnight`, `campaign`: the next hit came on another day, or by another campaign, where the dataset cuts there
 * - `user_changed`: the next hit named another user
 * - `closed_by_page`: its last hit said so; `closed_by_event`: an event closed it; `ended_by_hand`: somebody ended it
 * - `memory`: there was no room left, and of the dataset that holds most it was the one idle for longest. The next
 *   session of its visitor does not name it: to remember all who left would take the room that there was not
 * - `end_of_log`: the imported log had no later line
 */
export const endReasons = [
  'idle',
  'hits_limit',
  'bytes_limit',
  'duration_limit',
  'midnight',
  'campaign',
  'user_changed',
  'closed_by_page',
  'closed_by_event',
  'ended_by_hand',
  'memory',
  'end_of_log',
] as const;
export type EndReason = (typeof endReasons)[number];

/** The reasons by which a session ends although its visitor goes on: the hit that ended it begins the next one, which names it. */
export const continuedReasons: readonly EndReason[] = [
  'hits_limit',
  'bytes_limit',
  'duration_limit',
  'midnight',
];

/** What a session may hold before it is closed and continued under a new id. */
export const sessionLimits = {
  hitsMax: 2_048,
  bytesMax: 5 * 1024 * 1024,
  durationMsMax: 24 * 60 * 60 * 1000,
} as const;
export type SessionLimits = Record<keyof typeof sessionLimits, number>;

export const hitOrigins = ['tracker', 'log'] as const;
export type HitOrigin = (typeof hitOrigins)[number];

const id = z.string().regex(/^[0-9a-f]{32}$/);
const instant = z.int();

/** A `Step` as sessions hold it. Its limits were checked when it came; the API's description cannot be made of the edge's schema. */
const heldStepSchema = z.object({
  kind: z.enum(stepKinds),
  at: z.int(),
  target: z.string().optional(),
  value: z.string().optional(),
});

/**
 * A hit after normalization: canonical, cut and typed. Ids are 32 hex digits. It holds no whole client address.
 * This is the form that sessions, canisters and tables hold. Absent fields may be there as `undefined`: objects of
 * one shape are built and read faster.
 */
export const sessionHitSchema = z.object({
  id,
  at: instant,
  type: z.enum(hitTypes),
  origin: z.enum(hitOrigins),
  method: z.string(),
  host: z.string(),
  path: z.string(),
  /** Without the leading `?`; absent when empty. */
  query: z.string().optional(),
  /** HTTP protocol, such as `HTTP/1.1`, where the source names it. */
  protocol: z.string().optional(),
  status: z.int().optional(),
  responseBytes: z.int().optional(),
  durationMs: z.int().optional(),
  referrer: z.string().optional(),
  title: z.string().optional(),
  name: z.string().optional(),
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  steps: z.array(heldStepSchema).optional(),
  number: z.int().optional(),
  /** The page ended the session with this hit. */
  closeSession: z.literal(true).optional(),
  /** What capture saw of request and response: header names in lower case, confidential parts masked. */
  requestHeaders: z.record(z.string(), z.string()).optional(),
  form: z.record(z.string(), z.array(z.string())).optional(),
  requestBody: z.string().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  responseBody: z.string().optional(),
  /** Path and query before the dataset's URL rules changed them; absent where they did not. */
  targetBefore: z.string().optional(),
});

/** A hit that an exclusion keeps out of the figures. It is kept, and comes back when rules change and tables are made anew. */
export const excludedHitSchema = sessionHitSchema.extend({
  /** The name of the exclusion. */
  excludedBy: z.string(),
  /** When it came, by the clock of the engine. */
  arrivedAt: instant.optional(),
  /** How many of the hits that count, and are of the same instant, came before it. */
  behind: z.int().optional(),
});

/** Where a session came from, taken at its first hit. */
export const acquisitionSchema = z.object({
  referrerHost: z.string().optional(),
  referrerPath: z.string().optional(),
  source: z.string().optional(),
  medium: z.string().optional(),
  campaign: z.string().optional(),
  term: z.string().optional(),
  content: z.string().optional(),
  /** Name of the parameter by which an advertiser marked the click, such as `gclid`. */
  clickId: z.string().optional(),
  channel: z.string().optional(),
});

/** What the user agent says, or the behaviour of a robot that does not say what it is. */
export const technologySchema = z.object({
  browser: z.string().optional(),
  browserVersion: z.string().optional(),
  system: z.string().optional(),
  device: z.enum(['desktop', 'mobile', 'tablet', 'tv', 'robot', 'unknown']),
  robot: z.string().optional(),
  purpose: z.enum(robotPurposes).optional(),
  /** The rule by whose behaviour it is a robot; absent where its user agent says so. */
  behaviour: z.enum(robotBehaviours).optional(),
});

/**
 * How a session came to be what it is, where that does not show: so that its events can be evaluated again.
 * `order`: the places of its hits (from 1) in the order in which they came, where that is not the order of their time.
 * `signedIn`: its user was not known before this many hits had come, and this was its visitor key until then.
 */
const courseSchema = z.object({
  order: z.array(z.int()).optional(),
  signedIn: z.object({ afterHits: z.int(), visitor: z.string() }).optional(),
});

/** A session whole, open or ended. `endedAt` is the time of its last hit so far. */
export const sessionSchema = z.object({
  id,
  dataset: z.string(),
  visitor: z.string(),
  userId: z.string().optional(),
  startedAt: instant,
  endedAt: instant,
  origin: z.enum(hitOrigins),
  userAgent: z.string(),
  addressPrefix: z.string().optional(),
  addressKey: z.string().optional(),
  country: z.string().optional(),
  region: z.string().optional(),
  city: z.string().optional(),
  language: z.string().optional(),
  screenWidth: z.int().optional(),
  technology: technologySchema,
  acquisition: acquisitionSchema,
  /** The version of the hit rules by which its first hit was taken; absent where none were set. */
  rulesVersion: z.int().optional(),
  /** The id of the session that a limit or midnight closed and that this one continues. */
  continues: id.optional(),
  hits: z.array(sessionHitSchema).max(sessionLimits.hitsMax),
  /** Its hits that are in no figure: a session may have no others. */
  excludedHits: z.array(excludedHitSchema).optional(),
  /** What its events have recorded so far, by their number. */
  facts: z.array(factSchema).optional(),
  /** Session attributes that its events have set, and their counters. */
  attributes: z.record(z.string(), z.array(z.string())).optional(),
  /** The version of the event set that it is evaluated by. */
  eventsVersion: z.int().optional(),
  /** Definitions that failed on one of its hits. */
  eventFaults: z.array(eventFaultSchema).optional(),
  /** What events saw differently while it was open. */
  course: courseSchema.optional(),
});

/** A session after its end. */
export const closedSessionSchema = sessionSchema.extend({ endReason: z.enum(endReasons) });

/** A session whole, active or ended: `endReason` is absent while it is active. */
export const wholeSessionSchema = sessionSchema.extend({
  endReason: z.enum(endReasons).optional(),
  /** The id of the session that goes on where a limit or midnight closed this one. */
  continuedBy: id.optional(),
  /** It is of a log, and the tracker saw each of its page views too. */
  seenByTag: z.boolean().optional(),
});

/** One row of the live list: an active session in short. */
export const activeSessionSchema = z.object({
  id,
  startedAt: instant,
  lastHitAt: instant,
  hits: z.int(),
  pageViews: z.int(),
  entryPath: z.string(),
  lastPath: z.string(),
  lastTitle: z.string().optional(),
  referrerHost: z.string().optional(),
  source: z.string().optional(),
  country: z.string().optional(),
  technology: technologySchema,
});

/** `total` sessions are active; `sessions` may hold fewer. Newest activity first. */
export const activeSessionsSchema = z.object({
  total: z.int(),
  robots: z.int(),
  sessions: z.array(activeSessionSchema),
});

export type SessionHit = z.infer<typeof sessionHitSchema>;
export type ExcludedHit = z.infer<typeof excludedHitSchema>;
export type Acquisition = z.infer<typeof acquisitionSchema>;
export type Technology = z.infer<typeof technologySchema>;
export type Session = z.infer<typeof sessionSchema>;
export type WholeSession = z.infer<typeof wholeSessionSchema>;
export type ClosedSession = z.infer<typeof closedSessionSchema>;
export type ActiveSession = z.infer<typeof activeSessionSchema>;
export type ActiveSessions = z.infer<typeof activeSessionsSchema>;
