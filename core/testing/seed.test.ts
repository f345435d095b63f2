import { createHash } from 'node:crypto';
import { isbot } from 'isbot';
import { describe, expect, test } from 'vitest';
import { type Hit, hitLimits, hitSchema } from '../contract/hit.ts';
import { devices } from './seed/audience.ts';
import { robots } from './seed/robots.ts';
import {
  countTraffic,
  generateTraffic,
  holdBack,
  type SeedRequest,
  type TrafficOptions,
} from './seed.ts';

const endMs = Date.UTC(2026, 10, 21, 10, 13);
const minuteMs = 60_000;

function generate(options: Partial<TrafficOptions> = {}): SeedRequest[] {
  return [...generateTraffic({ endMs, writeKey: 'wk_demo', ...options })];
}

const week = generate();
const hits = week.flatMap((request) =>
  [request.body].flat().map((hit) => ({ request, hit: hit as Hit })),
);

function fingerprint(requests: SeedRequest[]): string {
  return createHash('sha256').update(JSON.stringify(requests)).digest('hex');
}

function eventsCalled(name: string): Hit[] {
  return hits.filter(({ hit }) => hit.name === name).map(({ hit }) => hit);
}

/** The hits of each visitor in the order of time; robots are left out, for they bring no visitor id. */
function hitsByVisitor(): Hit[][] {
  const groups = new Map<string, Hit[]>();
  for (const { hit } of hits) {
    if (hit.visitor === undefined) continue;
    const group = groups.get(hit.visitor) ?? [];
    groups.set(hit.visitor, group);
    group.push(hit);
  }
  return [...groups.values()].map((group) =>
    group.sort((one, other) => Number(one.at) - Number(other.at)),
  );
}

describe('the traffic of a seed', () => {
  test('is the same bytes for the same options, and others for another seed', () => {
    const small = { days: 2, sessionsPerDay: 40 };
    expect(fingerprint(generate(small))).toBe(fingerprint(generate(small)));
    expect(fingerprint(generate(small))).not.toBe(fingerprint(generate({ ...small, seed: 2 })));
    expect(fingerprint(generate())).toBe(fingerprint(week));
  });

  test('comes in the order of time, within its days, and no hit arrives before it happened', () => {
    const times = week.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times.at(0)).toBeGreaterThanOrEqual(endMs - 7 * 24 * 60 * minuteMs);
    expect(times.at(-1)).toBeLessThan(endMs);
    for (const { request, hit } of hits) {
      expect(hit.at).toBeLessThanOrEqual(Number(hit.sentAt));
      expect(hit.sentAt).toBe(request.atMs);
    }
  });

  test('holds only hits that the contract takes, in bodies that the collector takes', () => {
    for (const { hit } of hits) {
      const parsed = hitSchema.safeParse(hit);
      expect(parsed.success ? hit : parsed.error).toEqual(parsed.data);
    }
    for (const { body } of week) {
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(hitLimits.bodyBytesMax);
    }
  });

  test('gives each hit an id of its own: a UUID of version 7 with the time of the hit', () => {
    expect(new Set(hits.map(({ hit }) => hit.id)).size).toBe(hits.length);
    for (const { hit } of hits) {
      expect(hit.id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(Number.parseInt(hit.id.replace('-', '').slice(0, 12), 16)).toBe(hit.at);
    }
  });

  test('comes from addresses that are kept for documentation', () => {
    const documentation = /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/;
    expect(week.filter(({ address }) => !documentation.test(address))).toEqual([]);
  });

  test('uses agents that a list of robots tells apart as they are meant', () => {
    expect(robots.filter(({ userAgent }) => !isbot(userAgent))).toEqual([]);
    expect(devices.filter(({ userAgent }) => isbot(userAgent))).toEqual([]);
  });

  test('leaves a gap that is clearly in a session or clearly between two', () => {
    for (const group of hitsByVisitor()) {
      group.slice(1).forEach((hit, index) => {
        const gapMs = Number(hit.at) - Number(group[index]?.at);
        expect(gapMs < 25 * minuteMs || gapMs > 35 * minuteMs).toBe(true);
      });
    }
  });

  test('numbers the hits of a page load from 0 on', () => {
    for (const group of hitsByVisitor()) {
      group.forEach((hit, index) => {
        const before = group[index - 1];
        const starts = hit.type === 'page_view';
        expect(hit.number).toBe(starts ? 0 : Number(before?.number) + 1);
      });
    }
  });

  test('ends in the middle of sessions: some visitors are still there', () => {
    const recent = hits.filter(({ hit }) => Number(hit.at) > endMs - 30 * minuteMs);
    const visitors = new Set(recent.flatMap(({ hit }) => hit.visitor ?? []));
    expect(visitors.size).toBeGreaterThan(3);
  });
});

