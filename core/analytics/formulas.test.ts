/** The formulas of the systems that came before, each counted by hand on a few sessions. */

import { afterEach, describe, expect, test } from 'vitest';
import type { Fact } from '../contract/event.ts';
import { funnelSchema } from '../contract/funnel.ts';
import type { Goal } from '../contract/goal.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-21' };
const day = '2026-11-16T10:00:00Z';
let site: SmallSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});
async function open(sessions: readonly SmallSession[], timeZone?: string): Promise<SmallSite> {
  site = await openSmallSite(sessions, timeZone);
  return site;
}
const walk = (...hits: string[]): SmallSession => ({ start: day, hits });

describe('Links of a page (ClickTracks)', () => {
  test('are clicks to the target over clicks to all other pages and exits', async () => {
    const { analyze } = await open([
      walk('/', '/a', '/', '/a'), // from / to /a twice
      walk('/', '/b'),
      walk('/', '/', '/a'), // a reload is neither a link nor an exit
      walk('/'), // an exit
      walk('/a', '/'), // an exit
      walk('/b', '/c'), // never there
    ]);
    // Clicks from /: /a three times, /b once; exits two; together six.
    const { rows } = await analyze({ kind: 'navigation', range, page: '/' });
    expect(rows).toEqual([
      ['/a', 3, 3 / 6],
      [null, 2, 2 / 6],
      ['/b', 1, 1 / 6],
    ]);
  });

  test('count clicks that happened in the range, also of a session that began before it', async () => {
    const { analyze } = await open([
      { start: '2026-11-13T23:59:30Z', hits: ['/', '/a', '/', '/b'] },
    ]);
    // The first view lies before the range: only / to /b is in it.
    const { rows } = await analyze({ kind: 'navigation', range, page: '/' });
    expect(rows).toEqual([['/b', 1, 1]]);
  });
});

describe('Path view (ClickTracks)', () => {
  const sessions = [
    walk('/', '/p', '/a'),
    walk('/', '/p', '/p', '/b'),
    walk('/x', '/p'),
    walk('/p'),
    walk('/', '/p', '/a'),
  ];

  test('left: clicks to the page over its views; right: the formula of links; no page leads to itself', async () => {
    const { analyze } = await open(sessions);
    // /p was viewed 6 times, once as a reload. After: /a 2, /b 1, exits 2 of 5.
    const { rows } = await analyze({ kind: 'paths', range, page: '/p', threshold: 0 });
    expect(rows).toEqual([
      ['before', '/', 3, 3 / 6],
      ['before', '/x', 1, 1 / 6],
      ['before', null, 1, 1 / 6],
      ['after', '/a', 2, 2 / 5],
      ['after', null, 2, 2 / 5],
      ['after', '/b', 1, 1 / 5],
    ]);
  });

  test('leaves out what is under the threshold, and shows so many boxes a side', async () => {
    const { analyze } = await open(sessions);
    const cut = await analyze({ kind: 'paths', range, page: '/p', threshold: 0.3 });
    expect(cut.rows.map(([side, page]) => [side, page])).toEqual([
      ['before', '/'],
      ['after', '/a'],
      ['after', null],
    ]);
    const one = await analyze({ kind: 'paths', range, page: '/p', threshold: 0, boxesMax: 1 });
    expect(one.rows.map(([side, page]) => [side, page])).toEqual([
      ['before', '/'],
      ['after', '/a'],
    ]);
  });
});

