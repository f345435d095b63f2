/**
 * A source: where logs are fetched from, for which dataset, and when. Its secrets are kept sealed and never shown.
 * Instants are epoch milliseconds.
 */
import { z } from 'zod';
import { datasetSlugSchema, timeZoneSchema } from './dataset.ts';
import { definitionNameSchema } from './definition-name.ts';
import { importOptionsSchema } from './import.ts';

export const sourceLimits = {
  sourcesMax: 500,
  locationsMax: 20,
  locationLengthMax: 2_048,
  hostKeysMax: 20,
  userLengthMax: 256,
  passwordLengthMax: 4_096,
  privateKeyLengthMax: 16_384,
  cronLengthMax: 100,
  filesPerRunMax: 100,
  /** What one run fetches of one file; the next one goes on. Packed files come whole or not at all. */
  bytesPerRunMax: 4 * 1024 ** 3,
  problemsPerRunMax: 50,
  problemLengthMax: 500,
  runsKeptMax: 500,
  runsListedMax: 500,
  lateMsMax: 48 * 3_600_000,
  lateMsUsual: 3_600_000,
} as const;

const line = z.string().regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'holds a control character');

export const locationKinds = ['local', 'http', 'sftp', 'ftp', 's3'] as const;
export type LocationKind = (typeof locationKinds)[number];

/** Which kind of place a location is: by how it begins. */
export function locationKind(location: string): LocationKind | undefined {
  if (location.startsWith('/')) return 'local';
  const scheme = /^([a-z0-9]+):\/\//.exec(location)?.[1];
  if (scheme === 'http' || scheme === 'https') return 'http';
  if (scheme === 'ftp' || scheme === 'ftps') return 'ftp';
  if (scheme === 'sftp' || scheme === 's3') return scheme;
  return undefined;
}

const locationSchema = line
  .min(1)
  .max(sourceLimits.locationLengthMax)
  .refine(
    (text) => locationKind(text) !== undefined,
    'is no path that begins with / and no address that begins with https://, http://, sftp://, ftps://, ftp:// or s3://',
  )
  .refine(
    (text) => !/^[a-z0-9]+:\/\/[^/]*@/.test(text),
    'holds a user or a password: give them beside it (user, password)',
  );

/**
 * - `locations`: paths of this machine and addresses; the last parts of paths may hold `*`
 * - `schedule`: five fields, by the clock of `timeZone`
 * - `user`: who signs in; for S3 the id of the access key
 * - `hostKeys`: `SHA256:…` of the keys that an SFTP server may show, no other is talked to; and of certificates of
 *   an FTPS server that nobody vouches for
 * - `region`, `endpoint`: of S3; the endpoint is for those that are not of AWS
 * - `lateMs`: how much later than it happened a line may come; sessions without a later line end only then
 * - `import`: how lines are read, as with an import by hand
 */
export const sourceSchema = z.strictObject({
  name: definitionNameSchema,
  dataset: datasetSlugSchema,
  locations: z.array(locationSchema).min(1).max(sourceLimits.locationsMax),
  schedule: line.trim().min(1).max(sourceLimits.cronLengthMax).default('*/5 * * * *'),
  timeZone: timeZoneSchema.default('UTC'),
  user: line.max(sourceLimits.userLengthMax).optional(),
  hostKeys: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'is not like SHA256:… of ssh-keygen -l'))
    .max(sourceLimits.hostKeysMax)
    .default([]),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'is not a region')
    .optional(),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
  lateMs: z.int().min(0).max(sourceLimits.lateMsMax).default(sourceLimits.lateMsUsual),
  import: importOptionsSchema.prefault({}),
  paused: z.boolean().default(false),
});
export type Source = z.output<typeof sourceSchema>;

/** The secret access key of S3 is its password. */
export const sourceSecretsSchema = z.strictObject({
  password: z.string().min(1).max(sourceLimits.passwordLengthMax).optional(),
  privateKey: z.string().min(1).max(sourceLimits.privateKeyLengthMax).optional(),
});
export type SourceSecrets = z.infer<typeof sourceSecretsSchema>;

/** Without `secrets` those that a source of this name has stay. */
export const sourceInputSchema = z.strictObject({
  source: sourceSchema,
  secrets: sourceSecretsSchema.optional(),
});
export type SourceInput = z.input<typeof sourceInputSchema>;

export const runStates = ['running', 'done', 'partly', 'failed', 'broken_off'] as const;

/** One run. `partly`: something of it could not be had, as `problems` says; the rest was taken. */
export const sourceRunSchema = z.object({
  number: z.int(),
  source: z.string(),
  reason: z.enum(['schedule', 'hand']),
  state: z.enum(runStates),
  startedAt: z.int(),
  endedAt: z.int().optional(),
  /** Files that brought something new. */
  files: z.int(),
  fetchedBytes: z.int(),
  lines: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  excluded: z.int(),
  bad: z.int(),
  sessions: z.int(),
  /** Hits of sessions that have not ended: they are stored with them, by a later run. */
  openHits: z.int(),
  problems: z.array(z.string()),
});
export type SourceRun = z.infer<typeof sourceRunSchema>;

/** How far a run is. `doing`: it fetches `file`, or stores what all files have brought. */
export const sourceProgressSchema = z.object({
  doing: z.enum(['fetching', 'storing']),
  file: z.string().optional(),
  startedAt: z.int(),
  files: z.int(),
  fetchedBytes: z.int(),
});
export type SourceProgress = z.infer<typeof sourceProgressSchema>;

export const sourceStatusSchema = z.object({
  source: sourceSchema,
  state: z.object({
    /** Absent where it is paused. */
    nextRunAt: z.int().optional(),
    isRunning: z.boolean(),
    /** Of the run under way. */
    progress: sourceProgressSchema.optional(),
    lastRun: sourceRunSchema.optional(),
    /** How often it has failed one after the other; it then waits longer each time. */
    failures: z.int(),
    /** Which secrets it has; never what they are. */
    secrets: z.array(z.enum(['password', 'privateKey'])),
  }),
});
export type SourceStatus = z.infer<typeof sourceStatusSchema>;

/** What the engine takes of one file: its bytes lie at `path`, from a place on. */
export interface LogCutInput {
  name: string;
  path: string;
  /** So many lines at its beginning were counted before. */
  linesBefore: number;
  /** A last line without its end is not complete yet. */
  isGrowing: boolean;
  format?: string | undefined;
  /** The `#Fields:` that was in force where the cut begins. */
  directive?: string | undefined;
}

/** What came of it. The next cut must begin at `lowByte` of this one, where `linesBefore` lines are counted. */
export interface LogCutEnd {
  lowByte: number;
  linesBefore: number;
  lines: number;
  /** Behind its last whole line. */
  endByte: number;
  pendingHits: number;
  directive: string | undefined;
  format: string | undefined;
  problem: string | undefined;
}
