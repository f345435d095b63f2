/** Answers to the overview's queries for two half weeks, written by hand: what tests of reports hold renderings against. */

import { dimensionColumn, metricColumn } from '../../core/contract/columns.ts';
import type { DateRange } from '../../core/contract/date-range.ts';
import type { Answer, Query } from '../../core/contract/query.ts';
import type { ReportResult } from '../../core/contract/report.ts';
import { type ReportRequest, type ReportSource, runReport } from '../run/run-report.ts';

type Rows = Answer['rows'];

export const thisRange: DateRange = { from: '2026-11-18', to: '2026-11-21' };
export const rangeBefore: DateRange = { from: '2026-11-15', to: '2026-11-18' };

/** Texts as strangers send them: a formula, markup, quotes, line ends, a turned direction. */
export const hostile = {
  formula: "=cmd|' /C calc'!A0",
  markup: '/<script>alert("x")</script>',
  lines: '/two\r\nlines, "quoted"',
  turned: '/safe\u202egpj.exe',
} as const;

const totals: Rows = [[1200, 900, 4800, 0.375, 125_400, 4]];
const totalsBefore: Rows = [[1000, 800, 5000, 0.4, 100_000, 5]];
const byDay: Rows = [
  ['2026-11-18', 400, 350, 1500],
  ['2026-11-19', 500, 380, 2300],
  ['2026-11-20', 300, 260, 1000],
];
const byDayBefore: Rows = [
  ['2026-11-15', 200, 180, 1000],
  ['2026-11-16', 500, 400, 2500],
  ['2026-11-17', 300, 270, 1500],
];
const pages: Rows = [
  ['/', 2000, 700],
  [hostile.markup, 40, 3],
  [hostile.lines, 20, 2],
  [hostile.formula, 10, 1],
  [hostile.turned, 5, 1],
];
const pagesBefore: Rows = [
  ['/', 1600, 640],
  ['/gone', 900, 300],
  [hostile.formula, 20, 4],
];
const referrers: Rows = [
  [null, 700, 500],
  ['www.google.com', 480, 390],
  ['@evil.example', 20, 10],
];
const statuses: Rows = [
  [200, 5200],
  [404, 130],
  [null, 12],
];

/** The answer of a query of the overview, with the compared period and one label where the query asks for them. */
export async function answerByHand(_slug: string, query: Query): Promise<Answer> {
  const key = query.dimensions[0] ?? 'totals';
  const answers: Record<string, [now: Rows, before: Rows, total: number]> = {
    totals: [totals, totalsBefore, 1],
    day: [byDay, byDayBefore, 3],
    path: [pages, pagesBefore, 7],
    referrer: [referrers, referrers.slice(0, 2), 3],
    status: [statuses, [], 3],
  };
  const found = answers[key];
  if (found === undefined) throw new Error(`No answer was written for ${key}`);
  const [now, before, rowsTotal] = found;
  const keyCells = query.dimensions.length;
  const rowBefore = (row: Rows[number], at: number) =>
    key === 'day' ? before[at] : before.find((one) => keyCells === 0 || one[0] === row[0]);
  const rows = now.map((row, at) => [
    ...row,
    ...query.labels.flatMap(() => row.slice(keyCells).map(half)),
    ...(query.comparison === undefined
      ? []
      : (rowBefore(row, at)?.slice(keyCells) ?? query.metrics.map(() => 0))),
  ]);
  const label = query.labels.map((name) => ({ name, colour: 2 }));
  return {
    columns: [
      ...query.dimensions.map(dimensionColumn),
      ...query.metrics.map((name) => metricColumn(name)),
      ...query.labels.flatMap((of) => query.metrics.map((name) => metricColumn(name, { of }))),
      ...(query.comparison === undefined
        ? []
        : query.metrics.map((name) => metricColumn(name, { period: 'before' }))),
    ],
    rows,
    rowsTotal,
    ...(query.comparison && { comparedWith: rangeBefore }),
    ...(label.length > 0 && { labels: label }),
  };
}

const half = (cell: Rows[number][number]) => (typeof cell === 'number' ? cell / 2 : cell);

/** Answers queries by hand, and has no definitions. */
export const sourceByHand: ReportSource = {
  query: answerByHand,
  analyze: async () => ({ columns: [], rows: [], rowsTotal: 0 }),
  savedQuery: () => Promise.reject(new Error('no report of these asks SQL')),
  names: async () => [],
  annotations: async () => [],
  ownReports: async () => [],
};

/** A request for the overview of a shop in Berlin. */
export function overviewRequest(change: Partial<ReportRequest> = {}): ReportRequest {
  return {
    name: 'overview',
    dataset: { slug: 'shop', name: 'Tea & "Time" <shop>', timeZone: 'Europe/Berlin' },
    range: thisRange,
    robots: false,
    comparison: 'previous_period',
    ...change,
  };
}

/** Its result, answered by hand and made on 2026-11-21 at 10:00 UTC. */
export function overviewResult(
  change: Partial<ReportRequest> = {},
  { source = sourceByHand, clock = () => Date.UTC(2026, 10, 21, 10) } = {},
): Promise<ReportResult> {
  return runReport(overviewRequest(change), { source, clock });
}
