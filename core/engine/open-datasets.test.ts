/** One dataset whose stores are refused or fail: the others go on, and none of its hits is lost or forgotten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { openLibsqlFile } from '../stores/libsql-file.ts';
import { controlMigrations } from '../stores/migrations/migrations.ts';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

const hourMs = 3_600_000;
const retryHeldAfterMs = 60_000;
const worlds: World[] = [];

async function start(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  await world.dataset({ slug: 'blog' });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const send = (world: World, path: string) =>
  world.send(
    { url: `https://shop.example/${path}` },
    { dataset: 'blog', url: `https://blog.example/${path}` },
  );
const stored = async (world: World, slug: string) =>
  (await world.sql(slug, 'SELECT path FROM hits ORDER BY path')).map(([path]) => path);
const waiting = async (world: World, slug: string) => {
  const sql = 'SELECT count(*) FROM hit_inbox WHERE dataset = ? AND hit_id IS NOT NULL';
  const [result] = await world.hits.batch([{ sql, args: [slug] }], 'read');
  return Number(result?.rows[0]?.[0]);
};
/** A checkpoint is due at every step. */
const eager: WorldOptions = { checkpointEveryMs: -1, retryHeldAfterMs };

async function storeSession(world: World, path: string): Promise<void> {
  await send(world, path);
  world.advance(hourMs);
  await world.settle();
}

async function expectHeld(world: World, reason: RegExp, hits: number): Promise<void> {
  expect(await world.engine.figures('shop')).toMatchObject({
    storedSessions: 0,
    held: { reason: expect.stringMatching(reason), waitingHits: hits },
  });
  expect((await world.engine.measures()).held).toMatchObject([{ slug: 'shop' }]);
  for (const asked of [
    () => world.engine.publish('shop'),
    () => world.engine.rebuild('shop', false),
    () => world.engine.activeSessions('shop', 1),
    () => world.importText('shop', { log: '' }),
  ])
    await expect(asked()).rejects.toMatchObject({
      code: 'dataset_held',
      message: expect.stringMatching(reason),
    });
}

test.each<[string, (world: World) => Promise<unknown> | undefined, RegExp]>([
  [
    'tables that are gone and a segment that is damaged',
    (world) => {
      const folder = join(world.root, 'datasets/shop');
      rmSync(join(folder, 'analytics.duckdb'));
      const [name = ''] = readdirSync(join(folder, 'canister'));
      const segment = join(folder, 'canister', name);
      const bytes = readFileSync(segment);
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      writeFileSync(segment, bytes);
      return undefined;
    },
    /1 stored hits of the dataset shop .* --accept-loss\. When that is mended, stop/,
  ],
  [
    'a data key that does not open',
    async (world) => {
      const control = await openLibsqlFile(join(world.root, 'control.db'), controlMigrations);
      await control.batch(
        ["UPDATE data_key SET wrapped = zeroblob(60) WHERE dataset = 'shop'"],
        'write',
      );
      control.close();
    },
    /master\.key does not open the data key of shop/,
  ],
  [
    'a canister that is no folder',
    (world) => {
      rmSync(join(world.root, 'datasets/shop/canister'), { recursive: true });
      writeFileSync(join(world.root, 'datasets/shop/canister'), '');
      return undefined;
    },
    /EEXIST|ENOTDIR/,
  ],
])('%s: it is held at the start, and nothing of it is touched', async (_, damage, reason) => {
  const world = await start(eager);
  await storeSession(world, '1');
  await send(world, '2');
  await world.engine.stop();
  await world.crash();
  await damage(world);
  await world.reopen();
  await storeSession(world, '3');
  await storeSession(world, '4');
  expect(await stored(world, 'blog')).toEqual(['/1', '/2', '/3', '/4']);
  expect(await waiting(world, 'blog')).toBe(0);
  expect(await waiting(world, 'shop')).toBe(3);
  await expectHeld(world, reason, 3);
});

test('A held dataset that was mended has every hit once, those of the time between among them', async () => {
  const options: WorldOptions = { ...eager };
  const world = await start(options);
  await storeSession(world, '1');
  await world.engine.stop();
  await world.crash();
  rmSync(join(world.root, 'datasets/shop'), { recursive: true });
  mkdirSync(join(world.root, 'datasets/shop'));
  await world.reopen();
  await storeSession(world, '2');
  await expectHeld(world, /1 stored hits of the dataset shop/, 1);
  await world.crash();
  options.acceptLoss = true;
  await world.reopen();
  await storeSession(world, '3');
  expect(await stored(world, 'shop')).toEqual(['/2', '/3']);
  expect(await stored(world, 'blog')).toEqual(['/1', '/2', '/3']);
  expect((await world.engine.measures()).held).toEqual([]);
});

