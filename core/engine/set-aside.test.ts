/** Hits that were set aside come back once, at their own time, or go for good, and every count says so. */
import { afterEach, expect, test } from 'vitest';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import type { SqlBatch } from '../stores/libsql-file.ts';
import { openLibsqlSetAside } from '../stores/libsql-set-aside.ts';
import { createWorld, type World, worldStartMs } from '../testing/world.ts';
import { explainAccount } from './hit-account.ts';

const hourMs = 3_600_000;
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const run = (world: World, sql: string, args: (string | number | Uint8Array)[] = []) =>
  world.hits.batch([{ sql, args }], 'write');
const setAside = (world: World) => openLibsqlSetAside(world.hits);
const listed = async (world: World) =>
  (await setAside(world).list('shop', 10)).hits.map(({ number, reason }) => [number, reason]);
const paths = async (world: World) =>
  (await world.sql('shop', 'SELECT path, epoch_ms("at") FROM hits ORDER BY path')).map(
    ([path, at]) => [path, Number(at) - worldStartMs],
  );
const wrongAccounts = async (world: World) =>
  (await world.engine.account()).flatMap((one) => explainAccount(one) ?? []);

/** A good hit, one with a URL that cannot be used, and bytes that are no hit: three accepted, two set aside. */
async function start(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  const hour = Math.floor(worldStartMs / hourMs);
  for (const outcome of ['received', 'accepted'])
    await run(world, "INSERT INTO hit_count VALUES ('shop', ?, ?, '', 3)", [hour, outcome]);
  await world.send({ url: 'https://shop.example/good' });
  await world.send({ url: 'not a page' });
  await world.sendBody('shop', Buffer.from('{'));
  await world.settle();
  return world;
}

/** What an upgrade would do: the hit can be processed now. */
async function mend(world: World): Promise<void> {
  const { content } = await setAside(world).show('shop', 2);
  const hit = { ...JSON.parse(content), url: 'https://shop.example/mended' };
  await run(world, 'UPDATE set_aside SET body = ? WHERE seq = 2', [
    Buffer.from(JSON.stringify(hit)),
  ]);
}

test('they are listed with their reasons, and shown whole', async () => {
  const world = await start();
  expect(await setAside(world).list('shop', 1)).toEqual({
    total: 2,
    hits: [
      { number: 3, receivedAt: worldStartMs, bytes: 1, reason: expect.stringMatching(/^fault: /) },
    ],
  });
  expect(await listed(world)).toEqual([
    [3, expect.stringMatching(/^fault: /)],
    [2, 'url_invalid'],
  ]);
  expect(await setAside(world).show('shop', 3)).toMatchObject({ content: '{', bytes: 1 });
  expect(JSON.parse((await setAside(world).show('shop', 2)).content)).toMatchObject({
    url: 'not a page',
  });
  await expect(setAside(world).show('shop', 1)).rejects.toMatchObject({ code: 'hit_unknown' });
  await expect(setAside(world).show('blog', 2)).rejects.toMatchObject({ code: 'hit_unknown' });
  expect(await wrongAccounts(world)).toEqual([]);
});

test('a replayed hit counts once and at its own time, whatever dies before or after', async () => {
  const world = await start();
  await mend(world);
  world.advance(5 * hourMs);
  expect(await world.engine.replaySetAside('shop', { numbers: [2] })).toBe(1);
  expect(await wrongAccounts(world)).toEqual([]);
  // The first session is still in the inbox, with the row that was set aside once: it must not come again.
  await world.crash();
  await world.reopen();
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  await world.crash();
  await world.reopen();
  await world.settle();
  expect(await paths(world)).toEqual([
    ['/good', 0],
    ['/mended', 0],
  ]);
  expect(await listed(world)).toEqual([[3, expect.stringMatching(/^fault: /)]]);
  expect(await wrongAccounts(world)).toEqual([]);
  await expect(world.engine.replaySetAside('shop', { numbers: [2] })).rejects.toMatchObject({
    code: 'hit_unknown',
  });
});

test('what cannot be processed again is set aside again, whole and under a new number', async () => {
  const world = await start();
  world.advance(hourMs);
  expect(await world.engine.replaySetAside('shop', { all: true })).toBe(2);
  await world.settle();
  const again = await setAside(world).list('shop', 10);
  expect(again.hits.map(({ number }) => number > 3)).toEqual([true, true]);
  expect((await setAside(world).show('shop', again.hits[0]?.number ?? 0)).content).toBe('{');
  expect(await world.engine.replaySetAside('shop', { all: true })).toBe(2);
  await world.settle();
  expect((await setAside(world).list('shop', 10)).total).toBe(2);
  const other = await setAside(world).list('shop', 10);
  expect(
    JSON.parse((await setAside(world).show('shop', other.hits[1]?.number ?? 0)).content),
  ).toMatchObject({
    url: 'not a page',
    receivedAt: worldStartMs,
  });
  expect(await wrongAccounts(world)).toEqual([]);
});

test.each([
  'before',
  'after',
])('a death %s the batch leaves each hit in one place', async (when) => {
  const world = await start();
  const dying: SqlBatch = {
    async batch(statements, mode) {
      if (mode !== 'write') return await world.hits.batch(statements, mode);
      if (when === 'after') await world.hits.batch(statements, mode);
      throw new Error('killed');
    },
  };
  const dead = openLibsqlSetAside(dying);
  await expect(dead.replay('shop', { all: true }, world.now())).rejects.toThrow('killed');
  expect((await setAside(world).list('shop', 10)).total).toBe(when === 'before' ? 2 : 0);
  await world.crash();
  await world.reopen();
  await world.settle();
  expect((await setAside(world).list('shop', 10)).total).toBe(2);
  expect(await wrongAccounts(world)).toEqual([]);
});

test('deleted hits count as bad, and all still adds up', async () => {
  const world = await start();
  expect(await world.engine.deleteSetAside('shop', { numbers: [3, 3] })).toBe(1);
  await world.crash();
  await world.reopen();
  await world.settle();
  expect(await listed(world)).toEqual([[2, 'url_invalid']]);
  const counts = openLibsqlCounts(world.hits, world.now);
  expect((await counts.read()).get('shop')).toMatchObject({ received: 3, accepted: 2, bad: 1 });
  expect(await counts.findBroken()).toEqual([]);
  expect(await wrongAccounts(world)).toEqual([]);
  await expect(world.engine.deleteSetAside('shop', { numbers: [2, 99] })).rejects.toMatchObject({
    code: 'hit_unknown',
    message: expect.stringContaining('99'),
  });
  expect(await listed(world)).toEqual([[2, 'url_invalid']]);
});
