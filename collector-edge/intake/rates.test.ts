import { describe, expect, it } from 'vitest';
import { Problem } from '../../core/contract/problem.ts';
import { createTestCollector, testHit, testStartMs } from '../testing/collector.ts';
import { createRates, type RateLimits, visitorOf, visitorRate } from './rates.ts';

const limits: RateLimits = {
  client: { perSecond: 2, burst: 3 },
  dataset: { perSecond: 10, burst: 5 },
  visitor: { perSecond: 0, burst: 0 },
};

/** How many of `tries` are let through. */
function letThrough(tries: number, take: () => void): number {
  let count = 0;
  for (let number = 0; number < tries; number += 1) {
    try {
      take();
      count += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
    }
  }
  return count;
}

describe('a rate', () => {
  it('lets the burst through, then as many a second as it says, and never more than the burst', () => {
    let now = testStartMs;
    const rates = createRates(() => now, limits);
    const take = () => rates.takeClient('203.0.113.0');
    expect(letThrough(10, take)).toBe(3);
    now += 1_000;
    expect(letThrough(10, take)).toBe(2);
    now += 499;
    expect(letThrough(10, take)).toBe(0);
    now += 1;
    expect(letThrough(10, take)).toBe(1);
    now += 3_600_000;
    expect(letThrough(10, take)).toBe(3);
  });

  it('counts each client by itself, this machine and an unknown address not at all', () => {
    const rates = createRates(() => testStartMs, limits);
    expect(letThrough(10, () => rates.takeClient('203.0.113.0'))).toBe(3);
    expect(letThrough(10, () => rates.takeClient('198.51.100.0'))).toBe(3);
    expect(letThrough(10, () => rates.takeClient('127.0.0.0'))).toBe(10);
    expect(letThrough(10, () => rates.takeClient('::'))).toBe(10);
    expect(letThrough(10, () => rates.takeClient(undefined))).toBe(10);
  });

  it('is not refilled by a clock that goes back, and 0 is no limit', () => {
    let now = testStartMs;
    const rates = createRates(() => now, limits);
    const take = () => rates.takeDataset('shop');
    expect(letThrough(10, take)).toBe(5);
    now -= 60_000;
    expect(letThrough(10, take)).toBe(0);
    const open = createRates(() => now, { ...limits, dataset: { perSecond: 0, burst: 0 } });
    expect(letThrough(100, () => open.takeDataset('shop'))).toBe(100);
  });
});

