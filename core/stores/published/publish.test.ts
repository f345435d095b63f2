/** What is published is what the tables hold, day by day; only days that changed are written again. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { viewNames } from '../../analytics/views.ts';
import type { Manifest } from '../../contract/published.ts';
import { placeOf } from '../../testing/sql-desk.ts';
import { createWorld, type World } from '../../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  // 10:00 UTC is 23:00 of the same day there: an hour later it is the next day.
  await world.dataset({ slug: 'shop', timeZone: 'Pacific/Auckland' });
});
afterEach(() => world.close());

const folder = () => placeOf(world).folder('shop');
const manifest = () => placeOf(world).manifest('shop') as Manifest;
const filesOn = (day: string) =>
  manifest().files.flatMap((one) => (one.day === day ? one.file : []));

async function sessionOf(visitor: string, hits = 1): Promise<void> {
  for (let hit = 0; hit < hits; hit += 1)
    await world.send({ dataset: 'shop', visitor, url: `https://shop.example/${hit}` });
  world.advance(3_600_000);
  await world.settle();
}

/** Asked of the files alone, by an instance of DuckDB that knows nothing else. */
async function inFiles(view: string, sql: string): Promise<unknown[][]> {
  const files = manifest().files.flatMap((one) =>
    one.view === view ? `'${join(folder(), one.file)}'` : [],
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const from = `read_parquet([${files.join(', ')}], hive_partitioning = false)`;
    return (await connection.runAndReadAll(sql.replace('FILES', from))).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('Each view has a file a day, in the dataset’s time zone, and the manifest says what it holds', async () => {
  await sessionOf('a', 3);
  await sessionOf('b', 2);
  const published = await world.engine.publish('shop');
  expect(published).toMatchObject({ written: ['2026-11-21', '2026-11-22'], days: 2, number: 1 });
  expect(await inFiles('hits', 'SELECT day, count(*) FROM FILES GROUP BY 1 ORDER BY 1')).toEqual([
    ['2026-11-21', '3'],
    ['2026-11-22', '2'],
  ]);
  expect(await inFiles('sessions', 'SELECT min(day), max(day), sum(hits) FROM FILES')).toEqual([
    ['2026-11-21', '2026-11-22', '5'],
  ]);
  for (const { file, bytes, sha256 } of manifest().files) {
    const content = readFileSync(join(folder(), file));
    expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
      bytes,
      sha256,
    ]);
  }
  const rows = manifest().files.map(({ view, day, rows }) => `${view} ${day} ${rows}`);
  expect(rows).toEqual([
    'sessions 2026-11-21 1',
    'sessions 2026-11-22 1',
    'hits 2026-11-21 3',
    'hits 2026-11-22 2',
    'page_views 2026-11-21 3',
    'page_views 2026-11-22 2',
  ]);
});

test('Only days that changed are written again, and nothing when none did', async () => {
  await sessionOf('a');
  await sessionOf('b');
  await world.engine.publish('shop');
  const before = filesOn('2026-11-21');
  await sessionOf('c', 4);
  expect((await world.engine.publish('shop')).written).toEqual(['2026-11-22']);
  expect(filesOn('2026-11-21')).toEqual(before);
  expect(await inFiles('hits', 'SELECT count(*) FROM FILES')).toEqual([['6']]);
  const { number } = manifest();
  expect((await world.engine.publish('shop')).written).toEqual([]);
  expect(manifest().number).toBe(number);
});

test('What a kill left is not counted, and marks outlive it', async () => {
  await sessionOf('a');
  await world.engine.publish('shop');
  await sessionOf('b');
  await world.crash();
  // A kill in the midst of publishing: a file that no manifest names, and one that is half written.
  writeFileSync(join(folder(), 'hits/2026-11-22.2.parquet'), 'torn');
  writeFileSync(join(folder(), 'hits/2026-11-22.2.parquet.making'), 'torn');
  await world.reopen();
  expect((await world.engine.publish('shop')).written).toEqual(['2026-11-22']);
  expect(await inFiles('hits', 'SELECT count(*) FROM FILES')).toEqual([['2']]);
  const named = manifest().files.map(({ file }) => file);
  const there = viewNames.flatMap((view) =>
    readdirSync(join(folder(), view)).map((name) => `${view}/${name}`),
  );
  expect(there.sort()).toEqual(named.sort());
});