test('With the folder’s key changed for another, everything is held and nothing is sealed', async () => {
  const world = await start(eager);
  await storeSession(world, '1');
  await world.engine.stop();
  await world.crash();
  writeFileSync(join(world.root, 'master.key'), Buffer.alloc(32, 7).toString('base64'));
  await world.reopen();
  await storeSession(world, '2');
  expect((await world.engine.measures()).held).toHaveLength(2);
  expect([await waiting(world, 'shop'), await waiting(world, 'blog')]).toEqual([1, 1]);
  const [keys] = await world.control.batch(['SELECT count(*) FROM data_key'], 'read');
  expect(keys?.rows[0]?.[0]).toBe(2);
});

test('Stores that fail while in use: the dataset is held, and opened again when they are well', async () => {
  let fault: string | undefined;
  const world = await start({
    ...eager,
    wrapStores: ({ analytics, canister }, slug) => ({
      canister,
      analytics: {
        ...analytics,
        async store(...args) {
          if (slug === 'shop' && fault !== undefined) throw new Error(fault);
          return await analytics.store(...args);
        },
      },
    }),
  });
  await storeSession(world, '1');
  await send(world, '2');
  fault = 'IO Error: Could not fsync file "analytics.duckdb": Input/output error';
  await storeSession(world, '3');
  await expectHeld(world, /IO Error: Could not fsync .*It is opened again by itself/, 2);
  expect(await stored(world, 'blog')).toEqual(['/1', '/2', '/3']);
  // Tried again, and held again.
  world.advance(retryHeldAfterMs);
  await storeSession(world, '4');
  await expectHeld(world, /IO Error/, 3);
  fault = undefined;
  world.advance(retryHeldAfterMs);
  await world.settle();
  await storeSession(world, '5');
  expect(await stored(world, 'shop')).toEqual(['/1', '/2', '/3', '/4', '/5']);
  expect(await stored(world, 'blog')).toEqual(['/1', '/2', '/3', '/4', '/5']);
  expect((await world.engine.measures()).held).toEqual([]);
  expect([await waiting(world, 'shop'), await waiting(world, 'blog')]).toEqual([0, 0]);
});

test('Tables in which the storing meets a damaged page: others are made by themselves, with every hit once', async () => {
  let isDamaged = false;
  const world = await start({
    ...eager,
    wrapStores: ({ analytics, canister }, slug) => ({
      canister,
      analytics: {
        ...analytics,
        async store(...args) {
          if (slug === 'shop' && isDamaged) throw new Problem('tables_damaged', 'A page.');
          return await analytics.store(...args);
        },
      },
    }),
  });
  await storeSession(world, '1');
  isDamaged = true;
  await storeSession(world, '2');
  await expectHeld(world, /A page\. It is opened again by itself/, 1);
  isDamaged = false;
  const kept = join(world.root, 'datasets/shop/analytics.duckdb.unreadable');
  expect(existsSync(kept)).toBe(false);
  world.advance(retryHeldAfterMs);
  await world.settle();
  await storeSession(world, '3');
  expect(await stored(world, 'shop')).toEqual(['/1', '/2', '/3']);
  expect(existsSync(kept)).toBe(true);
  expect((await world.engine.measures()).held).toEqual([]);
});

test('A full disk holds nothing: it is the same for all, and the step is taken again', async () => {
  let fault: string | undefined = 'ENOSPC: no space left on device';
  const world = await start({
    ...eager,
    wrapStores: (stores) => ({
      ...stores,
      canister: {
        ...stores.canister,
        async append(sessions) {
          if (fault !== undefined) throw new Error(fault);
          return await stores.canister.append(sessions);
        },
      },
    }),
  });
  await send(world, '1');
  world.advance(hourMs);
  await expect(world.settle()).rejects.toThrow(/ENOSPC/);
  expect((await world.engine.measures()).held).toEqual([]);
  fault = undefined;
  await world.settle();
  expect(await stored(world, 'shop')).toEqual(['/1']);
});

test('Making the tables anew is cancelled: that is no fault of the stores, and the dataset goes on', async () => {
  let cancels = (_over: Promise<void>) => {};
  const cancelled = new Promise<void>((resolve) => (cancels = resolve));
  const world = await start({
    ...eager,
    wrapStores: ({ analytics, canister }) => ({
      analytics,
      canister: {
        ...canister,
        scan(...args) {
          cancels(world.engine.cancelUpkeep(number));
          return canister.scan(...args);
        },
      },
    }),
  });
  await storeSession(world, '1');
  const number = await world.engine.beginUpkeep('shop', { kind: 'rebuild', acceptLoss: false });
  await cancelled;
  expect(await world.engine.readUpkeep(number)).toMatchObject({ state: 'cancelled' });
  await storeSession(world, '2');
  expect((await world.engine.measures()).held).toEqual([]);
  expect(await stored(world, 'shop')).toEqual(['/1', '/2']);
});
