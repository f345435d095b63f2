/** Days go by age and by size, in a whole core, also when the process is killed in the midst of it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';
import { planRetention } from './retention.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('The plan', () => {
  const nowMs = Date.UTC(2026, 10, 21, 10);
  const segments = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'].map(
    (day) => ({ day, bytes: 100 }),
  );
  const days = (rules: Parameters<typeof planRetention>[1], now = nowMs) =>
    planRetention(segments, rules, now).map(({ day, reason }) => `${day.slice(8)} ${reason}`);

  test.each([
    ['nothing without a rule', {}, []],
    ['a day when all its sessions are old enough', { keepSessionsDays: 2 }, ['17 age', '18 age']],
    ['nothing that is young enough', { keepSessionsDays: 4 }, []],
    [
      'the oldest days until the size fits',
      { keepBytesMax: 250 },
      ['17 size', '18 size', '19 size'],
    ],
    ['nothing when the size fits', { keepBytesMax: 500 }, []],
    [
      'not today, whatever its size',
      { keepBytesMax: 1 },
      ['17 size', '18 size', '19 size', '20 size'],
    ],
    ['by both rules', { keepSessionsDays: 3, keepBytesMax: 300 }, ['17 age', '18 size']],
  ])('takes %s', (_, rules, expected) => {
    expect(days(rules)).toEqual(expected);
  });

  test('takes a day at the very moment when its last session is old enough', () => {
    const due = Date.UTC(2026, 10, 20);
    expect(days({ keepSessionsDays: 2 }, due - 1)).toEqual([]);
    expect(days({ keepSessionsDays: 2 }, due)).toEqual(['17 age']);
  });
});

let world: World;
let closing: World[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

/** Sessions at 10:00 of five days from 21 November on: one of one hit the first day, two of two the second, and so on. */
async function fiveDays(options: WorldOptions = {}): Promise<void> {
  world = await createWorld(options);
  closing.push(world);
  await world.dataset({ slug: 'shop' });
  for (let day = 1; day <= 5; day += 1) {
    for (let number = 1; number <= day; number += 1)
      await world.send(...Array.from({ length: day }, () => ({ visitor: `${day}-${number}` })));
    world.advance(hourMs);
    await world.settle();
    if (day < 5) world.advance(dayMs - hourMs);
  }
}

const segments = () => readdirSync(join(world.root, 'datasets/shop/canister')).sort();
const counts = async () =>
  (
    await world.sql('shop', 'SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM hits)')
  )[0];

test('A dry run says what would go and removes nothing; then it goes, rows and segments', async () => {
  await fiveDays();
  // It is the 25th, 11:00: the 21st ended 3 days and 11 hours ago, the 22nd 2 days and 11 hours ago.
  const dry = await world.engine.retain('shop', { keepSessionsDays: 2 }, false);
  expect(dry).toMatchObject({
    keepSessionsDays: 2,
    applied: false,
    sessions: 1 + 2,
    hits: 1 + 4,
    days: [
      { day: '2026-11-21', sessions: 1, hits: 1, reason: 'age' },
      { day: '2026-11-22', sessions: 2, hits: 4, reason: 'age' },
    ],
  });
  expect(await counts()).toEqual([15, 55]);
  expect(segments()).toHaveLength(5);
  const gone = await world.engine.retain('shop', { keepSessionsDays: 2 }, true);
  expect(gone).toEqual({ ...dry, applied: true });
  expect(await counts()).toEqual([12, 50]);
  expect(segments()).toEqual(['2026-11-23.seg', '2026-11-24.seg', '2026-11-25.seg']);
  expect(await world.engine.verify('shop')).toMatchObject({
    sound: 12,
    orphans: 0,
    missingCount: 0,
  });
  expect((await world.engine.rebuild('shop', false)).equal).toBe(true);
});

test('By size the oldest days go until the rest fits', async () => {
  await fiveDays();
  const { bytesKept } = await world.engine.retain('shop', {}, false);
  const gone = await world.engine.retain('shop', { keepBytesMax: bytesKept - 1 }, true);
  expect(gone.days.map(({ day, reason }) => [day, reason])).toEqual([['2026-11-21', 'size']]);
  expect(gone.bytesKept + gone.bytes).toBe(bytesKept);
  expect(await counts()).toEqual([14, 54]);
});

test('The engine removes by itself, once an hour of its clock, by the rules of the dataset', async () => {
  await fiveDays();
  await world.datasets.setRetention('shop', { keepSessionsDays: 3 });
  expect(await world.datasets.get('shop')).toMatchObject({ keepSessionsDays: 3 });
  await world.crash();
  await world.reopen();
  await world.settle();
  expect(await counts()).toEqual([14, 54]);
  world.advance(13 * hourMs - 1);
  await world.settle();
  expect(await counts()).toEqual([14, 54]);
  world.advance(1);
  await world.settle();
  expect(await counts()).toEqual([14, 54]);
  world.advance(hourMs);
  await world.settle();
  expect(await counts()).toEqual([12, 50]);
});

