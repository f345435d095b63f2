/** Rows with long texts that do not fit into memory as others do are published all the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDuckDbAnalytics } from '../duckdb-analytics.ts';
import { publishDays } from './publish-days.ts';

const hits = 30_000;
/** Random texts, so that no dictionary holds them: 60 MB, of which the engine below may hold less. */
const titleCharacters = 2_048;
const memoryLimit = '80MB';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-sparing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fill(file: string): Promise<void> {
  const store = await openDuckDbAnalytics(file);
  const title = `(SELECT string_agg(md5(i || '-' || k), '') FROM range(${titleCharacters / 32}) t(k))`;
  for (let from = 0; from < hits; from += 5_000)
    await store.query(
      `INSERT INTO store.hits BY NAME SELECT md5('h' || i)::UUID AS hit_id, md5('s')::UUID AS session_id,
         TIMESTAMPTZ '2026-11-21 12:00:00+00' AS "at", 'request' AS type, ${title} AS title
         FROM range(${from}, ${from + 5_000}) r(i)`,
      [],
    );
  await store.checkpoint();
  await store.close();
}

test('A day that does not fit into memory is written in smaller groups, whole', async () => {
  const file = join(folder, 'analytics.duckdb');
  await fill(file);
  const options = { memory_limit: memoryLimit, threads: '2', temp_directory: '' };
  const instance = await DuckDBInstance.create(file, options);
  const opened: DuckDBConnection[] = [];
  try {
    const connect = async () => {
      const connection = await instance.connect();
      opened.push(connection);
      return connection;
    };
    const place = { folder: join(folder, 'published'), timeZone: 'UTC', asOf: 1 };
    const { manifest } = await publishDays({ ...place, connect });
    // Two that wrote at once and ran out of memory, then one alone.
    expect(opened).toHaveLength(3);
    expect(manifest.files.map(({ view, day, rows }) => [view, day, rows])).toEqual([
      ['hits', '2026-11-21', hits],
    ]);
    const [written] = manifest.files;
    const reader = await instance.connect();
    const found = await reader.runAndReadAll(
      `SELECT count(DISTINCT hit_id), min(length(title)), max(length(title)) FROM read_parquet('${place.folder}/${written?.file}')`,
    );
    reader.closeSync();
    expect(found.getRows()[0]?.map(Number)).toEqual([hits, titleCharacters, titleCharacters]);
  } finally {
    instance.closeSync();
  }
}, 60_000);
