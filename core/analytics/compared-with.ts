/** The days that figures stand beside, and from when on there are sessions of them: a dataset may be younger. */
import { type DateRange, dayOf } from '../contract/calendar.ts';
import type { ComparedWith } from '../contract/query.ts';
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
