/** What is kept of a dataset goes: its hits, its folder, and last what `control.db` knows of it, its keys among that. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Datasets } from '../settings/datasets.ts';
import type { DataFolder } from './data-folder.ts';
import { syncFolder } from './durable-folder.ts';
import type { Scrubbed, SqlBatch } from './libsql-file.ts';

/** Others write to the file between two pieces. */
const rowsPerPiece = 10_000;

/** Asked of the file itself: a table that comes later is not forgotten. */
const tablesSql = `SELECT t.name FROM sqlite_master t, pragma_table_info(t.name) c
  WHERE t.type = 'table' AND c.name = 'dataset' ORDER BY t.name`;

export interface DatasetRemoval {
  /**
   * Removes everything of a dataset that is hidden and closed. What was begun is finished by doing it again: only when
   * nothing is left is the dataset itself forgotten.
   */
  remove(slug: string): Promise<void>;
}

/** Finishes what a crash has left. Gives their names. */
export async function finishRemovals(
  datasets: Pick<Datasets, 'hidden'>,
  { remove }: DatasetRemoval,
): Promise<string[]> {
  const hidden = await datasets.hidden();
  for (const slug of hidden) await remove(slug);
  return hidden;
}

export function openDatasetRemoval(options: {
  hits: SqlBatch & Scrubbed;
  control: SqlBatch & Scrubbed;
  folder: Pick<DataFolder, 'dataset'>;
}): DatasetRemoval {
  const { hits, control, folder } = options;

  async function tablesOf(file: SqlBatch): Promise<string[]> {
    const [found] = await file.batch([tablesSql], 'read');
    return (found?.rows ?? []).map(({ name }) => String(name));
  }

  async function removeHits(slug: string): Promise<void> {
    for (const table of await tablesOf(hits)) {
      const sql = `DELETE FROM ${table} WHERE rowid IN
        (SELECT rowid FROM ${table} WHERE dataset = ? LIMIT ${rowsPerPiece})`;
      for (let rows = rowsPerPiece; rows === rowsPerPiece; )
        rows = (await hits.batch([{ sql, args: [slug] }], 'write'))[0]?.rowsAffected ?? 0;
    }
    await hits.scrub();
  }

  async function removeFolder(slug: string): Promise<void> {
    const { folder: path } = folder.dataset(slug);
    if (!existsSync(path)) return;
    await rm(path, { recursive: true });
    syncFolder(dirname(path));
  }

  return {
    async remove(slug) {
      await removeHits(slug);
      await removeFolder(slug);
      const statements = (await tablesOf(control)).map((table) => ({
        sql: `DELETE FROM ${table} WHERE dataset = ?`,
        args: [slug],
      }));
      await control.batch(
        [...statements, { sql: 'DELETE FROM dataset WHERE slug = ?', args: [slug] }],
        'write',
      );
      await control.scrub();
    },
  };
}
