/** What the care of stored sessions reports: the check of a canister, and tables made anew of it. */
import { z } from 'zod';

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
 * `damaged` records cannot be read; `missing` are sessions in the tables that have no record at their place.
 * `orphans` are sound records without a session in the tables, and `tornBytes` what a stop left at the end of a
 * segment: both are harmless leftovers.
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
});

export const rebuildInputSchema = z.object({
  /** Puts the new tables in place although sessions of the old ones cannot be read any more. */
  acceptLoss: z.boolean().default(false),
});

export const rebuildResultSchema = z.object({
  before: fingerprintSchema,
  after: fingerprintSchema,
  equal: z.boolean(),
});

export const rotationResultSchema = z.object({
  /** How many data keys the new master key opens. */
  keys: z.int(),
});

export type RotationResult = z.infer<typeof rotationResultSchema>;
export type Trouble = z.infer<typeof troubleSchema>;
export type VerifyResult = z.infer<typeof verifyResultSchema>;
export type Fingerprint = z.infer<typeof fingerprintSchema>;
export type RebuildResult = z.infer<typeof rebuildResultSchema>;
