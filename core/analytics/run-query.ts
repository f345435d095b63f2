/** Runs a query over a dataset's analytics and gives the answer in the contract's form. */
import { addDays, type DateRange } from '../contract/date-range.ts';
import { dimensions } from '../contract/dimension.ts';
import { metrics } from '../contract/metric.ts';
import { Problem } from '../contract/problem.ts';
import type { Answer, Column, Query } from '../contract/query.ts';
import type { AnalyticsStore } from './analytics-store.ts';
import { compileQuery } from './compile-query.ts';

/** @throws Problem `query_invalid` */
export async function runQuery(
  store: AnalyticsStore,
  query: Query,
  timeZone: string,
): Promise<Answer> {
  if (query.order && ![...query.metrics, ...query.dimensions].includes(query.order.by as never)) {
    throw new Problem(
      'query_invalid',
      `The order is by ${query.order.by}, which the query does not ask for.`,
    );
  }
  const { sql, values } = compileQuery(query, timeZone);
  const result = await store.query(sql, values);
  const columns: Column[] = [
    ...query.dimensions.map((name) => ({
      kind: 'dimension' as const,
      name,
      label: dimensions[name].label,
    })),
    ...query.metrics.map((name) => ({
      kind: 'metric' as const,
      name,
      label: metrics[name].label,
      unit: metrics[name].unit,
    })),
  ];
  const found = result.rows.map((row) =>
    row.slice(0, columns.length).map((cell, index) => clean(cell, columns[index])),
  );
  const isByDay =
    query.dimensions.length === 1 && query.dimensions[0] === 'day' && query.order === undefined;
  if (isByDay) {
    const days = everyDay(found, columns, query.range);
    return { columns, rows: days.slice(0, query.limit), rowsTotal: days.length };
  }
  return { columns, rows: found, rowsTotal: Number(result.rows[0]?.[columns.length] ?? 0) };
}

/** Counts are never empty; a mean or a share of nothing is. */
function clean(cell: unknown, column: Column | undefined): string | number | null {
  if (column?.kind === 'metric') {
    if (cell === null || cell === undefined) return column.unit === 'count' ? 0 : null;
    return Number(cell);
  }
  return cell === null || cell === undefined ? null : (cell as string | number);
}

function everyDay(
  rows: Answer['rows'],
  columns: readonly Column[],
  range: DateRange,
): Answer['rows'] {
  const byDay = new Map(rows.map((row) => [row[0], row]));
  const filled: Answer['rows'] = [];
  for (let day = range.from; day < range.to; day = addDays(day, 1)) {
    filled.push(
      byDay.get(day) ?? columns.map((column, index) => (index === 0 ? day : clean(null, column))),
    );
  }
  return filled;
}
