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

/** Where the figures of a funnel stand: those of all and of labels, of one period. */
interface Places {
  sessions: readonly number[];
  rates: readonly number[];
}

/**
 * @param stages the answer of a funnel: a row a stage, with `sessions` and `rate`
 * @returns a row a stage and one for the whole, with the abandonment of all and of each label, graded by all; then the
 * same of the compared period
 */
export function gradeFunnel(stages: Answer): Answer {
  const { dimensions, figures } = layoutOf(stages);
  const sessions = figures.find(({ column }) => column.name === 'sessions')?.places ?? [];
  const rates = figures.find(({ column }) => column.name === 'rate')?.places ?? [];
  const nameAt = dimensions[0]?.index ?? 0;
  const now: Places = {
    sessions: sessions.map(({ index }) => index),
    rates: rates.map(({ index }) => index),
  };
  const before: Places = {
    sessions: sessions.flatMap((place) => place.before ?? []),
    rates: rates.flatMap((place) => place.before ?? []),
  };
  const rows = stages.rows.map((row) => [
    row[nameAt] ?? null,
    gradeOf(lostAt(row, now)[0] ?? null),
    ...countsAt(row, now),
    ...lostAt(row, now),
    ...countsAt(row, before),
    ...lostAt(row, before),
  ]);
  const total = [
    wholeProcess,
    gradeOf(lostInAll(stages, now)[0] ?? null),
    ...countsAt(stages.rows[0], now),
    ...lostInAll(stages, now),
    ...countsAt(stages.rows[0], before),
    ...lostInAll(stages, before),
  ];
  const names = sessions.map(({ of }) => of);
  const isCompared = before.sessions.length > 0;
  return {
    columns: [
      { kind: 'dimension', name: 'stage', label: 'Stage', definition: 'Stage of the funnel.' },
      { kind: 'dimension', name: 'grade', label: 'Grade', definition: 'A to F, by abandonment.' },
      ...now.sessions.flatMap((index) => stages.columns[index] ?? []),
      ...names.map((of) => abandonment(of)),
      ...before.sessions.flatMap((index) => stages.columns[index] ?? []),
      ...(isCompared ? names.map((of) => abandonment(of, 'before')) : []),
    ],
    rows: stages.rows.length === 0 ? [] : [...rows, total],
    rowsTotal: stages.rows.length === 0 ? 0 : rows.length + 1,
    ...(stages.comparedWith && { comparedWith: stages.comparedWith }),
    ...(stages.labels && { labels: stages.labels }),
    ...(stages.notes && { notes: stages.notes }),
  };
}

type Row = Answer['rows'][number];

const countsAt = (row: Row | undefined, { sessions }: Places) =>
  sessions.map((index) => numberAt(row, index));

const lostAt = (row: Row, { rates }: Places) => rates.map((index) => restOf(numberAt(row, index)));

/** What is lost between the first stage and the last. */
function lostInAll({ rows }: Answer, { sessions }: Places): (number | null)[] {
  return sessions.map((index) => {
    const [began, ended] = [numberAt(rows[0], index), numberAt(rows.at(-1), index)];
    return began === null || ended === null || began === 0 ? null : restOf(ended / began);
  });
}

/** What is missing to 1, and never less than nothing: a stage may be seen by more sessions than the one before. */
function restOf(rate: number | null): number | null {
  return rate === null ? null : Math.max(0, 1 - rate);
}

function abandonment(of: string | undefined, period?: 'before'): MetricColumn {
  return {
    kind: 'metric',
    name: 'abandonment',
    label: 'Abandonment',
    unit: 'share',
    definition: 'Sessions that did not go on, as a share; what is missing to a rate of 100 %.',
    better: 'lower',
    ...(of === undefined ? {} : { of }),
    ...(period === undefined ? {} : { period }),
  };
}
