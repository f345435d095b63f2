/** Long work of any kind in one shape: what it is, how far it is, what came of it. Instants are epoch milliseconds. */
import { z } from 'zod';
import { jobStates } from './event-life.ts';
import { upkeepKinds } from './upkeep.ts';

/** `source` is a run of one; `index` makes the session index anew; the rest is named as what begins it. */
export const jobKinds = [
  'import',
  'source',
  'backfill',
  'dry_run',
  ...upkeepKinds,
  'index',
  'publish',
  'export',
] as const;
export type JobKind = (typeof jobKinds)[number];

/** What a figure of the result counts. */
export const jobFigures = [
  'lines',
  'accepted',
  'duplicate',
  'excluded',
  'bad',
  'sessions',
  'sessionsFired',
  'occurrences',
  'facts',
  'records',
  'sound',
  'damaged',
  'missing',
  'sessionsBefore',
  'sessionsAfter',
  'split',
  'joined',
  'days',
  'files',
  'rows',
  'bytes',
] as const;
export type JobFigure = (typeof jobFigures)[number];

/**
 * `about`: the event, files, source or range that it is about. `done` of `total` counts `unit`; `total` is absent until
 * it is known, both are where nothing is counted. `reason`: why it failed.
 */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  dataset: z.string(),
  about: z.string().optional(),
  state: z.enum(jobStates),
  begunAt: z.int().optional(),
  endedAt: z.int().optional(),
  unit: z.enum(['sessions', 'records', 'lines']).optional(),
  done: z.int().optional(),
  total: z.int().optional(),
  figures: z.partialRecord(z.enum(jobFigures), z.number()).optional(),
  reason: z.string().optional(),
  cancellable: z.boolean(),
});
export const jobListSchema = z.object({ jobs: z.array(jobSchema) });

export type Job = z.infer<typeof jobSchema>;

/** As `import-3`, or with the dataset where numbers are counted in each: `backfill-2-shop`. */
export const jobIdSchema = z
  .string()
  .regex(/^[a-z_]{1,20}-[a-z0-9-]{1,80}$/, 'is not the id of a job');
