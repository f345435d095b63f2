/**
 * The crash windows of the engine, each by its number: between the 2xx of a hit and its pruning from the inbox, a
 * process dies at a named place, and the next one is opened over the files as they were left. Others have their test
 * beside what they are about; `tidy.test.ts` knows that none is missing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openDuckDbFile } from '../stores/duckdb-file.ts';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

const hourMs = 3_600_000;
const worlds: World[] = [];
async function start(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** Two visitors with three hits, whose sessions are over when an hour has passed. */
async function threeHits(world: World): Promise<void> {
  await world.send({ visitor: 'a' }, { visitor: 'b' }, { visitor: 'a' });
}

/** What three hits of two visitors must come to, however often the process died. */
async function expectOnce(world: World): Promise<void> {
  expect(
    await world.sql(
      'shop',
      'SELECT visitor_id, hits, end_reason FROM sessions ORDER BY visitor_id',
    ),
  ).toEqual([
    ['a', 2, 'idle'],
    ['b', 1, 'idle'],
  ]);
  expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
    [3, 3],
  ]);
  expect(await world.engine.verify('shop')).toMatchObject({
    damagedCount: 0,
    missingCount: 0,
  });
}

async function inboxRows(world: World): Promise<number> {
  const [counted] = await world.hits.batch(['SELECT count(*) FROM hit_inbox'], 'read');
  return Number(counted?.rows[0]?.[0]);
}

async function dieWhile(world: World, work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toThrow('killed');
  await world.crash();
  await world.reopen();
}

/** Dies once at a place of the commit; `armed` says when. */
function fuse() {
  const state = { armed: false };
  const burn = () => {
    if (!state.armed) return;
    state.armed = false;
    throw new Error('killed');
  };
  return { state, burn };
}

test('W4: a hit that was acknowledged and not read yet is read after the restart', async () => {
  const world = await start();
  await threeHits(world);
  await world.crash();
  await world.reopen();
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  await expectOnce(world);
});

test('W5: a session that was open in memory is open again, under the same id, and goes on', async () => {
  const world = await start();
  await world.send({ visitor: 'a' }, { visitor: 'b' });
  await world.settle();
  const active = async () =>
    (await world.engine.activeSessions('shop', 9))?.active.sessions.map(({ id }) => id).sort();
  const before = await active();
  await world.crash();
  await world.reopen();
  await world.settle();
  expect(before).toHaveLength(2);
  expect(await active()).toEqual(before);
  await world.send({ visitor: 'a' });
  world.advance(hourMs);
  await world.settle();
  await expectOnce(world);
  const stored = await world.sql('shop', 'SELECT session_id::VARCHAR FROM sessions');
  expect(stored.map(([id]) => String(id).replaceAll('-', '')).sort()).toEqual(before);
});

const canisterOf = (world: World) => join(world.root, 'datasets/shop/canister');

/** Dies between canister and tables. @param version of the segment */
async function dieAfterAppend(version: 1 | 2 = 2): Promise<World> {
  const { state, burn } = fuse();
  const world = await start({
    wrapStores: ({ analytics, canister }) => ({
      analytics,
      canister: {
        ...canister,
        async append(sessions) {
          const places = await canister.append(sessions);
          burn();
          return places;
        },
      },
    }),
  });
  if (version === 1)
    writeFileSync(join(canisterOf(world), '2026-11-21.seg'), 'CANISTER SEGMENT 1\n');
  await threeHits(world);
  await world.settle();
  world.advance(hourMs);
  state.armed = true;
  await expect(world.settle()).rejects.toThrow('killed');
  await world.crash();
  return world;
}

