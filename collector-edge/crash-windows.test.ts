/**
 * The crash windows of the collector, each by its number: the process is killed while it takes a hit, another one is
 * opened over the files as they were left, and the sender sends again what was not acknowledged.
 */
import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type LibsqlFile, openLibsqlFile } from '../core/stores/libsql-file.ts';
import { hitsMigrations } from '../core/stores/migrations/migrations.ts';
import { createLibsqlInbox } from './inbox/libsql-inbox.ts';
import { createTestCollector, testHit, testStartMs } from './testing/collector.ts';

const base = mkdtempSync(join(tmpdir(), 'canister-collector-'));
const files: LibsqlFile[] = [];
afterAll(() => {
  for (const file of files) file.close();
  rmSync(base, { recursive: true });
});

type Batch = LibsqlFile['batch'];
let lives = 0;

/** A collector over a real file: a new one, or what a killed process left. */
async function open(
  left?: string,
  wrap: (batch: Batch, folder: string) => Batch = (batch) => batch,
) {
  const folder = left ?? mkdtempSync(join(base, 'new-'));
  const file = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
  files.push(file);
  const inbox = createLibsqlInbox({
    client: { batch: wrap((statements, mode) => file.batch(statements, mode), folder) },
    clock: () => testStartMs,
  });
  const { app, post } = createTestCollector({ inbox });
  const query = async (sql: string) =>
    ((await file.batch([sql], 'read'))[0]?.rows ?? []).map((row) =>
      [...Array(row.length)].map((_, index) => row[index]),
    );
  return {
    folder,
    inbox,
    post: (...numbers: number[]) => post(JSON.stringify(numbers.map((number) => testHit(number)))),
    app,
    ids: async () =>
      (await query('SELECT hex(hit_id) FROM hit_inbox ORDER BY seq')).map(([id]) =>
        Number.parseInt(String(id).slice(-4), 16),
      ),
    counts: async () =>
      Object.fromEntries(
        (await query('SELECT outcome, sum(count) FROM hit_count GROUP BY outcome')).map(
          ([outcome, count]) => [String(outcome), Number(count)],
        ),
      ),
  };
}

/** The files as a killed process leaves them at this moment. */
function kill(folder: string): string {
  const image = join(base, `life-${lives++}`);
  cpSync(folder, image, { recursive: true, filter: (path) => !path.endsWith('-shm') });
  return image;
}

const never = new Promise<never>(() => {});

test('W0: of a request that had come half nothing is there, and its retry counts once', async () => {
  const first = await open();
  const text = JSON.stringify([testHit(1), testHit(2)]);
  const half = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(text.slice(0, 150))),
  });
  const request = { method: 'POST', body: half, duplex: 'half' } as RequestInit;
  const answered = first.app.request('/hits', request);
  await new Promise((resolve) => setImmediate(resolve));
  const again = await open(kill(first.folder));
  expect(await again.ids()).toEqual([]);
  expect((await again.post(1, 2)).status).toBe(202);
  expect(await again.ids()).toEqual([1, 2]);
  void answered;
});

test('W1: of hits that waited for their batch nothing is there, and their retry counts once', async () => {
  let image: string | undefined;
  const first = await open(undefined, (_, folder) => () => {
    image = kill(folder);
    return never;
  });
  let answers = 0;
  // The first fills the batch, which never comes to the store; the second waits behind it.
  for (const number of [1, 2]) {
    void first.post(number).then(() => {
      answers += 1;
    });
    await expect.poll(() => image).toBeDefined();
  }
  expect(answers).toBe(0);
  const again = await open(image);
  expect(await again.ids()).toEqual([]);
  expect([(await again.post(1)).status, (await again.post(2)).status]).toEqual([202, 202]);
  expect(await again.ids()).toEqual([1, 2]);
  expect(await again.counts()).toEqual({ received: 2, accepted: 2 });
});

test('W2: a batch whose end did not come to the write-ahead log is not there, and its retry counts once', async () => {
  const first = await open();
  expect((await first.post(1, 2)).status).toBe(202);
  const before = statSync(join(first.folder, 'hits.db-wal')).size;
  void first.post(3, 4);
  await expect.poll(first.ids).toEqual([1, 2, 3, 4]);
  for (const share of [0.2, 0.6, 0.99]) {
    const image = kill(first.folder);
    const log = join(image, 'hits.db-wal');
    truncateSync(log, Math.floor(before + (statSync(log).size - before) * share));
    const again = await open(image);
    expect(await again.ids()).toEqual([1, 2]);
    expect((await again.post(3, 4)).status).toBe(202);
    expect(await again.ids()).toEqual([1, 2, 3, 4]);
    expect(await again.counts()).toEqual({ received: 4, accepted: 4 });
  }
});

test('W3: a batch that was committed and not answered is there, and its retry is a duplicate', async () => {
  let image: string | undefined;
  const first = await open(undefined, (batch, folder) => async (statements, mode) => {
    await batch(statements, mode);
    image = kill(folder);
    return await never;
  });
  void first.post(1, 2);
  await expect.poll(() => image).toBeDefined();
  const again = await open(image);
  expect(await again.ids()).toEqual([1, 2]);
  expect((await again.post(1, 2)).status).toBe(202);
  expect(await again.ids()).toEqual([1, 2]);
  expect(await again.counts()).toEqual({ received: 4, accepted: 2, duplicate: 2 });
});