test.each([
  'before the rows',
  'before the checkpoint',
  'before the segment',
])('Killed %s go, no row points to nothing, and the next start finishes it', async (moment) => {
  let armed = false;
  const die = (at: string) => {
    if (armed && at === moment) throw new Error('killed');
  };
  await fiveDays({
    wrapStores: ({ analytics, canister }) => ({
      canister: {
        ...canister,
        async remove(day) {
          die('before the segment');
          await canister.remove(day);
        },
      },
      analytics: {
        ...analytics,
        async removeDays(days) {
          die('before the rows');
          await analytics.removeDays(days);
        },
        async checkpoint() {
          die('before the checkpoint');
          await analytics.checkpoint();
        },
      },
    }),
  });
  await world.datasets.setRetention('shop', { keepSessionsDays: 2 });
  armed = true;
  await expect(world.engine.retain('shop', { keepSessionsDays: 2 }, true)).rejects.toThrow(
    'killed',
  );
  await world.crash();
  armed = false;
  await world.reopen();
  expect(await world.engine.verify('shop')).toMatchObject({ damagedCount: 0, missingCount: 0 });
  await world.settle();
  expect(await counts()).toEqual([12, 50]);
  expect(segments()).toEqual(['2026-11-23.seg', '2026-11-24.seg', '2026-11-25.seg']);
});

test('A day by which a replay of the inbox knows what is stored stays until the inbox has moved on', async () => {
  world = await createWorld();
  closing.push(world);
  await world.dataset({ slug: 'shop', idleTimeoutMs: 86_400_000 });
  // The one who stays keeps the position before the other's hit, whose page clock names an older day.
  await world.send({ visitor: 'stays' });
  const sentAt = world.now();
  await world.send({ visitor: 'short', at: sentAt - 23 * hourMs, sentAt });
  for (let hour = 0; hour < 30; hour += 1) {
    world.advance(hourMs);
    if (hour % 20 === 19) await world.send({ visitor: 'stays' });
    await world.settle();
  }
  const stored = await world.sql('shop', 'SELECT visitor_id FROM sessions ORDER BY 1');
  const plan = await world.engine.retain(
    'shop',
    { keepBytesMax: 1_000_000, keepSessionsDays: 1 },
    true,
  );
  await world.crash();
  await world.reopen();
  await world.settle();
  const after = await world.sql('shop', 'SELECT visitor_id FROM sessions ORDER BY 1');
  expect(plan.days).toEqual([]);
  expect(after).toEqual(stored);
});

describe('The data keys', () => {
  const keys = async () => {
    const [found] = await world.control.batch(
      ['SELECT day, wrapped FROM data_key ORDER BY day'],
      'read',
    );
    return new Map(
      (found?.rows ?? []).map(({ day, wrapped }) => [
        String(day),
        Buffer.from(wrapped as ArrayBuffer),
      ]),
    );
  };
  const kept = ['2026-11-23', '2026-11-24', '2026-11-25'];

  test('of days that go are destroyed, so that a copy of the segment opens for nobody', async () => {
    await fiveDays();
    const before = await keys();
    const segment = join(world.root, 'datasets/shop/canister/2026-11-21.seg');
    const copy = readFileSync(segment);
    await world.engine.retain('shop', { keepSessionsDays: 2 }, true);
    expect([...(await keys()).keys()]).toEqual(kept);
    const { root } = world;
    const file = Buffer.concat(
      ['control.db', 'control.db-wal']
        .map((name) => join(root, name))
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path)),
    );
    for (const [day, wrapped] of before)
      expect([day, file.includes(wrapped)]).toEqual([day, kept.includes(day)]);
    writeFileSync(segment, copy);
    expect(await world.engine.verify('shop')).toMatchObject({ sound: 12, damagedCount: 1 });
  });

  test('that went before a kill leave a segment that nobody can open: the next start removes it', async () => {
    await fiveDays();
    await world.datasets.setRetention('shop', { keepSessionsDays: 2 });
    await world.stores('shop').analytics.removeDays(['2026-11-21', '2026-11-22']);
    await world.control.batch(["DELETE FROM data_key WHERE day < '2026-11-22'"], 'write');
    await world.crash();
    await world.reopen();
    await world.settle();
    expect(segments()).toEqual(kept.map((day) => `${day}.seg`));
    expect([...(await keys()).keys()]).toEqual(kept);
    expect(await counts()).toEqual([12, 50]);
    expect(await world.engine.verify('shop')).toMatchObject({ damagedCount: 0, missingCount: 0 });
  });
});
