/** The short-term canister with too little room: who leaves, what is kept, and that a crash changes nothing of it. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { ActiveLimits } from '../canisters/room.ts';
import { createWorld, type World, type WorldOptions, worldStartMs } from '../testing/world.ts';

const hourMs = 3_600_000;
const worlds: World[] = [];
async function start(active: ActiveLimits, options: WorldOptions = {}): Promise<World> {
  const world = await createWorld({ ...options, active });
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const ended = (world: World) =>
  world.sql('shop', 'SELECT visitor_id, hits, end_reason FROM sessions ORDER BY visitor_id');

test('above the high mark of sessions the longest idle ones end, down to the low mark', async () => {
  const world = await start({ bytesMax: 1e9, sessionsMax: 10 });
  for (const visitor of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    world.advance(1_000);
    await world.send({ visitor });
  }
  await world.send({ visitor: 'a' });
  await world.settle();
  // Eight of ten are below 85 %.
  expect(await ended(world)).toEqual([]);
  await world.send({ visitor: 'i' });
  await world.settle();
  // Nine are above; seven are left: b and c went, for a had a hit meanwhile.
  expect(await ended(world)).toEqual([
    ['b', 1, 'memory'],
    ['c', 1, 'memory'],
  ]);
  expect((await world.engine.load()).shortTerm).toMatchObject({
    sessions: 7,
    sessionsMax: 10,
    highMark: 0.85,
    lowMark: 0.7,
    spooling: false,
    evictedSessions: 2,
  });
  await world.send({ visitor: 'b', url: 'https://shop.example/again' });
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
    [11, 11],
  ]);
});

test('of sessions that are idle for equally long the largest goes first', async () => {
  const visitors = ['small', 'middle', 'middle', 'large', 'large', 'large', 'large'];
  async function fill(world: World): Promise<number> {
    for (const visitor of visitors) await world.send({ visitor });
    world.advance(1_000);
    for (let hit = 0; hit < 3; hit += 1) await world.send({ visitor: 'new' });
    await world.settle();
    return (await world.engine.load()).shortTerm.bytes;
  }
  const bytes = await fill(await start({ bytesMax: 1e9, sessionsMax: 1_000 }));
  // One byte too little for the last of ten hits; without the four of the largest session there is room enough.
  const world = await start({ bytesMax: Math.floor((bytes - 1) / 0.85), sessionsMax: 1_000 });
  await fill(world);
  expect(await ended(world)).toEqual([['large', 4, 'memory']]);
});

test('what is idle goes before anybody is sent away', async () => {
  const world = await start({ bytesMax: 1e9, sessionsMax: 10 });
  const first = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((visitor) => ({ visitor }));
  await world.send(...first);
  world.advance(hourMs);
  await world.send({ visitor: 'i' });
  await world.settle();
  expect((await ended(world)).map((row) => row[2])).toEqual(Array(8).fill('idle'));
});

test('the marks count the sessions of all datasets, and the one that holds most makes the room', async () => {
  const world = await start({ bytesMax: 1e9, sessionsMax: 4 });
  await world.dataset({ slug: 'blog' });
  await world.send({ visitor: 'reader', dataset: 'blog', url: 'https://blog.example/' });
  for (const visitor of ['a', 'b', 'c']) {
    world.advance(1_000);
    await world.send({ visitor });
  }
  await world.settle();
  const { shortTerm } = await world.engine.load();
  expect([shortTerm.sessions, shortTerm.evictedSessions]).toEqual([2, 2]);
  // The reader of the small blog has been idle for longest, and stays: the shop's flood is the shop's.
  expect(await world.sql('blog', 'SELECT visitor_id FROM sessions')).toEqual([]);
  expect(await ended(world)).toEqual([
    ['a', 1, 'memory'],
    ['b', 1, 'memory'],
  ]);
});

test('how long the first unread hit has waited is told', async () => {
  const world = await start({ bytesMax: 1e9, sessionsMax: 10 });
  await world.send({});
  world.advance(1_500);
  await world.send({});
  expect((await world.engine.load()).lagMs).toBe(1_500);
  await world.settle();
  expect((await world.engine.load()).lagMs).toBe(0);
});

const happening = fc.record({
  visitor: fc.nat(11).map((number) => `v${number}`),
  waitMs: fc.oneof(fc.constant(0), fc.nat(60_000), fc.nat(600_000)),
  titleLength: fc.nat(400),
  crashes: fc.nat(3).map((number) => number === 0),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** @param crashing whether it crashes at all, and whether then in the middle of storing or between two steps */
