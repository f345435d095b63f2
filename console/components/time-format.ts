/** Days, ranges and instants as people read them, in the reader's own way of writing (or in `locale`, for tests). */

import { addDays, type DateRange, daysIn } from '../../core/contract/calendar.ts';
import { dateFormat } from '../../core/contract/formats.ts';
import { serverNow } from '../api/server-time.ts';
import { readerLocale } from '../texts/language.ts';

/** A calendar day is shown as it is written, so it is formatted in UTC whatever the zone of reader and dataset. */
const noon = (day: string) => new Date(`${day}T12:00:00Z`);

/** `2026-11-21` as "Sat, 21 Nov". */
export function formatDay(day: string, locale = readerLocale()): string {
  return dateFormat(locale, {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(noon(day));
}

/** A range by its first and last day: `{from: '2026-11-14', to: '2026-11-21'}` as "14 – 20 Nov 2026". */
export function formatRange(range: DateRange, locale = readerLocale()): string {
  const format = dateFormat(locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  if (daysIn(range) === 1) return format.format(noon(range.from));
  return format.formatRange(noon(range.from), noon(addDays(range.to, -1)));
}

/** An instant (epoch milliseconds) as a time of day in a time zone. */
export function formatTime(instantMs: number, timeZone: string, locale = readerLocale()): string {
  return dateFormat(locale, { timeZone, timeStyle: 'medium' }).format(instantMs);
}

/** An instant (epoch milliseconds) with its day in a time zone. */
export function formatInstant(
  instantMs: number,
  timeZone: string,
  locale = readerLocale(),
): string {
  return dateFormat(locale, {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(instantMs);
}

/** An instant (epoch milliseconds) with its day, to the minute, and with the year where it is another one. */
export function formatInstantShort(
  instantMs: number,
  timeZone: string,
  locale = readerLocale(),
): string {
  const year = (atMs: number) => dateFormat('en', { timeZone, year: 'numeric' }).format(atMs);
  const isThisYear = year(instantMs) === year(serverNow());
  return dateFormat(locale, {
    timeZone,
    ...(isThisYear ? {} : { year: 'numeric' }),
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instantMs);
}

/** An instant (epoch milliseconds) with its day and to the millisecond, in a time zone. */
export function formatInstantExact(
  instantMs: number,
  timeZone: string,
  locale = readerLocale(),
): string {
  return dateFormat(locale, {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  }).format(instantMs);
}

/** The full hour that begins at an instant, with its day: "21 Nov, 14:00". */
export function formatHour(instantMs: number, timeZone: string, locale = readerLocale()): string {
  return dateFormat(locale, {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instantMs);
}
