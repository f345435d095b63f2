/**
 * Search against a full scan: conditions made of the values of generated traffic, each asked of search and of every
 * session of the canister by the predicate. `SEARCH_RUNS` conditions, from `SEARCH_SEED`.
 */
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCollector } from '../../collector-edge/app.ts';
import { createLibsqlInbox } from '../../collector-edge/inbox/libsql-inbox.ts';
import { compilePredicate } from '../conditions/compile-predicate.ts';
import { conditionSession } from '../conditions/condition-session.ts';
import { type ConditionSession, readValues } from '../conditions/field-values.ts';
import { findField } from '../conditions/fields.ts';
import { viewsOf } from '../conditions/highlights.ts';
import { parseCondition } from '../conditions/parse.ts';
import { placeIn } from '../conditions/place.ts';
import { printCondition } from '../conditions/print.ts';
import type { Condition, FieldTest } from '../contract/condition.ts';
import { labelSchema } from '../contract/label.ts';
import { searchRequestSchema } from '../contract/search.ts';
import { createRandom, type Random } from '../testing/seed/random.ts';
import { generateTraffic } from '../testing/seed.ts';
import { createWorld, type World, worldStartMs } from '../testing/world.ts';

const runs = Number(process.env.SEARCH_RUNS ?? 200);
const seed = Number(process.env.SEARCH_SEED ?? Math.floor(Math.random() * 2 ** 31));
const timeZone = 'Europe/Berlin';
const indexed = [
  'page.title',
  'request.path',
  'request.query.q',
  'user_agent',
  'step.target',
  'user',
];
const texts = [
  ...indexed,
  'request.query',
  'request.referrer',
  'browser',
  'source',
  'entry.path',
  'custom.name',
  'step.kind',
  'step.value',
  'property.product',
];
const numbers = ['response.status', 'session.hits', 'session.page_views', 'screen.width'];

/** Labels, and what each means as a condition that says it all. */
const labels = [
  { name: 'Shoppers', condition: 'request.path starts with "/p" and robot = false' },
  { name: 'No Firefox', condition: 'browser = "Firefox"', inverse: true },
  { name: 'Shoppers with 404', condition: 'response.status = 404', parent: 'shoppers' },
  { name: 'Either', condition: 'session.hits > 5', parent: 'No Firefox', combine: 'or' },
].map((label) => labelSchema.parse(label));
const shoppers = '(any hit (request.path starts with "/p") and robot = false)';
const meantBy = new Map(
  Object.entries({
    Shoppers: shoppers,
    'No Firefox': 'not browser = "Firefox"',
    'Shoppers with 404': `${shoppers} and any hit (response.status = 404)`,
    Either: 'not browser = "Firefox" or session.hits > 5',
  }).map(([name, text]) => [name, parseCondition(text, 'session')]),
);
/** An alert, and the sessions that it has named. */
const alert = 'Errors';

const settleEveryMs = 7_200_000;

let world: World;
let sessions: ConditionSession[];

beforeAll(async () => {
  world = await createWorld();
  const { writeKey } = await world.dataset({ slug: 'shop', timeZone });
  await world.engine.setIndex('shop', { fields: indexed, pageText: false });
  await sendTraffic(writeKey);
  sessions = [];
  for await (const { session } of world.stores('shop').canister.scan())
    sessions.push(conditionSession(session));
  const { active } = (await world.engine.activeSessions('shop', 1_000)) ?? {};
  for (const { id } of active?.sessions ?? []) {
    const session = await world.engine.session('shop', id);
    if (session) sessions.push(conditionSession(session));
  }
  expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length);
  expect(active?.total).toBeGreaterThan(0);
});
afterAll(() => world.close());

/** A day of generated traffic through the collector; at its end sessions are active, and some are not indexed yet. */
async function sendTraffic(writeKey: string): Promise<void> {
  const [entry] = await world.datasets.entries();
  const inbox = createLibsqlInbox({ client: world.hits, clock: world.now });
  const collector = new Hono<{ Bindings: object }>().route(
    '/',
    createCollector({
      inbox,
      directory: { find: () => entry },
      clock: world.now,
      trackerScript: '',
      vitalsScript: '',
      peerAddress: (c) => (c.env as { address?: string }).address,
      trustedProxies: [],
    }),
  );
  const endMs = worldStartMs + 86_400_000;
  let settledMs = worldStartMs;
  for (const request of generateTraffic({ endMs, writeKey, days: 1, sessionsPerDay: 30 })) {
    if (request.atMs > settledMs + settleEveryMs) {
      await inbox.flush();
      await world.settle();
      settledMs = request.atMs;
    }
    world.advance(Math.max(0, request.atMs - world.now()));
    const headers = { 'User-Agent': request.userAgent, 'Content-Type': 'text/plain' };
    const init = { method: 'POST', headers, body: JSON.stringify(request.body) };
    const { status } = await collector.request('/hits', init, { address: request.address });
    expect(status).toBe(202);
  }
  await inbox.flush();
  await world.settle();
}

/** Gives values of fields as the traffic has them. */
function valuesIn(field: string): string[] {
  const of = findField(field);
  const found = new Set<string>();
  for (const session of sessions)
    for (const view of viewsOf(session, of))
      for (const value of readValues(of.name, of.parameter, view)) found.add(String(value));
  return [...found];
}

