import { expect, test } from 'vitest';
import { metricColumn } from '../../core/contract/columns.ts';
import type { Answer, Column } from '../../core/contract/query.ts';
import { gradeFunnel, gradeOf } from './grade-funnel.ts';

const rate: Column = {
  kind: 'metric',
  name: 'rate',
  label: 'Rate',
  unit: 'share',
  definition: '',
  better: 'higher',
};

const stages: Answer = {
  columns: [
    { kind: 'dimension', name: 'stage', label: 'Stage', definition: '' },
    metricColumn('sessions'),
    rate,
    metricColumn('sessions', { of: 'Buyers' }),
    { ...rate, of: 'Buyers' },
  ],
  rows: [
    ['Shop', 1000, null, 40, null],
    ['Cart', 700, 0.7, 40, 1],
    ['Order', 70, 0.1, 38, 0.95],
  ],
  rowsTotal: 3,
  labels: [{ name: 'Buyers', colour: 2 }],
};

test('a scorecard (Tealeaf): a funnel is graded stage by stage and as a whole, for all and for each label', () => {
  const { columns, rows } = gradeFunnel(stages);
  expect(columns.map(({ name }) => name)).toEqual([
    'stage',
    'grade',
    'sessions',
    'sessions',
    'abandonment',
    'abandonment',
  ]);
  const rounded = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? Math.round(cell * 1e6) / 1e6 : cell)),
  );
  expect(rounded).toEqual([
    ['Shop', null, 1000, 40, null, null],
    ['Cart', 'B', 700, 40, 0.3, 0],
    ['Order', 'F', 70, 38, 0.9, 0.05],
    // 70 of 1000, 38 of 40.
    ['Whole process', 'F', 1000, 40, 0.93, 0.05],
  ]);
});

test('of two periods: what each stage and the whole lost before stands beside, graded by now', () => {
  const before = [
    [500, null, 20, null],
    [400, 0.8, 10, 0.5],
    [100, 0.25, 10, 1],
  ];
  const compared: Answer = {
    ...stages,
    columns: [
      ...stages.columns,
      ...stages.columns.slice(1).map((column) => ({ ...column, period: 'before' }) as Column),
    ],
    rows: stages.rows.map((row, at) => [...row, ...(before[at] ?? [])]),
    comparedWith: { from: '2026-10-01', to: '2026-11-01' },
  };
  const { columns, rows, comparedWith } = gradeFunnel(compared);
  expect(comparedWith).toEqual({ from: '2026-10-01', to: '2026-11-01' });
  const places = columns.slice(2).map((column) => {
    if (column.kind !== 'metric') throw new Error(`${column.name} is no figure`);
    return `${column.name} ${column.of ?? 'all'} ${column.period ?? 'now'}`;
  });
  expect(places).toEqual([
    'sessions all now',
    'sessions Buyers now',
    'abandonment all now',
    'abandonment Buyers now',
    'sessions all before',
    'sessions Buyers before',
    'abandonment all before',
    'abandonment Buyers before',
  ]);
  const rounded = rows.map((row) =>
    row.slice(6).map((cell) => (typeof cell === 'number' ? Math.round(cell * 1e6) / 1e6 : cell)),
  );
  expect(rounded).toEqual([
    [500, 20, null, null],
    [400, 10, 0.2, 0.5],
    [100, 10, 0.75, 0],
    // 100 of 500, 10 of 20.
    [500, 20, 0.8, 0.5],
  ]);
  expect(rows.map((row) => row.slice(0, 2))).toEqual(
    gradeFunnel(stages).rows.map((row) => row.slice(0, 2)),
  );
});

test('without stages there is nothing to grade', () => {
  expect(gradeFunnel({ columns: [], rows: [], rowsTotal: 0 }).rows).toEqual([]);
});

test.each([
  [0, 'A'],
  [0.2, 'A'],
  [0.21, 'B'],
  [0.4, 'B'],
  [0.6, 'C'],
  [0.8, 'D'],
  [0.81, 'F'],
  [1, 'F'],
  [null, null],
])('an abandonment of %s is graded %s', (abandonment, grade) => {
  expect(gradeOf(abandonment)).toBe(grade);
});
