/** A year with a 29th of February beside one without: the same dates meet, and no session is lost between them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noDefinitions } from '../contract/definition.ts';
import { querySchema } from '../contract/query.ts';
import { openCondition } from './open-sessions.ts';
import { openSmallSite, type SmallSite } from './testing/small-site.ts';

/** So many sessions start on a day, at noon. */
const started: Record<string, number> = {
  '2022-12-31': 1,
  '2023-02-28': 3,
  '2023-03-01': 5,
  '2023-12-31': 7,
  '2024-01-01': 1,
  '2024-02-28': 2,
  '2024-02-29': 4,
  '2024-03-01': 8,
  '2024-12-31': 16,
  '2025-02-28': 32,
};

let site: SmallSite;
beforeAll(async () => {
  site = await openSmallSite(
    Object.entries(started).flatMap(([day, count]) =>
      Array.from({ length: count }, () => ({ start: `${day}T12:00:00Z`, hits: ['/'] })),
    ),
  );
});
afterAll(() => site.close());

const query = (dimension: 'day' | 'month', range: { from: string; to: string }) =>
  querySchema.parse({
    metrics: ['sessions', 'page_views'],
    dimensions: [dimension],
    range,
    comparison: 'last_year',
    limit: 400,
  });
const year = (of: number) => ({ from: `${of}-01-01`, to: `${of + 1}-01-01` });
const yearBefore = (rows: readonly (readonly (string | number | null)[])[]) =>
  rows.filter((row) => row[3] !== 0).map((row) => [row[0], row[3], row[4]]);

describe('A year after a leap year', () => {
  test('has the months of the leap year beside its own', async () => {
    const { rows } = await site.query(query('month', year(2025)));
    expect(yearBefore(rows)).toEqual([
      ['2025-01-01', 1, 1],
      ['2025-02-01', 2 + 4, 2 + 4],
      ['2025-03-01', 8, 8],
      ['2025-12-01', 16, 16],
    ]);
  });

  test('has its days beside their dates, the 29th of February beside the 28th', async () => {
    const { rows } = await site.query(query('day', year(2025)));
    expect(yearBefore(rows)).toEqual([
      ['2025-01-01', 1, 1],
      ['2025-02-28', 2 + 4, 2 + 4],
      ['2025-03-01', 8, 8],
      ['2025-12-31', 16, 16],
    ]);
  });
});

describe('A leap year', () => {
  test('has the dates of the year before beside its own; beside the 29th of February is nothing', async () => {
    const { rows } = await site.query(query('day', year(2024)));
    expect(yearBefore(rows)).toEqual([
      ['2024-02-28', 3, 3],
      ['2024-02-29', null, null],
      ['2024-03-01', 5, 5],
      ['2024-12-31', 7, 7],
    ]);
    expect(rows).toContainEqual(['2024-02-29', 4, 4, null, null]);
  });

  test('a range that begins with the 29th has the 28th beside it', async () => {
    const { rows } = await site.query(query('day', { from: '2024-02-29', to: '2024-03-02' }));
    expect(rows).toEqual([
      ['2024-02-29', 4, 4, 3, 3],
      ['2024-03-01', 8, 8, 5, 5],
    ]);
  });
});

test.each([
  ['day', year(2025), '2025-02-28', '2024-02-28', '2024-03-01'],
  ['day', year(2024), '2024-02-29', '2023-03-01', '2023-03-01'],
  ['day', year(2024), '2024-02-28', '2023-02-28', '2023-03-01'],
  ['day', { from: '2024-02-29', to: '2024-03-02' }, '2024-02-29', '2023-02-28', '2023-03-01'],
  ['month', year(2025), '2025-02-01', '2024-02-01', '2024-03-01'],
  ['month', year(2025), '2025-12-01', '2024-12-01', '2025-01-01'],
] as const)('the %s of %o beginning %s opens the sessions of %s to %s', (dimension, range, value, from, to) => {
  const cell = {
    query: query(dimension, range),
    values: [value],
    metric: 'sessions' as const,
    period: 'before' as const,
  };
  expect(openCondition(cell, noDefinitions)).toContain(
    `session.start >= ${from} and session.start < ${to}`,
  );
});
