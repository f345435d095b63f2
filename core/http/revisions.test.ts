/** Two people at the same thing, over HTTP: whoever is second is told, whatever the thing is. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revisionOf } from '../contract/revision.ts';
import { type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let whole: WholeApi;

beforeAll(async () => {
  world = await createWorld();
  // Names of parts of addresses are names of datasets too.
  for (const slug of ['shop', 'sources']) await world.dataset({ slug });
  whole = await wholeApi(world);
  whole.peer = '127.0.0.1';
});
afterAll(() => world.close());

async function ask(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await whole.app.request(`http://127.0.0.1/api${path}`, {
    method,
    headers: {
      host: '127.0.0.1',
      'x-canister': '1',
      'content-type': 'application/json',
      authorization: 'Bearer cli_of_the_test',
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as { code?: string; detail?: string };
  return { status: response.status, tag: response.headers.get('etag') ?? '', answer };
}

const label = (colour: number) => ({ name: 'Späte', condition: 'response.status = 404', colour });
interface Thing {
  what: string;
  put: string;
  /** `PUT` unless it is named. */
  method?: string;
  show?: string;
  remove?: string;
  versions: [unknown, unknown, unknown];
}

const things: Thing[] = [
  {
    what: 'a label',
    put: '/datasets/shop/definitions/label',
    show: `/datasets/shop/definitions/label/${encodeURIComponent('Späte')}`,
    remove: `/datasets/shop/definitions/label/${encodeURIComponent('Späte')}`,
    versions: [label(1), label(2), label(3)],
  },
  {
    what: 'a kept search of a dataset called as a part of an address',
    put: '/datasets/sources/searches/Lost',
    remove: '/datasets/sources/searches/Lost',
    versions: [
      { condition: 'request.path = "/a"' },
      { condition: 'request.path = "/b"' },
      { condition: 'request.path = "/c"' },
    ],
  },
  {
    what: 'a channel',
    put: '/channels',
    remove: '/channels/Ops',
    versions: ['a', 'b', 'c'].map((who) => ({
      kind: 'mail',
      name: 'Ops',
      to: [`${who}@shop.example`],
    })) as [unknown, unknown, unknown],
  },
  {
    what: 'the index',
    put: '/datasets/shop/index',
    show: '/datasets/shop/index',
    versions: [
      { fields: ['request.path'] },
      { fields: ['request.query'] },
      { fields: [], pageText: true },
    ],
  },
  {
    what: 'the retention of the server',
    put: '/retention',
    show: '/retention',
    versions: [{ keepAuditDays: 300 }, { keepAuditDays: 200 }, { keepAuditDays: null }],
  },
  {
    what: 'the retention of a dataset',
    put: '/datasets/shop/retention',
    method: 'POST',
    versions: [
      { keepSessionsDays: 300, dryRun: false },
      { keepSessionsDays: null, keepIndexDays: 5, dryRun: false },
      { keepPublishedDays: 9, dryRun: false },
    ],
  },
  {
    what: 'the hit rules',
    put: '/datasets/shop/rules/hits',
    show: '/datasets/shop/rules/hits',
    versions: ['a', 'b', 'c'].map((name) => ({ urls: { defaultPages: [`${name}.html`] } })) as [
      unknown,
      unknown,
      unknown,
    ],
  },
  {
    what: 'the order of events',
    put: '/datasets/shop/event-order',
    show: '/datasets/shop/events',
    versions: ['Server error', 'Slow page', 'Page not found'].map((name) => ({
      events: [name],
    })) as [unknown, unknown, unknown],
  },
];

describe.each(things)('$what', ({
  put,
  method = 'PUT',
  show,
  remove,
  versions: [first, second, third],
}) => {
  test('The second of two changes is refused, and changes nothing', async () => {
    const made = await ask(method, put, { body: first });
    expect(made.status, made.answer.detail).toBe(200);
    expect(made.tag).toMatch(/^"[\w-]+"$/);
    if (show !== undefined) expect((await ask('GET', show)).tag).toBe(made.tag);

    const ann = await ask(method, put, { body: second, headers: { 'if-match': made.tag } });
    expect(ann.status).toBe(200);
    expect(ann.tag).not.toBe(made.tag);

    const bob = await ask(method, put, { body: third, headers: { 'if-match': made.tag } });
    expect([bob.status, bob.answer.code]).toEqual([412, 'changed_meanwhile']);
    if (show !== undefined) expect((await ask('GET', show)).tag).toBe(ann.tag);

    const again = await ask(method, put, { body: third, headers: { 'if-match': ann.tag } });
    expect(again.status).toBe(200);
  });

  test('Of changes at the same moment one gets through', async () => {
    const now = await ask(method, put, { body: first });
    const both = await Promise.all(
      [second, third].map((body) => ask(method, put, { body, headers: { 'if-match': now.tag } })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test('What was not loaded is not changed or deleted as if it had been', async () => {
    const now = await ask(method, put, { body: first });
    if (remove !== undefined) {
      const asNew = await ask(method, put, { body: second, headers: { 'if-none-match': '*' } });
      expect([asNew.status, asNew.answer.code]).toEqual([412, 'changed_meanwhile']);
    }
    if (remove === undefined) return;
    const early = await ask('DELETE', remove, { headers: { 'if-match': '"of-another"' } });
    expect(early.status).toBe(412);
    const right = await ask('DELETE', remove, { headers: { 'if-match': now.tag } });
    expect(right.status).toBeLessThan(300);
    const gone = await ask(method, put, { body: second, headers: { 'if-match': now.tag } });
    expect([gone.status, gone.answer.detail]).toEqual([412, 'It has been deleted meanwhile.']);
  });
});

test('Without the headers a change is made as it comes', async () => {
  for (const body of [label(1), label(2)])
    expect((await ask('PUT', '/datasets/shop/definitions/label', { body })).status).toBe(200);
});

test('A revision is of what is said, not of how', () => {
  expect(revisionOf({ a: 1, b: [undefined, 2] })).toBe(
    revisionOf({ b: [null, 2], a: 1, c: undefined }),
  );
  const others = ['', 'a', 'b', 0, 1, null, [], {}, [1, 2], [2, 1], { a: 1 }, { a: '1' }, '1'];
  const all = new Set(others.map(revisionOf));
  expect(all.size).toBe(others.length);
});

test('An index that is set while another one is given up: what is kept is in force', async () => {
  const path = '/datasets/shop/index';
  await ask('PUT', path, { body: { fields: ['request.path'], pageText: false } });
  const { engine } = world;
  const { cancelIndex } = engine;
  let set: ReturnType<typeof ask> | undefined;
  engine.cancelIndex = async (slug) => {
    const given = await cancelIndex(slug);
    // The answer takes longer on its way than the other change would.
    set = ask('PUT', path, { body: { fields: [], pageText: true } });
    await Promise.race([set, setTimeout(300)]);
    return given;
  };
  expect((await ask('DELETE', `${path}/making`)).status).toBe(200);
  engine.cancelIndex = cancelIndex;
  expect((await set)?.status).toBe(200);
  const { rules } = (await ask('GET', path)).answer as { rules?: unknown };
  expect((await world.datasets.get('shop')).index).toEqual(rules);
});
