/**
 * Every metric, and the main table of every report that comes with Canister, on one small site that can be counted by
 * hand. A metric or a report that nobody has counted fails the test of the list.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openSmallSite,
  type SmallSession,
  type SmallSite,
} from './core/analytics/testing/small-site.ts';
import type { CampaignCost } from './core/contract/campaign.ts';
import type { Definitions } from './core/contract/definition.ts';
import { funnelSchema } from './core/contract/funnel.ts';
import { type MetricName, metricNames } from './core/contract/metric.ts';
import type { Answer } from './core/contract/query.ts';
import type { Technology } from './core/contract/session.ts';
import { standardEventSet } from './core/events/standard-events.ts';
import { builtInReports } from './reports/definitions/catalog.ts';
import { runReport } from './reports/run/run-report.ts';

/** Saturday to Friday. */
const range = { from: '2026-11-14', to: '2026-11-21' };
const phone: Technology = {
  device: 'mobile',
  browser: 'Safari',
  browserVersion: '18',
  system: 'iOS',
};
const shop = (path: string) => `https://shop.example${path}`;

/** Ann comes twice, bob came a week before, dan is known by the server's log only; and one robot. */
const sessions: SmallSession[] = [
  {
    start: '2026-11-16T10:00:00Z',
    visitor: 'ann',
    country: 'DE',
    language: 'de',
    screenWidth: 1_500,
    addressPrefix: '192.0.2.0',
    addressKey: 'k1',
    acquisition: {
      channel: 'organic search',
      referrerHost: 'www.google.com',
      source: 'Google',
      medium: 'organic',
      term: 'tea',
    },
    hits: [
      { path: '/', title: 'Home' },
      { path: '/shop', title: 'Shop', referrer: shop('/') },
      { path: '/find', query: 'q=oolong', referrer: shop('/shop') },
      // No page of the session is /cart: that page view is missing.
      { path: '/done', title: 'Done', referrer: shop('/cart') },
      { type: 'event', name: 'Bought', path: '/done', properties: { total: 20 } },
      {
        type: 'web_vitals',
        path: '/',
        properties: { load: 1, lcp: 2_000, inp: 150, cls: 0.05 },
      },
    ],
  },
  {
    start: '2026-11-16T12:00:00Z',
    visitor: 'bob',
    technology: phone,
    country: 'FR',
    language: 'fr',
    screenWidth: 390,
    addressPrefix: '198.51.100.0',
    addressKey: 'k2',
    acquisition: { channel: 'email', source: 'news', medium: 'email', campaign: 'spring' },
    hits: [{ path: '/shop', title: 'Shop' }],
  },
  {
    start: '2026-11-18T10:00:00Z',
    visitor: 'ann',
    country: 'DE',
    language: 'de',
    screenWidth: 1_500,
    addressPrefix: '192.0.2.0',
    addressKey: 'k1',
    acquisition: { channel: 'direct' },
    hits: [
      { path: '/', title: 'Home' },
      { type: 'request', path: '/guide.pdf', durationMs: 50, responseBytes: 900 },
      { type: 'event', name: 'Outbound link', path: '/' },
    ],
    facts: [
      {
        event: 'Outbound link',
        number: 1,
        hitNumber: 1,
        at: Date.parse('2026-11-18T10:00:00Z'),
        valueText: 'https://other.example/',
        version: 0,
      },
    ],
  },
  {
    start: '2026-11-16T10:01:05Z',
    visitor: 'dan',
    origin: 'log',
    addressPrefix: '192.0.2.0',
    acquisition: { channel: 'direct' },
    hits: [
      { origin: 'log', path: '/shop', title: 'Shop', durationMs: 80, responseBytes: 500 },
      { origin: 'log', type: 'request', path: '/gone', status: 404 },
      { origin: 'log', type: 'request', path: '/api', status: 500, durationMs: 20 },
    ],
  },
  {
    start: '2026-11-17T09:00:00Z',
    technology: { device: 'robot', robot: 'Googlebot', purpose: 'search engine' },
    hits: ['/'],
  },
  { start: '2026-11-07T12:00:00Z', visitor: 'bob', technology: phone, hits: ['/shop'] },
];

