/** Alerts in words: their parts as forms and lists name them, and a rule in one sentence. */

import { msg, str } from '@lit/localize';
import type {
  AlertClosing,
  AlertRule,
  AlertRuleStatus,
  AlertSubject,
  Blackout,
  Weekday,
} from '../../core/contract/alert.ts';
import { numberFormat } from '../../core/contract/formats.ts';
import { readerLocale } from '../texts/language.ts';
import { formatCount, formatSpan } from './number-format.ts';

export const measureTexts: Record<AlertRule['measure'], string> = {
  count: msg('Count'),
  value: msg('Value of a saved query'),
  sum: msg('Sum of values'),
  mean: msg('Mean of values'),
  min: msg('Smallest value'),
  max: msg('Largest value'),
  ratio: msg('Ratio in per cent'),
  deviation: msg('Deviation from the usual, in per cent'),
  no_data: msg('There is none at all'),
};

export const metricTexts: Record<(AlertSubject & { kind: 'metric' })['metric'], string> = {
  hits: msg('Hits'),
  page_views: msg('Page views'),
  sessions: msg('Sessions that began'),
  visitors: msg('Visitors'),
  bounce_rate: msg('Bounce rate (0 to 1)'),
  session_duration: msg('Session duration (ms)'),
  page_depth: msg('Page views a session'),
};

/** The same inside a sentence. */
const metricNouns: typeof metricTexts = {
  hits: msg('hits'),
  page_views: msg('page views'),
  sessions: msg('sessions that began'),
  visitors: msg('visitors'),
  bounce_rate: msg('bounce rate (0 to 1)'),
  session_duration: msg('session duration (ms)'),
  page_depth: msg('page views a session'),
};

export const operatorTexts: Record<NonNullable<AlertRule['operator']>, string> = {
  above: msg('above'),
  at_least: msg('at least'),
  below: msg('below'),
  at_most: msg('at most'),
  between: msg('between'),
  outside: msg('outside'),
};

export const severityTexts: Record<AlertRule['severity'], string> = {
  notice: msg('Notice'),
  warning: msg('Warning'),
  critical: msg('Critical'),
};

const severityNouns: typeof severityTexts = {
  notice: msg('notice'),
  warning: msg('warning'),
  critical: msg('critical'),
};

export const weekdayTexts: Record<Weekday, string> = {
  mon: msg('Mon'),
  tue: msg('Tue'),
  wed: msg('Wed'),
  thu: msg('Thu'),
  fri: msg('Fri'),
  sat: msg('Sat'),
  sun: msg('Sun'),
};

/** A name in a sentence: numbers beside it stay on their side, whatever direction it is written in. */
const isolated = (name: string) => `\u2068${name}\u2069`;

export function subjectWords(subject: AlertSubject): string {
  if (subject.kind === 'event') return `“${isolated(subject.event)}”`;
  if (subject.kind === 'metric') return metricNouns[subject.metric];
  if (subject.kind === 'saved_query') return msg(str`the saved query “${isolated(subject.name)}”`);
  return msg(str`events that raise an alert (${severityNouns[subject.severity]} or worse)`);
}

/** What a rule looks at, in one sentence. */
export function ruleWords(rule: AlertRule): string {
  const { measure, subject, base, operator, bound, boundTo } = rule;
  const span = formatSpan(rule.windowMinutes * 60_000);
  const what = subjectWords(subject);
  if (measure === 'no_data') return msg(str`No ${what} within ${span}`);
  const of = base === undefined ? what : msg(str`${what} to ${subjectWords(base)}`);
  const number = (value: number | undefined) =>
    value === undefined ? '' : numberFormat(readerLocale(), {}).format(value);
  const bounds =
    boundTo === undefined ? number(bound) : msg(str`${number(bound)} and ${number(boundTo)}`);
  const how = operator === undefined ? '' : operatorTexts[operator];
  return msg(str`${measureTexts[measure]} of ${of} within ${span} ${how} ${bounds}`);
}

export function blackoutWords({ days, from, to }: Blackout): string {
  const which =
    days.length === 7 ? msg('Every day') : days.map((day) => weekdayTexts[day]).join(', ');
  return `${which} ${from}–${to}`;
}

/** How a rule stands: a word, and the look of the dot before it. */
export function standingOf({ rule, state, muted }: AlertRuleStatus): { text: string; dot: string } {
  if (!rule.active) return { text: msg('Off'), dot: '' };
  if (muted) return { text: msg('Muted'), dot: 'warned' };
  if (state.closed) return { text: msg('Closed'), dot: 'warned' };
  if (state.firing) return { text: msg('Firing'), dot: 'stale' };
  return { text: msg('Quiet'), dot: 'live' };
}

/** Who has closed an alert, and what they noted. */
export function closingWords({ by, note }: AlertClosing): string {
  const who = msg(str`by ${isolated(by)}`);
  return note === undefined ? who : `${who}: ${isolated(note)}`;
}

export function valueWords(value: number | undefined): string {
  if (value === undefined) return '–';
  return Number.isInteger(value)
    ? formatCount(value)
    : numberFormat(readerLocale(), { maximumFractionDigits: 2 }).format(value);
}
