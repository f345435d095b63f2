import { expect, test } from 'vitest';
import { type PlantedBug, simulate } from './simulation.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

test('In two hundred histories of crashes every acknowledged hit is stored once, as without a crash', async () => {
  const moments = new Map<string, number>();
  let crashes = 0;
  let acknowledged = 0;
  for (const seed of seeds) {
    const result = await simulate(seed);
    expect(result.faults, `seed ${seed}`).toEqual([]);
    expect(result.stored).toBe(result.acknowledged);
    crashes += result.crashes;
    acknowledged += result.acknowledged;
    for (const [name, times] of result.moments) moments.set(name, (moments.get(name) ?? 0) + times);
  }
  expect(acknowledged).toBeGreaterThan(40_000);
  expect(crashes).toBeGreaterThan(1_000);
  expect([...moments.keys()].sort()).toEqual([
    'canister-after-fsync',
    'canister-before-append',
    'canister-mid-append',
    'inbox-after-heartbeat',
    'inbox-after-prune',
    'inbox-before-heartbeat',
    'inbox-before-prune',
    'inbox-mid-prune',
    'inbox-take',
    'tables-after-checkpoint',
    'tables-after-commit',
    'tables-before-begin',
    'tables-before-checkpoint',
    'tables-before-commit',
    'tables-resume',
  ]);
}, 120_000);

test('The same seed is the same history', async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});

test.each<PlantedBug>([
  'acknowledge-first',
  'no-replay-guard',
  'prune-without-checkpoint',
  'low-ahead',
  'commit-without-rows',
  'session-id-from-clock',
])('The planted bug "%s" is found', async (bug) => {
  let found = 0;
  for (const seed of seeds.slice(0, 30))
    found += (await simulate(seed, bug)).faults.length > 0 ? 1 : 0;
  expect(found).toBeGreaterThan(0);
});