describe('the collector over a rate', () => {
  const clock = () => testStartMs;

  it('answers 429 with Retry-After to the client, counts the request as bad, and stores nothing of it', async () => {
    const { post, counts, inbox } = createTestCollector({ rates: createRates(clock, limits) });
    const statuses: number[] = [];
    for (let number = 0; number < 5; number += 1)
      statuses.push((await post(JSON.stringify(testHit(number)))).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    const refused = await post(JSON.stringify(testHit(9)));
    expect(refused.headers.get('x-canister-refused')).toBe('rate_exceeded');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(inbox.rows).toHaveLength(3);
    expect(counts()).toEqual({
      'shop received': 3,
      'shop accepted': 3,
      ' received': 3,
      ' bad rate_exceeded': 3,
    });
  });

  it('refuses a whole request over the rate of a dataset, and counts each of its hits where it belongs', async () => {
    const { post, counts, inbox } = createTestCollector({
      rates: createRates(clock, {
        client: { perSecond: 0, burst: 0 },
        dataset: { perSecond: 1, burst: 1 },
        visitor: { perSecond: 0, burst: 0 },
      }),
    });
    expect((await post(JSON.stringify(testHit(1)))).status).toBe(202);
    const second = [testHit(2), testHit(3), testHit(4, { url: 'ftp://shop.example/' })];
    expect((await post(JSON.stringify(second))).status).toBe(429);
    expect(inbox.rows).toHaveLength(1);
    expect(counts()).toEqual({
      'shop received': 4,
      'shop accepted': 1,
      'shop bad rate_exceeded': 2,
      'shop bad hit_invalid': 1,
    });
  });

  it('shows no pixel, since a 2xx promises that the hit is kept', async () => {
    const { app, inbox } = createTestCollector({
      rates: createRates(clock, { ...limits, client: { perSecond: 1, burst: 1 } }),
    });
    const pixel = () => app.request('/pixel.gif?dataset=wk_shop&url=https://shop.example/');
    expect((await pixel()).status).toBe(200);
    expect((await pixel()).status).toBe(429);
    expect(inbox.rows).toHaveLength(1);
  });
});

describe('the rate of a visitor', () => {
  const none = { perSecond: 0, burst: 0 };
  const ofVisitor = (perSecond: number): RateLimits => ({
    client: none,
    dataset: none,
    visitor: visitorRate(perSecond),
  });
  const hits = (from: number, count: number, more: Record<string, unknown> = {}) =>
    JSON.stringify(Array.from({ length: count }, (_, n) => testHit(from + n, more)));

  it('counts hits, not requests: 200 at once, then 20 a second, each visitor for itself', async () => {
    let now = testStartMs;
    const rates = createRates(() => now, ofVisitor(20));
    const { post, inbox, counts } = createTestCollector({ rates });
    for (let number = 0; number < 4; number += 1)
      expect((await post(hits(number * 50, 50))).status).toBe(202);
    const refused = await post(hits(200, 1));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-canister-refused')).toBe('rate_exceeded');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post(hits(300, 1, { visitor: 'v2' }))).status).toBe(202);
    expect(
      (await post(hits(301, 1, { dataset: 'wk_blog', url: 'https://blog.example/' }))).status,
    ).toBe(202);
    now += 1_000;
    expect((await post(hits(400, 21))).status).toBe(429);
    expect((await post(hits(400, 20))).status).toBe(202);
    expect((await post(hits(500, 1))).status).toBe(429);
    expect(inbox.rows).toHaveLength(222);
    expect(counts()).toEqual({
      'shop received': 244,
      'shop accepted': 221,
      'shop bad rate_exceeded': 23,
      'blog received': 1,
      'blog accepted': 1,
    });
  });

  it('refuses a request with one visitor over it whole, and takes nothing from the others', async () => {
    const { post, inbox } = createTestCollector({
      rates: createRates(() => testStartMs, ofVisitor(1)),
    });
    await post(hits(0, 50));
    const mixed = JSON.stringify([testHit(60), ...JSON.parse(hits(61, 49, { visitor: 'v2' }))]);
    expect((await post(mixed)).status).toBe(429);
    expect(inbox.rows).toHaveLength(50);
    expect((await post(hits(61, 50, { visitor: 'v2' }))).status).toBe(202);
  });

  it('knows who names no visitor by address and user agent, and lets any rate take a full request', () => {
    const address = { whole: '203.0.113.77', prefix: '203.0.113.0' };
    const here = { whole: '127.0.0.1', prefix: '127.0.0.0' };
    const of = (client: typeof address | undefined, userAgent = 'UA') =>
      visitorOf('shop', undefined, { address: client, userAgent });
    expect(of(address)).not.toBe(of(address, 'another'));
    expect(of(address)).toBe(of({ ...address }));
    expect([of(here), of(undefined)]).toEqual([undefined, undefined]);
    expect([visitorRate(1).burst, visitorRate(5).burst, visitorRate(20).burst]).toEqual([
      50, 50, 200,
    ]);
  });

  it('is no limit at 0', async () => {
    const { post } = createTestCollector({ rates: createRates(() => testStartMs, ofVisitor(0)) });
    for (let number = 0; number < 10; number += 1)
      expect((await post(hits(number * 50, 50))).status).toBe(202);
  });
});

describe('the closed collector', () => {
  it('answers 503 with the reason and Retry-After, and takes hits again by itself', async () => {
    let problem: Problem | undefined = new Problem('disk_low', 'No room.');
    const { post, counts } = createTestCollector({ closed: () => problem });
    const refused = await post(JSON.stringify(testHit(1)));
    expect([refused.status, refused.headers.get('x-canister-refused')]).toEqual([503, 'disk_low']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
    problem = undefined;
    expect((await post(JSON.stringify(testHit(1)))).status).toBe(202);
    expect(counts()).toMatchObject({ 'shop accepted': 1 });
  });

  it('answers 503 when more requests are under way than may be, and counts them', async () => {
    const { post, counts } = createTestCollector({ requestsUnderWayMax: 2 });
    const requests = Array.from({ length: 3 }, (_, n) => post(JSON.stringify(testHit(n))));
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([202, 202, 503]);
    expect(counts()).toMatchObject({ 'shop accepted': 2 });
    expect((await post(JSON.stringify(testHit(8)))).status).toBe(202);
  });
});
