import { describe, expect, it } from 'vitest';
import { hitLimits } from '../../core/contract/hit.ts';
import { badBodies, strangeBodies } from '../testing/bad-bodies.ts';
import { createTestCollector, testHit, testStartMs } from '../testing/collector.ts';

describe('a good hit', () => {
  it('is answered 202 once it is stored, in the form of the log', async () => {
    const { post, bodies, counts, inbox } = createTestCollector();
    const response = await post(JSON.stringify(testHit(1, { title: 'Cart', extra: 'dropped' })), {
      'user-agent': 'Test/1.0',
      'accept-language': ' de-CH,de;q=0.9',
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ accepted: 1 });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('x-canister-refused')).toBeNull();
    expect(bodies()).toEqual([
      {
        id: '01979a00-0000-7000-8000-000000000001',
        type: 'page_view',
        visitor: 'v1',
        url: 'https://shop.example/cart?step=2',
        title: 'Cart',
        language: 'de-CH',
        client: {
          addressPrefix: '203.0.113.0',
          addressKey: expect.stringMatching(/^[0-9a-f]{32}$/),
          userAgent: 'Test/1.0',
        },
      },
    ]);
    expect(inbox.rows[0]).toMatchObject({ dataset: 'shop', receivedAt: testStartMs });
    expect(Buffer.from(inbox.rows[0]?.hitId ?? []).toString('hex')).toBe(
      '01979a00000070008000000000000001',
    );
    expect(counts()).toEqual({ 'shop received': 1, 'shop accepted': 1 });
  });

  it('is answered the second time exactly like the first, and kept once', async () => {
    const { post, inbox, counts } = createTestCollector();
    const first = await post(JSON.stringify(testHit(1)));
    const second = await post(JSON.stringify(testHit(1, { title: 'another body' })));
    expect(second.status).toBe(first.status);
    expect([...second.headers]).toEqual([...first.headers]);
    expect(await second.text()).toBe(await first.text());
    expect(inbox.rows).toHaveLength(1);
    expect(counts()).toEqual({ 'shop received': 2, 'shop accepted': 1, 'shop duplicate': 1 });
  });

  it('has its user agent cut, and a long first language too', async () => {
    const { post, bodies } = createTestCollector();
    await post(JSON.stringify(testHit(1)), {
      'user-agent': 'u'.repeat(10_000),
      'accept-language': 'x'.repeat(100),
    });
    const [body] = bodies() as { client: { userAgent: string }; language: string }[];
    expect(body?.client.userAgent).toHaveLength(hitLimits.userAgentLengthMax);
    expect(body?.language).toHaveLength(hitLimits.languageLengthMax);
  });
});

describe('an array of hits', () => {
  it('is stored whole', async () => {
    const { post, inbox } = createTestCollector();
    const response = await post(JSON.stringify(Array.from({ length: 50 }, (_, n) => testHit(n))));
    expect(await response.json()).toEqual({ accepted: 50 });
    expect(inbox.rows).toHaveLength(50);
  });

  it('is stored but for its bad hits, which the answer names one by one', async () => {
    const { post, inbox, counts } = createTestCollector();
    const response = await post(
      JSON.stringify([
        testHit(1),
        testHit(2, { url: 'ftp://shop.example/' }),
        testHit(3, { dataset: 'wk_nobody' }),
        testHit(1),
        testHit(4, { dataset: 'wk_blog' }),
      ]),
    );
    expect(response.status).toBe(202);
    expect(response.headers.get('x-canister-refused')).toBe(
      'hit_invalid, dataset_unknown, host_not_allowed',
    );
    const body = (await response.json()) as { accepted: number; refused: { detail: string }[] };
    expect(body).toMatchObject({
      accepted: 2,
      refused: [
        { index: 1, code: 'hit_invalid', detail: 'url: does not have the right form' },
        { index: 2, code: 'dataset_unknown' },
        { index: 4, code: 'host_not_allowed' },
      ],
    });
    expect(inbox.rows).toHaveLength(1);
    expect(counts()).toEqual({
      'shop received': 3,
      'shop accepted': 1,
      'shop duplicate': 1,
      'shop bad hit_invalid': 1,
      ' received': 1,
      ' bad dataset_unknown': 1,
      'blog received': 1,
      'blog excluded host_not_allowed': 1,
    });
  });

  it('is a problem when every hit is bad, with all of them named', async () => {
    const { post } = createTestCollector();
    const response = await post(
      JSON.stringify([testHit(1, { dataset: 'wk_nobody' }), testHit(2, { type: 'x' })]),
    );
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'dataset_unknown',
      refused: [
        { index: 0, code: 'dataset_unknown' },
        {
          index: 1,
          code: 'hit_invalid',
          detail: 'type: must be one of page_view, event, steps, request, web_vitals',
        },
      ],
    });
  });
});

