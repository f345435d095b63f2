/** Alerts in words: their parts as forms and lists name them, and a rule in one sentence. */

import type {
  AlertRule,
  AlertRuleStatus,
  AlertSubject,
  Blackout,
  Weekday,
} from '../../core/contract/alert.ts';
import { readerLocale } from '../texts/language.ts';
import { formatCount, formatSpan } from './number-format.ts';

export const measureTexts: Record<AlertRule['measure'], string> = {
  count: 'Count',
  sum: 'Sum of values',
  mean: 'Mean of values',
  min: 'Smallest value',
  max: 'Largest value',
  ratio: 'Ratio in per cent',
  deviation: 'Deviation from the usual, in per cent',
  no_data: 'There is none at all',
};

export const metricTexts: Record<(AlertSubject & { kind: 'metric' })['metric'], string> = {
  hits: 'Hits',
  page_views: 'Page views',
  sessions: 'Sessions that began',
  visitors: 'Visitors',
  bounce_rate: 'Bounce rate (0 to 1)',
  session_duration: 'Session duration (ms)',
  page_depth: 'Page views a session',
};

export const operatorTexts: Record<NonNullable<AlertRule['operator']>, string> = {
  above: 'above',
  at_least: 'at least',
  below: 'below',
  at_most: 'at most',
  between: 'between',
  outside: 'outside',
};

export const severityTexts: Record<AlertRule['severity'], string> = {
  notice: 'Notice',
  warning: 'Warning',
  critical: 'Critical',
};

export const weekdayTexts: Record<Weekday, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

export function subjectWords(subject: AlertSubject): string {
  if (subject.kind === 'event') return `“${subject.event}”`;
  if (subject.kind === 'metric') return metricTexts[subject.metric].toLowerCase();
  return `events that raise an alert (${subject.severity} or worse)`;
}

/** What a rule looks at, in one sentence. */
export function ruleWords(rule: AlertRule): string {
  const { measure, subject, base, operator, bound, boundTo } = rule;
  const span = formatSpan(rule.windowMinutes * 60_000);
  const what = subjectWords(subject);
  if (measure === 'no_data') return `No ${what} within ${span}`;
  const of = base === undefined ? what : `${what} to ${subjectWords(base)}`;
  const number = (value: number | undefined) =>
    value === undefined ? '' : new Intl.NumberFormat(readerLocale()).format(value);
  const bounds = boundTo === undefined ? number(bound) : `${number(bound)} and ${number(boundTo)}`;
  const how = operator === undefined ? '' : operatorTexts[operator];
  return `${measureTexts[measure]} of ${of} within ${span} ${how} ${bounds}`;
}

export function blackoutWords({ days, from, to }: Blackout): string {
  const which = days.length === 7 ? 'Every day' : days.map((day) => weekdayTexts[day]).join(', ');
  return `${which} ${from}–${to}`;
}

/** How a rule stands: a word, and the look of the dot before it. */
export function standingOf({ rule, state, muted }: AlertRuleStatus): { text: string; dot: string } {
  if (!rule.active) return { text: 'Off', dot: '' };
  if (muted) return { text: 'Muted', dot: 'warned' };
  if (state.firing) return { text: 'Firing', dot: 'stale' };
  return { text: 'Quiet', dot: 'live' };
}

export function valueWords(value: number | undefined): string {
  if (value === undefined) return '–';
  return Number.isInteger(value)
    ? formatCount(value)
    : new Intl.NumberFormat(readerLocale(), { maximumFractionDigits: 2 }).format(value);
}
