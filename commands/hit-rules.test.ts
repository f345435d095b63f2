/** Hit rules by the command line and the API, with the built program and its real stores. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import { geoFile } from '../core/testing/geo-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-rules-'));
const file = join(folder, 'rules.json');
let product: Product;
let writeKey = '';

const run = (...args: string[]) => runCommand([...args, '--data', product.data]);
const write = (rules: object) => writeFileSync(file, JSON.stringify(rules));
/** While a command runs nobody sees that an idle connection was closed: then it is asked once more. */
const ask: typeof fetch = (...request) => fetch(...request).catch(() => fetch(...request));

async function api(method: string, path: string, body?: object): Promise<Response> {
  return await ask(`${product.baseUrl}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Asked of the server: a command for each look would take long. */
async function rows(sql: string): Promise<unknown[][]> {
  return (await (await api('POST', '/datasets/shop/sql', { sql })).json()).rows;
}

async function send(url: string, more: object = {}): Promise<void> {
  const hit = { dataset: writeKey, id: randomUUID(), type: 'page_view', visitor: 'v1', url };
  const answer = await ask(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0',
    },
    body: JSON.stringify({ ...hit, ...more }),
  });
  expect(answer.status).toBe(202);
}

beforeAll(async () => {
  const places = join(folder, 'places.mmdb');
  writeFileSync(
    places,
    geoFile({ '127.0.0.0/24': { country: { iso_code: 'FJ' }, city: { names: { en: 'Suva' } } } }),
  );
  product = await startProduct({
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1000', CANISTER_GEO_DATABASE: places },
  });
  const made = await (await api('POST', '/datasets', { slug: 'shop' })).json();
  writeKey = made.writeKey;
});

afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('rules are tried, set, and hold for hits; a rebuild brings back what they left out', async () => {
  const shown = await run('rules', 'show', '--dataset', 'shop');
  expect(JSON.parse(shown.out)).toMatchObject({
    version: 0,
    exclusions: [],
    behaviour: { robotsTxtFirst: true },
  });

  write({
    urls: { dropParameters: ['sort'], defaultPages: ['index.html'] },
    exclusions: [{ name: 'Checks', condition: 'request.path = "/check"' }],
  });
  const tried = await run(
    'rules',
    'test',
    '--dataset',
    'shop',
    '--rules',
    file,
    '--url',
    'https://shop.example/teas/index.html?sort=1&id=7&gclid=x',
    '--address',
    '127.0.0.1',
  );
  expect(tried.out).toMatch(/^page +shop\.example\/teas\/\?id=7$/m);
  expect(tried.out).toMatch(/^before +\/teas\/index\.html\?sort=1&id=7$/m);
  expect(tried.out).toMatch(/^channel +paid search$/m);
  expect(tried.out).toMatch(/^city +Suva$/m);
  expect(tried.out).toMatch(/^excluded +no$/m);
  const check = ['--rules', file, '--url', 'https://shop.example/check', '--json'];
  const checked = await run('rules', 'test', '--dataset', 'shop', ...check);
  expect(JSON.parse(checked.out)).toMatchObject({ excludedBy: 'Checks' });

  expect((await run('rules', 'set', file, '--dataset', 'shop')).out).toContain(
    'Version 1 is in force',
  );
  await send('https://shop.example/teas/index.html?sort=1');
  await send('https://shop.example/check');
  await expect
    .poll(() => rows('SELECT path, city FROM hits JOIN sessions USING (session_id)'), {
      timeout: 45_000,
    })
    .toEqual([['/teas/', 'Suva']]);
  expect((await run('rules', 'excluded', '--dataset', 'shop')).out).toMatch(
    /^Checks +tracker +1 /m,
  );
  const counted = async () => (await (await api('GET', '/status')).json()).datasets[0].counts;
  expect(await counted()).toMatchObject({ received: 2, accepted: 1, excluded: 1 });

  write({});
  expect((await run('rules', 'set', file, '--dataset', 'shop')).code).toBe(0);
  expect((await run('rebuild', '--dataset', 'shop')).code).toBe(0);
  expect(await rows('SELECT path, query FROM hits ORDER BY path')).toEqual([
    ['/check', null],
    ['/teas/index.html', 'sort=1'],
  ]);
  expect(await counted()).toMatchObject({ received: 2, accepted: 2, excluded: 0 });
});

test('what cannot be used is refused with where it is, and nothing changes', async () => {
  const before = await (await api('GET', '/datasets/shop/rules/hits')).json();
  const refused = async (rules: object) => {
    write(rules);
    const { code, notes } = await run('rules', 'set', file, '--dataset', 'shop');
    expect(code).toBe(1);
    return notes;
  };
  expect(await refused({ exclusions: [{ name: 'X', condition: 'request.path >' }] })).toContain(
    'exclusion X',
  );
  expect(await refused({ channels: [{ channel: 'Y', condition: 'session.hits > 1' }] })).toMatch(
    /channel Y.*session\.hits/s,
  );
  expect(await refused({ urls: { dropParameter: [] } })).toContain('dropParameter');
  expect(await refused({ version: 1 })).toContain('Version 2 of the hit rules is in force');
  expect(
    (await run('rules', 'set', join(folder, 'gone.json'), '--dataset', 'shop')).notes,
  ).toContain('gone.json');
  expect(readFileSync(file, 'utf8')).toContain('version');
  expect(await (await api('GET', '/datasets/shop/rules/hits')).json()).toEqual(before);
});
