/** Queries over a few sessions, counted by hand: metrics, days, pages, the order of rows, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dimensions } from '../contract/dimension.ts';
import { metrics } from '../contract/metric.ts';
import { type QueryInput, querySchema } from '../contract/query.ts';
import {
  type FewSessions,
  minuteMs,
  openFewSessions,
  someMetrics,
  whole,
} from './testing/few-sessions.ts';

let ask: FewSessions['ask'];
let rows: FewSessions['rows'];
let close: FewSessions['close'];
beforeAll(async () => {
  ({ ask, rows, close } = await openFewSessions());
});
afterAll(() => close());

describe('the metrics', () => {
  test('of people', async () => {
    expect(await rows({ metrics: someMetrics })).toEqual([
      [3, 2, 4, 6, 2 / 3, ((21 + 0 + 1) * minuteMs) / 3, 4 / 3],
    ]);
  });

  test('with robots', async () => {
    expect(await rows({ metrics: someMetrics, robots: true })).toEqual([
      [4, 3, 6, 8, 2 / 4, ((21 + 0 + 1 + 5) * minuteMs) / 4, 6 / 4],
    ]);
  });

  test('of days without data are zero where they count, and empty where they would divide', async () => {
    const range = { from: '2027-01-01', to: '2027-01-03' };
    const nothing = [0, 0, 0, 0, null, null, null];
    expect(await rows({ metrics: someMetrics, range })).toEqual([nothing]);
    expect(await rows({ metrics: someMetrics, range, dimensions: ['day'] })).toEqual([
      ['2027-01-01', ...nothing],
      ['2027-01-02', ...nothing],
    ]);
    expect(await ask({ metrics: someMetrics, range, dimensions: ['browser'] })).toMatchObject({
      rows: [],
      rowsTotal: 0,
    });
  });

  test('of hours and weekdays in their order likewise; by another order only those that had something', async () => {
    const asked = {
      metrics: ['sessions' as const],
      range: { from: '2026-10-24', to: '2026-10-25' },
    };
    const byTime = (by: 'hour' | 'weekday') => ({
      dimensions: [by],
      order: { by, direction: 'ascending' as const },
    });
    const hours = await ask({ ...asked, ...byTime('hour') });
    expect(hours.rows.map(([hour]) => hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
    expect(hours.rowsTotal).toBe(24);
    const busy = hours.rows.filter(([, sessions]) => sessions !== 0);
    expect(await rows({ ...asked, dimensions: ['hour'] })).toEqual(busy);
    expect(busy).toHaveLength(1);
    // The 24th is a Saturday.
    expect(await rows({ ...asked, ...byTime('weekday') })).toEqual(
      [0, 0, 0, 0, 0, 1, 0].map((sessions, place) => [place + 1, sessions]),
    );
  });

  test('each name their unit and their label', async () => {
    const { columns } = await ask({ metrics: ['bounce_rate'], dimensions: ['day'] });
    expect(columns).toEqual([
      { kind: 'dimension', name: 'day', label: 'Day', definition: dimensions.day.definition },
      { kind: 'metric', name: 'bounce_rate', ...metrics.bounce_rate, opens: undefined },
    ]);
  });
});

describe('days', () => {
  test('are those of the dataset’s time zone, also when one has 25 hours', async () => {
    expect(
      await rows({
        metrics: ['sessions', 'page_views', 'hits', 'bounce_rate'],
        dimensions: ['day'],
      }),
    ).toEqual([
      ['2026-10-24', 1, 1, 1, 0],
      ['2026-10-25', 1, 2, 3, 1],
      ['2026-10-26', 1, 1, 2, 1],
    ]);
    expect(
      await rows(
        { metrics: ['sessions', 'page_views', 'hits', 'bounce_rate'], dimensions: ['day'] },
        'UTC',
      ),
    ).toEqual([
      ['2026-10-24', 1, 2, 3, 0],
      ['2026-10-25', 2, 2, 3, 1],
      ['2026-10-26', 0, 0, 0, null],
    ]);
  });

  test('cut a range at their own midnight', async () => {
    const one = { from: '2026-10-25', to: '2026-10-26' };
    expect(await rows({ metrics: ['sessions', 'hits'], range: one })).toEqual([[1, 3]]);
    expect(await rows({ metrics: ['sessions', 'hits'], range: one }, 'UTC')).toEqual([[2, 3]]);
    expect(await rows({ metrics: ['sessions', 'hits'], range: one }, 'Pacific/Fiji')).toEqual([
      [1, 3],
    ]);
    // In Los Angeles, 7 hours behind, everything of people lies on the 24th and 25th.
    expect(await rows({ dimensions: ['day'] }, 'America/Los_Angeles')).toEqual([
      ['2026-10-24', 1],
      ['2026-10-25', 2],
      ['2026-10-26', 0],
    ]);
  });

  test('with another dimension come in order and without gaps filled', async () => {
    expect(await rows({ dimensions: ['day', 'device'] })).toEqual([
      ['2026-10-24', 'desktop', 1],
      ['2026-10-25', 'mobile', 1],
      ['2026-10-26', 'desktop', 1],
    ]);
  });

  test('are cut at the limit, and their number without it is told', async () => {
    expect(await ask({ dimensions: ['day'], limit: 2 })).toMatchObject({
      rows: [
        ['2026-10-24', 1],
        ['2026-10-25', 1],
      ],
      rowsTotal: 3,
    });
  });
});

describe('pages', () => {
  test('count their views, and are listed only where they were shown', async () => {
    expect(
      await rows({ metrics: ['page_views', 'hits', 'sessions', 'visitors'], dimensions: ['path'] }),
    ).toEqual([
      ['/', 2, 2, 2, 2],
      ['/a', 2, 3, 2, 1],
    ]);
    expect(await rows({ metrics: ['hits'], dimensions: ['path'] })).toEqual([
      ['/a', 3],
      ['/', 2],
      ['/missing', 1],
    ]);
  });

  test('can be crossed with what belongs to their session', async () => {
    expect(await rows({ metrics: ['hits'], dimensions: ['path', 'device'], robots: true })).toEqual(
      [
        ['/a', 'desktop', 3],
        ['/', 'robot', 2],
        ['/', 'desktop', 1],
        ['/', 'mobile', 1],
        ['/missing', 'desktop', 1],
      ],
    );
  });

  test('of sessions that began before the range count where they happened', async () => {
    const range = { from: '2026-10-25', to: '2026-10-26' };
    expect(
      await rows({ metrics: ['sessions', 'hits', 'bounce_rate'], dimensions: ['device'], range }),
    ).toEqual([
      ['mobile', 1, 1, 1],
      ['desktop', 0, 2, null],
    ]);
  });
});

describe('rows', () => {
  test('come largest first, or as asked, and empty values last', async () => {
    const by = (name: 'sessions' | 'browser', direction: 'ascending' | 'descending') =>
      rows({ dimensions: ['browser'], robots: true, order: { by: name, direction } });
    expect(await by('sessions', 'ascending')).toEqual([
      ['Safari', 1],
      [null, 1],
      ['Firefox', 2],
    ]);
    expect(await by('browser', 'ascending')).toEqual([
      ['Firefox', 2],
      ['Safari', 1],
      [null, 1],
    ]);
    expect(await by('browser', 'descending')).toEqual([
      ['Safari', 1],
      ['Firefox', 2],
      [null, 1],
    ]);
  });

  test('are cut at the limit, and their number without it is told', async () => {
    expect(await ask({ metrics: ['hits'], dimensions: ['path'], limit: 1 })).toMatchObject({
      rows: [['/a', 3]],
      rowsTotal: 3,
    });
  });
});

describe('a query is refused', () => {
  test('when it is ordered by what it does not ask for', async () => {
    await expect(ask({ order: { by: 'hits', direction: 'ascending' } })).rejects.toMatchObject({
      code: 'query_invalid',
    });
    await expect(ask({ order: { by: 'browser', direction: 'ascending' } })).rejects.toMatchObject({
      code: 'query_invalid',
    });
  });

  test('with a sentence that says what to ask instead', async () => {
    await expect(
      ask({ metrics: ['sessions', 'page_depth'], dimensions: ['path', 'day'] }),
    ).rejects.toThrow(
      'Pages per session belongs to whole sessions and cannot be broken down by path.',
    );
  });

  test.each<Partial<Record<keyof QueryInput, unknown>>>([
    { metrics: [] },
    { metrics: ['nothing'] },
    { dimensions: ['nothing'] },
    { dimensions: ['path; DROP TABLE hits'] },
    { range: { from: '2026-10-25', to: '2026-10-25' } },
    { range: { from: '2026-02-30', to: '2026-03-01' } },
    { range: { from: '2026-1-1', to: '2026-03-01' } },
    { limit: 0 },
    { limit: 10_001 },
    { order: { by: 'sessions; --', direction: 'ascending' } },
  ])('of the wrong shape: %j', (wrong) => {
    expect(querySchema.safeParse({ metrics: ['sessions'], range: whole, ...wrong }).success).toBe(
      false,
    );
  });
});