describe('Funnel', () => {
  const stages = [
    { name: 'Shop', condition: 'request.path = "/shop"' },
    { name: 'Cart', condition: 'request.path = "/cart"' },
    { name: 'Done', condition: 'request.path = "/done"' },
  ];
  const sessions = [
    walk('/shop', '/cart', '/done'), // through
    walk('/shop', '/done'), // skips a stage
    walk('/cart', '/shop'), // deeper only before
    walk('/shop'),
    walk('/shop', '/cart', '/shop'),
    walk('/done', '/cart', '/shop', '/cart'),
    walk('/other'),
  ];

  test('progression (ClickTracks): followed by a deeper stage, without those that saw it only before', async () => {
    const { analyze } = await open(sessions);
    const funnels = [funnelSchema.parse({ name: 'Order', semantics: 'progression', stages })];
    const { rows } = await analyze({ kind: 'funnel', range, funnel: 'order' }, { funnels });
    expect(rows).toEqual([
      // Shop was seen by 6; after it came a deeper stage in 4 (1, 2, 5, 6); the third saw /cart only before.
      ['Shop', 6, 4, 1, 4 / 5],
      // Cart was seen by 4 (1, 3, 5, 6); after it /done in the first; the sixth saw /done only before.
      ['Cart', 4, 1, 1, 1 / 3],
      ['Done', 3, null, null, null],
    ]);
  });

  test('ordered: all stages before it, in their order', async () => {
    const { analyze } = await open(sessions);
    const funnels = [funnelSchema.parse({ name: 'Order', stages })];
    const { rows } = await analyze({ kind: 'funnel', range, funnel: 'Order' }, { funnels });
    expect(rows).toEqual([
      ['Shop', 6, 1, null, null],
      // /cart after /shop: the first, the fifth, the sixth.
      ['Cart', 3, 3 / 6, 3 / 6, 3],
      ['Done', 1, 1 / 6, 1 / 3, 2],
    ]);
  });

  test('takes page groups for stages, and labels beside all', async () => {
    const { analyze } = await open([
      ...sessions,
      { ...walk('/shop', '/cart'), acquisition: { source: 'Google' } },
    ]);
    const funnels = [
      funnelSchema.parse({ name: 'F', stages: [{ name: 'Shop' }, { name: 'Cart' }] }),
    ];
    const labels = [
      {
        name: 'Google',
        condition: 'source = "google"',
        colour: 3,
        inverse: false,
        combine: 'and' as const,
      },
    ];
    const answer = await analyze(
      { kind: 'funnel', range, funnel: 'F', labels: ['google'] },
      { funnels, labels, pageGroups: stages },
    );
    expect(answer.rows).toEqual([
      ['Shop', 7, 1, null, null, 1, 1, null, null],
      ['Cart', 4, 4 / 7, 4 / 7, 3, 1, 1, 1, 0],
    ]);
    expect(answer.labels).toEqual([{ name: 'Google', colour: 3 }]);
  });
});

describe('Bounce, exit and time (Matomo, Plausible)', () => {
  test('bounce: at most one page view and no event; of a page: over its entries. Exit rate: exits over views', async () => {
    const { query } = await open([
      walk('/a'), // bounce on /a
      walk('/a', '/b', '/a'),
      { start: day, hits: ['/a', { type: 'event', name: 'Played' }] }, // an event: no bounce
      walk('/b', '/a'),
      { start: day, hits: [{ type: 'event', name: 'Played', path: '/b' }] }, // no page view
    ]);
    const { rows } = await query({
      range,
      dimensions: ['path'],
      metrics: [
        'page_views',
        'entries',
        'bounces',
        'bounce_rate',
        'exits',
        'exit_rate',
        'time_on_page',
      ],
    });
    // /a: 5 views, 3 entries, 1 bounce, exits of all four sessions with views. A minute to the next view.
    expect(rows).toEqual([
      ['/a', 5, 3, 1, 1 / 3, 4, 4 / 5, 60_000],
      ['/b', 2, 1, 0, 0, 0, 0, 60_000],
    ]);
    expect((await query({ range, metrics: ['bounces', 'bounce_rate'] })).rows).toEqual([
      [1, 1 / 5],
    ]);
  });
});

