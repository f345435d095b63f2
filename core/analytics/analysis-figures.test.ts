/** Figures of analyses where a count by hand and by the program once differed. */
import { afterEach, describe, expect, test } from 'vitest';
import type { CampaignCost } from '../contract/campaign.ts';
import { funnelSchema } from '../contract/funnel.ts';
import type { Goal } from '../contract/goal.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const opened: SmallSite[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((site) => site.close()));
});
async function open(sessions: readonly SmallSession[]): Promise<SmallSite> {
  const site = await openSmallSite(sessions);
  opened.push(site);
  return site;
}

const range = { from: '2026-11-14', to: '2026-11-21' };

describe('Campaigns whose names differ in case only', () => {
  const came = (campaign: string, addressKey: string): SmallSession => ({
    start: '2026-11-16T10:00:00Z',
    acquisition: { campaign },
    addressKey,
    hits: ['/'],
  });
  const sessions = [came('spring', 'k1'), came('Spring', 'k1'), came('Spring', 'k1')];
  const cost = (campaign: string, amount: number): CampaignCost => ({
    campaign,
    day: '2026-11-16',
    cost: amount,
    clicks: 3,
    impressions: null,
    currency: 'EUR',
  });

  test('are one campaign, and cost once what it cost', async () => {
    const site = await open(sessions);
    const costs = [cost('SPRING', 0.1), cost('spring', 0.2)];
    const { columns, rows } = await site.analyze({ kind: 'campaigns', range }, { costs });
    const at = (name: string) => columns.findIndex((column) => column.name === name);
    const figures = ['campaign', 'sessions', 'cost', 'clicks', 'cost_per_session'].map(at);
    expect(rows.map((row) => figures.map((place) => row[place]))).toEqual([
      ['Spring', 3, 0.3, 6, 0.1],
    ]);
  });

  test('are one campaign to the signs of worthless clicks: the third of an address is repeated', async () => {
    const site = await open(sessions);
    const costs = [cost('spring', 6)];
    const { columns, rows } = await site.analyze({ kind: 'click_fraud', range }, { costs });
    const at = (name: string) => columns.findIndex((column) => column.name === name);
    const figures = ['campaign', 'sessions', 'repeated', 'suspect_cost'].map(at);
    expect(rows.map((row) => figures.map((place) => row[place]))).toEqual([['Spring', 3, 1, 2]]);
  });
});

test('Amounts are added up without an error in the last digits', async () => {
  const goal: Goal = {
    name: 'Order',
    condition: 'custom.name = "Bought"',
    revenue: { event: 'Bought', property: 'total' },
  };
  const bought = (total: number) =>
    ({ type: 'event', name: 'Bought', properties: { total } }) as const;
  const site = await open([
    { start: '2026-11-16T10:00:00Z', hits: ['/', bought(0.1), bought(0.2)] },
  ]);
  const { rows } = await site.query({ metrics: ['revenue'], range }, { goals: [goal] });
  expect(rows).toEqual([[0.3]]);
});

describe('The usual weekday', () => {
  /** Friday the 20th is the day; before it the site stood still on the 6th. */
  const fridays = ['2026-10-23', '2026-10-30', '2026-11-13', '2026-11-20'];
  const safari = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15';
  const sessions: SmallSession[] = [
    ...fridays.flatMap((day) => [
      { start: `${day}T10:00:00Z`, hits: ['/p'] },
      { start: `${day}T11:00:00Z`, hits: ['/p'] },
    ]),
    { start: '2026-10-30T12:00:00Z', hits: ['/p'], userAgent: safari, language: 'fr' },
  ];
  const asked = { kind: 'movers' as const, range, dimension: 'path' as const };

  test('of four has one on which nothing at all happened', async () => {
    const site = await open(sessions);
    const { rows } = await site.analyze(asked);
    // 2, 3, 0, 2: mean 7/4, sum of squares 17.
    const deviation = Math.sqrt((17 - 49 / 4) / 3);
    expect(rows).toEqual([
      ['/p', 2, 7 / 4, expect.closeTo(deviation, 12), expect.closeTo(1 / 4 / deviation, 12)],
    ]);
  });

  test('under a filter has those on which nobody met it', async () => {
    const site = await open(sessions);
    const { rows } = await site.analyze({ ...asked, condition: 'language = "fr"' });
    // 0, 1, 0, 0: mean 1/4, deviation 1/2; nobody today.
    expect(rows).toEqual([['/p', 0, 0.25, expect.closeTo(0.5, 12), expect.closeTo(-0.5, 12)]]);
  });
});

describe('A page view that tracker and log both saw', () => {
  const client = { addressKey: 'k1', addressPrefix: '192.0.2.0' };
  const log = { origin: 'log' } as const;
  const sessions: SmallSession[] = [
    { start: '2026-11-16T10:00:00Z', visitor: 'ann', ...client, hits: ['/a'] },
    // Of its two page views the tracker saw the first one only, so the session stays, with the second one.
    {
      start: '2026-11-16T10:00:02Z',
      visitor: 'log of ann',
      ...client,
      ...log,
      hits: [
        { ...log, path: '/a' },
        { ...log, path: '/b' },
      ],
    },
  ];

  test('is once among clicks', async () => {
    const site = await open(sessions);
    const asked = { kind: 'navigation', range, page: '/a' } as const;
    expect((await site.analyze(asked)).rows).toEqual([[null, 1, 1]]);
    expect((await site.analyze({ ...asked, seenByTag: true })).rows).toEqual([
      ['/b', 1, 0.5],
      [null, 1, 0.5],
    ]);
  });

  test('is once in a funnel', async () => {
    const site = await open(sessions);
    const funnel = funnelSchema.parse({
      name: 'Both',
      stages: [
        { name: 'A', condition: 'request.path = "/a"' },
        { name: 'B', condition: 'request.path = "/b"' },
      ],
    });
    const { rows } = await site.analyze(
      { kind: 'funnel', range, funnel: 'Both' },
      { funnels: [funnel] },
    );
    expect(rows.map((row) => row[1])).toEqual([1, 0]);
  });
});

test('The share of a cohort is of all its visitors, also where only some sessions are asked for', async () => {
  const came = (visitor: string, day: string, path: string): SmallSession => ({
    start: `2026-11-${day}T10:00:00Z`,
    visitor,
    hits: [path],
  });
  const site = await open([
    ...['ann', 'bob', 'cat', 'dan'].map((visitor) => came(visitor, '16', '/')),
    came('eve', '16', '/cart'),
    ...['ann', 'bob'].map((visitor) => came(visitor, '17', '/cart')),
  ]);
  const asked = { kind: 'retention', range, unit: 'day' } as const;
  expect((await site.analyze(asked)).rows).toEqual([
    ['2026-11-16', 0, 5, 1],
    ['2026-11-16', 1, 2, 0.4],
  ]);
  const condition = 'request.path = "/cart"';
  expect((await site.analyze({ ...asked, condition })).rows).toEqual([
    ['2026-11-16', 0, 1, 0.2],
    ['2026-11-16', 1, 2, 0.4],
  ]);
});