function conditionMaker(random: Random): () => Condition {
  const known = new Map([...texts, ...numbers].map((field) => [field, valuesIn(field)]));
  const { pick } = random;
  const someValue = (field: string) => {
    const values = known.get(field) ?? [];
    return values.length === 0 ? 'nowhere' : pick(values);
  };
  const piece = (text: string) => {
    const from = Math.floor(random.share() * text.length);
    return text
      .slice(from, from + 1 + Math.floor(random.share() * 8))
      .replace(/\p{Surrogate}/gu, '');
  };
  const makeTest = (): FieldTest => {
    const field = pick(random.share() < 0.85 ? texts : numbers);
    const value = someValue(field);
    if (numbers.includes(field))
      return { op: pick(['=', '>', '<=']), field, value: Number(value) || 0 };
    const exact = random.share() < 0.2 ? ({ exact: true } as const) : {};
    switch (
      pick([
        'contains',
        'contains',
        'contains',
        'part',
        '=',
        '!=',
        'in',
        'exists',
        'empty',
        'matches',
      ])
    ) {
      case 'contains':
        return { op: 'contains', field, value: piece(value.toUpperCase()), ...exact };
      case 'part':
        return { op: pick(['starts with', 'ends with']), field, value: piece(value) };
      case '=':
        return { op: '=', field, value, ...exact };
      case '!=':
        return { op: '!=', field, value };
      case 'in':
        return { op: 'in', field, values: [value, someValue(field)] };
      case 'matches':
        return { op: 'matches', field, value: value.replace(/[^a-z]/gi, '.').slice(0, 20) };
      case 'exists':
        return { op: 'exists', field };
      default:
        return { op: 'is empty', field };
    }
  };
  const makeHits = (depth: number): Condition => {
    if (depth === 0 || random.share() < 0.4) return makeTest();
    return { op: pick(['and', 'or']), of: [makeHits(depth - 1), makeHits(depth - 1)] };
  };
  const make = (depth: number): Condition => {
    const kind = random.share();
    if (depth === 0 || kind < 0.35) return makeTest();
    if (kind < 0.65) return { op: pick(['and', 'or']), of: [make(depth - 1), make(depth - 1)] };
    if (kind < 0.75) return { op: 'not', of: make(depth - 1) };
    if (kind < 0.85)
      return { op: 'hits', which: pick(['any', 'every', 'no', 'first', 'last']), of: makeHits(2) };
    if (kind < 0.89) return { op: 'label', name: pick(labels).name };
    if (kind < 0.91) return { op: 'alert', name: alert };
    const name = someValue('custom.name');
    if (kind < 0.93) return { op: 'event', name };
    if (kind < 0.97) return eventWithValue(pick);
    return { op: 'count', of: { op: 'hit', of: makeHits(1) }, compare: '>=', value: 2 };
  };
  return () => make(3);
}

/** An event that somebody sent or that fired, asked for its value or its text. */
function eventWithValue(pick: Random['pick']): Condition {
  const valued = sessions
    .flatMap(({ events = [] }) => events)
    .filter(({ value, text }) => value !== undefined || text !== undefined);
  expect(valued.length).toBeGreaterThan(0);
  const { name, value, text = '' } = pick(valued);
  if (value === undefined)
    return { op: 'event', name, with: { op: 'contains', field: 'event.text', value: text } };
  const op = pick(['=', '>', '<='] as const);
  return { op: 'event', name, with: { op, field: 'event.value', value } };
}

/** The condition with every name replaced by what it means. */
function inFull(condition: Condition, named: readonly string[]): Condition {
  switch (condition.op) {
    case 'and':
    case 'or':
      return { ...condition, of: condition.of.map((part) => inFull(part, named)) };
    case 'not':
      return { op: 'not', of: inFull(condition.of, named) };
    case 'label':
      return meantBy.get(condition.name) as Condition;
    case 'alert':
      return { op: 'in', field: 'session.id', values: [...named] };
    default:
      return condition;
  }
}

test(`search finds what a scan of all sessions finds (seed ${seed})`, async () => {
  const make = conditionMaker(createRandom(seed));
  expect(sessions.length).toBeGreaterThan(50);
  let held = 0;
  const named = sessions.filter((_, place) => place % 7 === 3).map(({ id }) => id);
  const lists = new Map([[`alert ${alert}`, named.join(',')]]);
  const asked = { label: 0, alert: 0, value: 0 };
  for (let run = 0; run < runs; run += 1) {
    const condition = make();
    const text = JSON.stringify(condition);
    if (text.includes('"op":"label"')) asked.label += 1;
    if (text.includes('"op":"alert"')) asked.alert += 1;
    if (text.includes('"field":"event.')) asked.value += 1;
    // A name stands for whole sessions: what its condition asks of one hit is no part of what stands beside it.
    const holds = compilePredicate(inFull(placeIn(condition, 'session'), named), { timeZone });
    const expected = sessions
      .filter(holds)
      .map(({ id }) => id)
      .sort();
    const found: string[] = [];
    let cursor: string | undefined;
    let said = '';
    do {
      const request = searchRequestSchema.parse({ condition, limit: 150, cursor });
      const answer = await world.engine.search('shop', request, { labels, lists });
      found.push(...answer.found.map(({ id }) => id));
      said = `seed ${seed}, ${printCondition(condition)}`;
      expect([said, answer.sessions]).toEqual([said, expected.length]);
      cursor = answer.next;
    } while (cursor !== undefined);
    expect([said, ...found.sort()]).toEqual([said, ...expected]);
    held += expected.length;
  }
  if (runs >= 200) for (const times of Object.values(asked)) expect(times).toBeGreaterThan(0);
  const share = held / (runs * sessions.length);
  expect(share).toBeGreaterThan(0.05);
  expect(share).toBeLessThan(0.95);
}, 120_000);
