/** A funnel as a scorecard: what each stage loses, what the whole process loses, and a grade for both. */
import { layoutOf, type MetricColumn, numberAt } from '../../core/contract/answer-layout.ts';
import type { Answer } from '../../core/contract/query.ts';

/** The greatest abandonment of each grade; what is above the last one is an F. */
const grades = [
  ['A', 0.2],
  ['B', 0.4],
  ['C', 0.6],
  ['D', 0.8],
] as const;

const wholeProcess = 'Whole process';

/** The grade of an abandonment from 0 to 1. */
export function gradeOf(abandonment: number | null): string | null {
  if (abandonment === null) return null;
  return grades.find(([, most]) => abandonment <= most + 1e-9)?.[0] ?? 'F';
}

/**
 * @param stages the answer of a funnel: a row a stage, with `sessions` and `rate`
 * @returns a row a stage and one for the whole, with the abandonment of all and of each label, graded by all
 */
export function gradeFunnel(stages: Answer): Answer {
  const { dimensions, figures } = layoutOf(stages);
  const sessions = figures.find(({ column }) => column.name === 'sessions')?.places ?? [];
  const rates = figures.find(({ column }) => column.name === 'rate')?.places ?? [];
  const nameAt = dimensions[0]?.index ?? 0;
  const rows = stages.rows.map((row) => {
    const lost = rates.map(({ index }) => restOf(numberAt(row, index)));
    const counts = sessions.map(({ index }) => numberAt(row, index));
    return [row[nameAt] ?? null, gradeOf(lost[0] ?? null), ...counts, ...lost];
  });
  const [first, last] = [stages.rows[0], stages.rows.at(-1)];
  const whole = sessions.map(({ index }) => {
    const [began, ended] = [numberAt(first, index), numberAt(last, index)];
    return began === null || ended === null || began === 0 ? null : restOf(ended / began);
  });
  const began = sessions.map(({ index }) => numberAt(first, index));
  const total = [wholeProcess, gradeOf(whole[0] ?? null), ...began, ...whole];
  return {
    columns: [
      { kind: 'dimension', name: 'stage', label: 'Stage', definition: 'Stage of the funnel.' },
      { kind: 'dimension', name: 'grade', label: 'Grade', definition: 'A to F, by abandonment.' },
      ...sessions.flatMap(({ index }) => stages.columns[index] ?? []),
      ...sessions.map(({ of }) => abandonment(of)),
    ],
    rows: stages.rows.length === 0 ? [] : [...rows, total],
    rowsTotal: stages.rows.length === 0 ? 0 : rows.length + 1,
    ...(stages.labels && { labels: stages.labels }),
    ...(stages.notes && { notes: stages.notes }),
  };
}

/** What is missing to 1, and never less than nothing: a stage may be seen by more sessions than the one before. */
function restOf(rate: number | null): number | null {
  return rate === null ? null : Math.max(0, 1 - rate);
}

function abandonment(of: string | undefined): MetricColumn {
  return {
    kind: 'metric',
    name: 'abandonment',
    label: 'Abandonment',
    unit: 'share',
    definition: 'Sessions that did not go on, as a share; what is missing to a rate of 100 %.',
    better: 'lower',
    ...(of === undefined ? {} : { of }),
  };
}
