/** How the columns of an answer stand together: each figure with its places for all, for labels, and for the time before. */
import type { Answer, Column } from './query.ts';

export type MetricColumn = Extract<Column, { kind: 'metric' }>;
export type DimensionColumn = Extract<Column, { kind: 'dimension' }>;

/** One place of a figure: of all sessions, or of the label `of`. The places are those of its columns. */
export interface FigurePlace {
  of: string | undefined;
  index: number;
  before: number | undefined;
}

/** A figure with the column that names it, and its places: first of all sessions, then of each label. */
export interface Figure {
  column: MetricColumn;
  places: FigurePlace[];
}

export interface AnswerLayout {
  dimensions: { column: DimensionColumn; index: number }[];
  figures: Figure[];
}

/** The dimensions and figures of an answer in the order of its columns. */
export function layoutOf({ columns }: Pick<Answer, 'columns'>): AnswerLayout {
  const dimensions: AnswerLayout['dimensions'] = [];
  const figures = new Map<string, Figure>();
  columns.forEach((column, index) => {
    if (column.kind === 'dimension') {
      dimensions.push({ column, index });
      return;
    }
    const figure = figures.get(column.name) ?? { column, places: [] };
    figures.set(column.name, figure);
    const place = figure.places.find(({ of }) => of === column.of);
    if (column.period === 'before') {
      if (place) place.before = index;
    } else if (place === undefined) figure.places.push({ of: column.of, index, before: undefined });
  });
  return { dimensions, figures: [...figures.values()].filter(({ places }) => places.length > 0) };
}

/** The number in a cell; null where the cell is empty or holds something else. */
export function numberAt(row: readonly unknown[] | undefined, index: number): number | null {
  const cell = row?.[index];
  return typeof cell === 'number' ? cell : null;
}

/** How a figure went from `before` to `now`: better, worse, or neither, as its column says what is good. */
export function verdictOf(
  better: MetricColumn['better'],
  now: number,
  before: number,
): 'better' | 'worse' | 'neutral' {
  if (better === 'neutral' || now === before) return 'neutral';
  return now > before === (better === 'higher') ? 'better' : 'worse';
}
