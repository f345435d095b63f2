/** The dataset directory over libSQL, for collectors at the edge: read whole (it is small) and kept for a while. */
import type { Client } from '@libsql/client/web';
import { getTableName } from 'drizzle-orm';
import type { DatasetEntry } from '../../core/contract/dataset.ts';
import { datasetDirectory } from '../../core/contract/edge-tables.ts';
import { Problem } from '../../core/contract/problem.ts';
import type { DatasetDirectory } from './dataset-directory.ts';

const { writeKey, slug, hosts, addressSecret, maskedNames } = datasetDirectory;
const selectAll = `SELECT ${writeKey.name}, ${slug.name}, ${hosts.name}, ${addressSecret.name}, ${maskedNames.name} FROM ${getTableName(datasetDirectory)}`;

export interface LibsqlDirectoryOptions {
  client: Pick<Client, 'batch'>;
  clock: () => number;
  /** How long an answer is believed, also that there is no such key. */
  maxAgeMs: number;
}

/**
 * Two requests that find it stale both read: at the edge one request may not wait for the network of another.
 * While the database is away, what was read last goes on being believed.
 */
export function createLibsqlDirectory(options: LibsqlDirectoryOptions): DatasetDirectory {
  const { client, clock, maxAgeMs } = options;
  let entries: Map<string, DatasetEntry> | undefined;
  let readAt = 0;

  async function readAll(): Promise<Map<string, DatasetEntry>> {
    try {
      const [result] = await client.batch([selectAll], 'read');
      entries = new Map((result?.rows ?? []).map((row) => [String(row[0]), entryOf(row)]));
      readAt = clock();
    } catch (cause) {
      if (!entries)
        throw new Problem('inbox_failed', 'The datasets cannot be read now.', { cause });
    }
    return entries;
  }

  return {
    find(key) {
      if (entries && clock() - readAt < maxAgeMs) return entries.get(key);
      return readAll().then((found) => found.get(key));
    },
  };
}

function entryOf(row: ArrayLike<unknown>): DatasetEntry {
  return {
    writeKey: String(row[0]),
    slug: String(row[1]),
    hosts: listOf(row[2]),
    addressSecret: String(row[3]),
    maskedNames: listOf(row[4]),
  };
}

function listOf(text: unknown): string[] {
  const list: unknown = JSON.parse(String(text));
  return Array.isArray(list) ? list.map(String) : [];
}
