/** What the API says of an event and the past: whether it was run over it as it is, and what that would read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { worldControl } from '../testing/shared-links.ts';
import { createWorld, type World } from '../testing/world.ts';
import { worldApi } from '../testing/world-api.ts';
import { type Api, createApi } from './app.ts';

const hourMs = 3_600_000;
const visitors = ['a', 'b', 'c'];

let world: World;
let asked: Awaited<ReturnType<typeof worldApi>>;
let api: Api;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  asked = await worldApi(world);
  api = createApi({ ...asked, ...worldControl(world) });
});
afterEach(async () => {
  await asked.close();
  await world.close();
});

async function ask(method: string, path: string, body?: unknown) {
  const response = await api.request(`http://localhost/api/datasets/shop/${path}`, {
    method,
    headers: { host: 'localhost', 'x-canister': '1', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...(await response.json()) };
}

const save = (more: object = {}) =>
  ask('PUT', 'events/Seen', { trigger: 'every_hit', condition: 'request.path = "/"', ...more });
const publish = () => ask('POST', 'event-sets', { events: ['Seen'] });
const past = () => ask('GET', 'events/Seen/past');
const stateNow = async () => (await past()).state;

/** Sessions that have ended, an hour before the present. */
async function store(): Promise<number> {
  const at = world.now();
  await world.send(...visitors.map((visitor) => ({ visitor })));
  world.advance(hourMs);
  await world.settle();
  return at;
}

async function backfill(days: object = {}): Promise<void> {
  const { number } = await ask('POST', 'backfills', { event: 'Seen', ...days });
  let state = 'waiting';
  while (state === 'waiting' || state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    ({ state } = await ask('GET', `backfills/${number}`));
  }
  expect(state).toBe('done');
}

test('It is open until a backfill over all days has ended, and says how far back there is something to read', async () => {
  const at = await store();
  await save();
  await publish();
  const open = {
    status: 200,
    event: 'Seen',
    state: 'open',
    version: 1,
    publishedAt: world.now(),
    storedSessions: visitors.length,
    storedSince: at,
  };
  expect(await past()).toEqual(open);
  await backfill({ from: '2020-01-01', to: '2020-02-01' });
  expect(await past()).toEqual(open);
  await backfill();
  expect(await past()).toEqual({ ...open, state: 'done' });
});

test('It is open again once the event does something else, and stays done where only others change', async () => {
  await store();
  await save();
  await publish();
  await backfill();
  await save({ description: 'What is seen' });
  await publish();
  await ask('PUT', 'events/Other', { trigger: 'every_hit', condition: 'request.path = "/b"' });
  await ask('POST', 'event-sets', {});
  expect(await past()).toMatchObject({ state: 'done', version: 1 });
  world.advance(hourMs);
  await save({ track: 'first' });
  await publish();
  expect(await past()).toMatchObject({ state: 'open', version: 4, publishedAt: world.now() });
  await backfill();
  expect(await stateNow()).toBe('done');
  await ask('POST', 'event-rollbacks', { version: 1 });
  expect(await stateNow()).toBe('open');
});

test('There is nothing to do where no stored session began before, and for what has always been there', async () => {
  await save();
  await publish();
  expect(await past()).toMatchObject({ state: 'none', storedSessions: 0 });
  world.advance(1);
  await store();
  expect(await past()).toMatchObject({ state: 'none', storedSessions: visitors.length });
  const standard = await ask('GET', `events/${encodeURIComponent('Page not found')}/past`);
  expect(standard).toMatchObject({ status: 200, state: 'none' });
  expect(standard.publishedAt).toBeUndefined();
});

test('What is not published has no past', async () => {
  await save();
  expect(await past()).toMatchObject({ status: 409, code: 'event_unpublished' });
  expect(await ask('GET', 'events/Nothing/past')).toMatchObject({ status: 404 });
});
