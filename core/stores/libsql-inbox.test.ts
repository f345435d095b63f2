import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InboxSource } from '../sources/inbox-source.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { openLibsqlInboxSource } from './libsql-inbox.ts';
import { hitsMigrations } from './migrations/migrations.ts';

let folder: string;
let hits: LibsqlFile;
let inbox: InboxSource;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-inbox-'));
  hits = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
  inbox = openLibsqlInboxSource(hits);
});
afterEach(() => {
  hits.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fill(dataset: string, count: number, receivedAt: number): Promise<void> {
  const sql = `INSERT INTO hit_inbox (dataset, hit_id, received_at, body)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT ?, zeroblob(16), ?, CAST(i AS BLOB) FROM n`;
  await hits.batch([{ sql, args: [count, dataset, receivedAt] }], 'write');
}
const seqs = async (after = 0, limit = 1e6) =>
  (await inbox.take(after, limit)).map(({ seq }) => seq);
async function one(sql: string): Promise<unknown> {
  return (await hits.batch([sql], 'read'))[0]?.rows[0]?.[0];
}

test('rows are taken in order, behind a place, up to a number', async () => {
  await fill('shop', 5, 10);
  expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
  expect(await seqs(2, 2)).toEqual([3, 4]);
  expect(await seqs(5)).toEqual([]);
  const [row] = await inbox.take(2, 1);
  expect(row).toEqual({ seq: 3, dataset: 'shop', receivedAt: 10, body: new Uint8Array([0x33]) });
});

test('a heartbeat is a row without a dataset, never older than the row before it, and does not wait', async () => {
  await fill('shop', 1, 1_000);
  await inbox.heartbeat(500);
  await inbox.heartbeat(2_000);
  const rows = await inbox.take(1, 10);
  expect(rows).toEqual([
    { seq: 2, dataset: undefined, receivedAt: 1_000, body: undefined },
    { seq: 3, dataset: undefined, receivedAt: 2_000, body: undefined },
  ]);
  expect(await inbox.waiting(0)).toBe(1);
  expect(await inbox.waiting(1)).toBe(0);
});

test('a command lies among the hits, says that it is one, and is not counted as a hit', async () => {
  await fill('shop', 1, 1_000);
  await inbox.command('shop', { do: 'end_session', sessionId: 'ab' }, 500);
  await fill('shop', 1, 1_000);
  const rows = await inbox.take(0, 10);
  expect(rows.map(({ isCommand, receivedAt }) => [isCommand, receivedAt])).toEqual([
    [undefined, 1_000],
    [true, 1_000],
    [undefined, 1_000],
  ]);
  expect(JSON.parse(Buffer.from(rows[1]?.body ?? []).toString())).toEqual({
    do: 'end_session',
    sessionId: 'ab',
  });
  expect(await inbox.waiting(0)).toBe(2);
  await inbox.prune('shop', 3);
  expect(await inbox.take(0, 10)).toEqual([]);
});

test('pruning takes the rows of one dataset up to a place, however many, and leaves all others', async () => {
  await fill('shop', 25_000, 10);
  await fill('blog', 2, 10);
  await inbox.heartbeat(10);
  await fill('shop', 2, 10);
  await inbox.prune('shop', 25_003);
  expect(await seqs()).toEqual([25_001, 25_002, 25_003, 25_004, 25_005]);
  await inbox.prune(undefined, 25_005);
  expect(await seqs()).toEqual([25_001, 25_002, 25_004, 25_005]);
  await fill('shop', 1, 10);
  expect((await seqs()).at(-1)).toBe(25_006);
});

test('a number is never given twice, also when the last rows were pruned', async () => {
  await fill('shop', 3, 10);
  await inbox.prune('shop', 3);
  await fill('shop', 1, 10);
  expect(await seqs()).toEqual([4]);
});

test('what is set aside is kept with its reason, once', async () => {
  await fill('shop', 1, 10);
  const [row] = await inbox.take(0, 1);
  if (row === undefined) throw new Error('a row was expected');
  await inbox.setAside(row, 'first');
  await inbox.setAside(row, 'url_invalid');
  expect(await one('SELECT count(*) FROM set_aside')).toBe(1);
  expect(
    await one(
      "SELECT seq || ' ' || dataset || ' ' || received_at || ' ' || reason || ' ' || hex(body) FROM set_aside",
    ),
  ).toBe('1 shop 10 url_invalid 31');
});

test('ids are forgotten when no retry of them is expected any more', async () => {
  const sql =
    "INSERT INTO recent_hit (dataset, hit_id, batch, ordinal, received_at) VALUES ('shop', ?, x'00', 0, ?)";
  await hits.batch(
    [1, 2, 3].map((time) => ({ sql, args: [Buffer.of(time), time] })),
    'write',
  );
  await inbox.forgetIds(3);
  expect(await one('SELECT group_concat(received_at) FROM recent_hit')).toBe('3');
  // A clock that was set back: what comes behind a young one goes with it.
  await hits.batch([{ sql, args: [Buffer.of(9), 1] }], 'write');
  await inbox.forgetIds(3);
  expect(await one('SELECT group_concat(received_at) FROM recent_hit')).toBe('3,1');
  await inbox.forgetIds(4);
  expect(await one('SELECT count(*) FROM recent_hit')).toBe(0);
  // A clock that was a year ahead: its rows stay until there are others, and do not keep all that comes.
  const yearMs = 365 * 24 * 3_600_000;
  await hits.batch([{ sql, args: [Buffer.of(10), yearMs] }], 'write');
  await inbox.forgetIds(4);
  expect(await one('SELECT count(*) FROM recent_hit')).toBe(1);
  await hits.batch([{ sql, args: [Buffer.of(11), 5] }], 'write');
  await inbox.forgetIds(4);
  expect(await one('SELECT group_concat(received_at) FROM recent_hit')).toBe('5');
});
