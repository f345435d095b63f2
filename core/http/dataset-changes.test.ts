/** The API: what an administrator changes of a dataset later, and its end. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dataset } from '../contract/dataset.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { readManifest } from '../stores/published/published-folder.ts';
import { openedApi } from '../testing/opened-api.ts';

const opened = openedApi();
const { get, post, problem } = opened;

const send = async (method: 'PUT' | 'DELETE', path: string, body?: unknown, more = {}) =>
  await opened.api.request(`http://localhost${path}`, {
    method,
    headers: { host: 'localhost', 'x-canister': '1', 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const shop = async () => (await (await get('/api/datasets/shop')).json()) as Dataset;
/** What collectors read, by write key. */
async function directory(): Promise<Record<string, string>> {
  const [all] = await opened.world.hits.batch(['SELECT write_key, hosts FROM dataset_directory']);
  return Object.fromEntries(
    (all?.rows ?? []).map(({ write_key, hosts }) => [String(write_key), String(hosts)]),
  );
}

let made: Dataset;
beforeEach(async () => {
  made = (await (await post('/api/datasets', { slug: 'shop' })).json()) as Dataset;
});

describe('a dataset', () => {
  test('gets another name and other hosts, and all else stays', async () => {
    const hosts = ['www.shop.example', '*.shop.example', 'www.shop.example'];
    const changed = await send('PUT', '/api/datasets/shop', {
      name: ' The shop ',
      timeZone: 'UTC',
      hosts,
    });
    expect(changed.status).toBe(200);
    const expected = { ...made, name: 'The shop', hosts: ['www.shop.example', '*.shop.example'] };
    expect(await changed.json()).toEqual(expected);
    expect(await shop()).toEqual(expected);
    expect(await directory()).toEqual({ [made.writeKey]: JSON.stringify(expected.hosts) });
  });

  test('takes its own hosts for no source of visitors from then on', async () => {
    const { world } = opened;
    const referrer = 'https://blog.example/';
    await world.send({ visitor: 'one', referrer });
    await world.settle();
    await send('PUT', '/api/datasets/shop', {
      name: 'Shop',
      timeZone: 'UTC',
      hosts: ['blog.example'],
    });
    await world.send({ visitor: 'two', referrer });
    await world.settle();
    world.advance(40 * 60_000);
    await world.settle();
    const sql = 'SELECT referrer_host FROM sessions ORDER BY started_at, referrer_host NULLS LAST';
    expect(await world.sql('shop', sql)).toEqual([['blog.example'], [null]]);
  });

  test('cuts the days of the past by another time zone, and goes on with its active sessions', async () => {
    const { world } = opened;
    // 2026-11-21 23:30 UTC is the 22nd in Tokyo.
    world.advance(Date.UTC(2026, 10, 21, 23, 30) - world.now());
    await world.send({ visitor: 'one' });
    await world.settle();
    world.advance(40 * 60_000);
    await world.send({ visitor: 'two' });
    await world.settle();
    const days = 'SELECT started_at::DATE::VARCHAR FROM sessions';
    expect(await world.sql('shop', days)).toEqual([['2026-11-21']]);
    await world.engine.publish('shop');
    const body = { name: 'Shop', timeZone: 'Asia/Tokyo', hosts: [] };
    expect((await send('PUT', '/api/datasets/shop', body)).status).toBe(200);
    expect(await world.sql('shop', days)).toEqual([['2026-11-22']]);
    await world.settle();
    // By itself, after the pause that follows every publishing.
    await vi.waitFor(async () => {
      await world.engine.publishDue();
      const published = readManifest(openDataFolder(world.root).dataset('shop').published);
      expect(published?.timeZone).toBe('Asia/Tokyo');
      expect(new Set(published?.files.map(({ day }) => day))).toEqual(new Set(['2026-11-22']));
    }, 15_000);
    const active = await (await get('/api/datasets/shop/sessions/active?limit=5')).json();
    expect(active).toMatchObject({ total: 1 });
    await world.send({ visitor: 'two' });
    await world.settle();
    world.advance(40 * 60_000);
    await world.settle();
    const sql = 'SELECT hits FROM sessions ORDER BY started_at';
    expect(await world.sql('shop', sql)).toEqual([[1], [2]]);
    await world.crash();
    await world.reopen();
    expect(await world.sql('shop', days)).toEqual([['2026-11-22'], ['2026-11-22']]);
  }, 30_000);

  test('keeps its time zone while work on it is under way', async () => {
    const { engine } = opened.world;
    const number = await engine.beginImport('shop', { format: 'combined' });
    const body = { name: 'Shop', timeZone: 'Asia/Tokyo', hosts: [] };
    expect(await problem(send('PUT', '/api/datasets/shop', body))).toMatchObject({
      code: 'upkeep_busy',
    });
    expect(await shop()).toEqual(made);
    const other = { ...body, timeZone: 'UTC' };
    expect((await send('PUT', '/api/datasets/shop', other)).status).toBe(200);
    await engine.abandonImport(number);
    expect((await send('PUT', '/api/datasets/shop', body)).status).toBe(200);
  });

  test('is not changed by who has not seen what it is', async () => {
    const first = await send('PUT', '/api/datasets/shop', {
      name: 'One',
      timeZone: 'UTC',
      hosts: [],
    });
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"/);
    const body = { name: 'Two', timeZone: 'UTC', hosts: [] };
    expect((await send('PUT', '/api/datasets/shop', body, { 'if-match': tag })).status).toBe(200);
    expect(
      await problem(send('PUT', '/api/datasets/shop', body, { 'if-match': tag })),
    ).toMatchObject({ code: 'changed_meanwhile', status: 412 });
  });

  test.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name without end', { name: 'x'.repeat(121) }, 'name'],
    ['no hosts', { hosts: undefined }, 'hosts'],
    ['what is no host', { hosts: ['https://shop.example'] }, 'hosts'],
    ['what is no time zone', { timeZone: 'Mars/Olympus' }, 'timeZone'],
  ])('is not given %s', async (_what, wrong, field) => {
    const body = { name: 'Shop', timeZone: 'UTC', hosts: [], ...wrong };
    const { code, detail } = await problem(send('PUT', '/api/datasets/shop', body));
    expect(code).toBe('request_invalid');
    expect(detail).toContain(field);
    expect(await shop()).toEqual(made);
  });

  test('gets another write key, and the old one is not known any more', async () => {
    const renewed = await (await post('/api/datasets/shop/write-key')).json();
    expect(renewed).toEqual({ ...made, writeKey: expect.stringMatching(/^wk_[\w-]{24}$/) });
    expect((renewed as Dataset).writeKey).not.toBe(made.writeKey);
    expect(Object.keys(await directory())).toEqual([(renewed as Dataset).writeKey]);
    expect(await problem(post('/api/datasets/nowhere/write-key'))).toMatchObject({
      code: 'dataset_unknown',
    });
  });

  test('is deleted with all that it holds', async () => {
    await opened.world.send({ title: 'Start' });
    await opened.world.settle();
    expect((await send('DELETE', '/api/datasets/shop')).status).toBe(204);
    expect(await problem(get('/api/datasets/shop'))).toMatchObject({ code: 'dataset_unknown' });
    expect(await problem(get('/api/datasets/shop/sessions/active'))).toMatchObject({
      code: 'dataset_unknown',
    });
    expect(await (await get('/api/status')).json()).toMatchObject({ datasets: [] });
    expect(await directory()).toEqual({});
    expect(await problem(send('DELETE', '/api/datasets/shop'))).toMatchObject({
      code: 'dataset_unknown',
    });
    expect((await post('/api/datasets', { slug: 'shop' })).status).toBe(201);
  });

  test('leaves no raised alert to another one of its name', async () => {
    const rule = {
      name: 'Hits',
      measure: 'count',
      subject: { kind: 'metric', metric: 'hits' },
      windowMinutes: 10,
      operator: 'at_least',
      bound: 1,
    };
    const state = async () =>
      (await (await get('/api/datasets/shop/alerts/rules/Hits')).json()).state.firing;
    const save = () => send('PUT', '/api/datasets/shop/alerts/rules', rule);
    await save();
    await opened.world.send({});
    await opened.world.settle();
    await opened.asked.alerts.look([]);
    expect(await state()).toBe(true);
    await send('DELETE', '/api/datasets/shop');
    await post('/api/datasets', { slug: 'shop' });
    await opened.world.send({});
    await opened.world.settle();
    await opened.asked.alerts.look([]);
    expect(await (await get('/api/datasets/shop/alerts/history')).json()).toEqual({ entries: [] });
    expect((await save()).status).toBe(200);
    expect(await state()).toBe(false);
  });

  test('is not deleted under a source that needs it', async () => {
    const source = {
      name: 'Web servers',
      dataset: 'shop',
      locations: ['https://logs.example/access.log'],
      schedule: '0 * * * *',
    };
    expect((await send('PUT', '/api/sources', { source })).status).toBe(200);
    const refused = await problem(send('DELETE', '/api/datasets/shop'));
    expect(refused).toMatchObject({ code: 'dataset_in_use', status: 409 });
    expect(refused.detail).toContain('the source "Web servers"');
    expect(await shop()).toEqual(made);
    await send('DELETE', '/api/sources/Web%20servers');
    expect((await send('DELETE', '/api/datasets/shop')).status).toBe(204);
  });
});
