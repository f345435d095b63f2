/** Event definitions over the API: what a console and a script rely on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { standardEventSet } from '../events/standard-events.ts';
import { worldControl } from '../testing/shared-links.ts';
import { createWorld, type World } from '../testing/world.ts';
import { worldApi } from '../testing/world-api.ts';
import { type Api, createApi } from './app.ts';

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

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await api.request(`http://localhost/api/datasets/shop/${path}`, {
    method,
    headers: {
      host: 'localhost',
      'x-canister': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  return { status: response.status, etag: response.headers.get('etag') ?? '', ...answer };
}

const gone = { trigger: 'every_hit', condition: 'response.status = 404' };
const put = (name: string, body: unknown, headers?: Record<string, string>) =>
  ask('PUT', `events/${encodeURIComponent(name)}`, body, headers);
const names = (list: { events: { definition: { name: string } }[] }) =>
  list.events.map(({ definition }) => definition.name);

test('A dataset begins with the standard events, in force and as drafts', async () => {
  const list = await ask('GET', 'events');
  expect(list).toMatchObject({ status: 200, version: 0 });
  expect(names(list)).toEqual(standardEventSet.events.map(({ name }) => name));
  expect(list.events.every((one: { state: string }) => one.state === 'published')).toBe(true);
});

test('Whoever saves over a change of somebody else is told so, and nothing is overwritten', async () => {
  const made = await put('Gone', gone, { 'if-none-match': '*' });
  expect(made).toMatchObject({ status: 200, state: 'draft', author: 'api' });
  expect(await put('Gone', gone, { 'if-none-match': '*' })).toMatchObject({
    status: 409,
    code: 'event_exists',
  });
  expect(await put('gone', gone)).toMatchObject({ status: 409, code: 'event_exists' });
  const first = await put('Gone', { ...gone, track: 'first' }, { 'if-match': made.etag });
  expect(first).toMatchObject({ status: 200, definition: { track: 'first' } });
  const second = await put('Gone', { ...gone, track: 'last' }, { 'if-match': made.etag });
  expect(second).toMatchObject({
    status: 412,
    code: 'event_changed',
    detail: expect.stringMatching(/changed meanwhile.*Load it again/),
  });
  expect((await ask('GET', 'events/Gone')).definition.track).toBe('first');
  expect(await put('Gone', gone, { 'if-match': 'yesterday' })).toMatchObject({ status: 400 });
});

test('A name may hold any sign but quotes and control characters', async () => {
  for (const name of ['50% off / a?b#c', 'Ünïcode ☕', 'a+b&c=d']) {
    expect(await put(name, gone)).toMatchObject({ status: 200, definition: { name } });
    expect(await ask('GET', `events/${encodeURIComponent(name)}`)).toMatchObject({
      definition: { name },
    });
  }
  for (const name of ['a"b', 'a\nb', ' ']) expect((await put(name, gone)).status).toBe(400);
  expect(await put('A', { ...gone, name: 'B' })).toMatchObject({ code: 'request_invalid' });
});

test('A condition is looked at while it is written: its fault has a place', async () => {
  const check = (condition: string, trigger = 'every_hit') =>
    ask('POST', 'event-checks', { condition, trigger });
  expect(await check('response.status=404')).toMatchObject({
    valid: true,
    text: 'response.status = 404',
  });
  expect(await check('request.path = "/x" and response.statu = 404')).toMatchObject({
    valid: false,
    fault: { at: 24, message: expect.stringContaining('response.status') },
  });
  expect(await check('any hit (response.status = 404)')).toMatchObject({ valid: false });
  expect(await check('any hit (response.status = 404)', 'session_end')).toMatchObject({
    valid: true,
  });
  const completion = await ask('GET', 'event-completion');
  expect(completion.fields).toContainEqual(
    expect.objectContaining({ name: 'response.body', inTables: false, masked: true }),
  );
  expect(completion.operators).toEqual(expect.arrayContaining(['=', 'starts with', 'exists']));
});

test('Only what is named is published; a set that cannot be evaluated is not published at all', async () => {
  await put('Gone', gone);
  await put('Other', gone);
  await put('Follows', { trigger: 'after_every_hit', condition: 'event "Other"' });
  const publish = (body: unknown) => ask('POST', 'event-sets', body);
  expect(await publish({ events: ['Follows'] })).toMatchObject({
    status: 400,
    code: 'event_invalid',
    detail: expect.stringContaining('"Other"'),
  });
  await put('A', { trigger: 'every_hit', condition: 'event "B"' });
  await put('B', { trigger: 'every_hit', condition: 'event "A"' });
  const circle = { code: 'event_invalid', detail: expect.stringContaining('"A" → "B" → "A"') };
  expect(await publish({ events: ['A', 'B'] })).toMatchObject(circle);
  expect(await ask('POST', 'dry-runs', { event: 'A' })).toMatchObject(circle);
  expect(await ask('DELETE', 'events/A?dependents=true')).toMatchObject({ deleted: ['A', 'B'] });
  expect((await ask('GET', 'events')).version).toBe(0);
  expect(await publish({ events: ['Gone'] })).toMatchObject({ status: 201, version: 1 });
  expect(await publish({ events: ['Gone'] })).toMatchObject({ status: 400 });
  expect(await publish({ events: ['Nothing'] })).toMatchObject({ code: 'event_unknown' });
  expect(await publish({})).toMatchObject({ version: 2 });
  const { set } = await ask('GET', 'event-sets/2');
  expect(set.events).toHaveLength(standardEventSet.events.length + 3);
  await put('Other', { ...gone, active: false });
  expect(await publish({ events: ['Other'] })).toMatchObject({
    code: 'event_invalid',
    detail: expect.stringContaining('"Other"'),
  });
  expect(
    (await ask('GET', 'event-sets')).sets.map((one: { version: number }) => one.version),
  ).toEqual([2, 1]);
});

test('History, difference, order, and the way back', async () => {
  await put('A', gone);
  await put('B', gone);
  await ask('POST', 'event-sets', {});
  await put('A', { ...gone, track: 'first' });
  await ask('PUT', 'event-order', { events: ['B', 'A'] });
  const diff = await ask('GET', 'event-diff?from=1');
  expect(diff.changes).toContainEqual({
    kind: 'event',
    name: 'A',
    change: 'changed',
    fields: [{ field: 'track', before: 'every', after: 'first' }],
  });
  expect(names(await ask('GET', 'events')).slice(0, 2)).toEqual(['B', 'A']);
  await ask('POST', 'event-sets', {});
  expect(await ask('POST', 'event-rollbacks', { version: 1 })).toMatchObject({
    status: 201,
    version: 3,
  });
  const [first, third] = [await ask('GET', 'event-sets/1'), await ask('GET', 'event-sets/3')];
  expect(third.set.events).toEqual(first.set.events);
  expect((await ask('GET', 'events/A')).definition.track).toBe('every');
  const { changes } = await ask('GET', 'event-history?name=A');
  expect(changes.map(({ action }: { action: string }) => action)).toEqual([
    'rolled_back',
    'published',
    'saved',
    'published',
    'saved',
  ]);
  expect(changes[0]).toMatchObject({
    author: 'api',
    version: 3,
    before: { track: 'first' },
    after: { track: 'every' },
  });
});

test('A hit attribute goes with the event that reads it, and is not deleted from under it', async () => {
  const total = { side: 'request', take: { by: 'query', name: 'total' } };
  expect(await ask('PUT', 'event-attributes/total', total)).toMatchObject({ status: 200 });
  await put('Paid', { trigger: 'every_hit', condition: 'hit_attribute.total exists' });
  expect(await ask('POST', 'event-sets', { events: ['Paid'] })).toMatchObject({ version: 1 });
  const { set } = await ask('GET', 'event-sets/1');
  expect(set.attributes.map(({ name }: { name: string }) => name)).toContain('total');
  expect(await ask('DELETE', 'event-attributes/total')).toMatchObject({
    status: 409,
    code: 'event_needed',
    detail: expect.stringContaining('"Paid"'),
  });
  expect(await ask('DELETE', 'event-attributes/total?dependents=true')).toMatchObject({
    deleted: ['total', 'Paid'],
    version: 2,
  });
  const pattern = { side: 'response', take: { by: 'pattern', pattern: '(' } };
  expect(await ask('PUT', 'event-attributes/bad', pattern)).toMatchObject({
    status: 400,
    code: 'event_invalid',
  });
});

test('A dry run is a job: begun, asked after, stopped; of a definition that is not saved as well', async () => {
  for (let visitor = 0; visitor < 12; visitor += 1)
    await world.send({ visitor: `v${visitor}`, url: `https://shop.example/${visitor % 3}` });
  world.advance(40 * 60_000);
  await world.settle();
  const definition = { name: 'Zero', trigger: 'every_hit', condition: 'request.path = "/0"' };
  const begun = await ask('POST', 'dry-runs', { event: 'Zero', definition });
  expect(begun).toMatchObject({ status: 202, event: 'Zero' });
  let run = begun;
  while (run.state === 'waiting' || run.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    run = await ask('GET', `dry-runs/${begun.number}`);
  }
  expect(run).toMatchObject({ state: 'done', occurrences: 4, fired: { count: 4 } });
  expect(run.published).toBeUndefined();
  expect(await ask('GET', 'events/Zero')).toMatchObject({ code: 'event_unknown' });
  const again = await ask('POST', 'dry-runs', { event: 'Zero', definition });
  const stopped = await ask('DELETE', `dry-runs/${again.number}`);
  expect(['cancelled', 'running', 'done']).toContain(stopped.state);
  expect(await ask('GET', 'dry-runs/99')).toMatchObject({ status: 404, code: 'job_unknown' });
  expect(await ask('GET', 'backfills/99')).toMatchObject({ status: 404, code: 'job_unknown' });
  const wrong = { event: 'Zero', definition, from: '2026-11-20', to: '2026-11-20' };
  expect(await ask('POST', 'dry-runs', wrong)).toMatchObject({ status: 400 });
  expect(await ask('POST', 'backfills', { event: 'Nothing' })).toMatchObject({
    code: 'event_unknown',
  });
});
