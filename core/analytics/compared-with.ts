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

/**
 * Some of the days are from before the first stored session: what was then is not 0, it is not known, and neither is a
 * sum with it. A site that is counted for a week has not grown twentyfold against the four weeks before.
 */
export const isPartlyUnknown = ({ storedFrom }: ComparedWith): boolean => storedFrom !== undefined;

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
