/**
 * Backups in folders: `NAME/` is whole, `NAME.making/` is not yet, or never will be. A whole one says in `backup.json`
 * what it holds; the rest of it is a data folder that lacks `master.key`, and what is made anew out of the rest.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupPlace } from '../canisters/backup-place.ts';
import { type Backup, backupSchema } from '../contract/backup.ts';
import { metricWords } from '../contract/metric-words.ts';
import { Problem } from '../contract/problem.ts';
import type { StorageUsed } from '../contract/storage.ts';
import { openDataFolder } from './data-folder.ts';
import { diskFreeBytesMin, readDiskRoom } from './disk-room.ts';
import { makeFolder, syncFolder, writeDurably } from './durable-folder.ts';
import type { Copied } from './libsql-file.ts';

const note = 'backup.json';
const making = '.making';

/** Copies the databases into another data folder. */
export const databaseCopier =
  ({ hits, control }: { hits: Copied; control: Copied }) =>
  async (root: string): Promise<void> => {
    const copy = openDataFolder(root);
    await hits.copyTo(copy.hitsFile);
    await control.copyTo(copy.controlFile);
  };

export function openBackupFolder(options: {
  folder: string;
  masterKeyFile: string;
  /** What the data folder holds now. */
  measure: () => Promise<StorageUsed>;
  /** What must stay free, where the settings say it. */
  freeBytesMin?: number | undefined;
}): BackupPlace {
  const { folder, masterKeyFile, measure, freeBytesMin } = options;
  const path = (name: string) => join(folder, name);
  const names = () => (existsSync(folder) ? readdirSync(folder).sort().reverse() : []);

  /** What lies there and says nothing of itself is none of ours. */
  function read(name: string): Backup[] {
    try {
      const text = readFileSync(join(path(name), note), 'utf8');
      return [backupSchema.parse({ ...JSON.parse(text), name })];
    } catch {
      return [];
    }
  }

  const list = () => names().flatMap((name) => (name.endsWith(making) ? [] : read(name)));

  function refuseKeyChange(): void {
    if (!existsSync(`${masterKeyFile}.next`)) return;
    const why = 'The master key is being changed, and a backup of this moment would need two keys.';
    throw new Problem('upkeep_busy', `${why} Try again when that is done.`);
  }

  function refuseUnusable(): void {
    try {
      makeFolder(folder);
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      const why = `The folder for backups, ${folder}, cannot be used: ${(cause as Error).message}.`;
      throw new Problem(
        'data_unusable',
        `${why} Name one that this user can write with CANISTER_BACKUPS.`,
        { cause },
      );
    }
  }

  async function refuseFullDisk(): Promise<void> {
    const { hits, control, datasets } = await measure();
    const needed = datasets.reduce(
      (sum, { kinds }) => sum + kinds.canister + kinds.tables,
      hits + control,
    );
    const room = await readDiskRoom(folder);
    const least = diskFreeBytesMin(room, freeBytesMin);
    if (room.freeBytes >= needed + least) return;
    const size = (bytes: number) => metricWords(bytes, 'bytes', 'en');
    throw new Problem(
      'disk_low',
      `A backup needs ${size(needed)}, and ${size(least)} must stay free; the disk of ${folder} has ${size(room.freeBytes)}. Make room, or name a folder on another disk with CANISTER_BACKUPS.`,
    );
  }

  return {
    folder,
    list: async () => list(),
    async begin(name) {
      refuseKeyChange();
      refuseUnusable();
      for (const left of names())
        if (left.endsWith(making)) await rm(path(left), { recursive: true });
      await refuseFullDisk();
      const root = path(name + making);
      makeFolder(root);
      return root;
    },
    bytes: (name) => bytesOf(path(name + making)),
    async finish(name, madeAt, datasets) {
      refuseKeyChange();
      const root = path(name + making);
      const bytes = await bytesOf(root);
      writeDurably(join(root, note), JSON.stringify({ name, madeAt, bytes, datasets }));
      renameSync(root, path(name));
      syncFolder(folder);
    },
    giveUp: (name) => rm(path(name + making), { recursive: true, force: true }),
    async keep(newest) {
      for (const { name } of list().slice(newest)) {
        // One that is removed half way must not pass for a whole one.
        renameSync(path(name), path(name + making));
        await rm(path(name + making), { recursive: true });
      }
      syncFolder(folder);
    },
  };
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // What is renamed while it is looked at counts the next time.
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
