/** What the data folder takes of the disk, by dataset and by kind of data. All sizes are bytes of files. */
import { z } from 'zod';

/** `other`: what lies in the folder of a dataset and is none of the rest, such as lists of bad lines. */
export const storageKinds = [
  'canister',
  'tables',
  'index',
  'published',
  'exports',
  'other',
] as const;
export type StorageKind = (typeof storageKinds)[number];

const bytes = z.int().min(0);

/** `hits`: what waits to be stored, and what is known of hits; `control`: configuration, users, audit trail. */
export const storageSchema = z.object({
  bytes,
  hits: bytes,
  control: bytes,
  other: bytes,
  datasets: z.array(
    z.object({ dataset: z.string(), bytes, kinds: z.record(z.enum(storageKinds), bytes) }),
  ),
});
export type StorageUsed = z.infer<typeof storageSchema>;
