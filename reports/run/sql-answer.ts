/** The answer of a saved query as a panel has it: columns of numbers are figures, all others are dimensions. */
import type { Answer, Column, SqlAnswer } from '../../core/contract/query.ts';

type Cell = Answer['rows'][number][number];

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/;
const whole = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

/** @param isNarrowed says that the report has labels, a comparison or a filter, which SQL knows nothing of */
export function answerOfSql(
  { columns, rows, truncated }: SqlAnswer,
  { name, isNarrowed }: { name: string; isNarrowed: boolean },
): Answer {
  const places = columns.map((column, index) => ({ column, index }));
  // A number beyond what is exact comes as text: it is shown to the digit, and not drawn.
  const isFigure = ({ column, index }: (typeof places)[number]) =>
    numeric.test(column.type) &&
    rows.every((row) => row[index] === null || typeof row[index] === 'number');
  const figures = places.filter(isFigure);
  const ordered = [...places.filter((place) => !isFigure(place)), ...figures];
  const notes = [
    ...(truncated ? [`These are the first ${rows.length} rows; the query has more.`] : []),
    ...(isNarrowed ? ['Labels, comparison and filter do not reach into a saved query.'] : []),
  ];
  return {
    columns: ordered.map((place) => columnOf(place.column, figures.includes(place), name)),
    rows: rows.map((row) => ordered.map(({ index }) => cellOf(row[index]))),
    rowsTotal: rows.length,
    ...(notes.length > 0 && { notes }),
  };
}

function columnOf(
  { name, type }: SqlAnswer['columns'][number],
  isFigure: boolean,
  query: string,
): Column {
  const definition = `As the saved query "${query}" says.`;
  if (!isFigure) return { kind: 'dimension', name, label: name, definition };
  const unit = whole.test(type) ? 'count' : 'number';
  return { kind: 'metric', name, label: name, unit, definition, better: 'neutral' };
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
