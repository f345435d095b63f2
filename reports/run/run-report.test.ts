import { describe, expect, test } from 'vitest';
import { dimensionColumn, metricColumn } from '../../core/contract/columns.ts';
import { Problem } from '../../core/contract/problem.ts';
import { type Query, querySchema } from '../../core/contract/query.ts';
import { reportNames } from '../definitions/catalog.ts';
import {
  answerByHand,
  overviewRequest,
  rangeBefore,
  thisRange,
} from '../testing/overview-answers.ts';
import { comparedCell } from './comparison.ts';
import { runReport } from './run-report.ts';

async function queriesOf(compare: 'previous' | 'none'): Promise<Query[]> {
  const asked: Query[] = [];
  const runQuery = async (dataset: string, query: Query) => {
    expect(dataset).toBe('shop');
    asked.push(query);
    return answerByHand(dataset, query);
  };
  await runReport(overviewRequest({ compare, runQuery, robots: true }));
  return asked;
}

describe('running a report', () => {
  test('gives the panels of the overview in the order of its definition', async () => {
    const result = await runReport(overviewRequest());
    expect(result.panels.map(({ name, kind }) => [name, kind])).toEqual([
      ['totals', 'figures'],
      ['by_day', 'series'],
      ['pages', 'table'],
      ['referrers', 'table'],
      ['statuses', 'table'],
    ]);
    expect(result.comparedWith).toEqual({ from: '2026-11-15', to: '2026-11-18' });
    expect(result.generatedAt).toBe(1_795_255_200_000);
  });

  test('asks each panel once for the range, and once more for the equally long range before it', async () => {
    const asked = await queriesOf('previous');
    expect(asked.map(({ range }) => range)).toEqual(
      Array.from({ length: 5 }, () => [thisRange, rangeBefore]).flat(),
    );
    expect(await queriesOf('none')).toHaveLength(5);
  });

  test('asks queries that the contract takes, with the robots as the request says', async () => {
    for (const query of await queriesOf('previous')) {
      expect(querySchema.safeParse(query).success).toBe(true);
      expect(query.robots).toBe(true);
    }
  });

  test('asks for every day of the longest range, not for the first hundred', async () => {
    const byDay = (await queriesOf('none')).find(({ dimensions }) => dimensions[0] === 'day');
    expect(byDay?.limit).toBe(3660);
  });

  test('leaves the comparison out where none is wanted', async () => {
    const result = await runReport(overviewRequest({ compare: 'none' }));
    expect(result).not.toHaveProperty('comparedWith');
    expect(result.panels.some((panel) => 'comparison' in panel)).toBe(false);
  });

  test('compares a table over all values of the period before, and keeps those that are shown', async () => {
    const asked = await queriesOf('previous');
    const before = asked.filter(({ range }) => range.from === rangeBefore.from);
    expect(before.every(({ limit }) => limit === 10_000)).toBe(true);
    const result = await runReport(overviewRequest());
    const pages = result.panels.find(({ name }) => name === 'pages');
    expect(pages?.comparison?.rows.map(([path]) => path)).toEqual(['/', "=cmd|' /C calc'!A0"]);
    expect(pages?.comparison?.rowsTotal).toBe(3);
  });

  test('refuses an unknown report and names the known ones', async () => {
    const problem = await runReport(overviewRequest({ name: 'sales\n' })).catch((error) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.code).toBe('report_unknown');
    expect(problem.message).toBe('There is no report called "sales\\n". Reports are: overview.');
    expect(reportNames()).toEqual(['overview']);
  });

  test('does not find a report under the name of an object property', async () => {
    await expect(runReport(overviewRequest({ name: 'constructor' }))).rejects.toThrow(Problem);
  });

  test('refuses a range that ends before it begins, or that is no range of days', async () => {
    for (const range of [
      { from: '2026-11-21', to: '2026-11-21' },
      { from: '2026-02-30', to: '2026-03-01' },
      { from: '1990-01-01', to: '2026-01-01' },
    ]) {
      const problem = await runReport(overviewRequest({ range })).catch((error) => error);
      expect(problem.code).toBe('date_range_invalid');
    }
  });

  test('hands on what the port throws', async () => {
    const runQuery = async () => {
      throw new Problem('query_invalid', 'No.');
    };
    await expect(runReport(overviewRequest({ runQuery }))).rejects.toThrow('No.');
  });
});

describe('the value of the period before', () => {
  const columns = [
    dimensionColumn('path'),
    metricColumn('page_views'),
    metricColumn('bounce_rate'),
  ] as const;
  const now = { columns: [...columns], rows: [['/new', 3, 0.5]], rowsTotal: 1 };
  const before = { columns: [...columns], rows: [['/old', 9, 0.1]], rowsTotal: 1 };

  test('is 0 for a count that did not occur, and unknown for a share', () => {
    expect(comparedCell(now, ['/new', 3, 0.5], before, 1)).toBe(0);
    expect(comparedCell(now, ['/new', 3, 0.5], before, 2)).toBe(null);
    expect(comparedCell(now, ['/old', 3, 0.5], before, 1)).toBe(9);
  });

  test('is unknown where the period before had more values than a query gives', () => {
    expect(comparedCell(now, ['/new', 3, 0.5], { ...before, rowsTotal: 10_001 }, 1)).toBe(null);
  });

  test('keeps a status apart from a text that looks like it', () => {
    const text = { ...before, rows: [['404', 1, 0]] };
    expect(comparedCell(now, [404, 1, 0], text, 1)).toBe(0);
  });
});
