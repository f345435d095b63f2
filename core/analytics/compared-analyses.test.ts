/** Campaigns and funnels beside those of another period: each figure counted by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisInput } from '../contract/analysis.ts';
import type { CampaignCost } from '../contract/campaign.ts';
import { funnelSchema } from '../contract/funnel.ts';
import type { Goal } from '../contract/goal.ts';
import { labelSchema } from '../contract/label.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const bought = (total: number) =>
  ({ type: 'event', name: 'Bought', properties: { total } }) as const;
const came = (
  start: string,
  campaign: string,
  hits: SmallSession['hits'],
  visitor?: string,
): SmallSession => ({
  start,
  acquisition: { campaign },
  hits,
  ...(visitor === undefined ? {} : { visitor }),
});

const sessions: SmallSession[] = [
  // October: two of the campaign that is spelled otherwise, and one of a campaign that ended.
  came('2026-10-01T00:00:00Z', 'SPRING', ['/shop', '/cart', bought(10)], 'ann'),
  came('2026-10-31T23:59:59Z', 'SPRING', ['/shop'], 'bob'),
  came('2026-10-15T10:00:00Z', 'gone', ['/shop', '/cart']),
  // November: four of three visitors, and one of a campaign that is new.
  came('2026-11-01T00:00:00Z', 'spring', ['/shop', '/cart'], 'ann'),
  came('2026-11-02T10:00:00Z', 'spring', ['/shop', '/cart', bought(30)], 'cat'),
  came('2026-11-03T10:00:00Z', 'spring', ['/shop', '/about'], 'cat'),
  came('2026-11-30T23:59:59Z', 'spring', ['/shop'], 'dan'),
  came('2026-11-04T10:00:00Z', 'new', ['/cart']),
];
const cost = (campaign: string, day: string, amount: number, clicks: number): CampaignCost => ({
  campaign,
  day,
  cost: amount,
  clicks,
  impressions: null,
  currency: 'EUR',
});
const costs = [
  cost('Spring', '2026-09-30', 99, 99),
  cost('Spring', '2026-10-31', 20, 8),
  cost('Spring', '2026-11-01', 12, 5),
  cost('Spring', '2026-11-30', 3, 1),
  cost('Spring', '2026-12-01', 99, 99),
  cost('Poster', '2026-11-07', 5, 2),
];
const goals: Goal[] = [
  {
    name: 'Order',
    condition: 'custom.name = "Bought"',
    revenue: { event: 'Bought', property: 'total' },
  },
];
const stages = [
  { name: 'Shop', condition: 'request.path = "/shop"' },
  { name: 'Cart', condition: 'request.path = "/cart"' },
  { name: 'Order', condition: 'custom.name = "Bought"' },
];
const funnels = [
  funnelSchema.parse({ name: 'Order', stages }),
  funnelSchema.parse({ name: 'Free', semantics: 'progression', stages }),
];
const labels = [labelSchema.parse({ name: 'Spring', colour: 2, condition: 'campaign = "spring"' })];

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(sessions);
});
afterAll(() => site.close());

const november = { from: '2026-11-01', to: '2026-12-01' };
const october = { from: '2026-10-01', to: '2026-11-01' };
const comparison = 'previous_period' as const;
const definitions = { goals, funnels, labels, costs };
const answerOf = (analysis: AnalysisInput) => site.analyze(analysis, definitions);

/** The figures of a row by name, now and before. */
async function figuresOf(analysis: AnalysisInput) {
  const { columns, rows, comparedWith } = await answerOf(analysis);
  expect(comparedWith).toMatchObject(october);
  return rows.map((row) => {
    const pairs = columns.flatMap((column, index) => {
      if (column.kind !== 'metric') return [];
      const of = column.of === undefined ? '' : ` (${column.of})`;
      const when = column.period === 'before' ? ' before' : '';
      return [[`${column.name}${of}${when}`, row[index]] as const];
    });
    return [row[0], Object.fromEntries(pairs)] as const;
  });
}

describe('Campaigns beside the month before', () => {
  test('have sessions, revenue, cost and return of both; a campaign that ended is left out', async () => {
    const rows = await figuresOf({ kind: 'campaigns', range: november, comparison });
    expect(rows.map(([name]) => name)).toEqual(['spring', 'new', 'Poster']);
    const [spring, fresh, poster] = rows.map(([, figures]) => figures);
    expect(spring).toMatchObject({
      sessions: 4,
      'sessions before': 2,
      visitors: 3,
      'visitors before': 2,
      conversions: 1,
      'conversions before': 1,
      revenue: 30,
      'revenue before': 10,
      cost: 12 + 3,
      'cost before': 20,
      clicks: 6,
      'clicks before': 8,
      roi: (30 - 15) / 15,
      'roi before': (10 - 20) / 20,
      cost_per_session: 3.75,
      'cost_per_session before': 10,
      cost_per_conversion: 15,
      'cost_per_conversion before': 20,
    });
    expect(fresh).toMatchObject({
      'sessions before': 0,
      'revenue before': 0,
      'cost before': null,
      'bounce_rate before': null,
      'roi before': null,
    });
    expect(poster).toMatchObject({ sessions: 0, cost: 5, 'cost before': null });
  });

  test('have the figures that the period before has when it is asked for itself', async () => {
    for (const touch of ['first', 'last'] as const) {
      const both = await figuresOf({ kind: 'campaigns', range: november, comparison, touch });
      const { columns, rows } = await answerOf({ kind: 'campaigns', range: october, touch });
      const alone = rows.find(([name]) => String(name).toLowerCase() === 'spring');
      const before = columns.slice(1).map(({ name }) => both[0]?.[1][`${name} before`]);
      expect(before).toEqual(alone?.slice(1));
    }
  });

  test('are those of the range alone where nothing is compared', async () => {
    const { columns, comparedWith } = await answerOf({ kind: 'campaigns', range: november });
    expect(columns).toHaveLength(12);
    expect(comparedWith).toBeUndefined();
  });
});

