/** The sums of the counters are those of the hours, whatever changes them, also for a file of an older version. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLibsqlCounts } from './libsql-counts.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { hitsMigrations } from './migrations/migrations.ts';

const hourMs = 3_600_000;
/** Of the version that had no sums. */
const migrationsBefore = hitsMigrations.slice(0, 4);

let folder: string;
let hits: LibsqlFile;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-counts-'));
  hits = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
});

afterEach(() => {
  hits.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (dataset: string, hour: number, outcome: string, reason: string, count: number) =>
  hits.batch(
    [
      {
        sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = hit_count.count + excluded.count`,
        args: [dataset, hour, outcome, reason, count],
      },
    ],
    'write',
  );

async function totals() {
  const [result] = await hits.batch(
    [
      `SELECT dataset || ' ' || outcome || ' ' || imported || ' ' || count AS line FROM hit_total ORDER BY 1`,
    ],
    'read',
  );
  return result?.rows.map(({ line }) => String(line));
}

test('each change of an hour is one of the sums', async () => {
  await add('shop', 100, 'received', '', 5);
  await add('shop', 100, 'received', '', 2);
  await add('shop', 101, 'received', '', 1);
  await add('shop', 101, 'received', 'import', 40);
  await add('shop', 101, 'accepted', '', 8);
  await add('shop', 101, 'accepted', '', -3);
  await add('blog', 101, 'bad', 'hit_invalid', 1);
  await add('blog', 101, 'bad', 'not_json', 2);
  expect(await totals()).toEqual([
    'blog bad 0 3',
    'shop accepted 0 5',
    'shop received 0 8',
    'shop received 1 40',
  ]);
  const read = await openLibsqlCounts(hits, Date.now).read();
  expect(read.get('shop')).toMatchObject({ received: 48, accepted: 5, bad: 0 });
  await hits.batch(["DELETE FROM hit_count WHERE dataset = 'shop' AND hour = 101"], 'write');
  await hits.batch(["DELETE FROM hit_count WHERE dataset = 'blog'"], 'write');
  expect(await totals()).toEqual([
    'blog bad 0 0',
    'shop accepted 0 0',
    'shop received 0 7',
    'shop received 1 0',
  ]);
});

test('a file of the version before has its sums from the first start on', async () => {
  hits.close();
  const file = join(folder, 'old.db');
  hits = await openLibsqlFile(file, migrationsBefore);
  await add('shop', 100, 'accepted', '', 5);
  await add('shop', 101, 'accepted', '', 6);
  await add('shop', 101, 'accepted', 'import', 7);
  hits.close();
  hits = await openLibsqlFile(file, hitsMigrations);
  await add('shop', 102, 'accepted', '', 1);
  expect(await totals()).toEqual(['shop accepted 0 12', 'shop accepted 1 7']);
});

test('an hour that does not add up is found: among the last ones at once, among all where the sums tell of it', async () => {
  const { findBroken } = openLibsqlCounts(hits, Date.now);
  for (const hour of [100, 900]) {
    await add('shop', hour, 'received', '', 5);
    await add('shop', hour, 'accepted', '', 5);
  }
  expect(await findBroken(800 * hourMs)).toEqual([]);
  await add('shop', 900, 'accepted', '', 1);
  await add('shop', 901, 'received', '', 1);
  const last = [
    { dataset: 'shop', at: 900 * hourMs, received: 5, explained: 6 },
    { dataset: 'shop', at: 901 * hourMs, received: 1, explained: 0 },
  ];
  expect(await findBroken(800 * hourMs)).toEqual(last);
  await add('shop', 100, 'received', '', 1);
  expect(await findBroken(800 * hourMs)).toEqual([
    { dataset: 'shop', at: 100 * hourMs, received: 6, explained: 5 },
    ...last,
  ]);
});
