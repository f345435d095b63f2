/** Who is one visitor, and what is one session, through the whole core and over crashes. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { keyedHash } from '../hits/client-address.ts';
import { createWorld, type TestHit, type World, worldStartMs } from '../testing/world.ts';

const hourMs = 3_600_000;
const worlds: World[] = [];
async function start(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

test('a user has one visitor key on all devices, and his sessions stay those of each device', async () => {
  const world = await start();
  const secret = (await world.datasets.entries())[0]?.addressSecret ?? '';
  const anna = `u:${keyedHash(secret, 'user\nanna')}`;
  // The first device is anonymous at first; the second knows her from its first hit; a third never does.
  await world.send({ visitor: 'phone', url: 'https://shop.example/1' });
  await world.send({ visitor: 'phone', url: 'https://shop.example/2', userId: 'anna' });
  await world.send({ visitor: 'laptop', url: 'https://shop.example/3', userId: 'anna' });
  await world.send({ visitor: 'phone', url: 'https://shop.example/4' });
  await world.send({ visitor: 'tablet', url: 'https://shop.example/5' });
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql(
      'shop',
      'SELECT entry_path, exit_path, hits, visitor_id, user_id FROM sessions ORDER BY entry_path',
    ),
  ).toEqual([
    ['/1', '/4', 3, anna, 'anna'],
    ['/3', '/3', 1, anna, 'anna'],
    ['/5', '/5', 1, 'tablet', null],
  ]);
  expect(await world.sql('shop', 'SELECT count(DISTINCT visitor_id) FROM hits')).toEqual([[2]]);
});

test('a limit that closes the session of a user is continued, also when the core starts again between', async () => {
  const world = await start();
  // An older session holds the inbox back, so that a restart takes all of it again.
  await world.send({ visitor: 'old' });
  const hits = Array.from({ length: 2_048 }, (): TestHit => ({ userId: 'anna' }));
  await world.send(
    { visitor: 'phone' },
    ...hits.slice(1).map((hit) => ({ ...hit, visitor: 'phone' })),
  );
  await world.send({
    visitor: 'phone',
    visitorBefore: 'phone before',
    url: 'https://shop.example/next',
  });
  await world.settle();
  await world.crash();
  await world.reopen();
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql(
      'shop',
      `SELECT a.hits, a.end_reason, b.hits, b.visitor_id
       FROM sessions a JOIN sessions b ON b.continues_session_id = a.session_id`,
    ),
  ).toEqual([[2_048, 'hits_limit', 1, 'phone']]);
  expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
    [2_050, 2_050],
  ]);
});

const devices = ['a', 'b'] as const;
const happening = fc.record({
  device: fc.constantFrom(...devices),
  userId: fc.constantFrom(undefined, undefined, 'anna', 'bert'),
  waitMs: fc.oneof(fc.nat(20 * 60_000), fc.constant(0), fc.constant(29 * 60_000)),
  crashes: fc.nat(2).map((number) => number === 0),
});

test('whatever users and salts do, every hit is in one session, and a crash changes nothing', async () => {
  async function play(
    happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
    crashing: boolean,
  ): Promise<unknown[][]> {
    const world = await start();
    for (const [index, { device, userId, waitMs, crashes }] of happenings.entries()) {
      world.advance(waitMs);
      // A salt that turns every hour, so that it turns often.
      const period = Math.floor(world.now() / hourMs);
      await world.send({
        visitor: `${device}${period}`,
        visitorBefore: `${device}${period - 1}`,
        url: `https://shop.example/${index}`,
        ...(userId === undefined ? {} : { userId }),
      });
      if (!crashing || !crashes) continue;
      await world.settle();
      await world.crash();
      await world.reopen();
    }
    world.advance(2 * hourMs);
    await world.settle();
    const rows = await world.sql(
      'shop',
      `SELECT session_id::VARCHAR, s.visitor_id LIKE 'u:%', user_id, end_reason, any_value(continues_session_id::VARCHAR),
         string_agg(h.path, ' ' ORDER BY h.number)
       FROM sessions s JOIN hits h USING (session_id) GROUP BY ALL ORDER BY min(h."at"), 1`,
    );
    for (const done of worlds.splice(0)) await done.close();
    return rows;
  }
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 14 }), async (happenings) => {
      const calm = await play(happenings, false);
      const sessionOf = new Map(
        calm.flatMap((row) =>
          String(row[5])
            .split(' ')
            .map((path) => [path, row[0]]),
        ),
      );
      expect([...sessionOf.keys()].sort()).toEqual(
        happenings.map((_, index) => `/${index}`).sort(),
      );
      // Counted by hand: a session of a device is cut by silence and by another user, and by nothing else.
      let expected = 0;
      for (const device of devices) {
        let now = 0;
        let lastAt = Number.NEGATIVE_INFINITY;
        let user: string | undefined;
        for (const one of happenings) {
          now += one.waitMs;
          if (one.device !== device) continue;
          const isOther = user !== undefined && one.userId !== undefined && user !== one.userId;
          if (isOther || now - lastAt > hourMs / 2) {
            expected += 1;
            user = undefined;
          }
          user ??= one.userId;
          lastAt = now;
        }
      }
      expect(calm).toHaveLength(expected);
      expect(await play(happenings, true)).toEqual(calm);
    }),
    { numRuns: 12, seed: worldStartMs },
  );
}, 240_000);
