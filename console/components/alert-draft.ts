/** The form of an alert as data: what is typed, as the rule that the API takes, and what is wrong with it by field. */
import { msg } from '@lit/localize';
import type {
  AlertRule,
  AlertRuleInput,
  AlertSubject,
  Blackout,
  CountedSubject,
} from '../../core/contract/alert.ts';

/** Numbers are kept as they are typed: an empty field is not zero. */
export interface AlertDraft {
  name: string;
  description: string;
  measure: AlertRule['measure'];
  subject: AlertSubject;
  base: CountedSubject;
  windowMinutes: string;
  /** How often a saved query is asked. */
  everyMinutes: string;
  operator: NonNullable<AlertRule['operator']>;
  bound: string;
  boundTo: string;
  robots: boolean;
  rearmMinutes: string;
  blackouts: readonly Blackout[];
  severity: AlertRule['severity'];
  notifyRecovery: boolean;
  channels: readonly string[];
  active: boolean;
}

export type AlertProblems = Partial<Record<keyof AlertDraft, string>>;

export const newAlert: AlertDraft = {
  name: '',
  description: '',
  measure: 'count',
  subject: { kind: 'event', event: '' },
  base: { kind: 'metric', metric: 'sessions' },
  windowMinutes: '60',
  everyMinutes: '5',
  operator: 'at_least',
  bound: '1',
  boundTo: '',
  robots: false,
  rearmMinutes: '60',
  blackouts: [],
  severity: 'warning',
  notifyRecovery: false,
  channels: [],
  active: true,
};

export function draftOf(rule: AlertRule): AlertDraft {
  const { operator = newAlert.operator, bound, boundTo, base = newAlert.base, ...rest } = rule;
  return {
    ...rest,
    base,
    operator,
    bound: String(bound ?? ''),
    boundTo: String(boundTo ?? ''),
    windowMinutes: String(rule.windowMinutes),
    everyMinutes: String(rule.everyMinutes ?? newAlert.everyMinutes),
    rearmMinutes: String(rule.rearmMinutes),
  };
}

export const hasRange = ({ operator }: AlertDraft) =>
  operator === 'between' || operator === 'outside';

const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

export function ruleOf(draft: AlertDraft): AlertRuleInput {
  const { base, operator, bound, boundTo, windowMinutes, everyMinutes, rearmMinutes, ...rest } =
    draft;
  const isSql = draft.subject.kind === 'saved_query';
  const isCompared = draft.measure !== 'no_data';
  return {
    ...rest,
    name: draft.name.trim(),
    blackouts: [...draft.blackouts],
    channels: [...draft.channels],
    windowMinutes: numberOf(windowMinutes),
    rearmMinutes: numberOf(rearmMinutes),
    ...(isSql && { everyMinutes: numberOf(everyMinutes) }),
    ...(draft.measure === 'ratio' && { base }),
    ...(isCompared && { operator, bound: numberOf(bound) }),
    ...(isCompared && hasRange(draft) && { boundTo: numberOf(boundTo) }),
  };
}

/** Checks a draft by the contract's own schema, which is loaded only for this. */
export async function alertProblems(draft: AlertDraft): Promise<AlertProblems> {
  const [{ alertRuleSchema }, { emptyWords, issueWords }] = await Promise.all([
    import('../../core/contract/alert.ts'),
    import('../../core/contract/issue-words.ts'),
  ]);
  const problems: AlertProblems = {};
  for (const issue of alertRuleSchema.safeParse(ruleOf(draft)).error?.issues ?? []) {
    const field = issue.path[0] as keyof AlertDraft;
    const isNumber = issue.message.includes('NaN');
    const words = issueWords(issue);
    const said = words === emptyWords ? msg('must not be empty') : words;
    problems[field] ??= isNumber ? msg('Type a number.') : sentence(said);
  }
  return problems;
}

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace('..', '.');
