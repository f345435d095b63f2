/** A rule and what came of it in plain sentences, for mails, webhooks and the history. */
import type { AlertClosing, AlertRule, AlertSubject } from '../contract/alert.ts';

const metricNames: Record<string, string> = {
  hits: 'hits',
  page_views: 'page views',
  sessions: 'sessions',
  visitors: 'visitors',
  bounce_rate: 'bounce rate',
  session_duration: 'session duration',
  page_depth: 'pages per session',
};

const operatorWords = {
  above: 'above',
  at_least: 'at least',
  below: 'below',
  at_most: 'at most',
  between: 'between',
  outside: 'outside of',
} as const;

const numberFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

function nameOf(subject: AlertSubject): string {
  if (subject.kind === 'event') return `"${subject.event}"`;
  if (subject.kind === 'raised') return `alerts raised by events (${subject.severity} or worse)`;
  if (subject.kind === 'saved_query') return `the saved query "${subject.name}"`;
  return metricNames[subject.metric] ?? subject.metric;
}

/** `count of "Purchase" in the last 10 minutes: 3, which is below 5` */
export function describeFiring(rule: AlertRule, value: number): string {
  if (rule.measure === 'no_data') return `No ${nameOf(rule.subject)} in ${windowOf(rule)}.`;
  return `${whatOf(rule)} in ${windowOf(rule)}: ${numberOf(rule, value)}, which is ${boundsOf(rule)}.`;
}

export function describeRecovery(rule: AlertRule, value: number | undefined): string {
  const number = value === undefined ? '' : ` ${numberOf(rule, value)}`;
  return `Over: ${whatOf(rule)} in ${windowOf(rule)} is${number || ' there'} again.`;
}

export const describeClosing = ({ by, note }: AlertClosing): string =>
  note === undefined ? `Closed by ${by}.` : `Closed by ${by}: ${note}`;

function whatOf(rule: AlertRule): string {
  const { measure, subject, base } = rule;
  const name = nameOf(subject);
  if (measure === 'ratio' && base !== undefined) return `${name} per ${nameOf(base)}`;
  if (measure === 'deviation') return `${name} against the usual at this hour of the week`;
  if (rule.subject.kind === 'saved_query' && measure === 'count') return `rows of ${name}`;
  if (measure === 'count' || measure === 'no_data') return `count of ${name}`;
  return `${measure} of ${name}`;
}

function windowOf({ windowMinutes }: AlertRule): string {
  return windowMinutes === 1 ? 'the last minute' : `the last ${windowMinutes} minutes`;
}

function numberOf({ measure }: AlertRule, value: number): string {
  const number = numberFormat.format(value);
  return measure === 'ratio' || measure === 'deviation' ? `${number} %` : number;
}

function boundsOf(rule: AlertRule): string {
  const { operator = 'above', bound = 0, boundTo } = rule;
  const words = `${operatorWords[operator]} ${numberOf(rule, bound)}`;
  return boundTo === undefined ? words : `${words} and ${numberOf(rule, boundTo)}`;
}
