/** What conditions mean, on sessions that one can read: the answers are counted by hand, for the predicate and for SQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Condition } from '../contract/condition.ts';
import { compilePredicate } from './compile-predicate.ts';
import { compileSql } from './compile-sql.ts';
import type { ConditionHit, ConditionSession } from './field-values.ts';
import { parseCondition } from './parse.ts';
import {
  type ConditionTablesHandle,
  openConditionTables,
  type StoredConditionSession,
} from './testing/condition-tables.ts';

const timeZone = 'Europe/Berlin';
const minuteMs = 60_000;
/** The night in which Berlin's clocks go back: 00:30 in Berlin. */
const startMs = Date.UTC(2026, 9, 24, 22, 30);

let hits = 0;
function hit(minute: number, path: string, more: Partial<ConditionHit> = {}): ConditionHit {
  hits += 1;
  return {
    id: hits.toString(16).padStart(32, '0'),
    at: startMs + minute * minuteMs,
    type: 'page_view',
    origin: 'tracker',
    method: 'GET',
    host: 'shop.example',
    path,
    ...more,
  };
}

function session(
  name: string,
  some: ConditionHit[],
  more: Partial<StoredConditionSession> = {},
): StoredConditionSession {
  return {
    id: name.charCodeAt(0).toString(16).padStart(32, '0'),
    dataset: 'shop',
    visitor: name,
    startedAt: Number(some[0]?.at),
    endedAt: Number(some.at(-1)?.at),
    origin: 'tracker',
    endReason: 'idle',
    userAgent: '',
    technology: { device: 'desktop' },
    acquisition: {},
    hits: some,
    ...more,
  };
}

const fired = (
  name: string,
  number: number,
  hitNumber: number,
  minute: number,
  value?: number,
) => ({
  name,
  number,
  hitNumber,
  at: startMs + minute * minuteMs,
  value,
});

const sessions = [
  // a: a buyer. Event and hit of the same minute; the title in capitals.
  session(
    'a',
    [
      hit(0, '/Shop', { query: 'page=02&tag=x&tag=Ü', title: 'SALE 100%' }),
      hit(5, '/cart', {
        type: 'event',
        name: 'Added',
        properties: { amount: 12.5, gift: true, code: '007' },
      }),
      hit(10, '/pay', { status: 200 }),
    ],
    {
      acquisition: { campaign: 'Été', source: '' },
      technology: { device: 'mobile', browser: 'Firefox' },
      events: [fired('Cart', 1, 2, 5, 12.5), fired('Paid', 2, 3, 10)],
      attributes: { plan: ['free', 'pro'] },
    },
  ),
  // b: cart, but paid 40 minutes later; one hit not found, another one in the shop.
  session(
    'b',
    [hit(0, '/shop', { status: 200 }), hit(1, '/lost', { status: 404 }), hit(41, '/pay')],
    {
      events: [fired('Cart', 1, 1, 0, 3), fired('Cart', 2, 2, 1, 99), fired('Paid', 3, 3, 41)],
      acquisition: { campaign: 'ETE' },
    },
  ),
  // c: not found in the shop, an error there, and never a cart.
  session(
    'c',
    [
      hit(0, '/shop/x', {
        status: 404,
        steps: [
          { kind: 'click', at: startMs, target: 'a#buy' },
          { kind: 'error', at: startMs, value: 'TypeError: x' },
        ],
      }),
      hit(90, '/shop', { steps: [{ kind: 'click', at: startMs, target: 'nav' }] }),
    ],
    { technology: { device: 'robot', robot: 'Bot' } },
  ),
];

let tables: ConditionTablesHandle;
beforeAll(async () => {
  tables = await openConditionTables(sessions, timeZone);
});
afterAll(() => tables.close());