const costs: CampaignCost[] = [
  { campaign: 'spring', day: '2026-11-16', cost: 5, clicks: 2, impressions: null, currency: 'EUR' },
];
const definitions: Partial<Definitions> = {
  goals: [
    {
      name: 'Order',
      condition: 'custom.name = "Bought"',
      revenue: { event: 'Bought', property: 'total' },
    },
  ],
  funnels: [
    funnelSchema.parse({
      name: 'Order',
      stages: [
        { name: 'Shop', condition: 'request.path = "/shop"' },
        { name: 'Done', condition: 'request.path = "/done"' },
      ],
    }),
  ],
  pageGroups: [{ name: 'Shop', condition: 'request.path = "/shop"' }],
  costs,
};

/** In the range, without the robot: ann with 6 and 3 hits, bob with 1, dan with 3. */
const byMetric: Record<MetricName, number> = {
  sessions: 4,
  visitors: 3,
  page_views: 4 + 1 + 1 + 1,
  hits: 6 + 1 + 3 + 3,
  // Bob and dan look at one page; ann's second session has an event.
  bounces: 2,
  bounce_rate: 2 / 4,
  session_duration: (300_000 + 0 + 120_000 + 120_000) / 4,
  page_depth: 7 / 4,
  sessions_per_visitor: 4 / 3,
  custom_events: 2,
  entries: 4,
  exits: 4,
  exit_rate: 4 / 7,
  // Ann's /, /shop and /find; all others are last pages.
  time_on_page: 60_000,
  errors: 2,
  error_rate: 2 / 13,
  response_time: (50 + 80 + 20) / 3,
  transferred: 900 + 500,
  conversions: 1,
  conversion_rate: 1 / 4,
  unique_conversions: 1,
  revenue: 20,
};

