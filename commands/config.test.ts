/** A configuration goes through its file into another dataset, with the built program and its real stores. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-config-'));
const file = join(folder, 'shop.json');
let product: Product;

const run = (...args: string[]) => runCommand([...args, '--data', product.data]);

async function api(method: string, path: string, body?: object): Promise<Response> {
  return await fetch(`${product.baseUrl}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function json(path: string) {
  return await (await api('GET', path)).json();
}

async function put(path: string, body: object): Promise<void> {
  const answer = await api('PUT', `/datasets/shop/${path}`, body);
  expect(answer.ok, await answer.clone().text()).toBe(true);
}

beforeAll(async () => {
  product = await startProduct();
  await api('POST', '/datasets', { slug: 'shop', idleTimeoutMs: 60_000 });
  await api('POST', '/datasets', { slug: 'blog' });
  const deep = { name: 'Deep', condition: 'session.hits > 3', parent: 'All of it' };
  await put('definitions/label', { name: 'All of it', condition: 'session.hits > 0' });
  // Its parent stands behind it in the file.
  await put('definitions/label?position=1', deep);
  await put('definitions/page_group', { name: 'Shop', condition: 'request.path = "/shop"' });
  const cart = { name: 'Cart', condition: 'request.path = "/cart"' };
  await put('definitions/funnel', { name: 'Order', stages: [{ name: 'Shop' }, cart] });
  await put('events/Tea', { trigger: 'every_hit', condition: 'request.path = "/tea"' });
  await put('searches/Faults', { condition: 'response.status >= 500', segment: false });
  const sql = 'SELECT session_id FROM sessions WHERE hits > $least';
  const parameters = [{ name: 'least', type: 'integer', default: 9 }];
  await put('queries/Busy', { sql, description: '', parameters });
  await put('definitions/label', { name: 'Crowd', savedQuery: { name: 'Busy', values: {} } });
  const { code, out, notes } = await run('config', 'export', '--dataset', 'shop');
  expect(code, notes).toBe(0);
  writeFileSync(file, out);
});

afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Change {
  part: string;
  name: string;
  change: string;
}
const moved = (result: { changes: Change[] }) =>
  result.changes
    .filter(({ change }) => change !== 'same')
    .map(({ part, name, change }) => `${change} ${part} ${name}`)
    .sort();

const expected = [
  'added event Tea',
  'added funnel Order',
  'added label All of it',
  'added label Crowd',
  'added label Deep',
  'added page group Shop',
  'added query Busy',
  'added search Faults',
  'left setting idleTimeoutMs',
];

test('The file of another dataset is refused unless that is said', async () => {
  const { code, notes } = await run('config', 'import', file, '--dataset', 'blog');
  expect([code, notes]).toEqual([
    1,
    expect.stringContaining('is of the dataset shop, not of blog'),
  ]);
});

const intoBlog = ['config', 'import', file, '--dataset', 'blog', '--other-dataset', '--json'];

test('A dry run says what would change, and changes nothing', async () => {
  const result = JSON.parse((await run(...intoBlog, '--dry-run')).out);
  expect([result.applied, moved(result)]).toEqual([false, expected]);
  expect(await json('/datasets/blog/definitions/label')).toEqual({ definitions: [] });
});

test('What was taken in gives the same file again', async () => {
  const result = JSON.parse((await run(...intoBlog)).out);
  expect([result.applied, moved(result)]).toEqual([true, expected]);
  const given = JSON.parse(readFileSync(file, 'utf8'));
  const body = { file: given, otherDataset: true };
  const again = await api('POST', '/datasets/blog/configuration', body);
  expect(moved(await again.json())).toEqual(['left setting idleTimeoutMs']);
  const taken = await json('/datasets/blog/configuration');
  const byName = (a: Change, b: Change) => a.name.localeCompare(b.name);
  for (const one of [given, taken]) one.definitions.label.sort(byName);
  expect([given.settings.idleTimeoutMs, taken.settings.idleTimeoutMs]).toEqual([60_000, 1_800_000]);
  expect({ ...taken, dataset: 'shop', settings: given.settings }).toEqual(given);
});

test('A label that asks a query which is nowhere is refused, and nothing is taken', async () => {
  const given = JSON.parse(readFileSync(file, 'utf8'));
  await api('POST', '/datasets', { slug: 'empty' });
  const body = { file: { ...given, queries: [] }, otherDataset: true };
  const answer = await api('POST', '/datasets/empty/configuration', body);
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    {
      code: 'configuration_invalid',
      detail: expect.stringContaining('asks the saved query "Busy"'),
    },
  ]);
  expect(await json('/datasets/empty/definitions/label')).toEqual({ definitions: [] });
});

test.each([
  ['a file of a later version', { version: 2 }, 'this program reads version 1'],
  ['something else', { canister: 'recipe' }, 'is no configuration of a dataset'],
  ['a part that it does not know', { spells: [] }, 'spells'],
  [
    'a condition that is not understood, among others that are',
    {
      definitions: {
        goal: [
          { name: 'Good', condition: 'session.hits > 1' },
          { name: 'Bad', condition: 'luck = 1' },
        ],
      },
    },
    'The goal "Bad" of the file',
  ],
  [
    'labels that are joined in a circle',
    {
      definitions: {
        label: [
          { name: 'A', condition: 'session.hits > 1', parent: 'B' },
          { name: 'B', condition: 'session.hits > 1', parent: 'A' },
        ],
      },
    },
    'of the file',
  ],
  [
    'a name that comes twice',
    {
      searches: ['one', 'One'].map((name) => ({ name, condition: 'robot = true', segment: false })),
    },
    'stands in the file twice',
  ],
])('Refused as a whole: %s', async (_what, part, says) => {
  const bad = { ...JSON.parse(readFileSync(file, 'utf8')), ...part };
  const answer = await api('POST', '/datasets/shop/configuration', { file: bad });
  expect([answer.status, (await answer.json()).detail]).toEqual([
    400,
    expect.stringContaining(says),
  ]);
  expect(await json('/datasets/shop/definitions/goal')).toEqual({ definitions: [] });
});