test.each<[number, 1 | 2]>([
  [1, 1],
  [40, 1],
  [1, 2],
  [40, 2],
])('W6: a record that is torn by %i bytes is cut off, and its sessions written again (version %i)', async (bytes, version) => {
  const world = await dieAfterAppend(version);
  const folder = canisterOf(world);
  const [segment = ''] = readdirSync(folder);
  const { size } = statSync(join(folder, segment));
  truncateSync(join(folder, segment), size - bytes);
  await world.reopen();
  await world.settle();
  await expectOnce(world);
  // Of two records the first, of the one who was idle for longer, was whole and lies there twice. A block is torn whole.
  expect(await recordsByVisitor(world)).toEqual({ a: 1, b: version === 1 ? 2 : 1 });
  expect(readdirSync(folder).filter((name) => name.includes('.cut-'))).toHaveLength(1);
});

test('W7: a record without a row is written again, and the row points to the later one', async () => {
  const world = await dieAfterAppend();
  await world.reopen();
  expect(await world.sql('shop', 'SELECT count(*) FROM sessions')).toEqual([[0]]);
  await world.settle();
  await expectOnce(world);
  expect(await recordsByVisitor(world)).toEqual({ a: 2, b: 2 });
  const { analytics, canister } = world.stores('shop');
  const { rows } = await analytics.query('SELECT segment_offset FROM store.sessions', []);
  const last = new Map<string, number>();
  for await (const { place, session } of canister.scan()) last.set(session.id, place.offset);
  expect(rows.map(([offset]) => Number(offset)).sort()).toEqual([...last.values()].sort());
});

async function recordsByVisitor(world: World): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for await (const { session } of world.stores('shop').canister.scan())
    counted[session.visitor] = (counted[session.visitor] ?? 0) + 1;
  return counted;
}

test('W8: a transaction of the tables that was under way is not there, and comes again', async () => {
  let crashing: Promise<void> | undefined;
  let armed = false;
  const world = await start({
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        store(sessions, low) {
          if (!armed) return analytics.store(sessions, low);
          armed = false;
          // Devices are written last: all rows are in the transaction, whose COMMIT has not come.
          const spied = new Proxy([...sessions], {
            get(target, name) {
              if (name === 'flatMap') crashing ??= world.crash();
              return Reflect.get(target, name);
            },
          });
          return analytics.store(spied, low);
        },
      },
    }),
  });
  await threeHits(world);
  await world.settle();
  world.advance(hourMs);
  armed = true;
  await world.engine.step();
  await world.engine.step().catch(() => undefined);
  await crashing;
  expect(crashing).toBeDefined();
  await world.reopen();
  expect(await world.sql('shop', 'SELECT count(*) FROM hits')).toEqual([[0]]);
  await world.settle();
  await expectOnce(world);
});

test('W9: what was committed and not told is skipped when the inbox is read again', async () => {
  const { state, burn } = fuse();
  const world = await start({
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        async store(sessions, low) {
          const position = await analytics.store(sessions, low);
          burn();
          return position;
        },
      },
    }),
  });
  await threeHits(world);
  // One who stays holds the position back, so that the others' hits are read again.
  await world.send({ visitor: 'a' });
  await world.settle();
  world.advance(hourMs / 3);
  await world.send({ visitor: 'stays' });
  await world.settle();
  world.advance(hourMs / 3);
  state.armed = true;
  await dieWhile(world, world.settle());
  const stored = 'SELECT visitor_id, hits FROM sessions ORDER BY 1';
  const told = [
    ['a', 3],
    ['b', 1],
  ];
  expect(await world.sql('shop', stored)).toEqual(told);
  await world.settle();
  expect(await world.sql('shop', stored)).toEqual(told);
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', stored)).toEqual([...told, ['stays', 1]]);
});

test('W10: where a COMMIT did not come through the engine ends, and the next one stores it once', async () => {
  let aborts = true;
  const world = await start({
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        async store(sessions, low) {
          if (!aborts) return await analytics.store(sessions, low);
          // The position that is read back is another one: nothing of the batch is there.
          throw new Error('killed: a transaction did not come through: epoch 0 instead of 1');
        },
      },
    }),
  });
  await threeHits(world);
  world.advance(hourMs);
  const settling = world.settle();
  await expect(settling).rejects.toThrow('did not come through');
  await world.crash();
  aborts = false;
  await world.reopen();
  await world.settle();
  await expectOnce(world);
});

