/** The form of a subscription as data: what was typed, as the input of the API. */
import type { Subscription, SubscriptionInput } from '../../core/contract/subscription.ts';

export interface SubscriptionDraft {
  name: string;
  kind: 'daily' | 'weekly' | 'monthly' | 'cron';
  at: string;
  weekday: string;
  day: string;
  expression: string;
  timeZone: string;
  period: string;
  comparison: string;
  /** One a line. */
  recipients: string;
  labels: string;
  datasets: readonly string[];
  reports: readonly string[];
  onlyWhenChanged: boolean;
  locale: string;
}

export const newDraft = (timeZone: string, datasets: readonly string[]): SubscriptionDraft => ({
  name: '',
  kind: 'weekly',
  at: '07:00',
  weekday: 'mon',
  day: '1',
  expression: '0 7 * * mon',
  timeZone,
  period: 'last_7_days',
  comparison: 'previous_period',
  recipients: '',
  labels: '',
  datasets,
  reports: ['overview'],
  onlyWhenChanged: false,
  locale: 'en',
});

export function draftOf(subscription: Subscription): SubscriptionDraft {
  const { schedule, recipients, labels, timeZone, datasets } = subscription;
  const { name, period, comparison, reports, onlyWhenChanged, locale } = subscription;
  return {
    ...newDraft(timeZone, datasets),
    ...{ name, period, comparison, reports, onlyWhenChanged, locale },
    kind: schedule.kind,
    recipients: recipients.join('\n'),
    labels: labels.join('\n'),
    ...(schedule.kind === 'cron' ? { expression: schedule.expression } : { at: schedule.at }),
    ...(schedule.kind === 'weekly' && { weekday: schedule.weekday }),
    ...(schedule.kind === 'monthly' && { day: String(schedule.day) }),
  };
}

/** What the server takes; it says what is wrong with it. */
export function inputOf(draft: SubscriptionDraft, paused: boolean): SubscriptionInput {
  const { name, timeZone, period, comparison, datasets, reports, onlyWhenChanged, locale } = draft;
  const input = {
    name: name.trim(),
    schedule: scheduleOf(draft),
    timeZone: timeZone.trim(),
    period,
    comparison,
    recipients: draft.recipients.split(/[\s,;]+/).filter((one) => one !== ''),
    labels: draft.labels
      .split('\n')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
    datasets: [...datasets],
    reports: [...reports],
    onlyWhenChanged,
    locale: locale.trim(),
    paused,
  };
  // Words of a select are those of the contract.
  return input as SubscriptionInput;
}

function scheduleOf({ kind, at, weekday, day, expression }: SubscriptionDraft) {
  if (kind === 'cron') return { kind, expression };
  if (kind === 'weekly') return { kind, weekday, at };
  if (kind === 'monthly') return { kind, day: day === 'last' ? day : Number(day), at };
  return { kind, at };
}