/** The rows of the first panel. */
const byReport: Record<string, Answer['rows']> = {
  overview: [[4, 3, 7, 2 / 4, 135_000, 7 / 4]],
  // Hour, sessions, visitors, page views.
  // Of all hours of the day something happened in two.
  times: Array.from({ length: 24 }, (_, hour) => {
    const counts = { 10: [3, 2, 6], 12: [1, 1, 1] }[hour];
    return [hour, ...(counts ?? [0, 0, 0])];
  }),
  // Page, views, visitors, entries, bounce rate, exit rate, time.
  pages: [
    ['/shop', 3, 3, 2, 1, 2 / 3, 60_000],
    ['/', 2, 1, 2, 0, 1 / 2, 60_000],
    ['/done', 1, 1, 0, null, 1, null],
    ['/find', 1, 1, 0, null, 0, 60_000],
  ],
  // Group, views, sessions, visitors, entries, exits, time.
  'page-groups': [
    [null, 4, 3, 2, 2, 2, 60_000],
    ['Shop', 3, 3, 3, 2, 2, 60_000],
  ],
  // About /shop, which was viewed most: entered twice, from / once; left twice, to /find once.
  paths: [
    ['before', null, 2, 2 / 3],
    ['before', '/', 1, 1 / 3],
    ['after', null, 2, 2 / 3],
    ['after', '/find', 1, 1 / 3],
  ],
  navigation: [
    [null, 2, 2 / 3],
    ['/find', 1, 1 / 3],
  ],
  // Title, views, visitors, entries, exit rate, time.
  content: [
    ['Shop', 3, 3, 2, 2 / 3, 60_000],
    ['Home', 2, 1, 2, 1 / 2, 60_000],
    ['Done', 1, 1, 0, 1, null],
    [null, 1, 1, 0, 0, 60_000],
  ],
  downloads: [['/guide.pdf', 1, 1, 1, 900]],
  // Ten page views and requests; bytes of two, errors, mean time of three responses.
  requests: [[4 + 1 + 2 + 3, 500 + 900, 2, (50 + 80 + 20) / 3]],
  // Address, how often, in how many sessions, by how many visitors.
  'outbound-links': [['https://other.example/', 1, 1, 1]],
  'site-search': [['oolong', 1, 1, 1]],
  // Channel, sessions, visitors, page views, bounce rate, duration.
  channels: [
    ['direct', 2, 2, 2, 1 / 2, 120_000],
    ['email', 1, 1, 1, 1, 0],
    ['organic search', 1, 1, 4, 0, 300_000],
  ],
  // Host, sessions, visitors, bounce rate, duration, depth.
  referrers: [
    [null, 3, 3, 2 / 3, 80_000, 1],
    ['www.google.com', 1, 1, 0, 300_000, 4],
  ],
  'search-terms': [['tea', 1, 1, 0, 4]],
  // Campaign, sessions, visitors, bounce rate, conversions, revenue, cost, clicks, impressions, ROI, a session, a conversion.
  campaigns: [['spring', 1, 1, 1, 0, 0, 5, 2, null, -1, 5, null]],
  // Campaign, sessions, robots, repeated, gone at once, addresses, largest network, suspect, share, clicks, cost.
  'poor-campaigns': [['spring', 1, 0, 0, 1, 1, 1, 1, 1, 2, 5]],
  // Ann's first and dan; ann's second and bob, who came the week before.
  'new-and-returning': [
    ['new', 2, 2, 5 / 2, 210_000, 1 / 2],
    ['returning', 2, 2, 1, 60_000, 1 / 2],
  ],
  engagement: [
    ['1', 2, 2],
    ['2', 2, 2],
  ],
  // Ann and dan, of the week of Monday the 16th; bob's first session lies before the range.
  retention: [['2026-11-16', 0, 2, 1]],
  technology: [
    ['desktop', 3, 2, 1 / 3],
    ['mobile', 1, 1, 1],
  ],
  geography: [
    ['DE', 2, 1, 0, 210_000],
    ['FR', 1, 1, 1, 0],
    [null, 1, 1, 1, 120_000],
  ],
  languages: [
    ['de', 2, 1, 0, 5 / 2],
    ['fr', 1, 1, 1, 1],
    [null, 1, 1, 1, 1],
  ],
  goals: [[1, 1 / 4, 1, 20]],
  funnel: [
    ['Shop', 3, 1, null, null],
    ['Done', 1, 1 / 3, 1 / 3, 2],
  ],
  scorecard: [
    ['Shop', null, 3, null],
    ['Done', 'D', 1, 1 - 1 / 3],
    ['Whole process', 'D', 3, 1 - 1 / 3],
  ],
  events: [
    ['Bought', 1, 1, 1],
    ['Outbound link', 1, 1, 1],
  ],
  // Purpose, hits, sessions.
  robots: [['search engine', 1, 1]],
  errors: [[2, 2 / 13, 50, 13]],
  'web-vitals': [
    ['Largest contentful paint, ms', 1, 2_000, 1, 0, 0],
    ['Interaction to next paint, ms', 1, 150, 1, 0, 0],
    ['Cumulative layout shift', 1, 0.05, 1, 0, 0],
  ],
  // Day, hits, page views, missing, its share, sessions, without beginning.
  'capture-integrity': [
    ['2026-11-16', 7, 5, 1, 1 / 6, 2, 0],
    ['2026-11-18', 3, 1, 0, 0, 1, 0],
  ],
};

/** Fridays with so many sessions each, from the 23rd of October. */
const fridays: SmallSession[] = [4, 6, 8, 6, 12].flatMap((count, week) =>
  Array.from({ length: count }, () => ({
    start: new Date(Date.UTC(2026, 9, 23 + 7 * week, 10)).toISOString(),
    hits: ['/p'],
  })),
);
const from = (source: string, start: string): SmallSession[] =>
  Array.from({ length: 20 }, () => ({ start, hits: ['/'], acquisition: { source } }));