describe('A funnel beside the month before', () => {
  test('in order: stages, shares and drops of all and of a label', async () => {
    const rows = await figuresOf({
      kind: 'funnel',
      range: november,
      comparison,
      funnel: 'Order',
      labels: ['Spring'],
    });
    expect(rows.map(([name]) => name)).toEqual(['Shop', 'Cart', 'Order']);
    const [shop, cart, order] = rows.map(([, figures]) => figures);
    expect(shop).toMatchObject({
      sessions: 4,
      'sessions before': 3,
      'sessions (Spring) before': 2,
    });
    expect(cart).toMatchObject({
      sessions: 2,
      'sessions before': 2,
      share: 2 / 4,
      'share before': 2 / 3,
      rate: 2 / 4,
      'rate before': 2 / 3,
      dropped: 2,
      'dropped before': 1,
      'rate (Spring)': 2 / 4,
      'rate (Spring) before': 1 / 2,
    });
    expect(order).toMatchObject({
      sessions: 1,
      'sessions before': 1,
      rate: 1 / 2,
      'rate before': 1 / 2,
      share: 1 / 4,
      'share before': 1 / 3,
    });
  });

  test('by progression: who saw a stage and went on', async () => {
    const rows = await figuresOf({ kind: 'funnel', range: november, comparison, funnel: 'Free' });
    const [shop, cart] = rows.map(([, figures]) => figures);
    expect(shop).toMatchObject({
      sessions: 4,
      'sessions before': 3,
      went_on: 2,
      'went_on before': 2,
      rate: 2 / 4,
      'rate before': 2 / 3,
    });
    // Of November one session began with the cart.
    expect(cart).toMatchObject({
      sessions: 3,
      'sessions before': 2,
      rate: 1 / 3,
      'rate before': 1 / 2,
    });
  });

  test('has the columns of labels before those of the period before', async () => {
    const { columns } = await answerOf({
      kind: 'funnel',
      range: november,
      comparison,
      funnel: 'Order',
      labels: ['Spring'],
    });
    const places = columns.flatMap((column) =>
      column.kind === 'metric' ? [`${column.of ?? 'all'} ${column.period ?? 'now'}`] : [],
    );
    expect([...new Set(places)]).toEqual(['all now', 'Spring now', 'all before', 'Spring before']);
  });
});

describe('Clicks beside the month before', () => {
  const vitals = (day: string, lcp: number): SmallSession => ({
    start: `${day}T10:00:00Z`,
    hits: ['/', { type: 'web_vitals', properties: { load: 'l1', lcp } }],
  });
  let clicked: SmallSite;
  beforeAll(async () => {
    clicked = await openSmallSite([
      // September: all of October is known.
      { start: '2026-09-30T10:00:00Z', hits: ['/first'] },
      // October: from / one to /a, one to /old, two end there.
      ...['/a', '/old'].map((next) => ({ start: '2026-10-10T10:00:00Z', hits: ['/', next] })),
      vitals('2026-10-11', 1_000),
      vitals('2026-10-12', 9_000),
      // November: from / two to /a, one to /new, one ends there.
      ...['/a', '/a', '/new'].map((next) => ({ start: '2026-11-10T10:00:00Z', hits: ['/', next] })),
      vitals('2026-11-11', 2_000),
    ]);
  });
  afterAll(() => clicked.close());

  test('from a page to each other one, as a share of all that left it', async () => {
    const asked = { kind: 'navigation', range: november, comparison, page: '/' } as const;
    const { columns, rows } = await clicked.analyze(asked);
    expect(columns.map(({ name }) => name)).toEqual(['page', 'clicks', 'share', 'clicks', 'share']);
    expect(rows).toEqual([
      ['/a', 2, 2 / 4, 1, 1 / 4],
      ['/new', 1, 1 / 4, 0, 0],
      [null, 1, 1 / 4, 2, 2 / 4],
    ]);
  });

  test('of a page that was not viewed before are shares of nothing', async () => {
    const asked = { kind: 'paths', range: november, comparison, page: '/new' } as const;
    expect((await clicked.analyze(asked)).rows).toEqual([
      ['before', '/', 1, 1, 0, null],
      ['after', null, 1, 1, 0, null],
    ]);
  });

  test('on both sides of a page, also where the share before is under the threshold', async () => {
    const asked = {
      kind: 'paths',
      range: november,
      comparison,
      page: '/',
      threshold: 0.3,
      boxesMax: 1,
    } as const;
    expect((await clicked.analyze(asked)).rows).toEqual([
      ['before', null, 4, 1, 4, 1],
      ['after', '/a', 2, 2 / 4, 1, 1 / 4],
    ]);
  });

  test('page loads have their percentile of both', async () => {
    const asked = { kind: 'web_vitals', range: november, comparison } as const;
    const { rows } = await clicked.analyze(asked);
    // Up to 2,500 ms is good, above 4,000 poor; three of four of two loads are both.
    expect(rows).toEqual([
      [expect.stringMatching(/Largest/), 1, 2_000, 1, 0, 0, 2, 9_000, 1 / 2, 0, 1 / 2],
    ]);
  });
});