async function play(
  happenings: readonly Happening[],
  crashing: 'never' | 'between' | 'storing',
): Promise<unknown[][]> {
  let breaksNext = false;
  const world = await start(
    { bytesMax: 6_000, sessionsMax: 8 },
    {
      wrapStores: ({ analytics, canister }) => ({
        canister,
        analytics: {
          ...analytics,
          store(sessions, low) {
            if (!breaksNext) return analytics.store(sessions, low);
            breaksNext = false;
            return Promise.reject(new Error('the power went'));
          },
        },
      }),
    },
  );
  for (const [index, { visitor, waitMs, titleLength, crashes }] of happenings.entries()) {
    world.advance(waitMs);
    await world.send({
      visitor,
      title: 'x'.repeat(titleLength),
      url: `https://shop.example/${index}`,
    });
    if (crashing === 'never' || !crashes) continue;
    breaksNext = crashing === 'storing';
    await world.settle().catch((error: Error) => expect(error.message).toBe('the power went'));
    breaksNext = false;
    await world.crash();
    await world.reopen();
  }
  await world.settle();
  const { bytes, sessions } = (await world.engine.load()).shortTerm;
  expect(bytes <= 6_000 * 0.85 && sessions <= 8 * 0.85).toBe(true);
  world.advance(2 * hourMs);
  await world.settle();
  const rows = await world.sql(
    'shop',
    `SELECT session_id::VARCHAR, s.visitor_id, end_reason, string_agg(path, ' ' ORDER BY number)
     FROM sessions s JOIN hits h USING (session_id) GROUP BY ALL ORDER BY min(h."at"), 1`,
  );
  for (const done of worlds.splice(0)) await done.close();
  return rows;
}

test('with little room the sessions still share out the hits, and are the same after crashes anywhere', async () => {
  let evictions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), async (happenings) => {
      const calm = await play(happenings, 'never');
      evictions += calm.filter((row) => row[2] === 'memory').length;
      const paths = calm.flatMap((row) => String(row[3]).split(' '));
      expect(paths.sort()).toEqual(happenings.map((_, index) => `/${index}`).sort());
      expect(await play(happenings, 'between')).toEqual(calm);
      expect(await play(happenings, 'storing')).toEqual(calm);
    }),
    { numRuns: 8, seed: worldStartMs },
  );
  expect(evictions).toBeGreaterThan(20);
}, 240_000);

test('a log with more open sessions than there is room for ends the longest idle ones, and loses no line', async () => {
  const world = await start({ bytesMax: 1e9, sessionsMax: 10 });
  const stamp = (second: number) => `17/May/2026:12:00:${String(second).padStart(2, '0')} +0000`;
  const line = (address: number, second: number) =>
    `10.0.0.${address} - - [${stamp(second)}] "GET /${second} HTTP/1.1" 200 12 "-" "Firefox/143.0"`;
  // Eight come, the first is seen again, the ninth is one too many: the second and third have been idle for longest.
  const seconds: [number, number][] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 9].map((one, at) => [one, at]);
  const log = seconds.map(([address, second]) => `${line(address, second)}\n`).join('');
  const summary = await world.importText('shop', { 'access.log': log });
  expect(summary).toMatchObject({ lines: 10, accepted: 10, sessions: 9 });
  expect(
    await world.sql(
      'shop',
      'SELECT entry_path, hits, end_reason FROM sessions ORDER BY started_at',
    ),
  ).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 9].map((path) => [
      `/${path}`,
      path === 0 ? 2 : 1,
      path === 1 || path === 2 ? 'memory' : 'end_of_log',
    ]),
  );
  // The same lines again are known, although their sessions would end otherwise now.
  expect(await world.importText('shop', { 'access.log': log })).toMatchObject({ duplicate: 10 });
});
