/** Days of the calendar as text (`YYYY-MM-DD`) and ranges of them, without a schema, so that the console loads no validator. */
import { dateFormat } from './formats.ts';

const dayMs = 86_400_000;

/** Whole days in the dataset's time zone, `to` exclusive. */
export interface DateRange {
  from: string;
  to: string;
}

export const dateRangeLimits = { daysMax: 3_660 } as const;

/** True for a day that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}

/** The number of days in a range. */
export function daysIn(range: DateRange): number {
  return Math.round((Date.parse(range.to) - Date.parse(range.from)) / dayMs);
}

/** The day `days` after `date`, both as `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

export const dayPeriods = ['day', 'week', 'month'] as const;
export type DayPeriod = (typeof dayPeriods)[number];

/** The day after the last one of the day, week or month that begins with `first`. */
export function periodEnd(first: string, period: DayPeriod): string {
  if (period === 'month') return `${addDays(`${first.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
  return addDays(first, period === 'week' ? 7 : 1);
}

/** The calendar day of an instant (epoch milliseconds) in a time zone, as `YYYY-MM-DD`. */
export function dayOf(instantMs: number, timeZone: string): string {
  return dayFormat(timeZone).format(instantMs);
}

const dayFormat = (timeZone: string) =>
  dateFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });

/** No zone is further than this from UTC. */
const zoneMsMax = 18 * 3_600_000;

/** The first instant (epoch milliseconds) of a calendar day in a time zone. */
export function startOfDay(date: string, timeZone: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  let [before, from] = [midnight - zoneMsMax, midnight + zoneMsMax];
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayOf(middle, timeZone) < date) before = middle;
    else from = middle;
  }
  return from;
}

const quarterHourMs = 900_000;
const quarterHoursMax = 1_024;

/** `dayOf` for many instants: remembers the days of recent quarters of an hour, within which no zone changes its day. */
export function dayFinder(timeZone: string): (instantMs: number) => string {
  const days = new Map<number, string>();
  const format = dayFormat(timeZone);
  return (instantMs) => {
    const quarter = Math.floor(instantMs / quarterHourMs);
    const known = days.get(quarter);
    if (known !== undefined) return known;
    const day = format.format(quarter * quarterHourMs);
    if (days.size >= quarterHoursMax) days.clear();
    days.set(quarter, day);
    return day;
  };
}
