/** The range that a range is compared with, without a schema, so that the console loads no validator. */
import { addDays, type DateRange, daysIn, isDate, previousRange } from './calendar.ts';

export const comparisonKinds = ['previous_period', 'last_year', 'last_year_weeks'] as const;

/**
 * - `previous_period`: as many days, ending where the range begins
 * - `last_year`: the same dates a year before; a 29th of February counts with the 28th
 * - `last_year_weeks`: 52 weeks before, so that weekdays meet weekdays
 */
export type Comparison = (typeof comparisonKinds)[number];

const weeksOfYear = 52;

/** The range that `range` is compared with. */
export function comparedRange(range: DateRange, comparison: Comparison): DateRange {
  if (comparison === 'previous_period') return previousRange(range);
  if (comparison === 'last_year')
    return { from: yearBefore(range.from, '02-28'), to: yearBefore(range.to, '03-01') };
  const days = -7 * weeksOfYear;
  return { from: addDays(range.from, days), to: addDays(range.to, days) };
}

/** The day a year before; the 29th of February has none, and takes what is given for it. */
function yearBefore(date: string, insteadOf29th: '02-28' | '03-01'): string {
  const year = String(Number(date.slice(0, 4)) - 1).padStart(4, '0');
  const before = `${year}${date.slice(4)}`;
  return isDate(before) ? before : `${year}-${insteadOf29th}`;
}

/**
 * The first day of the compared range that stands beside a day of the range or a later one: the one at the same place,
 * or of `last_year` the one of the same date. A 29th of February of the year before stands beside the 28th; beside that
 * of the range stands no day, unless the range begins with it.
 */
export function comparedDay(day: string, range: DateRange, comparison: Comparison): string {
  const before = comparedRange(range, comparison);
  if (comparison === 'last_year' && day !== range.from) return yearBefore(day, '03-01');
  return addDays(before.from, daysIn({ from: range.from, to: day }));
}

/** Whether any day of the compared range stands beside a day of the range. */
export function hasComparedDay(day: string, range: DateRange, comparison: Comparison): boolean {
  return comparison !== 'last_year' || day === range.from || !day.endsWith('-02-29');
}
