/** Months beside the months before, which have more days or fewer: each figure counted by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noDefinitions } from '../contract/definition.ts';
import { funnelSchema } from '../contract/funnel.ts';
import { querySchema } from '../contract/query.ts';
import { openCondition } from './open-sessions.ts';
import { openSmallSite, type SmallSite } from './testing/small-site.ts';

/** So many sessions start on a day, an hour before midnight in Berlin. */
const started: Record<string, number> = {
  '2026-01-01': 1,
  '2026-01-28': 2,
  '2026-01-29': 4,
  '2026-01-31': 8,
  '2026-02-01': 16,
  '2026-02-28': 32,
  '2026-03-01': 3,
  // The day before the clock goes forward, that day, and the last one of the month.
  '2026-03-28': 5,
  '2026-03-29': 7,
  '2026-03-31': 9,
};

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(
    Object.entries(started).flatMap(([day, count]) => {
      const offset = day >= '2026-03-29' ? '+02:00' : '+01:00';
      return Array.from({ length: count }, () => ({
        start: `${day}T23:00:00${offset}`,
        hits: ['/'],
      }));
    }),
    'Europe/Berlin',
  );
});
afterAll(() => site.close());

const february = { from: '2026-02-01', to: '2026-03-01' };
const march = { from: '2026-03-01', to: '2026-04-01' };
const sessions = (dimension: 'day' | 'week' | 'month', range: { from: string; to: string }) =>
  querySchema.parse({
    metrics: ['sessions'],
    dimensions: [dimension],
    range,
    comparison: 'previous_period',
  });

describe('A month beside a shorter one', () => {
  test('has all of its sessions beside all of the other', async () => {
    const { rows, comparedWith } = await site.query({
      metrics: ['sessions', 'page_views'],
      range: march,
      comparison: 'previous_period',
    });
    expect(comparedWith).toMatchObject({ from: '2026-02-01', to: '2026-03-01' });
    expect(rows).toEqual([[24, 24, 48, 48]]);
  });

  test('has its dates beside the dates, and nothing beside days that the other does not have', async () => {
    const { rows, notes } = await site.query(sessions('day', march));
    expect(rows).toHaveLength(31);
    expect(rows.filter((row) => row[1] !== 0 || row[2] !== 0)).toEqual([
      ['2026-03-01', 3, 16],
      ['2026-03-28', 5, 32],
      ['2026-03-29', 7, null],
      ['2026-03-30', 0, null],
      ['2026-03-31', 9, null],
    ]);
    expect(notes).toBeUndefined();
  });

  test('has a week beside nothing where none of its days has one beside it', async () => {
    const { rows } = await site.query(sessions('week', march));
    // 23 to 29 March has 23 to 28 February beside; of the week from the 30th on nothing is left.
    expect(rows.filter(([week]) => String(week) >= '2026-03-23')).toEqual([
      ['2026-03-23', 12, 32],
      ['2026-03-30', 9, null],
    ]);
  });

  test('of a month that is not over the other has the same days', async () => {
    const { rows, comparedWith } = await site.query({
      metrics: ['sessions'],
      range: { from: '2026-03-01', to: '2026-03-02' },
      comparison: 'previous_month',
    });
    expect(comparedWith).toMatchObject({ from: '2026-02-01', to: '2026-02-02' });
    expect(rows).toEqual([[3, 16]]);
  });
});

describe('Days from before the first stored session', () => {
  const asked = { metrics: ['sessions' as const], comparison: 'previous_period' as const };

  test('all of them have no figure, which is not 0', async () => {
    const { rows, comparedWith } = await site.query({
      ...asked,
      range: { from: '2026-01-01', to: '2026-02-01' },
    });
    expect(rows).toEqual([[15, null]]);
    expect(comparedWith).toEqual({
      from: '2025-12-01',
      to: '2026-01-01',
      storedFrom: '2026-01-01',
    });
  });

  test('have none beside the stages of a funnel either', async () => {
    const path = 'request.path = "/"';
    const stages = ['First', 'Second'].map((name) => ({ name, condition: path }));
    const funnel = funnelSchema.parse({ name: 'Way', semantics: 'progression', stages });
    const { rows, comparedWith } = await site.analyze(
      {
        kind: 'funnel',
        funnel: 'Way',
        range: { from: '2026-01-01', to: '2026-02-01' },
        comparison: 'previous_period',
      },
      { funnels: [funnel] },
    );
    expect(comparedWith?.storedFrom).toBe('2026-01-01');
    expect(rows.map((row) => [row[1], ...row.slice(5)])).toEqual([
      [15, null, null, null, null],
      [15, null, null, null, null],
    ]);
  });

  test('have no figure by day, and those after it have theirs', async () => {
    const { rows } = await site.query({
      ...asked,
      dimensions: ['day'],
      range: { from: '2026-01-02', to: '2026-01-04' },
    });
    expect(rows).toEqual([
      ['2026-01-02', 0, null],
      ['2026-01-03', 0, 1],
    ]);
  });

  test('leave a total, a week or a month that holds one of them without a figure', async () => {
    // 32 days; those before them begin on 27 December.
    const range = { from: '2026-01-28', to: '2026-03-01' };
    expect((await site.query({ ...asked, range })).rows).toEqual([[62, null]]);
    const byWeek = await site.query({ ...asked, dimensions: ['week'], range });
    expect(byWeek.rows).toEqual([
      ['2026-01-26', 30, null],
      // Beside it stands the 1st of January.
      ['2026-02-02', 0, 1],
      ['2026-02-23', 32, 0],
    ]);
    const byMonth = await site.query({ ...asked, dimensions: ['month'], range });
    expect(byMonth.rows).toEqual([
      ['2026-01-01', 14, null],
      ['2026-02-01', 48, null],
    ]);
  });

  test('are none where the first session, by the clock of the dataset, is of the first day', async () => {
    const { comparedWith } = await site.query({ ...asked, range: february });
    expect(comparedWith).toEqual({ from: '2026-01-01', to: '2026-02-01' });
  });
});

describe('A month beside a longer one', () => {
  test('says which days of the other stand beside none, and counts them with none', async () => {
    const { rows, notes } = await site.query(sessions('day', february));
    expect(rows).toHaveLength(28);
    expect(rows.filter((row) => row[1] !== 0 || row[2] !== 0)).toEqual([
      ['2026-02-01', 16, 1],
      ['2026-02-28', 32, 2],
    ]);
    expect(notes).toEqual([expect.stringContaining('2026-01-29, 2026-01-30, 2026-01-31')]);
  });

  test('as a month it stands beside the whole other month', async () => {
    const { rows, notes } = await site.query(sessions('month', february));
    expect(rows).toEqual([['2026-02-01', 48, 15]]);
    expect(notes).toBeUndefined();
  });

  test.each([
    ['day', february, '2026-02-28', '2026-01-28', '2026-01-29'],
    ['day', march, '2026-03-28', '2026-02-28', '2026-03-01'],
    ['month', february, '2026-02-01', '2026-01-01', '2026-02-01'],
  ] as const)('the %s of %o beginning %s opens the sessions of %s to %s', (dimension, range, value, from, to) => {
    const cell = {
      query: sessions(dimension, range),
      values: [value],
      metric: 'sessions' as const,
      period: 'before' as const,
    };
    expect(openCondition(cell, noDefinitions)).toContain(
      `session.start >= ${from} and session.start < ${to}`,
    );
  });
});
