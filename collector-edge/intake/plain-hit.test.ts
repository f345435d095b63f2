import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hitLimits, hitSchema, hitTypes } from '../../core/contract/hit.ts';
import { createTestCollector } from '../testing/collector.ts';
import { isPlainHit, plainHitOf } from './plain-hit.ts';

const id = '01979a00-0000-7000-8000-000000000001';
const least = { dataset: 'wk_shop', id, type: 'page_view', url: 'https://shop.example/' };

/** Lengths and numbers at and beside every limit of the schema, good values, and values of every other kind. */
const limits = [...new Set([0, 1, 2, ...Object.values(hitLimits).filter((max) => max < 1e9)])];
const value = fc.oneof(
  fc
    .constantFrom(...limits)
    .chain((limit) =>
      fc
        .constantFrom(limit - 1, limit, limit + 1)
        .chain((size) =>
          fc.constantFrom<unknown>(
            size,
            'x'.repeat(Math.max(0, Math.min(size, 4_000))),
            `https://x/${'y'.repeat(Math.max(0, Math.min(size, 4_000) - 10))}`,
            '\u00fc'.repeat(Math.max(0, Math.min(size, 600))),
          ),
        ),
    ),
  fc.constantFrom<unknown>(
    ...hitTypes,
    id,
    id.toUpperCase(),
    id.replaceAll('-', ''),
    `${id}\n`,
    `${id}0`,
    'https://shop.example/cart',
    'HTTP://shop.example',
    'ftp://shop.example/',
    'https:///',
    'v1',
    'v 1',
    'GET',
  ),
  fc.constantFrom<unknown>(1.5, -0, -1, 2 ** 53, 2 ** 53 - 1, 1e300, true, false, null, [], {}),
  fc.jsonValue(),
);
const key = fc.constantFrom(...Object.keys(hitSchema.shape), 'extra', 'toString', 'hasOwnProperty');
const changed = fc.dictionary(key, value, { maxKeys: 4 });
const dropped = fc.subarray(Object.keys(least), { maxLength: 1 });

test('Whatever is plain the schema takes too, and gives back as it was', () => {
  let plain = 0;
  fc.assert(
    fc.property(changed, dropped, (fields, missing) => {
      const hit: Record<string, unknown> = { ...least, ...fields };
      if (Object.keys(fields).length > 2) for (const name of missing) delete hit[name];
      if (!isPlainHit(hit)) return;
      plain += 1;
      expect(hitSchema.parse(hit)).toEqual(hit);
    }),
    { numRuns: 10_000, seed: 41 },
  );
  expect(plain).toBeGreaterThan(500);
});

test('The page view of a browser is plain', () => {
  const more = { visitor: 'v1', referrer: '', title: 'Cart', at: 1, sentAt: 2, number: 0 };
  expect(isPlainHit({ ...least, ...more, language: 'de-CH', screenWidth: 1_920 })).toBe(true);
});

test('What has a part that the schema must look into, or drop, is not plain', () => {
  const others = [{ properties: {} }, { steps: [] }, { extra: 1 }, { closeSession: true }];
  for (const more of others) expect(isPlainHit({ ...least, ...more })).toBe(false);
  for (const other of [null, 1, 'x', [], [least], {}]) expect(isPlainHit(other)).toBe(false);
});

const ownHit = { ...least, dataset: 'wk_shop' };
const short = (text: string) => plainHitOf(Buffer.from(text)) !== undefined;

test('A body as the tracker writes it goes the short way, any other one does not', () => {
  const body = JSON.stringify({ ...ownHit, title: 'Blaue Schuhe – 20 % günstiger "heute"' });
  expect([body, `[${body}]`].map(short)).toEqual([true, true]);
  const { dataset, ...later } = ownHit;
  const others = [
    '',
    '{',
    'null',
    '[]',
    `[${body},${body}]`,
    ` ${body}`,
    `${body} `,
    `[${body} ]`,
    `\ufeff${body}`,
    JSON.stringify({ ...later, dataset }),
    JSON.stringify({ ...ownHit, userId: 'x\u0001' }),
    JSON.stringify(ownHit).replace('wk_', 'wk\\u005f'),
    JSON.stringify({ ...ownHit, steps: [] }),
    JSON.stringify(ownHit).replace('{', '{"__proto__":1,'),
    JSON.stringify(ownHit).replace('}', ',"__proto__":1}'),
    JSON.stringify(ownHit).replace('{', `{"dataset":"wk_blog",`),
    JSON.stringify(ownHit).replace(/}$/, ',"dataset" : "wk_shop"}'),
    JSON.stringify({ ...ownHit, referrer: 'x'.repeat(4_000) }),
    '['.repeat(4_000),
  ];
  expect(others.filter(short)).toEqual([]);
});

test('The log, the answer and the counters are the same on the short way and on the long one', async () => {
  let plain = 0;
  const property = fc.asyncProperty(
    changed,
    fc.constantFrom('de-CH,de;q=0.9', '', undefined),
    fc.boolean(),
    fc.boolean(),
    async (fields, languages, isList, isTwice) => {
      const more: Record<string, unknown> = { ...ownHit, ...fields };
      let text = JSON.stringify(more);
      // Of two equal names the last one counts.
      if (isTwice) text = text.replace(/}$/, ',"visitor":"second","type":"event"}');
      const body = isList ? `[${text}]` : text;
      if (plainHitOf(Buffer.from(body)) !== undefined) plain += 1;
      const ways = [];
      for (const sent of [body, `${body} `]) {
        const { post, bodies, counts, inbox } = createTestCollector();
        const header = languages === undefined ? {} : { 'accept-language': languages };
        const answer = await post(sent, { 'user-agent': 'Some "browser"/1', ...header });
        const stored = bodies().map((one) => ({ ...one, dataset: undefined }));
        const ids = inbox.rows.map(({ hitId, dataset }) => [dataset, hitId]);
        ways.push({ answer: [answer.status, await answer.text()], stored, ids, counts: counts() });
      }
      expect(ways[0]).toEqual(ways[1]);
    },
  );
  await fc.assert(property, { numRuns: 2_000, seed: 43 });
  expect(plain).toBeGreaterThan(300);
});

test('The write key does not come into the log', async () => {
  const { post, inbox } = createTestCollector();
  for (const body of [JSON.stringify(ownHit), ` ${JSON.stringify(ownHit)}`]) await post(body);
  await post(JSON.stringify([{ ...ownHit, id: id.replace(/1$/, '2') }]));
  const third = JSON.stringify({ ...ownHit, id: id.replace(/1$/, '3') });
  await post(third.replace(/}$/, ',"dataset":"wk_shop"}'));
  expect(inbox.rows).toHaveLength(3);
  for (const { body } of inbox.rows) expect(Buffer.from(body).toString()).not.toContain('wk_');
});
