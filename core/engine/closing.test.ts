/** Every rule that ends a session, through the whole core: inbox, sessions, tables; and taken again after a crash. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { DatasetInput } from '../contract/dataset.ts';
import { createWorld, type TestHit, type World, worldStartMs } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const worlds: World[] = [];
async function start(settings: Partial<DatasetInput> = {}): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  await world.dataset({ slug: 'shop', ...settings });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const page = (path: string, more: TestHit = {}): TestHit => ({
  url: `https://shop.example${path}`,
  ...more,
});
const ends = (world: World) =>
  world.sql('shop', 'SELECT entry_path, hits, end_reason FROM sessions ORDER BY entry_path');
async function endAll(world: World): Promise<void> {
  world.advance(2 * hourMs);
  await world.settle();
}
async function activeIds(world: World): Promise<string[]> {
  const news = await world.engine.activeSessions('shop', 100);
  return news?.active.sessions.map(({ id }) => id) ?? [];
}

test('a hit that closes is the last of its session, and the next hit begins another', async () => {
  const world = await start();
  await world.send(page('/a'), page('/a', { type: 'steps', closeSession: true }));
  await world.settle();
  // Nobody waits for the idle timeout: the session is in the tables at once.
  expect(await ends(world)).toEqual([['/a', 2, 'closed_by_page']]);
  expect(await activeIds(world)).toEqual([]);
  await world.send(page('/b'));
  await endAll(world);
  expect(await ends(world)).toEqual([
    ['/a', 2, 'closed_by_page'],
    ['/b', 1, 'idle'],
  ]);
  expect(
    await world.sql('shop', 'SELECT count(*) FROM sessions WHERE continues_session_id IS NOT NULL'),
  ).toEqual([[0]]);
});

test('a closing hit of nobody is a session of one hit', async () => {
  const world = await start();
  await world.send(page('/only', { closeSession: true }));
  await world.settle();
  expect(await ends(world)).toEqual([['/only', 1, 'closed_by_page']]);
});

test('a session that was ended by hand is over behind the hits that came before', async () => {
  const world = await start();
  await world.send(page('/a'), page('/other', { visitor: 'v2' }));
  await world.settle();
  const [id] = (await world.engine.activeSessions('shop', 9))?.active.sessions.filter(
    ({ entryPath }) => entryPath === '/a',
  ) ?? [undefined];
  await world.send(page('/a'));
  await world.engine.endSession('shop', id?.id ?? '');
  await world.send(page('/b'));
  await endAll(world);
  expect(await ends(world)).toEqual([
    ['/a', 2, 'ended_by_hand'],
    ['/b', 1, 'idle'],
    ['/other', 1, 'idle'],
  ]);
});

test('what is not active cannot be ended, and what was idle already stays so', async () => {
  const world = await start();
  await expect(world.engine.endSession('shop', '0'.repeat(32))).rejects.toMatchObject({
    code: 'session_unknown',
  });
  await world.send(page('/a'));
  await world.settle();
  const [id] = await activeIds(world);
  world.advance(31 * minuteMs);
  await world.engine.endSession('shop', id ?? '');
  await world.settle();
  expect(await ends(world)).toEqual([['/a', 1, 'idle']]);
});

test('midnight of the zone cuts a session in two, and the second names the first', async () => {
  const world = await start({ timeZone: 'Asia/Kathmandu', cutAtMidnight: true });
  // The world begins at 10:00 UTC; in Kathmandu the day ends at 18:15 UTC.
  world.advance(8 * hourMs + 10 * minuteMs);
  await world.send(page('/a'));
  world.advance(5 * minuteMs);
  await world.send(page('/b'));
  await endAll(world);
  expect(
    await world.sql(
      'shop',
      `SELECT a.entry_path, a.end_reason, b.entry_path, b.end_reason
       FROM sessions a JOIN sessions b ON b.continues_session_id = a.session_id`,
    ),
  ).toEqual([['/a', 'midnight', '/b', 'idle']]);
});

test('another campaign begins a session of its own, with its own source', async () => {
  const world = await start({ cutOnNewCampaign: true });
  await world.send(
    page('/a?utm_source=mail'),
    page('/a', { referrer: 'https://search.example/' }),
    page('/b?utm_source=mail'),
    page('/c?utm_source=ads&utm_campaign=autumn'),
  );
  await endAll(world);
  expect(
    await world.sql(
      'shop',
      'SELECT entry_path, hits, end_reason, source, continues_session_id FROM sessions ORDER BY 1',
    ),
  ).toEqual([
    ['/a', 3, 'campaign', 'mail', null],
    ['/c', 1, 'idle', 'ads', null],
  ]);
});

test('logs are cut at midnight and at campaigns too', async () => {
  const world = await start({ cutAtMidnight: true, cutOnNewCampaign: true });
  const line = (time: string, target: string) =>
    `192.0.2.1 - - [${time} +0000] "GET ${target} HTTP/1.1" 200 5 "-" "Mozilla/5.0 Firefox/143.0"`;
  await world.importText('shop', {
    'a.log': [
      line('17/May/2026:23:50:00', '/a'),
      line('18/May/2026:00:05:00', '/b'),
      line('18/May/2026:00:06:00', '/c?utm_source=mail'),
      line('18/May/2026:00:07:00', '/d'),
    ].join('\n'),
  });
  expect(await ends(world)).toEqual([
    ['/a', 1, 'midnight'],
    ['/b', 1, 'campaign'],
    ['/c', 2, 'end_of_log'],
  ]);
});

test('a dataset of before these settings is cut nowhere', async () => {
  const world = await start();
  await world.control.batch(
    [
      `UPDATE dataset SET settings = '{"name":"Shop","timeZone":"UTC","hosts":[],"idleTimeoutMs":1800000}'`,
    ],
    'write',
  );
  expect(await world.datasets.get('shop')).toMatchObject({
    name: 'Shop',
    cutAtMidnight: false,
    cutOnNewCampaign: false,
  });
});

/** One thing that happens; a crash or a step may come between any two. */
const happening = fc.record({
  visitor: fc.constantFrom('a', 'b', 'c'),
  waitMs: fc.oneof(fc.constant(0), fc.nat(20 * minuteMs), fc.nat(3 * hourMs)),
  source: fc.constantFrom('', '?utm_source=mail', '?utm_source=ads'),
  closes: fc.nat(5).map((number) => number === 0),
  endsByHand: fc.nat(5).map((number) => number === 0),
});

