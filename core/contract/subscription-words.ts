/** The words of a subscription, without a schema, so that the console loads no validator. */
import { addDays, type DateRange } from './calendar.ts';

/** The days that a digest is about: whole days that are over when it is due. Weeks begin on Monday. */
export const digestPeriods = [
  'yesterday',
  'last_7_days',
  'last_week',
  'last_28_days',
  'last_month',
] as const;

export type DigestPeriod = (typeof digestPeriods)[number];

/** The days of a period, seen from a day of the dataset's time zone, which is not in it. */
export function rangeOfPeriod(period: DigestPeriod, today: string): DateRange {
  switch (period) {
    case 'yesterday':
      return { from: addDays(today, -1), to: today };
    case 'last_7_days':
      return { from: addDays(today, -7), to: today };
    case 'last_28_days':
      return { from: addDays(today, -28), to: today };
    case 'last_week': {
      const sinceMonday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
      const monday = addDays(today, -sinceMonday);
      return { from: addDays(monday, -7), to: monday };
    }
    case 'last_month': {
      const first = `${today.slice(0, 8)}01`;
      return { from: `${addDays(first, -1).slice(0, 8)}01`, to: first };
    }
  }
}

interface ScheduleWords {
  kind: string;
  at?: string;
  weekday?: string;
  day?: number | 'last';
  expression?: string;
}

export const weekdayWords: Readonly<Record<string, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** `every Monday at 07:00 (Europe/Berlin)` */
export function scheduleWords(schedule: ScheduleWords, timeZone: string): string {
  const { kind, at = '', weekday = '', day, expression = '' } = schedule;
  if (kind === 'cron') return `cron ${expression} (${timeZone})`;
  if (kind === 'weekly') return `every ${weekdayWords[weekday] ?? weekday} at ${at} (${timeZone})`;
  if (kind === 'daily') return `every day at ${at} (${timeZone})`;
  const which = day === 'last' ? 'the last day' : `day ${day}`;
  return `${which} of every month at ${at} (${timeZone})`;
}