/** Ann's view of /shop, and the log of her server five seconds later, which also has a page without the tracker. */
const seenTwice: SmallSession[] = [
  { start: '2026-11-16T10:00:00Z', addressKey: 'k1', addressPrefix: '192.0.2.0', hits: ['/shop'] },
  {
    start: '2026-11-16T10:00:05Z',
    addressKey: 'k1',
    addressPrefix: '192.0.2.0',
    origin: 'log',
    hits: [
      { origin: 'log', path: '/shop' },
      { origin: 'log', path: '/plain' },
    ],
  },
];

/** Reports that need sessions of another kind: those, and the beginnings of the rows. */
const ofOtherSessions: Record<string, { sessions: SmallSession[]; rows: unknown[][] }> = {
  // Page, both, tracker only, log only, share.
  'tag-and-log': {
    sessions: seenTwice,
    rows: [
      ['/shop', 1, 0, 0, 1],
      ['/plain', 0, 0, 1, 0],
    ],
  },
  // Usual is 6 on a Friday, with a deviation of √(8/3).
  'top-movers': {
    sessions: fridays,
    rows: [
      ['/p', 12, 6, expect.closeTo(Math.sqrt(8 / 3), 12), expect.closeTo(6 / Math.sqrt(8 / 3), 12)],
    ],
  },
  // All of one source, then all of another: from 0 to 1 is π by Cohen; of equal change the greater number stands first.
  'whats-changed': {
    sessions: [...from('news', '2026-11-10T10:00:00Z'), ...from('blog', '2026-11-17T10:00:00Z')],
    rows: [
      ['Source', 'blog', 20, 0, 1, 0, expect.closeTo(Math.PI, 12)],
      ['Source', 'news', 0, 20, 0, 1, expect.closeTo(-Math.PI, 12)],
    ],
  },
};

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(sessions);
});
afterAll(() => site.close());

async function firstRows(name: string, { query, analyze }: SmallSite): Promise<Answer['rows']> {
  const named = { funnel: ['Order'], goal: ['Order'], page_group: ['Shop'] };
  const source = {
    query: (_: string, asked: Parameters<typeof query>[0]) => query(asked, definitions),
    analyze: (_: string, asked: Parameters<typeof analyze>[0]) => analyze(asked, definitions),
    names: async (_: string, kind: keyof typeof named) => named[kind],
    annotations: async () => [],
    ownReports: async () => [],
    savedQuery: () => Promise.reject(new Error('no report of these asks SQL')),
  };
  const dataset = { slug: 'shop', name: 'Shop', timeZone: 'UTC' };
  const result = await runReport(
    { name, dataset, range, robots: false },
    { source, clock: () => 0 },
  );
  return result.panels[0]?.answer.rows ?? [];
}

test('Every metric and every report has been counted', () => {
  expect(Object.keys(byMetric).sort()).toEqual([...metricNames].sort());
  const reports = [...Object.keys(byReport), ...Object.keys(ofOtherSessions)];
  expect(reports.sort()).toEqual(builtInReports.map(({ name }) => name).sort());
});

test('An event that a report asks for is one that every dataset begins with', () => {
  const known = standardEventSet.events.map(({ name }) => name);
  const asked = builtInReports.flatMap(({ panels }) =>
    panels.flatMap(({ analysis }) =>
      analysis?.kind === 'recorded_events' && analysis.event ? [String(analysis.event)] : [],
    ),
  );
  expect(asked).toContain('Outbound link');
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
});

describe('The metric', () => {
  test.each(metricNames)('%s', async (metric) => {
    const { rows } = await site.query({ metrics: [metric], range }, definitions);
    expect(rows).toEqual([[byMetric[metric]]]);
  });
});

describe('The report', () => {
  test.each(Object.entries(byReport))('%s', async (name, rows) => {
    expect(await firstRows(name, site)).toEqual(rows);
  });

  test.each(Object.entries(ofOtherSessions))('%s', async (name, { sessions: many, rows }) => {
    const large = await openSmallSite(many);
    try {
      const found = await firstRows(name, large);
      expect(found.map((row, at) => row.slice(0, rows[at]?.length))).toEqual(rows);
    } finally {
      await large.close();
    }
  });
});