describe('a week of the shop', () => {
  const count = countTraffic(week);

  test('has about 400 sessions of people a day, and robots on top', () => {
    expect(count.people.sessions).toBeGreaterThan(2_600);
    expect(count.people.sessions).toBeLessThan(3_000);
    expect(count.robots.sessions).toBeGreaterThan(350);
    expect(count.robots.visitors).toBe(robots.length);
  });

  test('has about 35 of 100 sessions from known visitors', () => {
    const share = 1 - count.people.visitors / count.people.sessions;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.42);
  });

  test('sleeps at night and is busiest in the evening', () => {
    const byHour = Array.from({ length: 24 }, () => 0);
    for (const { hit } of hits) {
      const hour = new Date(Number(hit.at)).getUTCHours();
      if (hit.visitor) byHour[hour] = (byHour[hour] ?? 0) + 1;
    }
    expect(Number(byHour[20])).toBeGreaterThan(8 * Number(byHour[3]));
  });

  test('has every kind of source: engines, social, assistants, blogs, campaigns and none', () => {
    const referrers = new Set(hits.map(({ hit }) => hit.referrer ?? '(none)'));
    for (const source of [
      'https://www.google.com/',
      'https://www.instagram.com/',
      'https://chatgpt.com/',
      'https://www.perplexity.ai/',
      'https://steeped-slowly.example/2026/winter-teas',
      '(none)',
    ]) {
      expect(referrers).toContain(source);
    }
    const campaigns = hits.map(({ hit }) => new URL(hit.url).searchParams.get('utm_campaign'));
    expect(new Set(campaigns)).toEqual(new Set([null, 'autumn-letter', 'teapots', 'gift-guide']));
  });

  test('has robots that scan for what is not there', () => {
    expect(count.robots.hitsByStatus.get(404)).toBeGreaterThan(50);
    expect(hits.some(({ hit }) => hit.url.endsWith('/wp-login.php'))).toBe(true);
  });

  test('has one blog with a broken link, and no other page of people that is missing', () => {
    const missing = hits.filter(({ hit }) => hit.status === 404 && hit.visitor !== undefined);
    expect(missing.length).toBeGreaterThan(20);
    expect(
      new Set(missing.map(({ hit }) => `${hit.referrer} ${new URL(hit.url).pathname}`)),
    ).toEqual(
      new Set([
        'https://steeped-slowly.example/2026/ten-gaiwans-compared /products/celadon-gaiwan-old',
      ]),
    );
  });

  test('has its server errors in one hour of one day', () => {
    const failed = hits.filter(({ hit }) => hit.status === 500);
    expect(failed.length).toBeGreaterThan(10);
    const hours = failed.map(({ hit }) => new Date(Number(hit.at)).toISOString().slice(0, 13));
    expect(new Set(hours)).toEqual(new Set(['2026-11-17T19']));
  });

  test('has purchases, each after a thank-you page, with an order number of its own', () => {
    const purchases = eventsCalled('Purchase confirmed');
    expect(purchases.length).toBeGreaterThan(40);
    expect(purchases.length).toBe(count.people.eventsByName.get('Purchase confirmed'));
    const orders = purchases.map(({ properties }) => properties?.orderId);
    expect(new Set(orders).size).toBe(purchases.length);
    for (const { url, properties } of purchases) {
      expect(new URL(url).pathname).toBe('/checkout/thank-you');
      expect(properties?.value).toBeGreaterThan(0);
    }
    expect(eventsCalled('Added to cart').length).toBeGreaterThan(purchases.length);
  });

  test('has a search that is slow, where everything else is fast', () => {
    for (const { hit } of hits) {
      const isSearch = new URL(hit.url).pathname === '/search';
      if (hit.durationMs === undefined) continue;
      expect(isSearch ? hit.durationMs >= 2_800 : hit.durationMs <= 900).toBe(true);
    }
    expect(eventsCalled('Site searched').length).toBeGreaterThan(100);
  });

  test('has a contact form that fails again and again and is never sent', () => {
    const onContact = hits.filter(({ hit }) => new URL(hit.url).pathname === '/contact');
    const failures = onContact.filter(({ hit }) =>
      hit.steps?.some(({ kind, value }) => kind === 'error' && value?.startsWith('TypeError')),
    );
    expect(failures.length).toBeGreaterThan(100);
    expect(failures.every(({ hit }) => hit.steps?.[0]?.kind === 'submit')).toBe(true);
    expect(onContact.some(({ hit }) => hit.type === 'event')).toBe(false);
    const sent = eventsCalled('Form submitted').map(({ url }) => new URL(url).pathname);
    expect(new Set(sent)).toEqual(new Set(['/newsletter']));
  });

  test('has downloads, which are no page views, and failed sign-ins in a row', () => {
    const downloads = hits.filter(({ hit }) => hit.url.endsWith('.pdf'));
    expect(downloads.length).toBeGreaterThan(10);
    expect(downloads.every(({ hit }) => hit.type === 'request')).toBe(true);
    expect(eventsCalled('Login failed').length).toBeGreaterThan(
      eventsCalled('Login succeeded').length,
    );
  });

  test('has telephones, tablets and desks, and several languages', () => {
    const agents = new Set(week.map(({ userAgent }) => userAgent));
    expect(devices.every(({ userAgent }) => agents.has(userAgent))).toBe(true);
    expect(new Set(hits.map(({ hit }) => hit.language)).size).toBeGreaterThan(6);
  });
});

