/** The range that a range is compared with, without a schema, so that the console loads no validator. */
import { addDays, type DateRange, daysIn, isDate } from './calendar.ts';

export const comparisonKinds = [
  'previous_period',
  'previous_days',
  'previous_month',
  'last_year',
  'last_year_weeks',
] as const;

/**
 * - `previous_period`: of whole months (or years) as many months before; of other days as many, ending where they begin
 * - `previous_days`: as many days, ending where the range begins, also of whole months
 * - `previous_month`: the same dates a month before; what that month does not have counts with its last day
 * - `last_year`: the same dates a year before; a 29th of February counts with the 28th
 * - `last_year_weeks`: 52 weeks before, so that weekdays meet weekdays
 */
export type Comparison = (typeof comparisonKinds)[number];

const monthsOfYear = 12;
const weeksOfYear = 52;

/** The range that `range` is compared with. */
export function comparedRange(range: DateRange, comparison: Comparison): DateRange {
  const months = monthsBack(range, comparison);
  if (months !== undefined)
    return {
      from: monthsBefore(range.from, months, 'last_day'),
      to: monthsBefore(range.to, months, 'day_after'),
    };
  const days = comparison === 'last_year_weeks' ? 7 * weeksOfYear : daysIn(range);
  return { from: addDays(range.from, -days), to: addDays(range.to, -days) };
}

/** By how many months a range is moved back; undefined where it is moved by days. */
export function monthsBack(range: DateRange, comparison: Comparison): number | undefined {
  if (comparison === 'last_year') return monthsOfYear;
  if (comparison === 'previous_month') return 1;
  return comparison === 'previous_period' ? wholeMonths(range) : undefined;
}

/**
 * What the period before is of days that a name chooses: of a month or year that is not over the same days of the one
 * before, and of days that are only counted as many, also where they happen to be a month.
 */
export function comparisonOf<C extends Comparison | 'none'>(
  name: string | undefined,
  comparison: C,
): C | Comparison {
  if (comparison !== 'previous_period') return comparison;
  if (name === 'this_month') return 'previous_month';
  if (name === 'this_year') return 'last_year';
  return name === 'last_28_days' ? 'previous_days' : comparison;
}

const monthOf = (date: string) =>
  Number(date.slice(0, 4)) * monthsOfYear + Number(date.slice(5, 7)) - 1;

/** How many months of the calendar a range is; undefined where it begins or ends within one. */
function wholeMonths({ from, to }: DateRange): number | undefined {
  return from.endsWith('-01') && to.endsWith('-01') ? monthOf(to) - monthOf(from) : undefined;
}

/** The day some months before; for one that the month does not have its last day, or the one after that. */
function monthsBefore(date: string, months: number, insteadOfNone: 'last_day' | 'day_after') {
  const month = monthOf(date) - months;
  const before = `${monthText(month)}${date.slice(7)}`;
  if (isDate(before)) return before;
  const dayAfter = `${monthText(month + 1)}-01`;
  return insteadOfNone === 'day_after' ? dayAfter : addDays(dayAfter, -1);
}

function monthText(month: number): string {
  const year = String(Math.floor(month / monthsOfYear)).padStart(4, '0');
  return `${year}-${String((month % monthsOfYear) + 1).padStart(2, '0')}`;
}

/**
 * The first day of the compared range that stands beside a day of the range or a later one: the one at the same place,
 * or, moved by months, the one of the same date. A 29th of February of the year before stands beside the 28th; beside
 * that of the range stands no day, unless the range begins with it.
 */
export function comparedDay(day: string, range: DateRange, comparison: Comparison): string {
  const before = comparedRange(range, comparison);
  const months = monthsBack(range, comparison);
  if (months !== undefined && day !== range.from) return monthsBefore(day, months, 'day_after');
  return addDays(before.from, daysIn({ from: range.from, to: day }));
}

/** Whether any day of the compared range stands beside a day of the range. */
export function hasComparedDay(day: string, range: DateRange, comparison: Comparison): boolean {
  const months = monthsBack(range, comparison);
  if (months === undefined || day === range.from) return true;
  return isDate(`${monthText(monthOf(day) - months)}${day.slice(7)}`);
}

/**
 * Whether days of the compared range may stand beside no day: the 31st, where the range has a month of 30 days. Counted
 * with the 30th they would be a day of twice the figures. Years differ in one day only, which counts with the one before.
 */
export function leavesDaysOut(range: DateRange, comparison: Comparison): boolean {
  return (monthsBack(range, comparison) ?? 0) % monthsOfYear !== 0;
}

/** The days of the compared range that stand beside no day of the range. */
export function daysLeftOut(range: DateRange, comparison: Comparison): string[] {
  if (!leavesDaysOut(range, comparison)) return [];
  const beside = new Set<string>();
  for (let day = range.from; day < range.to; day = addDays(day, 1))
    if (hasComparedDay(day, range, comparison)) beside.add(comparedDay(day, range, comparison));
  const { from, to } = comparedRange(range, comparison);
  const out: string[] = [];
  for (let day = from; day < to; day = addDays(day, 1)) if (!beside.has(day)) out.push(day);
  return out;
}