const cases: Record<string, [condition: string, sessions: string][]> = {
  'texts are compared without regard to case, unless exact': [
    ['request.path = "/shop"', 'abc'],
    ['request.path = "/shop" exact', 'bc'],
    ['page.title contains "sale"', 'a'],
    ['page.title ends with "100%"', 'a'],
    ['page.title contains "s_le"', ''],
    ['campaign = "ÉTÉ"', 'a'],
    ['campaign = "ete"', 'b'],
    ['page.title matches "^sale\\\\b"', 'a'],
    ['page.title matches "^sale" exact', ''],
  ],
  'what is missing meets no test, and so it meets every not': [
    ['campaign exists', 'ab'],
    ['campaign is empty', 'c'],
    ['source exists', 'a'],
    ['source is empty', 'abc'],
    ['campaign != "ete"', 'ac'],
    ['not campaign = "ete"', 'ac'],
    ['campaign not in ("ete", "x")', 'ac'],
    ['campaign contains ""', 'ab'],
    ['browser = "firefox" or not browser exists', 'abc'],
  ],
  'texts take part in numbers where they read as one': [
    ['request.query.page = 2', 'a'],
    ['request.query.page = "2"', ''],
    ['request.query.page < 3', 'a'],
    ['property.amount > 12', 'a'],
    ['property.amount = "12.5"', 'a'],
    ['property.code = 7', 'a'],
    ['property.gift = true', 'a'],
    ['property.gift > 0', ''],
    ['campaign > 0', ''],
  ],
  'one of several values is enough': [
    ['request.query.tag = "ü"', 'a'],
    ['hit.number = 1 and request.query.tag != "ü"', 'bc'],
    ['request.query.TAG exists', ''],
    ['attribute.plan = "free" and attribute.plan = "pro"', 'a'],
    ['attribute.plan != "free"', 'bc'],
    ['attribute.plan is empty', 'bc'],
  ],
  'what is said of hits is said of one hit': [
    ['response.status = 404 and request.path starts with "/shop"', 'c'],
    ['any hit (response.status = 404) and any hit (request.path starts with "/shop")', 'bc'],
    ['response.status = 404 and device.type = "desktop"', 'b'],
    ['request.path != "/shop"', 'abc'],
    ['no hit (request.path = "/pay")', 'c'],
    ['every hit (request.path starts with "/shop")', 'c'],
    ['first hit (response.status = 404)', 'c'],
    ['last hit (request.path = "/pay")', 'ab'],
    ['hit.number = 3', 'ab'],
    ['last hit (session.hits = 3 and request.path = "/pay")', 'ab'],
  ],
  'steps belong to one hit': [
    ['step.kind = "click" and step.value contains "error"', ''],
    ['any step (step.kind = "click") and any step (step.kind = "error")', 'c'],
    ['any hit (step.kind = "click" and no step (step.kind = "error"))', 'c'],
    ['any hit (step.target = "nav" and any step (step.kind = "error"))', ''],
    ['any hit (any step (request.path = "/shop" and step.kind = "click"))', 'c'],
  ],
  'events are counted and follow each other': [
    ['event "Cart"', 'ab'],
    ['event "cart"', ''],
    ['event "Cart" with value > 50', 'b'],
    ['count(event "Cart") >= 2', 'b'],
    ['count(event "Cart") < 2', 'ac'],
    ['count(event "Cart") = 0', 'c'],
    ['count(hit (request.path starts with "/shop")) = 2', 'c'],
    ['event "Cart" then event "Paid"', 'ab'],
    ['event "Paid" then event "Cart"', ''],
    ['event "Cart" then event "Paid" within 5 minutes', 'a'],
    ['event "Cart" then event "Paid" within 40 minutes', 'ab'],
    ['event "Cart" then event "Paid" within 39 minutes', 'a'],
    ['event "Cart" then event "Paid" within 1 hit', 'ab'],
    ['event "Cart" with value < 50 then event "Paid" within 1 hit', 'a'],
    ['event "Cart" then not event "Paid"', ''],
    ['event "Cart" then not event "Paid" within 30 minutes', 'b'],
    ['event "Cart" then event "Cart" then event "Paid"', 'b'],
    ['hit (request.path = "/cart") then event "Cart"', 'a'],
    ['event "Cart" then hit (request.path = "/cart")', ''],
    ['hit (response.status = 404) then hit (request.path = "/shop") within 90 minutes', 'c'],
    ['hit (response.status = 404) then hit (request.path = "/shop") within 89 minutes', ''],
  ],
  'times are days and minutes of the dataset': [
    ['session.start = 2026-10-25', 'abc'],
    ['session.start = 2026-10-24', ''],
    ['session.start > 2026-10-24', 'abc'],
    ['session.end <= 2026-10-25T00:40', 'a'],
    ['session.end < 2026-10-25T00:40', ''],
    ['session.end = 2026-10-24T22:40Z', 'a'],
    ['hit.time between 2026-10-25T01:11 and 2026-10-25T01:11', 'b'],
    ['session.end = 2026-10-25T02:00', 'c'],
    ['session.duration > 30 minutes', 'bc'],
    ['session.duration = 90 minutes', 'c'],
  ],
  truths: [
    ['robot = true', 'c'],
    ['robot != true', 'ab'],
    ['session.bounce = true', ''],
  ],
};

