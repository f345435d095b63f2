/** A log import: its options, its progress and its summary. */
import { z } from 'zod';

export const logFormats = ['auto', 'combined', 'common'] as const;
export type LogFormat = (typeof logFormats)[number];

export const importOptionsSchema = z.object({ format: z.enum(logFormats).default('auto') });
export type ImportOptions = z.output<typeof importOptionsSchema>;

/** How far an import is. `lines` = `accepted + duplicate + excluded + bad` at the end. */
export const importProgressSchema = z.object({
  lines: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  excluded: z.int(),
  bad: z.int(),
  sessions: z.int(),
});

/**
 * `formats` names the format of each file, in order. `badFile` lists every bad line with its file, line number and
 * reason; it is absent when there is none.
 */
export const importSummarySchema = importProgressSchema.extend({
  seconds: z.number(),
  formats: z.array(z.string()),
  badFile: z.string().optional(),
});

export type ImportProgress = z.infer<typeof importProgressSchema>;
export type ImportSummary = z.infer<typeof importSummarySchema>;
