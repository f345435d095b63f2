import { describe, expect, test } from 'vitest';
import { type Analysis, analysisSchema } from '../../core/contract/analysis.ts';
import { definitionKinds } from '../../core/contract/definition.ts';
import { Problem } from '../../core/contract/problem.ts';
import { type Query, querySchema } from '../../core/contract/query.ts';
import { reportDefinitionSchema } from '../../core/contract/report-definition.ts';
import { builtInReports } from '../definitions/catalog.ts';
import { listReports } from '../definitions/find-report.ts';
import { overview } from '../definitions/overview.ts';
import {
  answerByHand,
  overviewRequest,
  overviewResult,
  sourceByHand,
  thisRange,
} from '../testing/overview-answers.ts';
import { type ReportRequest, type ReportSource, runReport } from './run-report.ts';

const clock = () => 0;
const nothing = { columns: [], rows: [], rowsTotal: 0 };

/** What a report asks, with two funnels and a goal to choose from and a page that was viewed most. */
async function asked(change: Partial<ReportRequest>, source: Partial<ReportSource> = {}) {
  const queries: Query[] = [];
  const analyses: Analysis[] = [];
  const names = { funnel: ['Order', 'Other'], goal: ['Bought'], page_group: ['Shop'] };
  const result = await runReport(overviewRequest(change), {
    clock,
    source: {
      async query(slug, query) {
        expect(slug).toBe('shop');
        queries.push(query);
        return { ...nothing, rows: query.limit === 1 ? [['/most', 9]] : [] };
      },
      async analyze(_slug, analysis) {
        analyses.push(analysis);
        return nothing;
      },
      savedQuery: () => Promise.reject(new Error('no report of these asks SQL')),
      names: async (_slug, kind) => names[kind],
      annotations: async () => [],
      ownReports: async () => [],
      ...source,
    },
  });
  return { result, queries, analyses };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const problem = await promise.catch((error) => error);
  expect(problem).toBeInstanceOf(Problem);
  return problem as Problem;
}

