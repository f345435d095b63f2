/** Whether the databases of a data folder are all there: one that is gone must not be made anew beside what it goes with. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../contract/problem.ts';

/**
 * A new `control.db` would know none of the datasets and open none of their sessions; a new `hits.db` lacks the hits
 * that waited in it. Neither begins by itself where something was stored.
 * @param acceptLoss goes on with a new `hits.db`
 * @throws Problem `data_unusable`, `hits_lost`
 */
export function refusePartOfFolder(
  { controlFile, hitsFile }: { controlFile: string; hitsFile: string },
  acceptLoss: boolean,
): void {
  const slugs = storedDatasets(join(dirname(controlFile), 'datasets'));
  if (slugs.length === 0) return;
  if (isGone(controlFile)) {
    throw new Problem(
      'data_unusable',
      `${controlFile} is missing or empty, but sessions are stored (${slugs.slice(0, 5).join(', ')}): it holds the datasets, the users and the keys that open the sessions. Put it, or your backup of the whole folder, back: docs/operations.md, "Backup". Nothing was changed.`,
    );
  }
  if (!isGone(hitsFile) || acceptLoss) return;
  throw new Problem(
    'hits_lost',
    `${hitsFile} is missing or empty: hits were in it that are in no stored session yet. Put it, or your backup of the whole folder, back, or go on without them with serve --accept-loss. Nothing was changed.`,
  );
}

/** An empty file holds as little as none, and SQLite takes it for a new one. */
export function isGone(file: string): boolean {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size;
  const size = sizeOf(file);
  return size === undefined || (size === 0 && !sizeOf(`${file}-wal`));
}

function storedDatasets(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
