/** What a report was asked, in words that stand under its title: its subject, its filter, its labels. */
import type { ReportResult } from '../../core/contract/report.ts';
import { showInvisible } from '../html/format.ts';

const subjectWords = { page: 'Page', funnel: 'Funnel', goal: 'Goal' } as const;

/** One line each; none where nothing was asked but range and robots. */
export function requestWords({ subject, condition, labels, seenByTag }: ReportResult): string[] {
  const subjects = Object.entries(subjectWords).flatMap(([name, words]) => {
    const value = subject[name as keyof typeof subjectWords];
    return value === undefined ? [] : [`${words}: ${showInvisible(value)}`];
  });
  const filter = condition === undefined ? [] : [`Only sessions with: ${showInvisible(condition)}`];
  const names = labels.map(({ name }) => showInvisible(name)).join(', ');
  const twice = seenByTag
    ? ['Page views that both the tracker and a log saw are counted twice']
    : [];
  return [...subjects, ...filter, ...twice, ...(names === '' ? [] : [`Labels: ${names}`])];
}
