/** Clocks that are set wrong in the midst of work: by an hour, to 1970, 2038 or the year 9999. */
import { afterEach, describe, expect, test } from 'vitest';
import { createWorld, type World, worldStartMs } from '../testing/world.ts';
import { createSteadyClock, describeJump } from './steady-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A wall clock and a counting one that go on together, until the wall clock is set. */
function machine() {
  let wall = worldStartMs;
  let counted = 5_000;
  const clock = createSteadyClock(
    () => wall,
    () => counted,
  );
  return {
    clock,
    wall: () => wall,
    pass(ms: number) {
      wall += ms;
      counted += ms;
    },
    set(ms: number) {
      wall = ms;
    },
  };
}

describe('The clock', () => {
  test.each([
    ['an hour ahead', worldStartMs + hourMs],
    ['an hour back', worldStartMs - hourMs],
    ['to 1970', 0],
    ['to 2038', 2 ** 31 * 1000],
    ['to the year 9999', Date.UTC(9999, 11, 31)],
  ])('goes on as before when it is set %s, says so, and is well when that is undone', (_, to) => {
    const { clock, pass, set, wall } = machine();
    pass(10_000);
    expect(clock.now()).toBe(worldStartMs + 10_000);
    set(to);
    pass(2_000);
    expect(clock.now()).toBe(worldStartMs + 12_000);
    expect(clock.jumpMs()).toBe(to - worldStartMs - 10_000);
    expect(describeJump(clock.jumpMs())).toMatch(to > worldStartMs ? /ahead/ : /back/);
    pass(hourMs);
    expect(clock.now()).toBe(worldStartMs + 12_000 + hourMs);
    set(worldStartMs + 12_500 + hourMs);
    expect(clock.now()).toBe(wall());
    expect(describeJump(clock.jumpMs())).toBeUndefined();
  });

  test('follows what drifts slowly, however far it comes, and what is within five minutes', () => {
    const { clock, pass, set, wall } = machine();
    for (let step = 0; step < 100; step += 1) {
      pass(minuteMs);
      set(wall() + minuteMs);
      expect(clock.now()).toBe(wall());
    }
    set(wall() + 5 * minuteMs);
    expect(clock.now()).toBe(wall());
    set(wall() + 5 * minuteMs + 1);
    expect(clock.now()).toBe(wall() - 5 * minuteMs - 1);
  });

  test('takes the new time over when sixteen of twenty hits confirm it, and not for fewer', () => {
    const { clock, set, wall } = machine();
    expect(clock.hear(0)).toBe(false);
    set(worldStartMs + 24 * hourMs);
    clock.now();
    const vote = (isForWall: boolean) => clock.hear(isForWall ? wall() + 1_000 : worldStartMs);
    for (let round = 0; round < 20; round += 1)
      expect([vote(true), vote(true), vote(true), vote(false)]).not.toContain(true);
    expect(clock.now()).toBe(worldStartMs);
    const votes = Array.from({ length: 16 }, () => vote(true));
    expect(votes).toContain(true);
    expect(clock.now()).toBe(wall());
    expect(clock.jumpMs()).toBeUndefined();
  });
});

describe('The engine', () => {
  const worlds: World[] = [];
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });
  const activeIn = async (world: World) =>
    (await world.engine.activeSessions('shop', 10))?.active.total;

  test.each([
    hourMs,
    1_000 * 24 * hourMs,
  ])('ends no session and removes no day when the clock jumps by %d ms', async (jumpMs) => {
    let counted = 0;
    const world = await createWorld({
      wrapClock: (clock) => createSteadyClock(clock, () => counted).now,
    });
    worlds.push(world);
    await world.dataset({ slug: 'shop' });
    await world.engine.retain('shop', { keepSessionsDays: 30 }, true);
    await world.send({ visitor: 'stored' });
    world.advance(hourMs);
    counted += hourMs;
    await world.settle();
    await world.send({ visitor: 'a' }, { visitor: 'b' }, { visitor: 'c' });
    await world.settle();
    world.advance(jumpMs);
    await world.settle();
    expect(await activeIn(world)).toBe(3);
    expect(await world.sql('shop', 'SELECT visitor_id FROM sessions')).toEqual([['stored']]);
    // The hour that really passes ends them.
    counted += hourMs;
    await world.settle();
    expect(await activeIn(world)).toBe(0);
    expect(await world.sql('shop', 'SELECT count(*) FROM sessions')).toEqual([[4]]);
  });

  test.each([
    ['2038-01-19T03:14:07.500Z', '2038-01-19T03:14:08.500Z'],
    ['9999-12-31T22:00:00.000Z', '9999-12-31T22:00:01.000Z'],
  ])('stores a session of %s', async (from, to) => {
    const world = await createWorld();
    worlds.push(world);
    world.advance(Date.parse(from) - world.now());
    await world.dataset({ slug: 'shop' });
    await world.send({});
    world.advance(1_000);
    await world.send({});
    world.advance(hourMs);
    await world.settle();
    expect(
      await world.sql(
        'shop',
        'SELECT epoch_ms(started_at), epoch_ms(ended_at), duration_ms FROM sessions',
      ),
    ).toEqual([[Date.parse(from), Date.parse(to), 1_000]]);
    expect(await world.engine.verify('shop')).toMatchObject({ sound: 1, missingCount: 0 });
  });
});
