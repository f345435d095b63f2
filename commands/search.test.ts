/** Search by the built product: a hit over HTTP, found by the command line and by the API, active and ended. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Label } from '../core/contract/label.ts';
import type { SavedSearchList, SearchAnswer } from '../core/contract/search.ts';

let product: Product;
let writeKey: string;

beforeAll(async () => {
  product = await startProduct();
  writeKey = (await json<{ writeKey: string }>('dataset', 'create', 'shop')).writeKey;
});
afterAll(async () => void (await product.stop()));

const run = (...args: string[]) => runCommand([...args, '--data', product.data, '--json']);
async function json<T>(...args: string[]): Promise<T> {
  const { code, out, notes } = await run(...args);
  if (code !== 0) throw new Error(notes);
  return JSON.parse(out) as T;
}
const shop = <T>(...args: string[]) => json<T>(...args, '--dataset', 'shop');
const api = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${product.baseUrl}/api/datasets/shop${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Canister': 'test' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

async function signIn(username: string, closeSession: boolean): Promise<void> {
  const hit = {
    dataset: writeKey,
    id: randomUUID(),
    type: 'event',
    name: 'Signed in',
    visitor: username.replace(' ', '-'),
    url: 'https://shop.example/account',
    properties: { username },
    ...(closeSession ? { closeSession } : {}),
  };
  const headers = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Firefox/157.0' };
  const init = { method: 'POST', headers, body: JSON.stringify(hit) };
  expect((await fetch(`${product.baseUrl}/hits`, init)).status).toBe(202);
}

test('what was sent is found, counted, saved, and looked up in an index', async () => {
  await signIn('John Smith', false);
  await signIn('Anna Smith', true);
  await signIn('Mary Miller', true);
  const condition = 'property.username contains "smith"';
  const counted = async () => (await api('POST', '/search', { condition, limit: 0 })).body;
  const waiting = { timeout: 45_000 };
  await expect.poll(counted, waiting).toMatchObject({ sessions: 2, active: 1 });
  const asked = await shop<SearchAnswer>('search', condition, '--count');
  expect(asked).toMatchObject({ sessions: 2, active: 1, condition });
  await shop('index', 'set', '--field', 'property.username');
  const state = async () => (await api('GET', '/index')).body;
  await expect.poll(state, waiting).toMatchObject({ indexedSessions: 2, values: 2 });

  await shop(
    'saved-search',
    'save',
    'Smiths',
    '--condition',
    'username contains "smith"',
    '--segment',
  );
  const { searches } = await shop<SavedSearchList>('saved-search', 'list');
  expect(searches).toMatchObject([{ name: 'Smiths', condition, segment: true }]);
  const saved = await shop<SearchAnswer>('search', '--saved', 'Smiths');
  expect(saved.found.map(({ visitor }) => visitor).sort()).toEqual(['Anna-Smith', 'John-Smith']);
  // Properties of events are in the tables too, and can stand in reports.
  const label = await shop<Label>(
    'saved-search',
    'label',
    'Smiths',
    '--as',
    'Family',
    '--colour',
    '3',
  );
  expect(label).toMatchObject({ name: 'Family', colour: 3, condition });
  const labelled = await shop<SearchAnswer>('search', 'label "family"', '--count');
  expect(labelled).toMatchObject({ sessions: 2, condition: 'label "family"' });
  await shop('saved-search', 'delete', 'Smiths');
  expect(await run('search', '--dataset', 'shop')).toMatchObject({ code: 2 });
});

test('every template is a condition, and the API refuses what is none', async () => {
  const { body } = await api('GET', '/searches');
  const { templates } = body as SavedSearchList;
  expect(templates.length).toBeGreaterThan(3);
  for (const { condition } of templates)
    expect((await api('POST', '/search', { condition })).status).toBe(200);
  const tree = { op: '=', field: 'robot', value: false };
  expect(await api('POST', '/search', { condition: tree, facets: true })).toMatchObject({
    status: 200,
    body: { condition: 'robot = false', sessions: 3 },
  });
  for (const [path, given, code] of [
    ['/search', { condition: 'nothing = 1' }, 'condition_invalid'],
    ['/search', { condition: 'robot = true', limit: 500 }, 'request_invalid'],
    ['/search', { condition: 'robot = true', cursor: "'; DROP TABLE" }, 'request_invalid'],
    ['/search', 'robot', 'request_invalid'],
  ] as const)
    expect((await api('POST', path, given)).body.code).toBe(code);
  for (const fields of [['response.status'], ['nothing'], ['event.text'], Array(33).fill('user')])
    expect((await api('PUT', '/index', { fields })).body.code).toBe('request_invalid');
  const bad = await api('PUT', '/searches/x', { condition: 'robot is' });
  expect(bad.body.code).toBe('condition_invalid');
  expect((await api('DELETE', '/searches/unknown')).body.code).toBe('search_unknown');
  expect((await api('POST', '/searches/unknown/label', {})).body.code).toBe('search_unknown');
});
