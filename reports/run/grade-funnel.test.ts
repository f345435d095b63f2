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
