/** What the care of stored sessions reports: the check of a canister, and tables made anew of it. */
import { z } from 'zod';
import { erasureReportSchema } from './erasure.ts';
import { sessionRulesSchema } from './session-rules.ts';

/** How many damaged or missing records are listed one by one; the counts are always whole. */
export const listedMax = 1_000;

const troubleSchema = z.object({
  day: z.string(),
  offset: z.int(),
  /** Absent where damage leaves no name to be read. */
  sessionId: z.string().optional(),
  reason: z.string(),
});

/**
 * `records` are sessions in segments, several of which may share a block. `damaged` ones cannot be read; `missing` are
 * sessions in the tables that are not at their place. `orphans` are sound, but no session of the tables, and
 * `tornBytes` is what a stop left at the end of a segment: both are harmless leftovers.
 */
export const verifyResultSchema = z.object({
  segments: z.int(),
  records: z.int(),
  sound: z.int(),
  orphans: z.int(),
  tornBytes: z.int(),
  damagedCount: z.int(),
  damaged: z.array(troubleSchema),
  missingCount: z.int(),
  missing: z.array(troubleSchema),
});

const tableFingerprintSchema = z.object({ rows: z.int(), hash: z.string() });

/** Equal tables have equal fingerprints, in whatever order their rows lie. */
export const fingerprintSchema = z.object({
  sessions: tableFingerprintSchema,
  hits: tableFingerprintSchema,
  events: tableFingerprintSchema,
  sessionValues: tableFingerprintSchema,
});

export const rebuildInputSchema = z.object({
  /** Puts the new tables in place although sessions of the old ones cannot be read any more. */
  acceptLoss: z.boolean().default(false),
});

export const rebuildResultSchema = z.object({
  /** Absent where the tables were damaged, so that nobody can say what they were. */
  before: fingerprintSchema.optional(),
  after: fingerprintSchema,
  equal: z.boolean(),
  /** Where damaged tables are kept. */
  keptAs: z.string().optional(),
});

export const rotationResultSchema = z.object({
  /** How many data keys the new master key opens. */
  keys: z.int(),
});

const keptDays = z.int().min(1).max(36_500).optional();

/**
 * How long each kind of data is kept; what is absent is kept for good, or as long as the session. `keepBytesMax`
 * bounds the segments of the canister. With a session go its rows, its part of the index, and its published rows.
 */
export const retentionRulesSchema = z.object({
  keepSessionsDays: keptDays,
  keepBytesMax: z.int().min(1_000_000).optional(),
  /** The session index with its page text: older sessions are not in it. */
  keepIndexDays: keptDays,
  /** Published files, and with them what SQL sees: days before that are not published. */
  keepPublishedDays: keptDays,
});

/** Rules that are given are set, `null` takes one away, others stay as they are. */
export const retentionInputSchema = z.object({
  keepSessionsDays: retentionRulesSchema.shape.keepSessionsDays.nullable(),
  keepBytesMax: retentionRulesSchema.shape.keepBytesMax.nullable(),
  keepIndexDays: retentionRulesSchema.shape.keepIndexDays.nullable(),
  keepPublishedDays: retentionRulesSchema.shape.keepPublishedDays.nullable(),
  /** Only says what would go, by these rules; nothing is set then. */
  dryRun: z.boolean().default(false),
});

/** The days that have gone, or (not `applied`) would go, with all that is in them. Bytes are of segments. */
export const retentionResultSchema = retentionRulesSchema.extend({
  applied: z.boolean(),
  days: z.array(
    z.object({
      day: z.string(),
      bytes: z.int(),
      sessions: z.int(),
      hits: z.int(),
      reason: z.enum(['age', 'size']),
    }),
  ),
  bytes: z.int(),
  sessions: z.int(),
  hits: z.int(),
  bytesKept: z.int(),
  /** Days that leave the index, and the published files, beside those above. */
  indexDays: z.array(z.string()),
  publishedDays: z.array(z.string()),
});

/** Rules that are given are changed, others stay as they are in the dataset. */
export const recutInputSchema = sessionRulesSchema.partial();

/** Sessions before or after a recut, robots included. Mean duration in milliseconds. */
const sessionFiguresSchema = z.object({
  sessions: z.int(),
  hits: z.int(),
  bounceRate: z.number(),
  durationMsMean: z.number(),
});

/**
 * What a recut moves. Of the sessions before it, so many are `unchanged`, `split` (their hits are in several sessions
 * now) and `joined` (hits of others are in theirs); one may be both split and joined. `applied`: it is in force.
 */
export const recutSummarySchema = z.object({
  rulesBefore: sessionRulesSchema,
  rules: sessionRulesSchema,
  before: sessionFiguresSchema,
  after: sessionFiguresSchema,
  unchanged: z.int(),
  split: z.int(),
  joined: z.int(),
  applied: z.boolean(),
});

export const recutStateSchema = z.object({
  /** What lies beside and waits to be applied or discarded. */
  recut: recutSummarySchema.optional(),
});

export const upkeepKinds = ['verify', 'rebuild', 'recut', 'apply_recut', 'erase'] as const;
export const upkeepStates = ['running', 'done', 'cancelled'] as const;

/** Long work on a dataset, begun and asked after. A job that failed is answered with its problem. */
export const upkeepJobSchema = z.object({
  number: z.int(),
  kind: z.enum(upkeepKinds),
  dataset: z.string(),
  state: z.enum(upkeepStates),
  /** How many of how many sessions or records; `total` is absent until it is known. */
  done: z.int(),
  total: z.int().optional(),
  /** What came out, when it is done: of the kind's own shape. */
  result: z
    .union([verifyResultSchema, rebuildResultSchema, recutSummarySchema, erasureReportSchema])
    .optional(),
});

export type SessionFigures = z.infer<typeof sessionFiguresSchema>;
export type RecutSummary = z.infer<typeof recutSummarySchema>;
export type RecutState = z.infer<typeof recutStateSchema>;
export type UpkeepKind = (typeof upkeepKinds)[number];
export type UpkeepJob = z.infer<typeof upkeepJobSchema>;
export type RetentionRules = z.infer<typeof retentionRulesSchema>;
export type RetentionResult = z.infer<typeof retentionResultSchema>;
export type RotationResult = z.infer<typeof rotationResultSchema>;
export type Trouble = z.infer<typeof troubleSchema>;
export type VerifyResult = z.infer<typeof verifyResultSchema>;
export type Fingerprint = z.infer<typeof fingerprintSchema>;
export type RebuildResult = z.infer<typeof rebuildResultSchema>;
