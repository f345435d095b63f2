/** What the shape of a rule does not say: that its parts fit together, and that it can hold, but need not always. */
import type { AlertRule, AlertSubject } from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';

const metricsAtEnd: readonly string[] = ['bounce_rate', 'session_duration', 'page_depth'];
const ofValues: readonly string[] = ['sum', 'mean', 'min', 'max'];

/** @throws Problem `alert_invalid` naming what does not fit, and what to do */
export function checkRule(rule: AlertRule): void {
  checkSql(rule);
  if (rule.subject.kind !== 'saved_query') checkSubjects(rule);
  checkBounds(rule);
}

function refuse(rule: AlertRule, why: string): never {
  throw new Problem('alert_invalid', `The alert "${rule.name}" cannot be used: ${why}`);
}

/** What goes together only where a saved query is asked. */
function checkSql({ subject, base, measure, ...rule }: AlertRule): void {
  const isSql = subject.kind === 'saved_query';
  const whole = { ...rule, subject, base, measure };
  if (isSql && measure !== 'value' && measure !== 'count')
    refuse(whole, `of a saved query the value or the count of rows is measured, not ${measure}.`);
  if (isSql && base !== undefined)
    refuse(whole, '"base" is for what is counted. Let the SQL divide.');
  if (!isSql && measure === 'value')
    refuse(whole, 'a value is what a saved query gives. Measure the count, or ask a saved query.');
  if (!isSql && rule.everyMinutes !== undefined)
    refuse(whole, '"everyMinutes" belongs to saved queries; all else is looked at every second.');
}

const isCounted = (subject: AlertSubject) =>
  subject.kind !== 'metric' || !metricsAtEnd.includes(subject.metric);
const hasValues = (subject: AlertSubject) => subject.kind !== 'metric' || !isCounted(subject);

function checkSubjects(rule: AlertRule): void {
  const { measure, subject, base } = rule;
  const name = subject.kind === 'metric' ? subject.metric : 'event';
  if (ofValues.includes(measure)) {
    if (!hasValues(subject))
      refuse(rule, `${name} has no values to take the ${measure} of. Measure its count.`);
  } else if (!isCounted(subject)) {
    refuse(rule, `${name} is not counted. Measure its mean, min, max or sum.`);
  }
  if (measure === 'ratio' && base === undefined)
    refuse(rule, 'a ratio needs "base": what the subject is divided by.');
  if (measure !== 'ratio' && base !== undefined)
    refuse(rule, `"base" belongs to the measure ratio, not to ${measure}.`);
  if (base !== undefined && !isCounted(base))
    refuse(rule, '"base" is a metric that is not counted.');
}

function checkBounds(rule: AlertRule): void {
  const { measure, operator, bound, boundTo } = rule;
  if (measure === 'no_data') {
    if (operator !== undefined || bound !== undefined || boundTo !== undefined)
      refuse(rule, 'no_data is compared with nothing. Leave operator and bounds out.');
    return;
  }
  if (operator === undefined || bound === undefined) {
    refuse(rule, `${measure} needs "operator" and "bound".`);
    return;
  }
  const isRange = operator === 'between' || operator === 'outside';
  if (isRange && (boundTo === undefined || boundTo < bound))
    refuse(rule, `${operator} needs "boundTo", not smaller than "bound".`);
  if (!isRange && boundTo !== undefined)
    refuse(rule, `"boundTo" belongs to between and outside, not to ${operator}.`);
  if (measure === 'count' || measure === 'ratio') checkAgainstZero(rule, operator, bound);
}

/** A count is never negative: some bounds hold for all counts, and some for none. */
function checkAgainstZero(
  rule: AlertRule,
  operator: NonNullable<AlertRule['operator']>,
  bound: number,
): void {
  const { measure, boundTo = bound } = rule;
  const isAlways =
    (operator === 'at_least' && bound <= 0) ||
    (operator === 'above' && bound < 0) ||
    (operator === 'outside' && boundTo < 0);
  const isNever =
    (operator === 'below' && bound <= 0) ||
    (operator === 'at_most' && bound < 0) ||
    (operator === 'between' && boundTo < 0);
  const says = `a ${measure} is never negative, so "${operator} ${bound}"`;
  if (isAlways) refuse(rule, `${says} would always hold. Take a bound above zero.`);
  if (isNever)
    refuse(rule, `${says} would never hold. Take a bound above zero, or the measure no_data.`);
}
