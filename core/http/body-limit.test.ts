/** Bodies of strangers: how much of them is taken in, and what a refusal says of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyMaker, type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';
import { keysPerObjectMax, strangerBytesMax } from './body-limit.ts';

const chunkBytes = 65_536;

let world: World;
let whole: WholeApi;
let key: string;
beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  whole = await wholeApi(world);
  key = await (await keyMaker(whole))('administrator', '*');
});
afterAll(() => world.close());

function post(path: string, body: string | ReadableStream, headers: Record<string, string> = {}) {
  const length = typeof body === 'string' ? { 'content-length': String(body.length) } : {};
  return whole.app.request(`http://stats.example/api${path}`, {
    method: 'POST',
    headers: {
      host: 'stats.example',
      'x-canister': '1',
      'content-type': 'application/json',
      ...length,
      ...headers,
    },
    body,
    duplex: 'half',
  } as RequestInit);
}

/** A body that says nothing of its length, and how much of it was asked for. */
function unannounced(bytes: number) {
  const given = { bytes: 0 };
  const body = new ReadableStream({
    pull(controller) {
      if (given.bytes >= bytes) return controller.close();
      given.bytes += chunkBytes;
      controller.enqueue(new Uint8Array(chunkBytes).fill(0x20));
    },
  });
  return { given, body };
}

test('Of a stranger’s body nothing is taken in where a sign-in is needed', async () => {
  for (const path of ['/datasets', '/nothing', '/imports/1/bytes']) {
    const { given, body } = unannounced(50 * chunkBytes);
    expect([path, (await post(path, body)).status]).toEqual([path, 401]);
    // The stream itself fills its own queue with one.
    expect(given.bytes).toBeLessThanOrEqual(chunkBytes);
  }
});

test.each([
  '/sign-in',
  '/first',
  '/links/look',
  '/links/use',
  '/forgotten',
])('What answers a stranger takes a short body only: %s', async (path) => {
  const announced = await post(path, JSON.stringify({ email: ' '.repeat(strangerBytesMax) }));
  expect([announced.status, await announced.json()]).toEqual([
    413,
    expect.objectContaining({ code: 'body_too_large' }),
  ]);
  const { given, body } = unannounced(50 * chunkBytes);
  expect((await post(path, body)).status).toBe(413);
  expect(given.bytes).toBeLessThanOrEqual(2 * chunkBytes);
  // One that just fits is looked at.
  const fits = await post(path, '{}'.padEnd(strangerBytesMax));
  expect(fits.status).toBe(400);
});

test('Whoever is known may send more, up to the limit of a piece', async () => {
  const known = { authorization: `Bearer ${key}` };
  const small = unannounced(50 * chunkBytes);
  const response = await post('/datasets', small.body, known);
  expect([response.status, small.given.bytes]).toEqual([400, 50 * chunkBytes]);
  const large = unannounced(70 * chunkBytes);
  expect((await post('/datasets', large.body, known)).status).toBe(413);
});

test('A refusal does not name all that somebody made up', async () => {
  const many = Object.fromEntries(
    Array.from({ length: keysPerObjectMax }, (_, at) => [`made-up-${at}`, at]),
  );
  const known = { authorization: `Bearer ${key}` };
  const response = await post('/datasets/shop/search', JSON.stringify(many), known);
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(3_500);
});

test('An object has so many keys at the most, wherever it stands; what only looks like keys is none', async () => {
  const keys = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key "${at}\\`, '{"a":1}:']));
  const ask = async (sent: unknown) => {
    const known = { authorization: `Bearer ${key}` };
    const response = await post('/datasets/shop/search', JSON.stringify(sent), known);
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  const invalid = [400, 'request_invalid'];
  const tooWide = [400, 'json_too_wide'];
  expect(await ask(keys(keysPerObjectMax))).toEqual(invalid);
  expect(await ask([keys(keysPerObjectMax), keys(1)])).toEqual(invalid);
  expect(await ask(keys(keysPerObjectMax + 1))).toEqual(tooWide);
  expect(await ask({ deep: [1, { er: keys(keysPerObjectMax + 1) }] })).toEqual(tooWide);
});
