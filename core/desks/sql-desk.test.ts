/** SQL over files that an erasure takes away. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeOf, testSandbox, worldSql } from '../testing/sql-desk.ts';
import { createWorld, type World } from '../testing/world.ts';
import type { Sandbox } from './sandbox.ts';
import { createSqlDesk } from './sql-desk.ts';

let world: World;
let sandbox: Sandbox;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  await world.send({ visitor: 'a' }, { visitor: 'b' });
  world.advance(3_600_000);
  await world.settle();
  sandbox = testSandbox();
});
afterEach(async () => {
  await sandbox.close();
  await world.close();
});

test('A query whose files go before it reads them is asked of those that are there then', async () => {
  const { engine } = world;
  let asked = 0;
  async function* erasing(...args: Parameters<Sandbox['run']>) {
    asked += 1;
    if (asked === 1) {
      await engine.beginErasure('shop', { visitor: 'b' });
      const state = async () => (await engine.erasures('shop'))[0]?.state;
      await expect.poll(state, { timeout: 30_000 }).toBe('done');
    }
    yield* sandbox.run(...args);
  }
  const { savedQueries, close } = worldSql(world);
  const place = placeOf(world);
  const desk = createSqlDesk({
    engine,
    sandbox: { ...sandbox, run: erasing },
    place,
    savedQueries,
  });
  const request = { sql: 'SELECT visitor_id FROM hits', parameters: [], values: {}, rowsMax: 10 };
  expect((await desk.answer('shop', request)).rows).toEqual([['a']]);
  const wrong = { ...request, sql: 'SELECT nothing FROM hits' };
  await expect(desk.answer('shop', wrong)).rejects.toMatchObject({ code: 'sql_invalid' });
  expect(asked).toBe(3);
  await close();
});