test('Without a manifest, or with a damaged one, everything is published again', async () => {
  await sessionOf('a');
  await sessionOf('b');
  await world.engine.publish('shop');
  writeFileSync(join(folder(), 'manifest.json'), '{"half":');
  expect((await world.engine.publish('shop')).written).toEqual(['2026-11-21', '2026-11-22']);
  await world.engine.rebuild('shop', false);
  expect((await world.engine.publish('shop')).written).toEqual(['2026-11-21', '2026-11-22']);
  expect(await inFiles('hits', 'SELECT count(*) FROM FILES')).toEqual([['2']]);
});

test.each([
  ['gone', (file: string) => rmSync(file)],
  ['cut short', (file: string) => truncateSync(file, 100)],
  ['empty', (file: string) => truncateSync(file, 0)],
])('Where a file is %s at the start, everything is published again', async (_, damage) => {
  await sessionOf('a');
  await sessionOf('b');
  await world.engine.publish('shop');
  await world.crash();
  damage(join(folder(), filesOn('2026-11-21')[0] ?? ''));
  await world.reopen();
  expect((await world.engine.publish('shop')).written).toEqual(['2026-11-21', '2026-11-22']);
  expect(await inFiles('hits', 'SELECT count(*) FROM FILES')).toEqual([['2']]);
  expect((await world.engine.publish('shop')).written).toEqual([]);
});

test('A file that has gone in an erasure, or whose manifest is damaged, gives its name to no other', async () => {
  await sessionOf('a');
  await sessionOf('b');
  const named = async () => {
    await world.engine.publish('shop');
    return manifest().files.map(({ file }) => file);
  };
  const first = await named();
  await world.engine.beginErasure('shop', { visitor: 'b' });
  const state = async () => (await world.engine.erasures('shop'))[0]?.state;
  await expect.poll(state, { timeout: 30_000 }).toBe('done');
  const second = await named();
  writeFileSync(join(folder(), 'manifest.json'), '{"half":');
  const third = await named();
  expect([first.length, second.length, third.length]).toEqual([6, 3, 3]);
  expect(new Set([...first, ...second, ...third]).size).toBe(12);
});

test('Days that retention removes vanish with their files', async () => {
  await sessionOf('a');
  await world.engine.publish('shop');
  const gone = filesOn('2026-11-21');
  expect(gone).toHaveLength(3);
  world.advance(5 * 86_400_000);
  await sessionOf('b');
  await world.engine.retain('shop', { keepSessionsDays: 2 }, true);
  await world.engine.publish('shop');
  expect(filesOn('2026-11-21')).toEqual([]);
  expect(gone.filter((file) => existsSync(join(folder(), file)))).toEqual([]);
  expect(await inFiles('hits', 'SELECT visitor_id, day FROM FILES')).toEqual([['b', '2026-11-27']]);
});

test('What is published behind an erasure of the tables stays, and begins while the erasure goes on', async () => {
  await world.close();
  let published: Promise<unknown> | undefined;
  world = await createWorld({
    wrapStores: ({ analytics, ...stores }) => ({
      ...stores,
      analytics: {
        ...analytics,
        async eraseSessions(ids) {
          await analytics.eraseSessions(ids);
          published = analytics.publish(world.now());
          published.catch(() => undefined);
        },
      },
    }),
  });
  await world.dataset({ slug: 'shop' });
  for (const visitor of ['a', 'b', 'c']) await sessionOf(visitor);
  await world.engine.publish('shop');
  await world.engine.beginErasure('shop', { visitor: 'b' });
  const state = async () => (await world.engine.erasures('shop'))[0]?.state;
  await expect.poll(state, { timeout: 30_000 }).toBe('done');
  await published;
  expect(await inFiles('sessions', 'SELECT string_agg(visitor_id ORDER BY 1) FROM FILES')).toEqual([
    ['a,c'],
  ]);
});
