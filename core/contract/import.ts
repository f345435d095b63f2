/** A log import: its options, its progress and its summary. */
import { z } from 'zod';

export const logFormats = ['auto', 'combined', 'common'] as const;
export type LogFormat = (typeof logFormats)[number];

export const importOptionsSchema = z.object({ format: z.enum(logFormats).default('auto') });
export type ImportOptions = z.output<typeof importOptionsSchema>;

/** How far an import is. `lines` = `accepted + duplicate + excluded + bad` at the end. */
export interface ImportProgress {
  lines: number;
  accepted: number;
  duplicate: number;
  excluded: number;
  bad: number;
  sessions: number;
}

export interface ImportSummary extends ImportProgress {
  seconds: number;
  /** The format that was used for each file, in order. */
  formats: string[];
  /** The file that lists every bad line with its file, line number and reason; absent when there is none. */
  badFile?: string;
}
