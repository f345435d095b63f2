/** Reads cells out of an answer by the names of its columns. */
import type { MetricName } from '../../core/contract/metric.ts';
import type { Answer, Column } from '../../core/contract/query.ts';

export type MetricColumn = Extract<Column, { kind: 'metric' }>;
export type DimensionColumn = Extract<Column, { kind: 'dimension' }>;

/** The number in a cell; null where the cell is empty or holds something else. */
export function numberAt(row: readonly unknown[] | undefined, index: number): number | null {
  const cell = row?.[index];
  return typeof cell === 'number' ? cell : null;
}

/** The place of a metric among the columns; -1 where it is missing. */
export function metricIndex(answer: Answer, name: MetricName): number {
  return answer.columns.findIndex((column) => column.kind === 'metric' && column.name === name);
}

/** The rows of an answer by the value of their first column. */
export function rowsByFirst(answer: Answer | undefined): Map<unknown, Answer['rows'][number]> {
  return new Map(answer?.rows.map((row) => [row[0] ?? null, row]));
}
