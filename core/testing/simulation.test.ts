import { expect, test } from 'vitest';
import { endReasons } from '../contract/session.ts';
import { type PlantedBug, simulate } from './simulation.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

const addAll = (sums: Map<string, number>, more: ReadonlyMap<string, number>) => {
  for (const [name, times] of more) sums.set(name, (sums.get(name) ?? 0) + times);
};

test('In two hundred histories of faults every acknowledged hit is stored once, as without a fault', async () => {
  const moments = new Map<string, number>();
  const reasons = new Map<string, number>();
  const sums = { crashes: 0, acknowledged: 0, removed: 0 };
  for (const seed of seeds) {
    const result = await simulate(seed);
    expect(result.faults, `seed ${seed}`).toEqual([]);
    expect(result.stored + result.setAside).toBe(result.acknowledged);
    expect(result.setAside).toBe(result.poison);
    sums.crashes += result.crashes;
    sums.acknowledged += result.acknowledged;
    sums.removed += result.removed;
    addAll(moments, result.moments);
    addAll(reasons, result.endReasons);
  }
  expect(sums.acknowledged).toBeGreaterThan(30_000);
  expect(sums.crashes).toBeGreaterThan(2_000);
  expect(sums.removed).toBeGreaterThan(1_000);
  for (const name of ['EIO', 'ENOSPC', 'slow']) expect(moments.get(name)).toBeGreaterThan(200);
  // Of a simulated log there is none; every other reason must have been met.
  const expected = endReasons.filter(
    (reason) => reason !== 'end_of_log' && reason !== 'closed_by_event',
  );
  expect([...reasons.keys()].sort()).toEqual([...expected].sort());
  expect([...moments.keys()]).toEqual(
    expect.arrayContaining([
      'canister-after-fsync',
      'canister-before-append',
      'canister-before-fsync',
      'canister-mid-append',
      'inbox-after-command',
      'inbox-after-prune',
      'inbox-after-set-aside',
      'inbox-before-command',
      'inbox-before-forget',
      'inbox-before-prune',
      'inbox-before-set-aside',
      'inbox-before-start',
      'inbox-before-take',
      'inbox-mid-prune',
      'tables-after-checkpoint',
      'tables-after-commit',
      'tables-before-begin',
      'tables-before-checkpoint',
      'tables-before-commit',
      'tables-before-resume',
      'tables-mid-commit',
    ]),
  );
}, 240_000);

test.each([
  [5_268, 'the session that continued another one was removed before that one'],
  [5_996, 'a session was removed before the one that continues it was stored'],
])('Seed %i, in which %s', async (seed) => {
  expect((await simulate(seed)).faults).toEqual([]);
});

test('The same seed is the same history', async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});

test.each<PlantedBug>([
  'acknowledge-first',
  'no-replay-guard',
  'forgets-devices',
  'prune-without-checkpoint',
  'low-ahead',
  'commit-without-rows',
  'swallows-the-error',
  'session-id-from-clock',
  'continues-nothing',
])('The planted bug "%s" is found', async (bug) => {
  const found = async () => {
    for (const seed of seeds.slice(0, 30))
      if ((await simulate(seed, bug)).faults.length > 0) return true;
    return false;
  };
  expect(await found()).toBe(true);
});