test('counting goes by visitor, by 30 minutes, and tells people from robots', () => {
  const at = (minutes: number) => endMs + minutes * minuteMs;
  const request = (userAgent: string, body: unknown): SeedRequest => ({
    atMs: endMs,
    address: '192.0.2.1',
    userAgent,
    acceptLanguage: '',
    body,
  });
  const page = {
    type: 'page_view',
    visitor: 'a',
    url: 'https://shop.example/one?x=1',
    status: 200,
  };
  const counted = countTraffic([
    request('Browser', { ...page, at: at(0) }),
    request('Browser', [
      { ...page, at: at(30) },
      { ...page, type: 'event', name: 'Bought', status: undefined, at: at(31) },
    ]),
    // 31 minutes later: a second session, with one page view and nothing else.
    request('Browser', { ...page, at: at(62), status: 404 }),
    request('Browser', { ...page, visitor: 'b', at: at(5), url: 'https://shop.example/' }),
    request(robots[0]?.userAgent ?? '', { ...page, visitor: undefined, at: at(0) }),
  ]);
  expect(counted.requests).toBe(5);
  expect(counted.people).toEqual({
    hits: 5,
    pageViews: 4,
    events: 1,
    sessions: 3,
    visitors: 2,
    bounces: 2,
    durationMs: 31 * minuteMs,
    hitsByStatus: new Map<number | null, number>([
      [200, 3],
      [null, 1],
      [404, 1],
    ]),
    pageViewsByPath: new Map([
      ['/one', 3],
      ['/', 1],
    ]),
    eventsByName: new Map([['Bought', 1]]),
  });
  expect([counted.robots.sessions, counted.robots.hits]).toEqual([1, 1]);
});

test('a request that is held back arrives later and still says when its hits happened', () => {
  const [first] = week;
  const array = week.find(({ body }) => Array.isArray(body));
  if (first === undefined || array === undefined) throw new Error('the week is empty');
  for (const request of [first, array]) {
    const late = holdBack(request, request.atMs + minuteMs);
    expect(late.atMs).toBe(request.atMs + minuteMs);
    const before = [request.body].flat() as Hit[];
    const after = [late.body].flat() as Hit[];
    expect(after.map(({ at }) => at)).toEqual(before.map(({ at }) => at));
    expect(after.map(({ sentAt }) => sentAt)).toEqual(before.map(() => late.atMs));
    expect(Array.isArray(late.body)).toBe(Array.isArray(request.body));
  }
  expect(countTraffic(week.map((request) => holdBack(request, endMs)))).toEqual(countTraffic(week));
});

test('a single day at any hour still has its bad hour, and a little traffic stays valid', () => {
  for (const hour of [0, 7, 13, 20, 23]) {
    const requests = generate({
      endMs: Date.UTC(2026, 10, 21, hour),
      days: 1,
      sessionsPerDay: 300,
    });
    const { people, robots: others } = countTraffic(requests);
    expect(
      (people.hitsByStatus.get(500) ?? 0) + (others.hitsByStatus.get(500) ?? 0),
    ).toBeGreaterThan(0);
  }
});
