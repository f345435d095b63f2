/** Finds the value of the period before that belongs to a row of this period. */
import { type Answer, queryLimits } from '../../core/contract/query.ts';

type Row = Answer['rows'][number];

/** What tells a row of an answer from all others: its dimension values. */
export function rowKey(answer: Answer, row: Row): string {
  return JSON.stringify(row.filter((_, index) => answer.columns[index]?.kind === 'dimension'));
}

/** The rows of `before` whose dimension values stand in `shown`; `rowsTotal` stays what the query found. */
export function keepShown(before: Answer, shown: Answer): Answer {
  const keys = new Set(shown.rows.map((row) => rowKey(shown, row)));
  return { ...before, rows: before.rows.filter((row) => keys.has(rowKey(before, row))) };
}

/**
 * The cell `index` of the row of `before` that has the same dimension values as `row`. A value that did not
 * occur counts 0; null where that is not known, because the period before had more values than a query gives.
 */
export function comparedCell(answer: Answer, row: Row, before: Answer, index: number): Row[number] {
  const key = rowKey(answer, row);
  const match = before.rows.find((candidate) => rowKey(before, candidate) === key);
  if (match) return match[index] ?? null;
  const column = answer.columns[index];
  const isCount = column?.kind === 'metric' && column.unit === 'count';
  return isCount && before.rowsTotal <= queryLimits.rowsMax ? 0 : null;
}
