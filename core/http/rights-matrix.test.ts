/**
 * Every route is called by everybody: nobody, and each role in one dataset and in all. The routes are those of the
 * running app, the right of each is what its line in the table says, and what a role may is written down here anew.
 */
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../contract/rights.ts';
import { keyMaker, type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';
import { guard } from './guard.ts';
import { answerErrors } from './problems.ts';
import { type RouteRight, routeRights } from './route-rights.ts';

/** As docs/security.md has it. */
const rightsOf: Record<Role, readonly string[]> = {
  reader: ['read'],
  analyst: ['read', 'explore'],
  configurator: ['read', 'explore', 'configure'],
  administrator: ['read', 'explore', 'configure', 'administer'],
};

interface Asker {
  name: string;
  role?: Role;
  /** The dataset of the role; `*` is all of them. */
  dataset?: string;
  key?: string;
}

const roles = Object.keys(rightsOf) as Role[];
const places = ['shop', '*'];
const values: Record<string, string> = {
  id: '0'.repeat(32),
  number: '987654',
  name: 'Nothing',
  kind: 'label',
  version: '7',
  change: 'pause',
};

let world: World;
let whole: WholeApi;
const askers: Asker[] = [{ name: 'nobody' }];

beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  await world.dataset({ slug: 'blog', name: 'A secret blog' });
  whole = await wholeApi(world);
  const makeKey = await keyMaker(whole);
  for (const role of roles) {
    for (const dataset of places) {
      const key = await makeKey(role, dataset);
      askers.push({ name: `${role} of ${dataset}`, role, dataset, key });
    }
  }
  for (const slug of ['shop', 'blog']) await keepFromDeletion(slug);
});
afterAll(() => world.close());

/** Deleting takes no body that could be wrong: who is let in is told that a source needs the dataset. */
async function keepFromDeletion(dataset: string): Promise<void> {
  const source = {
    name: `Log of ${dataset}`,
    dataset,
    locations: ['https://logs.example/access.log'],
    schedule: '0 0 1 1 *',
  };
  const response = await whole.app.request('http://stats.example/api/sources', {
    method: 'PUT',
    headers: {
      host: 'stats.example',
      'x-canister': '1',
      'content-type': 'application/json',
      authorization: `Bearer ${askerOf('administrator of *').key}`,
    },
    body: JSON.stringify({ source }),
  });
  expect(response.status).toBe(200);
}

interface Route {
  method: string;
  template: string;
}

/** What the app answers, whether it is described or not. */
function routesOfApp(): Route[] {
  const found = whole.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
    .map(({ method, path }) => ({
      method,
      template: path.slice('/api'.length).replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}'),
    }));
  return [...new Map(found.map((route) => [nameOf(route), route])).values()];
}

const nameOf = ({ method, template }: Route) => `${method} ${template}`;

/** @param slug takes the place of the dataset */
async function ask({ method, template }: Route, { key }: Asker, slug: string): Promise<Response> {
  const path = template
    .replace('{slug}', slug)
    .replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? 'nothing');
  const abort = new AbortController();
  const response = await whole.app.request(`http://stats.example/api${path}`, {
    method,
    signal: abort.signal,
    headers: {
      host: 'stats.example',
      'x-canister': '1',
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    // No route takes it: who is let in is told so, and nothing is begun.
    ...(['POST', 'PUT'].includes(method) ? { body: '[]' } : {}),
  });
  if (response.headers.get('content-type')?.includes('event-stream')) {
    await response.body?.cancel();
    abort.abort();
    return new Response(null, { status: response.status });
  }
  return response;
}

function askerOf(name: string): Asker {
  const asker = askers.find((one) => one.name === name);
  if (asker === undefined) throw new Error(`nobody is ${name}`);
  return asker;
}

/** What the table promises: undefined for being let in. */
function refusalFor(
  { right, of }: RouteRight,
  asker: Asker,
  slug: string,
): [status: number, code: string] | undefined {
  if (right === 'public') return undefined;
  if (asker.role === undefined) return [401, 'sign_in_needed'];
  if (right === 'signed_in') return undefined;
  const has = rightsOf[asker.role].includes(right);
  if (of === 'some') return has ? undefined : [403, 'right_missing'];
  if (of === 'server') return has && asker.dataset === '*' ? undefined : [403, 'right_missing'];
  const isThere = asker.dataset === '*' || asker.dataset === slug;
  if (!isThere) return [404, 'dataset_unknown'];
  return has ? undefined : [403, 'right_missing'];
}

