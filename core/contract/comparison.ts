/** The period that a range is compared with. */
import { z } from 'zod';
import { addDays, type DateRange, daysIn, isDate, previousRange } from './calendar.ts';

export const comparisonKinds = ['previous_period', 'last_year', 'last_year_weeks'] as const;

/**
 * - `previous_period`: as many days, ending where the range begins
 * - `last_year`: the same dates a year before
 * - `last_year_weeks`: 52 weeks before, so that weekdays meet weekdays
 */
export const comparisonSchema = z.enum(comparisonKinds);
export type Comparison = z.infer<typeof comparisonSchema>;

const weeksOfYear = 52;

/** The range that `range` is compared with. */
export function comparedRange(range: DateRange, comparison: Comparison): DateRange {
  if (comparison === 'previous_period') return previousRange(range);
  if (comparison === 'last_year') return { from: yearBefore(range.from), to: yearBefore(range.to) };
  const days = -7 * weeksOfYear;
  return { from: addDays(range.from, days), to: addDays(range.to, days) };
}

/** The day a year before; the 29th of February has the 28th for it. */
function yearBefore(date: string): string {
  const before = `${String(Number(date.slice(0, 4)) - 1).padStart(4, '0')}${date.slice(4)}`;
  return isDate(before) ? before : addDays(before.replace(/-29$/, '-28'), 0);
}

/** The day of the compared range that stands beside a day of the range: the one at the same place. */
export function comparedDay(day: string, range: DateRange, before: DateRange): string {
  return addDays(before.from, daysIn({ from: range.from, to: day }));
}