describe('running a report', () => {
  test('says what happened on its days, beside the panels that have days', async () => {
    const noted = (name: string, day: string, until?: string) => ({ name, day, until, text: '' });
    const annotations = async () => [
      noted('Last day', '2026-11-20'),
      noted('Goes into it', '2026-11-01', '2026-11-19'),
      noted('Before', '2026-11-01', '2026-11-18'),
      noted('Behind', '2026-11-21'),
    ];
    const { panels, range } = await overviewResult(
      {},
      { source: { ...sourceByHand, annotations } },
    );
    expect(range).toEqual({ from: '2026-11-18', to: '2026-11-21' });
    const named = panels.map(({ name, annotations: all }) => [name, all?.map((one) => one.name)]);
    expect(named.filter(([, names]) => names !== undefined)).toEqual([
      ['by_day', ['Goes into it', 'Last day']],
    ]);
  });

  test('gives the panels of the overview in the order of its definition', async () => {
    const result = await overviewResult();
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

  test('asks each panel once, with everything that the request says', async () => {
    const { queries } = await asked({
      robots: true,
      comparison: 'last_year',
      labels: ['Buyers', 'Late'],
      condition: 'browser = "x"',
    });
    expect(queries).toHaveLength(5);
    for (const query of queries) {
      expect(query).toMatchObject({
        range: thisRange,
        robots: true,
        comparison: 'last_year',
        labels: ['Buyers', 'Late'],
        condition: 'browser = "x"',
      });
    }
  });

  test('asks for every day of the longest range, not for the first hundred', async () => {
    const { queries } = await asked({});
    expect(queries.find(({ dimensions }) => dimensions[0] === 'day')?.limit).toBe(3660);
  });

  test('has the hours of a range of one day, which has one row by day', async () => {
    const oneDay = { from: '2026-11-20', to: '2026-11-21' };
    const { queries, result } = await asked({ range: oneDay, labels: ['Buyers'] });
    expect(result.panels.map(({ name }) => name).slice(0, 3)).toEqual([
      'totals',
      'by_day',
      'by_hour',
    ]);
    const [hours] = queries.filter(({ dimensions }) => dimensions[0] === 'hour');
    expect(hours).toMatchObject({ range: oneDay, labels: ['Buyers'], limit: 24 });
  });

  test('says that it is compared only where a panel is', async () => {
    const { result } = await asked({ name: 'funnel', comparison: 'previous_period' });
    expect(result).not.toHaveProperty('comparedWith');
  });

  test('leaves the comparison out where none is wanted', async () => {
    const result = await overviewResult({ comparison: undefined });
    expect(result).not.toHaveProperty('comparedWith');
    expect(result.panels.flatMap(({ answer }) => answer.columns)).not.toContainEqual(
      expect.objectContaining({ period: 'before' }),
    );
  });

  test('joins the condition of a panel with that of the request, each in its own brackets', async () => {
    const { queries } = await asked({ name: 'robots', condition: 'browser = "a" or system = "b"' });
    expect(queries[0]).toMatchObject({
      condition: '(robot = true) and (browser = "a" or system = "b")',
      robots: true,
    });
  });

  test('is about the page, funnel and goal that are named', async () => {
    const page = await asked({ name: 'paths', subject: { page: '/cart' } });
    expect(page.analyses).toMatchObject([{ kind: 'paths', page: '/cart' }]);
    const funnel = await asked({ name: 'funnel', subject: { funnel: 'Other' } });
    expect(funnel.analyses).toMatchObject([{ kind: 'funnel', funnel: 'Other' }]);
    const goal = await asked({ name: 'goals', subject: { goal: 'Bought' } });
    expect(goal.queries.map((query) => query.goal)).toEqual(Array(4).fill('Bought'));
    expect(goal.result.subject).toEqual({ goal: 'Bought' });
  });

  test('is about the most viewed page and the first funnel where none is named, and says so', async () => {
    const page = await asked({ name: 'navigation' });
    expect(page.analyses).toMatchObject([{ kind: 'navigation', page: '/most' }]);
    expect(page.result.subject).toEqual({ page: '/most' });
    expect((await asked({ name: 'scorecard' })).analyses).toMatchObject([
      { kind: 'funnel', funnel: 'Order' },
    ]);
  });

  test.each([
    ['funnel', 'no funnel yet', 'canister funnel save'],
    ['goals', 'no goal yet', 'canister goal save'],
    ['page-groups', 'no page group yet', 'canister page-group save'],
    ['paths', 'No page was viewed', 'a longer range'],
  ])('of %s says what is missing and what to do, instead of asking', async (name, missing, todo) => {
    const { result, analyses } = await asked(
      { name },
      { names: async () => [], query: async () => nothing },
    );
    expect(result.panels[0]?.answer.notes?.[0]).toContain(missing);
    expect(result.panels[0]?.answer.notes?.[0]).toContain(todo);
    expect(analyses).toEqual([]);
  });

  test('refuses an unknown report and names the known ones', async () => {
    for (const name of ['sales\n', 'constructor', 'x'.repeat(2_000)]) {
      const problem = await problemOf(overviewResult({ name }));
      expect(problem.code).toBe('report_unknown');
      expect(problem.message).toContain('Reports are: overview, times, pages,');
      expect(problem.message.length).toBeLessThan(700);
    }
  });

  test('refuses a range that ends before it begins, or that is no range of days', async () => {
    for (const range of [
      { from: '2026-11-21', to: '2026-11-21' },
      { from: '2026-02-30', to: '2026-03-01' },
      { from: '1990-01-01', to: '2026-01-01' },
    ]) {
      expect((await problemOf(overviewResult({ range }))).code).toBe('date_range_invalid');
    }
  });

  test('hands on what the port throws', async () => {
    const query = async () => {
      throw new Problem('query_invalid', 'No.');
    };
    const source = { ...sourceByHand, query };
    await expect(overviewResult({}, { source })).rejects.toThrow('No.');
  });
});

describe('every report that comes with Canister', () => {
  test('has a definition that a user could have saved, but for its name', () => {
    for (const definition of builtInReports) {
      const { success, error } = reportDefinitionSchema.safeParse(definition);
      expect([definition.name, success, error?.message]).toEqual([
        definition.name,
        true,
        undefined,
      ]);
    }
    expect(new Set(builtInReports.map(({ name }) => name)).size).toBe(builtInReports.length);
  });

  test.each(
    builtInReports.map(({ name }) => name),
  )('asks what the contract takes: %s', async (name) => {
    const { queries, analyses, result } = await asked({ name, labels: ['Buyers'], robots: false });
    expect(queries.length + analyses.length).toBeGreaterThan(0);
    for (const query of queries) expect(querySchema.parse(query)).toEqual(query);
    for (const analysis of analyses) expect(analysisSchema.parse(analysis)).toEqual(analysis);
    expect(result.title).not.toBe('');
    expect(result.description).not.toBe('');
  });
});

describe('a report of the own', () => {
  const own = reportDefinitionSchema.parse({
    name: 'weekly-tea',
    title: 'Tea',
    panels: [
      {
        name: 'teas',
        title: 'Teas',
        kind: 'table',
        query: {
          metrics: ['page_views'],
          dimensions: ['path'],
          hitCondition: 'request.path = "/"',
        },
      },
    ],
  });
  const source = { ...sourceByHand, ownReports: async () => [own] };

  test('runs like those that come along, and stands in the list after them', async () => {
    const result = await overviewResult({ name: 'weekly-tea' }, { source });
    const byHand = await answerByHand(
      'shop',
      querySchema.parse({
        ...own.panels[0]?.query,
        range: thisRange,
        comparison: 'previous_period',
      }),
    );
    expect(result.panels[0]?.answer).toEqual(byHand);
    expect(listReports([own]).at(-1)).toMatchObject({ name: 'weekly-tea', own: true });
    expect(listReports([own])).toHaveLength(builtInReports.length + 1);
  });

  test.each([
    ['a name of the command line', { name: 'list' }],
    ['a name that is no part of an address', { name: 'Tea & more' }],
    ['no panel', { panels: [] }],
    ['a panel twice', { panels: [...own.panels, ...own.panels] }],
    [
      'a metric that is not there',
      { panels: [{ ...own.panels[0], query: { metrics: ['luck'] } }] },
    ],
    [
      'a deleted field',
      { panels: [{ ...own.panels[0], query: { metrics: ['hits'], dimensions: ['gone'] } }] },
    ],
    [
      'an unknown analysis',
      { panels: [{ ...own.panels[0], query: undefined, analysis: { kind: 'magic' } }] },
    ],
    ['neither query nor analysis', { panels: [{ ...own.panels[0], query: undefined }] }],
    ['figures by a dimension', { panels: [{ ...own.panels[0], kind: 'figures' }] }],
    [
      'thirteen panels',
      { panels: Array.from({ length: 13 }, (_, at) => ({ ...own.panels[0], name: `p${at}` })) },
    ],
  ])('is refused with %s', (_why, change) => {
    expect(definitionKinds.report.schema.safeParse({ ...own, ...change }).success).toBe(false);
    expect(definitionKinds.report.schema.safeParse(own).success).toBe(true);
  });

  test('does not hide one that comes along', async () => {
    const hiding = { ...own, name: 'overview' };
    const result = await overviewResult(
      {},
      { source: { ...source, ownReports: async () => [hiding] } },
    );
    expect(result.title).toBe(overview.title);
  });
});
