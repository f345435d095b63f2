/** The same history, crashed at every moment of the commit protocol and taken up again, must end in the same tables. */
import { statSync, truncateSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { ClosedSession } from '../contract/session.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import { createWorld, type Stores, type World } from '../testing/world.ts';

const hourMs = 3_600_000;
const checkpointEveryMs = 30 * hourMs;

class Crash extends Error {}

/** Counts the moments at which a process could die, and dies at one of them. */
interface Fuse {
  moments: string[];
  dieAt: number;
}

function moment(fuse: Fuse, name: string): void {
  fuse.moments.push(name);
  if (fuse.moments.length === fuse.dieAt) throw new Crash(name);
}

const wrapInbox =
  (fuse: Fuse) =>
  (inbox: InboxSource): InboxSource => ({
    ...inbox,
    async prune(dataset, through) {
      await inbox.prune(dataset, through);
      moment(fuse, 'after the pruning');
    },
  });

const wrapStores =
  (fuse: Fuse) =>
  ({ analytics, canister }: Stores): Stores => ({
    canister: {
      ...canister,
      async append(sessions) {
        moment(fuse, 'before the canister');
        const places = await canister.append(sessions);
        moment(fuse, 'between canister and commit');
        return places;
      },
    },
    analytics: {
      ...analytics,
      async store(sessions, low) {
        const position = await analytics.store(sessions, low);
        moment(fuse, 'after the commit');
        return position;
      },
      async checkpoint() {
        moment(fuse, 'before the checkpoint');
        await analytics.checkpoint();
        moment(fuse, 'between checkpoint and pruning');
      },
    },
  });

/** A day and a half of three visitors: idle ends, a session over its duration, hits out of order, hits in between. */
const history: ((world: World) => Promise<unknown> | undefined)[] = [
  (world) =>
    world.send(
      { visitor: 'long' },
      { visitor: 'short' },
      { visitor: 'short', url: 'https://shop.example/2' },
    ),
  ...Array.from({ length: 14 }, (_, index) => async (world: World) => {
    world.advance(2 * hourMs);
    const late = { at: 1_000_000, sentAt: 1_000_000 + hourMs };
    await world.send({ visitor: 'long', url: `https://shop.example/${index}`, ...late });
    if (index % 3 === 0)
      await world.send({ visitor: 'short' }, { visitor: 'long', type: 'event', name: 'x' });
    if (index % 4 === 0) await world.sendBody('shop', Buffer.from('{'));
    if (index % 5 === 0) await world.send({ visitor: `once ${index}` });
  }),
  (world) => {
    world.advance(4 * hourMs);
    return undefined;
  },
  (world) => {
    world.advance(checkpointEveryMs + 1);
    return undefined;
  },
];

async function run(dieAt: number): Promise<{ world: World; fuse: Fuse }> {
  const fuse: Fuse = { moments: [], dieAt };
  const world = await createWorld({
    checkpointEveryMs,
    wrapStores: wrapStores(fuse),
    wrapInbox: wrapInbox(fuse),
  });
  worlds.push(world);
  await world.dataset({ slug: 'shop', idleTimeoutMs: 3 * hourMs });
  for (const act of history) {
    await act(world);
    try {
      await world.settle();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await world.crash();
      await world.reopen();
      await world.settle();
    }
  }
  return { world, fuse };
}

/** Everything but the places in the segments, which may differ: a record that was written twice lies twice. */
async function tables(world: World) {
  const { analytics } = world.stores('shop');
  const read = async (sql: string) => (await analytics.query(sql, [])).rows;
  const [aside] = await world.hits.batch(
    ['SELECT seq, reason FROM set_aside ORDER BY seq'],
    'read',
  );
  return {
    sessions: await read(
      'SELECT * EXCLUDE (segment_day, segment_offset, segment_length) FROM store.sessions ORDER BY ALL',
    ),
    hits: await read('SELECT * FROM store.hits ORDER BY ALL'),
    low: await read('SELECT low FROM store.position'),
    setAside: aside?.rows.map((row) => [row[0], row[1]]),
  };
}

/** Reads each stored session from its place, and the last record of each session in the segments. */
async function canisterAgrees(world: World): Promise<void> {
  const { analytics, canister } = world.stores('shop');
  const { rows } = await analytics.query(
    "SELECT replace(session_id::VARCHAR, '-', ''), segment_day, segment_offset, segment_length, hits FROM store.sessions",
    [],
  );
  const last = new Map<string, ClosedSession>();
  for await (const { session } of canister.scan()) last.set(session.id, session);
  expect(last.size).toBe(rows.length);
  for (const [id, day, offset, length, hits] of rows) {
    const place = { day: String(day), offset: Number(offset), length: Number(length) };
    const session = await canister.read(String(id), place);
    expect(session.hits).toHaveLength(Number(hits));
    expect(last.get(String(id))).toEqual(session);
  }
}

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

let expected: Awaited<ReturnType<typeof tables>>;
let moments: string[];
beforeAll(async () => {
  const { world, fuse } = await run(0);
  expected = await tables(world);
  moments = fuse.moments;
  await canisterAgrees(world);
});

test('the history without a crash has every hit once, and a session that continues another', () => {
  // 3 at first, then 14 of the long visitor, 2 · 5 in every third step, and 3 visitors who come once.
  expect(expected.hits).toHaveLength(3 + 14 + 10 + 3);
  expect(new Set(expected.hits.map(([id]) => id)).size).toBe(30);
  expect(expected.setAside?.map(([, reason]) => String(reason).startsWith('fault'))).toEqual(
    Array(4).fill(true),
  );
  expect(expected.sessions.filter((row) => row.includes('duration_limit'))).toHaveLength(1);
  expect(new Set(moments).size).toBe(6);
});

test('after a crash at any moment everything is there once, under the same names', async () => {
  for (let dieAt = 1; dieAt <= moments.length; dieAt += 1) {
    const { world } = await run(dieAt);
    expect(
      await tables(world),
      `died ${moments[dieAt - 1]} (${dieAt} of ${moments.length})`,
    ).toEqual(expected);
    await canisterAgrees(world);
    for (const done of worlds.splice(0)) await done.close();
  }
}, 240_000);

test('killed after every single step, everything is there once, under the same names', async () => {
  const world = await createWorld({ checkpointEveryMs });
  worlds.push(world);
  await world.dataset({ slug: 'shop', idleTimeoutMs: 3 * hourMs });
  for (const act of history) {
    await act(world);
    await world.settle();
    await world.crash();
    await world.reopen();
    await world.settle();
  }
  expect(await tables(world)).toEqual(expected);
  await canisterAgrees(world);
});

test('when the analytics do not take a batch, nothing is lost and nothing comes twice', async () => {
  let broken = true;
  const world = await createWorld({
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        store: (sessions, low) =>
          broken ? Promise.reject(new Error('no space left')) : analytics.store(sessions, low),
      },
    }),
  });
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  await world.send({ visitor: 'a' }, { visitor: 'b' });
  world.advance(hourMs);
  await expect(world.settle()).rejects.toThrow('no space left');
  expect(await world.sql('shop', 'SELECT count(*) FROM hits')).toEqual([[0]]);
  broken = false;
  await world.crash();
  await world.reopen();
  await world.settle();
  expect(await world.sql('shop', 'SELECT visitor_id, hits FROM sessions ORDER BY 1')).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  let records = 0;
  for await (const _ of world.stores('shop').canister.scan()) records += 1;
  expect(records).toBe(4);
});

test('W12: a write-ahead log that a power cut left unreadable costs nothing: what it held is still in the inbox', async () => {
  const world = await createWorld({ checkpointEveryMs: 1.5 * hourMs });
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  // A checkpoint is due after the second hour, when the first session is stored; the others are in the log alone.
  for (const visitor of ['a', 'b', 'c']) {
    await world.send({ visitor });
    world.advance(hourMs);
    await world.settle();
  }
  const stored = 'SELECT visitor_id, hits FROM sessions ORDER BY 1';
  expect(await world.sql('shop', stored)).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  await world.crash();
  const wal = `${world.root}/datasets/shop/analytics.duckdb.wal`;
  truncateSync(wal, statSync(wal).size + 4_096);
  await world.reopen();
  expect(await world.sql('shop', stored)).toEqual([['a', 1]]);
  await world.settle();
  expect(await world.sql('shop', stored)).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
});
