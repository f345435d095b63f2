/** What upkeep must not forget: the devices of a session, and hits that were removed on purpose. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainAccount } from '../engine/hit-account.ts';
import { createWorld, type World } from '../testing/world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

const rowsOf = async (sql: string) => (await world.stores('shop').analytics.query(sql, [])).rows;

test('Tables made anew know the devices of a session: a hit that is taken again is skipped by them', async () => {
  await world.send({ visitor: 'phone', userId: 'anna' }, { visitor: 'desk' });
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  const devices = 'SELECT device_id, session_id::VARCHAR FROM store.session_devices ORDER BY ALL';
  const before = await rowsOf(devices);
  expect(before).toHaveLength(1);
  expect(await world.engine.rebuild('shop', false)).toMatchObject({ equal: true });
  expect(await rowsOf(devices)).toEqual(before);
});

test('Hits that retention removed are accounted for, also after the tables were made anew', async () => {
  await world.send({ visitor: 'old' }, { visitor: 'older' });
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  world.advance(10 * dayMs);
  await world.send({ visitor: 'new' });
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  expect(await rowsOf('SELECT count(*) FROM store.sessions')).toEqual([[3]]);
  expect(await world.engine.retain('shop', { keepSessionsDays: 5 }, true)).toMatchObject({
    hits: 2,
  });
  // The world's hits pass no collector, which would have counted them.
  const counted = `INSERT INTO hit_count VALUES ('shop', 1, 'accepted', '', 3)`;
  await world.hits.batch([counted], 'write');
  const account = async () => (await world.engine.account()).map(explainAccount);
  expect(await rowsOf('SELECT count(*) FROM store.sessions')).toEqual([[1]]);
  expect(await account()).toEqual([undefined]);
  await world.engine.rebuild('shop', false);
  expect(await account()).toEqual([undefined]);
});
