/** A backup: a copy of the data folder at one moment, in a folder of its own. Sizes are bytes, instants epoch milliseconds. */
import { z } from 'zod';

const count = z.int().min(0);

/** `sessions` and `hits` are those that are stored; what waited in the inbox is in its `hits.db`. */
export const backupSchema = z.object({
  /** The name of its folder, such as `2026-03-04T05-06-07-089Z`. */
  name: z.string(),
  madeAt: count,
  bytes: count,
  datasets: z.array(z.object({ dataset: z.string(), sessions: count, hits: count })),
});

/** `running`: the one that is being made, with what it has copied so far. `failed`: why the last one was not made, or its older ones stay. */
export const backupsSchema = z.object({
  folder: z.string(),
  running: z.object({ name: z.string(), begunAt: count, bytes: count }).optional(),
  failed: z.object({ name: z.string(), reason: z.string() }).optional(),
  backups: z.array(backupSchema),
});

export const backupLimits = { keepMax: 1_000 } as const;

/** `keep`: when the new one is whole, so many of the newest stay and the others go; without it all stay. */
export const backupInputSchema = z.strictObject({
  keep: z.int().min(1).max(backupLimits.keepMax).optional(),
});

export type Backup = z.infer<typeof backupSchema>;
export type Backups = z.infer<typeof backupsSchema>;
export type BackupInput = z.infer<typeof backupInputSchema>;
export type CopiedDataset = Backup['datasets'][number];