/** What happened, played to a core that steps or crashes after each happening as `cuts` says. */
async function play(
  happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
  cuts: readonly number[],
): Promise<unknown[][]> {
  const world = await start({
    timeZone: 'Europe/Berlin',
    cutAtMidnight: true,
    cutOnNewCampaign: true,
  });
  for (const [index, one] of happenings.entries()) {
    world.advance(one.waitMs);
    await world.send(
      page(`/${index}${one.source}`, {
        visitor: one.visitor,
        ...(one.closes ? { closeSession: true } : {}),
      }),
    );
    const cut = cuts[index] ?? 0;
    // A command names a session, so what came before it must have been read, crash or not.
    if (one.endsByHand || cut > 0) await world.settle();
    if (one.endsByHand)
      for (const id of (await activeIds(world)).slice(0, 1))
        await world.engine.endSession('shop', id);
    if (cut > 1) {
      await world.crash();
      await world.reopen();
    }
  }
  world.advance(30 * hourMs);
  await world.settle();
  const { analytics } = world.stores('shop');
  const { rows } = await analytics.query(
    `SELECT session_id::VARCHAR, end_reason, hits, continues_session_id::VARCHAR, first_seq, last_seq,
       (SELECT string_agg(path, ' ' ORDER BY number) FROM store.hits h WHERE h.session_id = s.session_id)
     FROM store.sessions s WHERE last_seq > 0 ORDER BY first_seq`,
    [],
  );
  for (const done of worlds.splice(0)) await done.close();
  return rows;
}

test('the sessions share out the hits, and are the same wherever the core crashed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }),
      async (happenings, cuts) => {
        const calm = await play(happenings, []);
        const paths = calm.flatMap((row) => String(row[6]).split(' '));
        expect(paths.sort()).toEqual(happenings.map((_, index) => `/${index}`).sort());
        expect(await play(happenings, cuts)).toEqual(calm);
      },
    ),
    { numRuns: 12, seed: worldStartMs },
  );
}, 240_000);
