/** A program that may not do what it asks for, and asks without end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyMaker, type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';
import { refusalsToldMax } from './refusals.ts';

let world: World;
let whole: WholeApi;
let key: string;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  whole = await wholeApi(world);
  key = await (await keyMaker(whole))('reader', 'shop');
});
afterEach(() => world.close());

async function ask(method: string, path: string): Promise<number> {
  const headers = { host: 'stats.example', 'x-canister': '1', authorization: `Bearer ${key}` };
  const url = `http://stats.example/api${path}`;
  return (await whole.app.request(url, { method, headers })).status;
}

/** Target and detail of the refusals in the trail, oldest first. */
async function trail(): Promise<string[]> {
  const entries = await whole.desk.audit.list({ limit: 1_000 });
  const refused = entries.filter(({ action }) => action === 'refused').reverse();
  return refused.map(({ target, detail }) => [target, detail].join(' | '));
}

test('The same request is told at the first time, the 10th and the 100th; after ten minutes anew', async () => {
  for (let time = 1; time <= 120; time += 1) expect(await ask('GET', '/users')).toBe(403);
  const told = ['', '10 times within ten minutes', '100 times within ten minutes'];
  const expected = told.map((detail) => `GET /api/users | ${detail}`);
  expect(await trail()).toEqual(expected);
  // Something else that is refused is told for itself.
  expect(await ask('POST', '/users')).toBe(403);
  expect(await trail()).toEqual([...expected, 'POST /api/users | ']);
  world.advance(10 * 60_000);
  expect(await ask('GET', '/users')).toBe(403);
  expect(await trail()).toEqual([...expected, 'POST /api/users | ', 'GET /api/users | ']);
  expect((await whole.desk.audit.verify()).brokenAt).toBeUndefined();
});

test('Whoever tries one dataset after the other is told fifty times one by one, and then by the number', async () => {
  for (let number = 1; number <= refusalsToldMax + 12; number += 1)
    expect(await ask('POST', `/datasets/guess-${number}/search`)).toBe(404);
  const entries = await trail();
  expect(entries.slice(0, refusalsToldMax)).toEqual(
    Array.from(
      { length: refusalsToldMax },
      (_, index) => `POST /api/datasets/guess-${index + 1}/search | `,
    ),
  );
  const beyond = (number: number) =>
    `beyond 50 different requests, last POST /api/datasets/guess-${number}/search`;
  expect(entries.slice(refusalsToldMax)).toEqual([
    ` | ${beyond(51)}`,
    ` | 10 times within ten minutes, ${beyond(60)}`,
  ]);
});
