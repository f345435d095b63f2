import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { hitsMigrations } from './migrations/migrations.ts';
import { openWaitingHits, type WaitingHits } from './waiting-hits.ts';

const rowsPerBlock = 8;
let folder: string;
let hits: LibsqlFile;
let waiting: WaitingHits;
let read: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-waiting-'));
  hits = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
  read = [];
  const watched: Pick<LibsqlFile, 'batch'> = {
    batch(statements, mode) {
      for (const one of statements) if (JSON.stringify(one).includes('GROUP BY')) read.push('run');
      return hits.batch(statements, mode);
    },
  };
  waiting = openWaitingHits(watched, rowsPerBlock);
});
afterEach(() => {
  hits.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Rows of two datasets in turn, with a heartbeat and a command among them. */
async function append(rows: number): Promise<void> {
  for (let row = 0; row < rows; row += 1) {
    const dataset = row % 11 === 10 ? null : row % 3 === 0 ? 'blog' : 'shop';
    const id = dataset === null || row % 7 === 6 ? null : Buffer.alloc(16);
    const sql = 'INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES (?, ?, 1, ?)';
    await hits.batch([{ sql, args: [dataset, id, Buffer.from('{}')] }], 'write');
  }
}

/** The same by reading all rows. */
async function recount(dataset: string | undefined, after: number): Promise<number> {
  const [all] = await hits.batch(['SELECT seq, dataset, hit_id FROM hit_inbox'], 'read');
  return (all?.rows ?? []).filter(
    (row) =>
      Number(row.seq) > after &&
      row.hit_id !== null &&
      (dataset === undefined || row.dataset === dataset),
  ).length;
}

async function compare(positions: readonly number[]): Promise<void> {
  for (const after of positions) {
    const places = [undefined, 'shop', 'blog', 'none'].map((dataset) => ({ dataset, after }));
    const counted = await waiting.count([...places, { dataset: 'shop', after: 0 }]);
    const expected = await Promise.all(places.map(({ dataset }) => recount(dataset, after)));
    expect([after, ...counted.waiting]).toEqual([after, ...expected, await recount('shop', 0)]);
  }
}

test('What is counted by blocks is what all rows say, wherever one asks and while rows come', async () => {
  await compare([0, 5]);
  await append(3);
  await compare([0, 2, 3, 9]);
  await append(70);
  await compare([0, 1, 6, 7, 8, 9, 15, 16, 17, 63, 64, 71, 72, 73, 90]);
  await append(13);
  await compare([40, 86, 0]);
});

test('A full block is read once, however often one asks', async () => {
  await append(100);
  await waiting.count([{ dataset: undefined, after: 0 }]);
  expect(read).toHaveLength(2);
  for (let after = 0; after < 100; after += 5) await waiting.count([{ dataset: 'shop', after }]);
  expect(read).toHaveLength(2);
  await append(8);
  await waiting.count([{ dataset: undefined, after: 90 }]);
  expect(read).toHaveLength(3);
});

test('Rows that go behind the position do no harm; where others go, all is counted anew when told', async () => {
  await append(100);
  await compare([0]);
  await hits.batch(['DELETE FROM hit_inbox WHERE seq <= 50'], 'write');
  const places = [{ dataset: undefined, after: 60 }];
  expect((await waiting.count(places)).waiting).toEqual([await recount(undefined, 60)]);
  await hits.batch(["DELETE FROM hit_inbox WHERE seq > 70 AND dataset = 'blog'"], 'write');
  waiting.forget();
  await compare([0, 60, 80]);
});

test('Other statements see the same moment, and their results come back in their order', async () => {
  await append(20);
  const asked = waiting.count(
    [{ dataset: undefined, after: 0 }],
    ['SELECT count(*) FROM hit_inbox', 'SELECT 7'],
  );
  const { results } = await asked;
  expect(results.map(({ rows }) => Number(rows[0]?.[0]))).toEqual([20, 7]);
  expect(await waiting.count([], [])).toEqual({ waiting: [], results: [] });
});
