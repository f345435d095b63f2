/** What retention lets go earlier than the sessions themselves: the index and the published files, each by its own rule. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { searchRequestSchema } from '../contract/search.ts';
import type { RetentionRules } from '../contract/upkeep.ts';
import { placeOf } from '../testing/sql-desk.ts';
import { createWorld, type World } from '../testing/world.ts';

const dayMs = 86_400_000;
let world: World;

/** Six sessions, one a day from the 21st to the 26th at 10:00 in UTC, which is 23:00 there. */
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', timeZone: 'Pacific/Auckland' });
  const index = { fields: ['property.username'], pageText: true };
  await world.datasets.setIndex('shop', index);
  await world.engine.setIndex('shop', index);
  for (let number = 1; number <= 6; number += 1) {
    await world.send({ visitor: `v${number}`, url: `https://shop.example/${number}` });
    world.advance(3_600_000);
    await world.settle();
    world.advance(dayMs - 3_600_000);
  }
  await world.engine.publish('shop');
});
afterEach(() => world.close());

const published = () => [
  ...new Set(
    placeOf(world)
      .manifest('shop')
      ?.files.map(({ day }) => day),
  ),
];
const retain = (rules: RetentionRules, apply = true) => world.engine.retain('shop', rules, apply);
const rows = async (table: string) =>
  Number((await world.sql('shop', `SELECT count(*) FROM ${table}`))[0]?.[0]);
const indexed = async () => (await world.engine.indexState('shop')).indexedSessions;
/** It is the 27th, 10:00 in UTC. */
const days = (first: number) =>
  Array.from({ length: 27 - first }, (_, at) => `2026-11-${first + at}`);

test('Published files go by their rule, in days of the dataset, and everything else stays', async () => {
  expect(published()).toEqual(days(21));
  const place = placeOf(world);
  const files = place.manifest('shop')?.files ?? [];
  const dry = await retain({ keepPublishedDays: 3 }, false);
  expect(dry).toMatchObject({ applied: false, days: [], publishedDays: days(21).slice(0, 3) });
  expect(published()).toEqual(days(21));
  await retain({ keepPublishedDays: 3 });
  expect(published()).toEqual(days(24));
  expect(place.manifest('shop')?.since).toBe('2026-11-24');
  const left = files.filter(({ file }) => existsSync(join(place.folder('shop'), file)));
  expect([...new Set(left.map(({ day }) => day))]).toEqual(days(24));
  expect([await rows('sessions'), await rows('hits'), await indexed()]).toEqual([6, 6, 6]);
  const [session] = await world.sql(
    'shop',
    "SELECT session_id FROM sessions WHERE visitor_id = 'v1'",
  );
  const id = String(session?.[0]).replaceAll('-', '');
  expect(await world.engine.session('shop', id)).toMatchObject({ visitor: 'v1' });
});

test('They go on going as days pass, without anything being stored, and come back by a longer rule', async () => {
  await world.datasets.setRetention('shop', { keepPublishedDays: 3 });
  await world.reopen();
  await world.engine.publishDue();
  expect(published()).toEqual(days(24));
  world.advance(2 * dayMs);
  await world.engine.publishDue();
  expect(published()).toEqual(days(26));
  await retain({ keepPublishedDays: 4 });
  expect(published()).toEqual(days(25));
  await retain({});
  expect(published()).toEqual(days(21));
  expect(placeOf(world).manifest('shop')).not.toHaveProperty('since');
});

test('The index lets sessions go by its rule; they are still stored, counted and found', async () => {
  expect(await indexed()).toBe(6);
  expect(await retain({ keepIndexDays: 2 }, false)).toMatchObject({
    indexDays: days(21).slice(0, 4),
  });
  expect(await indexed()).toBe(6);
  await retain({ keepIndexDays: 2 });
  await world.settle();
  expect(await indexed()).toBe(2);
  expect([await rows('sessions'), published()]).toEqual([6, days(21)]);
  const request = searchRequestSchema.parse({ condition: 'request.path = "/1"' });
  const answer = await world.engine.search('shop', request);
  expect([answer.sessions, answer.unindexed]).toEqual([1, 4]);
  // Half a day later the 25th is over for more than two days.
  world.advance(dayMs);
  await world.settle();
  expect(await indexed()).toBe(1);
  await retain({});
  await world.settle();
  expect(await indexed()).toBe(6);
});

test('Rules outlive a restart, and do not bring back what sessions have lost', async () => {
  await world.datasets.setRetention('shop', {
    keepSessionsDays: 4,
    keepIndexDays: 3,
    keepPublishedDays: 2,
  });
  await world.reopen();
  await world.settle();
  await world.engine.publishDue();
  expect([await rows('sessions'), await indexed(), published()]).toEqual([4, 3, days(25)]);
});