async function seen(response: Response): Promise<[number, string]> {
  const isProblem = response.headers.get('content-type')?.includes('problem') === true;
  const code = isProblem ? ((await response.json()) as { code: string }).code : '';
  return [response.status, code];
}

test('Every route declares its right, and none that is not there', async () => {
  const names = routesOfApp().map(nameOf).sort();
  expect(names.length).toBeGreaterThan(100);
  expect(names).toEqual(Object.keys(routeRights).sort());
  const admin = askerOf('administrator of *');
  const described = await ask({ method: 'GET', template: '/openapi.json' }, admin, '');
  const { paths } = (await described.json()) as { paths: Record<string, object> };
  const inDescription = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...inDescription, 'GET /docs', 'GET /openapi.json'].sort()).toEqual(names);
});

test('What a reader may, and what an analyst may change, is as written here', () => {
  const withRight = (right: string) =>
    Object.entries(routeRights).flatMap(([name, route]) => (route.right === right ? [name] : []));
  expect(withRight('read').map((name) => name.replace('/datasets/{slug}', '…'))).toEqual([
    'GET /status',
    'GET /datasets',
    'GET …',
    'GET …/counts',
    'GET …/reports',
    'GET …/reports/{name}',
    'POST …/query',
    'POST …/analysis',
    'GET …/definitions/{kind}',
    'GET …/definitions/{kind}/{name}',
    'GET …/costs',
  ]);
  expect(withRight('explore').filter((name) => /^(PUT|DELETE|PATCH)/.test(name))).toEqual([
    'PUT /datasets/{slug}/searches/{name}',
    'DELETE /datasets/{slug}/searches/{name}',
    'PUT /datasets/{slug}/queries/{name}',
    'DELETE /datasets/{slug}/queries/{name}',
    'DELETE /datasets/{slug}/exports/{id}',
    'DELETE /datasets/{slug}/shared-links/{id}',
  ]);
  expect(withRight('public').every((name) => /(sign-in|first|links|forgotten)/.test(name))).toBe(
    true,
  );
});

describe.each(['shop', 'blog'])('Of the dataset %s', (slug) => {
  test.each([
    'nobody',
    ...roles.flatMap((role) => places.map((place) => `${role} of ${place}`)),
  ])('%s gets what the table says, and nothing else', async (name) => {
    const asker = askers.find((one) => one.name === name);
    if (asker === undefined) throw new Error(`nobody is ${name}`);
    const wrong: unknown[] = [];
    for (const route of routesOfApp()) {
      const declared = routeRights[nameOf(route)];
      if (declared === undefined) throw new Error(`${nameOf(route)} declares no right`);
      const expected = refusalFor(declared, asker, slug);
      const got = await seen(await ask(route, asker, slug));
      const refusals = ['sign_in_needed', 'right_missing', 'dataset_unknown', 'internal'];
      const isRight =
        expected === undefined ? !refusals.includes(got[1]) : got.join() === expected.join();
      if (!isRight) wrong.push([nameOf(route), 'expected', expected ?? 'to be let in', 'got', got]);
    }
    expect(wrong).toEqual([]);
  });
});

test('An answer to somebody of one dataset says nothing of another', async () => {
  for (const role of roles) {
    const asker = askerOf(`${role} of shop`);
    for (const route of routesOfApp().filter(({ method }) => method === 'GET')) {
      for (const slug of ['shop', 'blog']) {
        const text = await (await ask(route, asker, slug)).text();
        expect(text.replaceAll('"/datasets', '').includes('blog'), `${role} ${nameOf(route)}`).toBe(
          false,
        );
      }
    }
  }
});

test('A route that declares no right is refused to everybody', async () => {
  const { desk } = whole;
  const consoleUrl = () => 'http://localhost';
  const options = { desk, clock: world.now, clientAddress: () => '', consoleUrl };
  const app = new Hono();
  app.use(
    '/api/*',
    guard(options, () => undefined),
  );
  app.get('/api/undeclared', (c) => c.text('open'));
  app.onError(answerErrors(() => undefined));
  for (const { key } of askers) {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const response = await app.request('/api/undeclared', { headers });
    expect([response.status, (await response.text()).includes('open')]).toEqual([500, false]);
  }
  const inside = await app.request('/api/undeclared', {}, { inProcess: true });
  expect(inside.status).toBe(500);
});