describe('the hosts of a dataset', () => {
  const cases: [url: string, taken: boolean][] = [
    ['https://blog.example/', true],
    ['http://BLOG.example:8080/', true],
    ['https://www.blog.example/', true],
    ['https://a.b.blog.example/', true],
    ['http://localhost:3000/', true],
    ['http://localhost:3001/', false],
    ['http://localhost/', false],
    ['https://evilblog.example/', false],
    ['https://blog.example.evil.example/', false],
    ['https://blog.example@evil.example/', false],
  ];
  it.each(cases)('for %s answers whether it is taken: %s', async (url, taken) => {
    const { post, counts } = createTestCollector();
    const response = await post(JSON.stringify(testHit(1, { dataset: 'wk_blog', url })));
    expect(response.status).toBe(202);
    const outcome = taken ? 'blog accepted' : 'blog excluded host_not_allowed';
    expect(counts()).toEqual({ 'blog received': 1, [outcome]: 1 });
    expect(response.headers.get('x-canister-refused')).toBe(taken ? null : 'host_not_allowed');
  });
});

describe('a bad body', () => {
  it.each(badBodies)('$name is refused with $status $code', async (bad) => {
    const { post, inbox, counts } = createTestCollector();
    const response = await post(bad.body, bad.headers);
    expect({ status: response.status, code: response.headers.get('x-canister-refused') }).toEqual({
      status: bad.status,
      code: bad.code,
    });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const body = (await response.json()) as { code: string; status: number; detail: string };
    expect(body).toMatchObject({ code: bad.code, status: bad.status });
    expect(body.detail.length).toBeLessThan(300);
    expect(inbox.rows).toHaveLength(0);
    const received = bad.received ?? 1;
    expect(counts()).toEqual({
      [`${bad.dataset ?? ''} received`]: received,
      [`${bad.dataset ?? ''} bad ${bad.code}`]: received,
    });
  });

  it.each(strangeBodies)('$name is not one: it is accepted', async ({ body, headers }) => {
    const { post, counts } = createTestCollector();
    const response = await post(body, headers);
    expect(await response.json()).toEqual({ accepted: 1 });
    expect(counts()).toEqual({ 'shop received': 1, 'shop accepted': 1 });
  });

  it('never breaks the sum: received = accepted + duplicate + excluded + bad after the whole corpus', async () => {
    const { post, counts, inbox } = createTestCollector();
    let sent = 0;
    for (const { body, headers, received } of [
      ...badBodies,
      ...strangeBodies,
      ...strangeBodies,
    ] as (typeof badBodies)[number][]) {
      await post(body, headers);
      sent += received ?? 1;
    }
    await post(JSON.stringify(testHit(900, { dataset: 'wk_blog' })));
    sent += 1;
    const sums: Record<string, number> = {};
    for (const { outcome, count } of inbox.counts()) sums[outcome] = (sums[outcome] ?? 0) + count;
    expect(sums).toEqual({
      received: sent,
      accepted: strangeBodies.length,
      duplicate: strangeBodies.length,
      excluded: 1,
      bad: sent - 2 * strangeBodies.length - 1,
    });
    expect(counts()['shop accepted']).toBe(strangeBodies.length);
  });

  it('does not pollute prototypes', async () => {
    const { post } = createTestCollector();
    for (const { body, headers } of badBodies) await post(body, headers);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('a store that does not take hits', () => {
  it.each([
    'inbox_full',
    'inbox_failed',
  ] as const)('is answered 503 %s with Retry-After', async (code) => {
    const { post, inbox, counts } = createTestCollector();
    inbox.failure = code;
    const response = await post(JSON.stringify([testHit(1), testHit(2)]));
    expect(response.status).toBe(503);
    expect(response.headers.get('x-canister-refused')).toBe(code);
    const seconds = Number(response.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(5);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(counts()).toEqual({ 'shop received': 2, [`shop bad ${code}`]: 2 });
  });

  it('answers 503 when the datasets cannot be read', async () => {
    const { Problem } = await import('../../core/contract/problem.ts');
    const { post, counts } = createTestCollector({
      directory: { find: () => Promise.reject(new Problem('inbox_failed', 'away')) },
    });
    const response = await post(JSON.stringify([testHit(1), {}]));
    expect(response.status).toBe(503);
    expect(counts()).toEqual({ ' received': 2, ' bad inbox_failed': 2 });
  });
});