describe.each(Object.entries(cases))('%s', (_, list) => {
  test.each(list)('%s: %s', async (text, expected) => {
    const condition = parseCondition(text, 'session');
    const holds = compilePredicate(condition, { timeZone });
    const names = (some: readonly ConditionSession[]) =>
      some.map(({ visitor }) => visitor).join('');
    expect(names(sessions.filter(holds))).toBe(expected);
    const [answer] = await tables.holding([condition]);
    expect(names(sessions.filter(({ id }) => answer?.has(id)))).toBe(expected);
  });
});

test('a condition as large and as deep as it may be still runs', async () => {
  const values = Array.from({ length: 990 }, (_, index) => index);
  const wide: Condition = {
    op: 'or',
    of: values.map((value) => ({ op: '=', field: 'screen.width', value })),
  };
  let deep: Condition = { op: '=', field: 'request.path', value: '/pay' };
  for (let level = 1; level < 50; level += 1) deep = { op: 'not', of: deep };
  const list: Condition = { op: 'in', field: 'response.status', values };
  const answers = await tables.holding([wide, deep, list]);
  expect(answers.map(({ size }) => size)).toEqual([0, 3, 3]);
});

test('what only capture sees is found in the session, and refused for the tables', () => {
  const captured = session('d', [
    hit(0, '/form', {
      requestHeaders: { 'x-plan': 'Pro' },
      form: { city: ['Köln', 'Bonn'] },
      responseHeaders: { server: 'nginx' },
      responseBody: 'Sorry, out of stock',
    }),
  ]);
  const conditions = [
    'response.body contains "OUT OF STOCK"',
    'request.header.X-Plan = "pro"',
    'request.form.city = "bonn" and response.header.Server exists',
    'no hit (request.header.constructor exists)',
  ].map((text) => parseCondition(text, 'session'));
  for (const condition of conditions) {
    expect(compilePredicate(condition, { timeZone })(captured)).toBe(true);
    expect(() => compileSql(condition, { timeZone })).toThrow(/run it over the past/);
  }
});

test('a store without steps and events refuses what needs them', () => {
  for (const text of ['step.kind = "click"', 'event "Cart"', 'attribute.plan = "pro"']) {
    expect(() => compileSql(parseCondition(text, 'session'), { timeZone })).toThrow(
      expect.objectContaining({ code: 'condition_not_in_tables' }),
    );
  }
});

test('what users write is never in the SQL', () => {
  const mark = 'zq"\';--$1';
  const text = JSON.stringify(mark);
  const condition = parseCondition(
    `request.query.${text} = ${text} or property.${text} matches "zq" or attribute.${text} = ${text} or event ${text}`,
    'session',
  );
  const tableNames = {
    sessions: 'sessions',
    hits: 'hits',
    events: 'events',
    sessionValues: 'session_values',
  };
  const { sql, values } = compileSql(condition, {
    timeZone,
    tables: tableNames,
    firstParameter: 3,
  });
  expect(sql).not.toContain('zq');
  expect(values).toHaveLength(7);
  expect(sql).toContain('$3::');
  expect(sql).toContain('$9::');
});
