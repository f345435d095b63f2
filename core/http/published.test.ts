/** What is published and exported, over HTTP: who may read it, and downloads that are cut anywhere and go on. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publicViews, type ViewName, viewNames } from '../analytics/views.ts';
import type { Export } from '../contract/export.ts';
import type { Manifest } from '../contract/published.ts';
import { worldSql } from '../testing/sql-desk.ts';
import { createWorld, type World } from '../testing/world.ts';
import { exportRoutes } from './exports.ts';
import { answerErrors } from './problems.ts';
import { publishedRoutes } from './published.ts';

let world: World;
let desks: ReturnType<typeof worldSql>;
let app: Hono;
let peer: string;
let folder: string;

beforeEach(async () => {
  world = await createWorld();
  desks = worldSql(world);
  folder = mkdtempSync(join(tmpdir(), 'canister-taken-'));
  peer = '127.0.0.1';
  await world.dataset({ slug: 'shop' });
  await world.dataset({ slug: 'other' });
  for (const visitor of ['a', 'b', '=SUM(1)'])
    await world.send({ visitor, url: `https://shop.example/${visitor}` });
  world.advance(3_600_000);
  await world.settle();
  const options = { ...desks, datasets: world.datasets, engine: world.engine };
  app = new Hono();
  app.route('/published', publishedRoutes({ ...options, letIn: async () => peer === '127.0.0.1' }));
  app.route('/api', exportRoutes({ ...options, desk: desks.exports }));
  app.onError(answerErrors(() => {}));
});
afterEach(async () => {
  await desks.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  app.request(`http://localhost${path}`, { headers: { host: 'localhost', ...headers } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const readManifest = async () =>
  (await (await get('/published/shop/manifest.json')).json()) as Manifest;

test('From elsewhere only a token of the dataset opens it, until it expires or ends', async () => {
  const { token } = await desks.tokens.create('shop', 'laptop', 2);
  const { token: foreign } = await desks.tokens.create('other', 'laptop', 2);
  const [file] = (await readManifest()).files;
  peer = '203.0.113.9';
  const paths = ['/published/shop/manifest.json', `/published/shop/${file?.file}`];
  const statuses = async (headers: Record<string, string>) =>
    await Promise.all(paths.map(async (path) => (await get(path, headers)).status));
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}`,
  });
  expect(await statuses(bearer(token))).toEqual([200, 200]);
  expect(await statuses(basic(token))).toEqual([200, 200]);
  for (const headers of [{}, bearer(foreign), bearer(`${token}x`), bearer(''), basic('')])
    expect(await statuses(headers)).toEqual([401, 401]);
  const refused = await get(paths[0] ?? '');
  expect(await refused.json()).toMatchObject({ code: 'token_invalid' });
  world.advance(2 * 86_400_000);
  expect(await statuses(bearer(token))).toEqual([401, 401]);
  const { token: again } = await desks.tokens.create('shop', 'laptop', 1);
  expect(await statuses(bearer(again))).toEqual([200, 200]);
  await desks.tokens.remove('shop', 'laptop');
  expect(await statuses(bearer(again))).toEqual([401, 401]);
  const [kept] = await world.control.batch(['SELECT * FROM read_token'], 'read');
  expect(JSON.stringify(kept?.rows)).not.toContain(foreign);
});

test('Nothing but what the manifest names is answered', async () => {
  await readManifest();
  for (const path of [
    'hits/none.parquet',
    'hits/..%2f..%2fanalytics.duckdb',
    '../x/y',
    'hits/%2e%2e',
  ]) {
    expect([path, (await get(`/published/shop/${path}`)).status]).toEqual([path, 404]);
  }
  expect((await get('/published/nowhere/manifest.json')).status).toBe(404);
});

test('A download that is cut at any byte goes on, and is the same file in the end', async () => {
  const [file] = (await readManifest()).files;
  if (file === undefined) throw new Error('nothing is published');
  const path = `/published/shop/${file.file}`;
  const whole = await bytesOf(await get(path));
  expect(createHash('sha256').update(whole).digest('hex')).toBe(file.sha256);
  const etag = `"${file.sha256}"`;
  for (let cut = 1; cut < whole.length; cut += Math.ceil(whole.length / 40)) {
    const rest = await get(path, { range: `bytes=${cut}-`, 'if-range': etag });
    expect([cut, rest.status, rest.headers.get('content-range')]).toEqual([
      cut,
      206,
      `bytes ${cut}-${whole.length - 1}/${whole.length}`,
    ]);
    expect(Buffer.concat([whole.subarray(0, cut), await bytesOf(rest)]).equals(whole)).toBe(true);
  }
  const statusOf = async (headers: Record<string, string>) => (await get(path, headers)).status;
  expect(await statusOf({ range: 'bytes=4-', 'if-range': '"another"' })).toBe(200);
  expect(await statusOf({ range: `bytes=${whole.length}-` })).toBe(416);
  expect(await statusOf({ 'if-none-match': etag })).toBe(304);
  expect(await bytesOf(await get(path, { range: 'bytes=-4' }))).toEqual(whole.subarray(-4));
  expect(await bytesOf(await get(path, { range: 'bytes=2-3' }))).toEqual(whole.subarray(2, 4));
});

test('The exported file has the rows and the meanings that the views have', async () => {
  const made = (await (
    await app.request('http://localhost/api/datasets/shop/exports', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json' },
      body: '{}',
    })
  ).json()) as Export;
  expect(made.rows).toEqual({ sessions: 3, hits: 3, page_views: 3, events: 0, session_values: 0 });
  const content = await bytesOf(await get(`/api/datasets/shop/exports/${made.id}`));
  expect(createHash('sha256').update(content).digest('hex')).toBe(made.sha256);
  const file = join(folder, 'taken.duckdb');
  writeFileSync(file, content);
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  for (const view of viewNames) {
    const columns = publicViews[view as ViewName].columns.map(({ name, type, meaning }) => [
      name,
      type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type,
      meaning,
    ]);
    const sql = `SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = '${view}' ORDER BY column_index`;
    expect([view, await rows(sql)]).toEqual([view, columns]);
  }
  expect(await rows('SELECT path FROM page_views ORDER BY path')).toEqual([
    ['/=SUM(1)'],
    ['/a'],
    ['/b'],
  ]);
  connection.closeSync();
  instance.closeSync();
  expect((await get(`/api/datasets/other/exports/${made.id}`)).status).toBe(404);
});

test('What an erasure takes away behind a publishing is published again for who asks', async () => {
  const { engine } = world;
  const { publish } = engine;
  engine.publish = async (slug) => {
    const published = await publish(slug);
    engine.publish = publish;
    await engine.beginErasure(slug, { visitor: 'b' });
    const state = async () => (await engine.erasures(slug))[0]?.state;
    await expect.poll(state, { timeout: 30_000 }).toBe('done');
    return published;
  };
  const answered = await app.request('http://localhost/published/shop/manifest.json');
  expect(answered.status).toBe(200);
  const { files } = (await answered.json()) as Manifest;
  expect(files.find(({ view }) => view === 'sessions')?.rows).toBe(2);
});

test('Files that were made for download before an erasure are gone with it, and its proof says so', async () => {
  const make = async () => {
    const asked = await app.request('http://localhost/api/datasets/shop/exports', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json' },
      body: '{}',
    });
    return (await asked.json()) as Export;
  };
  const before = [await make(), await make()];
  expect(before.map(({ rows }) => rows.sessions)).toEqual([3, 3]);
  await world.engine.beginErasure('shop', { visitor: 'a' });
  const last = async () => (await world.engine.erasures('shop'))[0];
  await expect.poll(async () => (await last())?.state, { timeout: 30_000 }).toBe('done');
  expect((await last())?.report).toMatchObject({ sessions: 1, exports: 2, proof: { found: [] } });
  for (const { id } of before) {
    const answered = await get(`/api/datasets/shop/exports/${id}`);
    expect([answered.status, await answered.json()]).toMatchObject([
      404,
      { code: 'export_unknown' },
    ]);
  }
  const after = await make();
  expect([
    after.rows.sessions,
    (await get(`/api/datasets/shop/exports/${after.id}`)).status,
  ]).toEqual([2, 200]);
});

test('A file that went while it was asked for is told as one that the manifest names no more', async () => {
  const [file] = (await readManifest()).files;
  rmSync(join(desks.place.folder('shop'), file?.file ?? ''));
  const answered = await get(`/published/shop/${file?.file}`);
  expect([answered.status, (await answered.json()) as object]).toMatchObject([
    404,
    { code: 'published_unknown' },
  ]);
});
