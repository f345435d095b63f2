/** The days that figures stand beside, and from when on there are sessions of them: a dataset may be younger. */
import { type DateRange, dayOf } from '../contract/calendar.ts';
import type { Answer, Column, ComparedWith } from '../contract/query.ts';
import type { AnalyticsStore } from './analytics-store.ts';

export async function comparedWithOf(
  store: Pick<AnalyticsStore, 'query'>,
  { from, to }: DateRange,
  timeZone: string,
): Promise<ComparedWith> {
  const { rows } = await store.query('SELECT epoch_ms(min(started_at)) FROM store.sessions', []);
  const firstMs = rows[0]?.[0];
  if (firstMs === null || firstMs === undefined) return { from, to };
  const storedFrom = dayOf(Number(firstMs), timeZone);
  return storedFrom > from ? { from, to, storedFrom } : { from, to };
}

/** All of the days are from before the first stored session: their figures are not 0, they are not known. */
export const isUnknown = ({ to, storedFrom = '' }: ComparedWith): boolean => storedFrom >= to;

/** Rows without the figures of the compared period. */
export function withoutBefore(
  rows: Answer['rows'],
  columns: readonly Column[],
  which: (row: Answer['rows'][number]) => boolean = () => true,
): Answer['rows'] {
  const isBefore = columns.map((column) => column.kind === 'metric' && column.period === 'before');
  return rows.map((row) =>
    which(row) ? row.map((cell, index) => (isBefore[index] ? null : cell)) : row,
  );
}
