/** Every limit of a request and of a hit: what is just within it is taken, and one more is refused by its name. */
import { expect, test } from 'vitest';
import { hitLimits } from '../../core/contract/hit.ts';
import { createTestCollector, testHit } from '../testing/collector.ts';

const text = (length: number) => 'x'.repeat(length);
const url = (length: number) => `https://shop.example/`.padEnd(length, 'x');
const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`k${number}`, 1]));
const list = (length: number) => Array.from({ length }, () => 'x');
const texts = (count: number) =>
  Object.fromEntries(Object.keys(keys(count)).map((key) => [key, 'x']));
const nested = (depth: number) =>
  JSON.stringify(testHit(1)).replace(/}$/, `,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`);
const hit = (more: Record<string, unknown>) => JSON.stringify(testHit(1, more));
const ownKeys = Object.keys(testHit(1)).length;

/** What is limited, the limit in figures, a body of a size, and the code of the refusal. */
const limits: [string, number, (size: number) => string, string][] = [
  [
    'hits of a request',
    50,
    (n) => JSON.stringify(Array.from({ length: n }, (_, i) => testHit(i))),
    'hits_too_many',
  ],
  ['bytes of a body', 65_536, (n) => JSON.stringify(testHit(1)).padEnd(n), 'body_too_large'],
  ['levels of JSON', 8, (n) => nested(n - 1), 'json_too_deep'],
  ['keys of an object', 64, (n) => hit(keys(n - ownKeys)), 'json_too_wide'],
  ['the URL', 2_048, (n) => hit({ url: url(n) }), 'hit_invalid'],
  ['the referrer', 2_048, (n) => hit({ referrer: url(n) }), 'hit_invalid'],
  ['the title', 512, (n) => hit({ title: text(n) }), 'hit_invalid'],
  ['the visitor', 64, (n) => hit({ visitor: text(n) }), 'hit_invalid'],
  ['the user id', 128, (n) => hit({ userId: text(n) }), 'hit_invalid'],
  ['the name of an event', 64, (n) => hit({ name: text(n) }), 'hit_invalid'],
  ['properties', 32, (n) => hit({ properties: keys(n) }), 'hit_invalid'],
  ['the key of a property', 64, (n) => hit({ properties: { [text(n)]: 1 } }), 'hit_invalid'],
  ['the text of a property', 512, (n) => hit({ properties: { a: text(n) } }), 'hit_invalid'],
  ['headers', 64, (n) => hit({ requestHeaders: texts(n) }), 'json_too_wide'],
  ['the name of a header', 128, (n) => hit({ responseHeaders: { [text(n)]: '' } }), 'hit_invalid'],
  ['the value of a header', 2_048, (n) => hit({ requestHeaders: { a: text(n) } }), 'hit_invalid'],
  ['the name of a form field', 128, (n) => hit({ form: { [text(n)]: [] } }), 'hit_invalid'],
  ['values of a form field', 16, (n) => hit({ form: { a: list(n) } }), 'hit_invalid'],
  ['the value of a form field', 2_048, (n) => hit({ form: { a: [text(n)] } }), 'hit_invalid'],
  ['the body of a request', 32_768, (n) => hit({ requestBody: text(n) }), 'hit_invalid'],
  ['the body of a response', 32_768, (n) => hit({ responseBody: text(n) }), 'hit_invalid'],
  ['the language', 35, (n) => hit({ language: text(n) }), 'hit_invalid'],
];

test.each(limits)('%s: %d', async (_, limit, body, code) => {
  const { post, inbox } = createTestCollector();
  const within = await post(body(limit));
  expect([within.status, within.headers.get('x-canister-refused')]).toEqual([202, null]);
  const stored = inbox.rows.length;
  expect(stored).toBeGreaterThan(0);
  const over = await post(body(limit + 1));
  expect([over.status >= 400, over.headers.get('x-canister-refused')]).toEqual([true, code]);
  expect(inbox.rows).toHaveLength(stored);
});

test('a user agent is cut, not refused: its sender cannot help it', async () => {
  const { post, bodies } = createTestCollector();
  const agents = [512, 513].map(text);
  for (const [number, agent] of agents.entries())
    expect((await post(JSON.stringify(testHit(number)), { 'user-agent': agent })).status).toBe(202);
  const stored = bodies().map(({ client }) => (client as { userAgent: string }).userAgent.length);
  expect(stored).toEqual([hitLimits.userAgentLengthMax, hitLimits.userAgentLengthMax]);
});
