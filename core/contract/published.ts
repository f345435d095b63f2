/** What is published of a dataset: Parquet files by view and day, and the manifest that lists them. */
import { z } from 'zod';

export const publishedColumnSchema = z.object({
  name: z.string(),
  type: z.string(),
  meaning: z.string(),
});

export const publishedViewSchema = z.object({
  name: z.string(),
  meaning: z.string(),
  columns: z.array(publishedColumnSchema),
});

/** `file` is the path beside the manifest. A file never changes: a day that is written again has another name. */
export const publishedFileSchema = z.object({
  view: z.string(),
  day: z.string(),
  file: z.string(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});

/**
 * `schemaVersion` changes with the views; all files of a manifest are of one. `asOf` (epoch milliseconds): every
 * session that was stored by then is in the files. `number` counts the manifests.
 */
export const manifestSchema = z.object({
  schemaVersion: z.string(),
  number: z.int(),
  timeZone: z.string(),
  asOf: z.int(),
  /** Retention publishes no day before this one. */
  since: z.string().optional(),
  views: z.array(publishedViewSchema),
  files: z.array(publishedFileSchema),
});

export type PublishedFile = z.infer<typeof publishedFileSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** What publishing came to. `written` are the days whose files are new. */
export const publishedSchema = z.object({
  asOf: z.int(),
  number: z.int(),
  days: z.int(),
  files: z.int(),
  rows: z.int(),
  bytes: z.int(),
  written: z.array(z.string()),
  elapsedMs: z.int(),
});
export type Published = z.infer<typeof publishedSchema>;
