/** Faults that would lose hits, put into real stores: each must show, and the product in the same place must not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type InStatement } from '@libsql/client';
import { afterEach, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';

const table = 'CREATE TABLE a (x INTEGER PRIMARY KEY)';

/** A writer that sends its statements one by one with `execute`. */
async function openByExecute(file: string, busyTimeoutMs: number): Promise<LibsqlFile> {
  const client = createClient({ url: `file:${file}`, concurrency: 1, timeout: busyTimeoutMs });
  await client.execute('PRAGMA journal_mode = WAL');
  return {
    async batch(statements) {
      const results = [];
      for (const statement of statements as InStatement[])
        results.push(await client.execute(statement));
      return results;
    },
    scrub: async () => {},
    copyTo: async () => {},
    close: () => client.close(),
  };
}

/** How many of the acknowledged rows another connection does not see, after a lock held one of them up. */
async function countHidden(open: (file: string) => Promise<LibsqlFile>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-planted-'));
  const file = join(folder, 'test.db');
  const [writer, other] = [await open(file), createClient({ url: `file:${file}` })];
  try {
    const lock = await other.transaction('write');
    await expect(writer.batch(['INSERT INTO a (x) VALUES (1)'], 'write')).rejects.toThrow('BUSY');
    await lock.rollback();
    for (let x = 2; x < 22; x += 1)
      await writer.batch([{ sql: 'INSERT INTO a (x) VALUES (?)', args: [x] }], 'write');
    const seen = await other.execute('SELECT count(*) FROM a');
    return 20 - Number(seen.rows[0]?.[0]);
  } finally {
    other.close();
    writer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('Writing by execute instead of batch hides acknowledged rows after one lock; the product hides none', async () => {
  expect(await countHidden((file) => openLibsqlFile(file, [table], 20))).toBe(0);
  const planted = async (file: string) => {
    (await openLibsqlFile(file, [table])).close();
    return await openByExecute(file, 20);
  };
  expect(await countHidden(planted)).toBe(20);
});

let worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds) await world.close();
  worlds = [];
});

/** Two sessions are stored, the first batch of them meets an error; gives how many of the four hits are there at last. */
async function storeThroughError(swallows: boolean): Promise<number> {
  let batches = 0;
  const world = await createWorld({
    checkpointEveryMs: 1,
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        async store(sessions, low) {
          if (sessions.length > 0) batches += 1;
          if (sessions.length === 0 || batches > 1) return await analytics.store(sessions, low);
          const odd = sessions.map((one) => ({ ...one, session: { ...one.session, id: 'no id' } }));
          try {
            return await analytics.store(odd, low);
          } catch (error) {
            if (!swallows) throw error;
            return await analytics.store([], low);
          }
        },
      },
    }),
  });
  worlds.push(world);
  await world.dataset({ slug: 'shop', idleTimeoutMs: 60_000 });
  for (const visitor of ['anna', 'ben']) {
    await world.send({ visitor }, { visitor });
    world.advance(120_000);
    await world.settle().catch(async (error: Error) => {
      expect(error.message).toMatch(/no id|uuid|BigInt/i);
      await world.crash();
      await world.reopen();
      await world.settle();
    });
  }
  const [[hits] = []] = await world.sql('shop', 'SELECT count(*) FROM hits');
  return Number(hits);
}

test('An error that is swallowed before the COMMIT loses hits; the product stores them after a restart', async () => {
  expect(await storeThroughError(false)).toBe(4);
  expect(await storeThroughError(true)).toBe(2);
});
