/** A log import: its options, its progress and its summary. */
import { z } from 'zod';
import { timeZoneSchema } from './dataset.ts';

/** Formats with a name, in the order in which `auto` tries them. */
export const logFormats = [
  'vhost-combined',
  'vhost-common',
  'combined',
  'common',
  'nginx-main',
  'traefik-clf',
  'w3c',
  's3',
  'alb',
  'elb',
  'cloud-storage',
  'squid',
  'haproxy',
  'caddy',
  'traefik-json',
  'nginx-json',
  'json',
] as const;
export type LogFormatName = (typeof logFormats)[number];

/** Fields of a log line that a JSON key can be said to hold. */
export const mappedFields = [
  'address',
  'client',
  'forwardedFor',
  'user',
  'at',
  'request',
  'method',
  'target',
  'path',
  'query',
  'protocol',
  'status',
  'responseBytes',
  'durationSeconds',
  'durationMs',
  'durationUs',
  'durationNs',
  'referrer',
  'userAgent',
  'host',
  'cookies',
] as const;

export const importLimits = {
  formatLengthMax: 4_096,
  timeFormatLengthMax: 128,
  keyLengthMax: 256,
  encodingLengthMax: 32,
  patternsMax: 100,
  patternLengthMax: 512,
  cookieNameLengthMax: 128,
  proxiesMax: 20,
  badSamplesMax: 5,
} as const;

const patterns = z
  .array(z.string().min(1).max(importLimits.patternLengthMax))
  .max(importLimits.patternsMax)
  .default([]);
const timeFormat = z.string().min(1).max(importLimits.timeFormatLengthMax).optional();

/**
 * - `format`: `auto`, a name, or a format string of Apache, nginx or GoAccess; the latter with `dateFormat` and
 *   `timeFormat`. `fields` says for `json` which key holds what.
 * - `timeZone`: the zone of times that say none
 * - `encoding`: of the text, as `TextDecoder` names it
 * - `includePaths` … `excludeAgents`: texts in which `*` stands for anything; one of the included, none of the excluded
 * - `staticFiles`, `robots`, `errors`, `redirects`: whether such lines are taken
 * - `olderThan`, `newerThan`: lines before or after these instants (epoch ms) are left out
 * - `proxies`: how many proxies of one's own stand before the server: so many hops are taken off the list of addresses
 * - `sessionCookie`: the cookie that tells visitors apart; `referrerChain` does so by the pages they came from
 * - `dryRun`: nothing is stored
 */
export const importOptionsSchema = z
  .object({
    format: z.string().min(1).max(importLimits.formatLengthMax).default('auto'),
    dateFormat: timeFormat,
    timeFormat,
    fields: z
      .partialRecord(z.enum(mappedFields), z.string().min(1).max(importLimits.keyLengthMax))
      .optional(),
    timeZone: timeZoneSchema.default('UTC'),
    encoding: z.string().min(1).max(importLimits.encodingLengthMax).default('utf-8'),
    includePaths: patterns,
    excludePaths: patterns,
    includeHosts: patterns,
    excludeHosts: patterns,
    excludeAgents: patterns,
    staticFiles: z.boolean().default(true),
    robots: z.boolean().default(true),
    errors: z.boolean().default(true),
    redirects: z.boolean().default(true),
    stripQuery: z.boolean().default(false),
    olderThan: z.int().optional(),
    newerThan: z.int().optional(),
    proxies: z.int().min(0).max(importLimits.proxiesMax).default(0),
    sessionCookie: z.string().min(1).max(importLimits.cookieNameLengthMax).optional(),
    referrerChain: z.boolean().default(false),
    dryRun: z.boolean().default(false),
  })
  .refine(
    ({ sessionCookie, referrerChain }) => !(sessionCookie !== undefined && referrerChain),
    'visitors are told apart by a session cookie or by the referrer chain, not by both',
  );
export type ImportOptions = z.output<typeof importOptionsSchema>;
export type ImportInput = z.input<typeof importOptionsSchema>;

/**
 * Why a line is left out although it can be read: the rule that its count stands under. `discarded` are hits of sessions
 * that an event has thrown away.
 */
export const exclusionRules = [
  'directive',
  'host',
  'path',
  'agent',
  'static',
  'robot',
  'error',
  'redirect',
  'older',
  'newer',
  'discarded',
] as const;
export type ExclusionRule = (typeof exclusionRules)[number];

/** How far an import is. `lines` = `accepted + duplicate + excluded + bad` at the end. */
export const importProgressSchema = z.object({
  lines: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  excluded: z.int(),
  bad: z.int(),
  sessions: z.int(),
});

const unreadFileSchema = z.object({ file: z.string(), lines: z.int(), why: z.string() });
export type UnreadFile = z.infer<typeof unreadFileSchema>;

/**
 * `formats` names the format of each file, in order; `detections` says why it was chosen. `excludedBy` counts the
 * excluded lines by rule; the dataset's own exclusions stand under `exclusion: NAME`. `unreadFiles` are those that have
 * lines of which not one could be used, and why. `badFile` lists every bad line with its file, line number and reason; it is absent when there
 * is none, and in a dry run. `badSamples` shows the first of them.
 */
export const importSummarySchema = importProgressSchema.extend({
  seconds: z.number(),
  formats: z.array(z.string()),
  detections: z.array(z.object({ file: z.string(), format: z.string(), why: z.string() })),
  excludedBy: z.record(z.string(), z.int()),
  badSamples: z.array(z.object({ file: z.string(), line: z.int(), reason: z.string() })),
  unreadFiles: z.array(unreadFileSchema),
  badFile: z.string().optional(),
  dryRun: z.boolean(),
});

export type ImportProgress = z.infer<typeof importProgressSchema>;
/** Of an import that has not read a line yet. */
export const nothingRead: Readonly<ImportProgress> = {
  lines: 0,
  accepted: 0,
  duplicate: 0,
  excluded: 0,
  bad: 0,
  sessions: 0,
};
export type ImportSummary = z.infer<typeof importSummarySchema>;