test('W11: killed during a CHECKPOINT, the tables hold every batch that was committed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'canister-checkpoint-'));
  const file = join(folder, 'analytics.duckdb');
  // Says each batch after its commit and each checkpoint before it, until it is killed.
  const writer = `
    const { DuckDBInstance } = require('@duckdb/node-api');
    (async () => {
      const connection = await (await DuckDBInstance.create(process.argv[1])).connect();
      await connection.run('CREATE TABLE IF NOT EXISTS a (batch INTEGER, text VARCHAR)');
      const first = Number((await connection.runAndReadAll('SELECT coalesce(max(batch), 0) FROM a')).getRows()[0][0]);
      for (let batch = first + 1; ; batch += 1) {
        await connection.run('INSERT INTO a SELECT ' + batch + ", repeat(md5(range::VARCHAR), 20) FROM range(500)");
        process.stdout.write('committed ' + batch + '\\n');
        if (batch % 2 === 0) { process.stdout.write('checkpoint\\n'); await connection.run('CHECKPOINT'); }
      }
    })();`;
  try {
    for (const afterMs of [1, 4]) {
      const child = spawn(process.execPath, ['-e', writer, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (said.split('checkpoint').length === 3) setTimeout(() => child.kill('SIGKILL'), afterMs);
      });
      await once(child, 'close');
      const committed = Math.max(
        ...[...said.matchAll(/committed (\d+)/g)].map(([, n]) => Number(n)),
      );
      const database = await openDuckDbFile(file);
      const connection = await database.connect();
      const result = await connection.runAndReadAll(
        'SELECT batch, count(*) FROM a GROUP BY batch ORDER BY batch',
      );
      const rows = result.getRows().map((row) => row.map(Number));
      connection.closeSync();
      database.close();
      expect(database.setAside).toBeUndefined();
      expect(committed).toBeGreaterThanOrEqual(4);
      expect(rows.length).toBeGreaterThanOrEqual(committed);
      expect(rows).toEqual(rows.map((_, index) => [index + 1, 500]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Sessions that are stored; a checkpoint and the pruning are due. */
async function storedNotPruned(world: World): Promise<void> {
  await threeHits(world);
  world.advance(0.75 * hourMs);
  await world.settle();
  world.advance(0.5 * hourMs);
}

test('W13: rows that a checkpoint holds and nobody pruned are skipped, and the next pruning takes them', async () => {
  const { state, burn } = fuse();
  const world = await start({
    checkpointEveryMs: hourMs,
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        async checkpoint() {
          await analytics.checkpoint();
          burn();
        },
      },
    }),
  });
  await storedNotPruned(world);
  state.armed = true;
  await dieWhile(world, world.settle());
  // Three hits, and the heartbeat that ended their sessions.
  expect(await inboxRows(world)).toBe(4);
  await world.settle();
  await expectOnce(world);
  // No hit ever comes again, and yet they go.
  world.advance(hourMs + 1);
  await world.settle();
  expect(await inboxRows(world)).toBe(0);
  await expectOnce(world);
});

test('W14: killed while it was pruned, the inbox has lost nothing that is not stored', async () => {
  const { state, burn } = fuse();
  const world = await start({
    checkpointEveryMs: hourMs,
    wrapInbox: (inbox) => ({
      ...inbox,
      async prune(dataset, through) {
        if (state.armed && dataset !== undefined) {
          await inbox.prune(dataset, through - 2);
          burn();
        }
        await inbox.prune(dataset, through);
      },
    }),
  });
  await storedNotPruned(world);
  await world.send({ visitor: 'open' });
  state.armed = true;
  await dieWhile(world, world.settle());
  // Two of the three are pruned; behind the third a heartbeat, and one who is still there.
  expect(await inboxRows(world)).toBe(3);
  await world.settle();
  await expectOnce(world);
  world.advance(hourMs + 1);
  await world.settle();
  expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
    [4, 4],
  ]);
});
