/** A date range as it comes from outside: the schemas. The arithmetic of days is in calendar.ts. */
import { z } from 'zod';
import { dateRangeLimits, daysIn, isDate } from './calendar.ts';

export { addDays, type DateRange, dateRangeLimits, dayOf, daysIn } from './calendar.ts';

// What is no date is told once: nothing else is looked at then, neither in it nor in the range that it bounds.
export const dateSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'is not a date like 2026-11-21', abort: true })
  .refine(isDate, { error: 'is not a day of the calendar', abort: true });

/** @example { from: '2026-11-14', to: '2026-11-21' } is the seven days before the 21st */
export const dateRangeSchema = z
  .object({ from: dateSchema, to: dateSchema })
  .refine((range) => range.from < range.to, {
    error: 'must begin before it ends (to is exclusive)',
    abort: true,
  })
  .refine(
    (range) => daysIn(range) <= dateRangeLimits.daysMax,
    `is longer than ${dateRangeLimits.daysMax} days`,
  );