describe('Top mover (Tealeaf)', () => {
  /** So many sessions on /p that Friday, and one on /q each. */
  const fridays = (counts: readonly number[]) =>
    counts.flatMap((count, weeks) => {
      const start = new Date(Date.UTC(2026, 10, 20, 12) - weeks * 7 * 86_400_000).toISOString();
      return [
        ...Array.from({ length: count }, () => ({ start, hits: ['/p'] })),
        { start, hits: ['/q'] },
      ];
    });

  test('z is today less the mean of the same weekdays over their standard deviation', async () => {
    // A Thursday says nothing about Fridays.
    const thursday = { start: '2026-11-19T12:00:00Z', hits: ['/p'] };
    const { analyze } = await open([...fridays([12, 4, 6, 8, 6]), thursday]);
    const { rows, notes } = await analyze({
      kind: 'movers',
      range,
      dimension: 'path',
      sameWeekdays: 4,
    });
    // Mean of 4, 6, 8, 6 is 6; the sample deviation is √(8/3); /q never varies.
    const deviation = Math.sqrt(8 / 3);
    expect(rows).toEqual([
      ['/p', 12, 6, expect.closeTo(deviation, 12), expect.closeTo(6 / deviation, 12)],
      ['/q', 1, 1, 0, null],
    ]);
    expect(notes).toEqual(['The day is 2026-11-20.']);
  });

  test('needs four of them; a weekday without the value counts 0, one before all data does not count', async () => {
    const few = await open(fridays([5, 4, 6, 8]));
    const answer = await few.analyze({ kind: 'movers', range, dimension: 'path' });
    expect(answer.rows.map((row) => row.at(-1))).toEqual([null, null]);
    await few.close();
    const { analyze } = await open(fridays([3, 0, 0, 2, 2]));
    const { rows } = await analyze({ kind: 'movers', range, dimension: 'path', sameWeekdays: 16 });
    // 0, 0, 2, 2: mean 1, deviation √(4/3).
    expect(rows[0]).toEqual([
      '/p',
      3,
      1,
      expect.closeTo(Math.sqrt(4 / 3), 12),
      expect.closeTo(2 / Math.sqrt(4 / 3), 12),
    ]);
  });
});

