/** What a report was asked, in words that stand under its title: its subject, its filter, its labels; and what it cannot do of it. */
import type { ReportResult } from '../../core/contract/report.ts';
import { showInvisible } from '../html/format.ts';

const subjectWords = { page: 'Page', funnel: 'Funnel', goal: 'Goal' } as const;

/** One line each; none where nothing was asked but range and robots. */
export function requestWords(result: ReportResult): string[] {
  const { subject, condition, labels, seenByTag, comparison, comparedWith, panels } = result;
  const isAnswered = panels.some(({ answer }) => answer.columns.length > 0);
  const subjects = Object.entries(subjectWords).flatMap(([name, words]) => {
    const value = subject[name as keyof typeof subjectWords];
    return value === undefined ? [] : [`${words}: ${showInvisible(value)}`];
  });
  const filter = condition === undefined ? [] : [`Only sessions with: ${showInvisible(condition)}`];
  const names = labels.map(({ name }) => showInvisible(name)).join(', ');
  const twice = seenByTag
    ? ['Page views that both the tracker and a log saw are counted twice']
    : [];
  const alone =
    comparison === undefined || comparedWith !== undefined || !isAnswered
      ? []
      : [
          'Not compared: this report has no figures of another period beside its own. Run it for those days',
        ];
  return [
    ...subjects,
    ...alone,
    ...filter,
    ...twice,
    ...(names === '' ? [] : [`Labels: ${names}`]),
  ];
}
