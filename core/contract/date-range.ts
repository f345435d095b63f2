/** A date range: whole days in the dataset's time zone, `to` exclusive. */
import { z } from 'zod';

const dayMs = 86_400_000;

export const dateRangeLimits = { daysMax: 3_660 } as const;

export const dateSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'is not a date like 2026-11-21')
  .refine((text) => {
    const time = Date.parse(`${text}T00:00:00Z`);
    return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
  }, 'is not a day of the calendar');

export interface DateRange {
  from: string;
  to: string;
}

/** @example { from: '2026-11-14', to: '2026-11-21' } is the seven days before the 21st */
export const dateRangeSchema = z
  .object({ from: dateSchema, to: dateSchema })
  .refine((range) => range.from < range.to, 'must begin before it ends (to is exclusive)')
  .refine(
    (range) => daysIn(range) <= dateRangeLimits.daysMax,
    `is longer than ${dateRangeLimits.daysMax} days`,
  );

/** The number of days in a range. */
export function daysIn(range: DateRange): number {
  return Math.round((Date.parse(range.to) - Date.parse(range.from)) / dayMs);
}

/** The day `days` after `date`, both as `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The range of equal length that ends where this one begins. */
export function previousRange(range: DateRange): DateRange {
  return { from: addDays(range.from, -daysIn(range)), to: range.from };
}

/** The calendar day of an instant (epoch milliseconds) in a time zone, as `YYYY-MM-DD`. */
export function dayOf(instantMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(instantMs);
}
