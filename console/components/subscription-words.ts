/** When a subscription is due and what it is about, in words. */
import { msg, str } from '@lit/localize';
import type { Schedule } from '../../core/contract/subscription.ts';
import type { DigestPeriod } from '../../core/contract/subscription-words.ts';

export const periodTexts: Readonly<Record<DigestPeriod, string>> = {
  yesterday: msg('the day before'),
  last_7_days: msg('the last 7 days'),
  last_week: msg('the last week, Monday to Sunday'),
  last_28_days: msg('the last 28 days'),
  last_month: msg('the last month'),
};

export const weekdayNames: Readonly<Record<string, string>> = {
  mon: msg('Monday'),
  tue: msg('Tuesday'),
  wed: msg('Wednesday'),
  thu: msg('Thursday'),
  fri: msg('Friday'),
  sat: msg('Saturday'),
  sun: msg('Sunday'),
};

/** `every Monday at 07:00 (Europe/Berlin)` */
export function scheduleText(schedule: Schedule, timeZone: string): string {
  switch (schedule.kind) {
    case 'cron':
      return msg(str`cron ${schedule.expression} (${timeZone})`);
    case 'daily':
      return msg(str`every day at ${schedule.at} (${timeZone})`);
    case 'weekly':
      return msg(str`every ${weekdayNames[schedule.weekday]} at ${schedule.at} (${timeZone})`);
    case 'monthly':
      return schedule.day === 'last'
        ? msg(str`the last day of every month at ${schedule.at} (${timeZone})`)
        : msg(str`day ${schedule.day} of every month at ${schedule.at} (${timeZone})`);
  }
}