describe('Return on investment', () => {
  const sessions: SmallSession[] = [
    // Ann came by spring first, by autumn last, and bought for 30 without a campaign.
    {
      start: '2026-11-01T10:00:00Z',
      visitor: 'ann',
      hits: ['/'],
      acquisition: { campaign: 'spring' },
    },
    {
      start: '2026-11-15T10:00:00Z',
      visitor: 'ann',
      hits: ['/'],
      acquisition: { campaign: 'autumn' },
    },
    { start: '2026-11-16T10:00:00Z', visitor: 'ann', hits: ['/', event(30)] },
    // Bob came by autumn and bought at once for 12.5 and 7.5.
    {
      start: day,
      visitor: 'bob',
      hits: ['/', event(12.5), event('7.5')],
      acquisition: { campaign: 'autumn' },
    },
    // Cid bought without any campaign; Dan came by spring and bought nothing.
    { start: day, visitor: 'cid', hits: ['/', event(99)] },
    { start: day, visitor: 'dan', hits: ['/'], acquisition: { campaign: 'spring' } },
  ];
  function event(total: unknown) {
    return { type: 'event' as const, name: 'Bought', properties: { total: total as number } };
  }
  const definitions = {
    goals: [
      {
        name: 'Order',
        condition: 'custom.name = "Bought"',
        revenue: { event: 'Bought', property: 'total' },
      },
    ],
    campaigns: [{ name: 'Autumn sale', utm: { campaign: 'AUTUMN' } }],
    costs: [
      {
        campaign: 'autumn',
        day: '2026-11-15',
        cost: 10,
        clicks: 4,
        impressions: 100,
        currency: 'EUR',
      },
      {
        campaign: 'Autumn Sale',
        day: '2026-11-16',
        cost: 15,
        clicks: null,
        impressions: 50,
        currency: 'EUR',
      },
      {
        campaign: 'banner',
        day: '2026-11-16',
        cost: 5,
        clicks: null,
        impressions: null,
        currency: 'EUR',
      },
    ],
  };

  test('by last touch: the last campaign up to the conversion', async () => {
    const { analyze } = await open(sessions);
    const { rows } = await analyze({ kind: 'campaigns', range, touch: 'last' }, definitions);
    // name, sessions, visitors, bounce rate, conversions, revenue, cost, clicks, impressions, ROI, a session, a conversion
    expect(rows).toEqual([
      ['Autumn sale', 2, 2, 1 / 2, 2, 50, 25, 4, 150, 1, 12.5, 12.5],
      ['spring', 1, 1, 1, 0, 0, null, null, null, null, null, null],
      ['banner', 0, 0, null, 0, 0, 5, null, null, -1, null, null],
    ]);
  });

  test('by first touch (ClickTracks): the first campaign ever, also from before the range', async () => {
    const { analyze } = await open(sessions);
    const { rows } = await analyze({ kind: 'campaigns', range, touch: 'first' }, definitions);
    expect(rows.slice(0, 2)).toEqual([
      ['Autumn sale', 2, 2, 1 / 2, 1, 20, 25, 4, 150, -0.2, 12.5, 25],
      ['spring', 1, 1, 1, 1, 30, null, null, null, null, null, null],
    ]);
  });

  test('revenue by what an event has recorded by its definition', async () => {
    const recorded = (number: number, valueNumber?: number, more: Partial<Fact> = {}): Fact => ({
      event: 'Order value',
      number,
      hitNumber: 2,
      at: Date.parse(day),
      ...(valueNumber !== undefined && { valueNumber }),
      ...more,
    });
    const [first, second, ann, bob, cid, dan] = sessions as [SmallSession, ...SmallSession[]];
    const { analyze, query } = await open([
      first as SmallSession,
      second as SmallSession,
      { ...(ann as SmallSession), facts: [recorded(1, 40)] },
      // Twice with a number, once without; a building block and another event count nothing.
      {
        ...(bob as SmallSession),
        facts: [
          recorded(1, 12.5),
          recorded(2, 10),
          recorded(3),
          recorded(4, 1_000, { buildingBlock: true }),
          recorded(5, 2_000, { event: 'Other' }),
        ],
      },
      { ...(cid as SmallSession), facts: [recorded(1, 7)] },
      // Reached no goal.
      { ...(dan as SmallSession), facts: [recorded(1, 500)] },
    ]);
    const byRecord = {
      ...definitions,
      goals: [
        {
          name: 'Order',
          condition: 'custom.name = "Bought"',
          revenue: { event: 'Order value' },
        },
      ],
    };
    const { rows } = await analyze({ kind: 'campaigns', range, touch: 'last' }, byRecord);
    // Ann's 40 and Bob's 22.5 are credited to autumn: 62.5 for a cost of 25.
    expect(rows).toEqual([
      ['Autumn sale', 2, 2, 1 / 2, 2, 62.5, 25, 4, 150, 1.5, 12.5, 12.5],
      ['spring', 1, 1, 1, 0, 0, null, null, null, null, null, null],
      ['banner', 0, 0, null, 0, 0, 5, null, null, -1, null, null],
    ]);
    // Two goals with two sources: cid's 99 by property and 7 by record both count, each once.
    const both = {
      ...byRecord,
      goals: [...byRecord.goals, { ...byRecord.goals[0], name: 'Again' }, ...definitions.goals].map(
        (goal, place) => ({ ...goal, name: `Goal ${place}` }) as Goal,
      ),
    };
    const { rows: totals } = await query({ range, metrics: ['revenue'] }, both);
    // By property 30 + 20 + 99, by record 40 + 22.5 + 7.
    expect(totals).toEqual([[218.5]]);
  });

  test('conversions and revenue by dimension are those of the same goal', async () => {
    const { query } = await open(sessions);
    const { rows } = await query(
      {
        range,
        dimensions: ['campaign'],
        metrics: ['sessions', 'conversions', 'conversion_rate', 'unique_conversions', 'revenue'],
        goal: 'order',
      },
      definitions,
    );
    expect(rows).toEqual([
      ['autumn', 2, 1, 1 / 2, 1, 20],
      [null, 2, 2, 1, 2, 129],
      ['spring', 1, 0, 0, 0, 0],
    ]);
  });
});

describe('Retention', () => {
  test('visitors of a cohort who came again, by weeks after the first stored session', async () => {
    const at = (visitor: string, date: string): SmallSession => ({
      start: `${date}T10:00:00Z`,
      visitor,
      hits: ['/'],
    });
    const { analyze } = await open([
      at('old', '2026-10-20'), // its first session lies before the range
      at('old', '2026-11-03'),
      at('a', '2026-11-02'),
      at('a', '2026-11-08'), // Sunday: the same week
      at('a', '2026-11-09'),
      at('b', '2026-11-05'),
      at('b', '2026-11-18'),
      at('c', '2026-11-10'),
    ]);
    const { rows } = await analyze({
      kind: 'retention',
      range: { from: '2026-11-02', to: '2026-11-23' },
    });
    expect(rows).toEqual([
      ['2026-11-02', 0, 2, 1],
      ['2026-11-02', 1, 1, 1 / 2],
      ['2026-11-02', 2, 1, 1 / 2],
      ['2026-11-09', 0, 1, 1],
    ]);
  });
});
