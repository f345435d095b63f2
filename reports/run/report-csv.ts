/**
 * Renders a report result as CSV (RFC 4180): one table for all panels, for a spreadsheet's filter and for a
 * script's row reader alike. The header names `panel`, `period`, `from`, `to`, then every dimension, then every
 * metric of the report, each followed by those of the labels; a cell that does not belong to the row's panel is empty.
 */
import { comparedDay, hasComparedDay } from '../../core/contract/comparison.ts';
import type { Column } from '../../core/contract/query.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';

type Cell = string | number | null;
type Period = 'current' | 'previous';

/** Dimensions whose values are days: of the compared period they have days of their own. */
const dayDimensions = ['day', 'week', 'month'];

/**
 * The whole result as CSV text with CRLF line ends and no byte order mark. `period` is `current` or `previous`,
 * `to` is exclusive. Numbers are plain: shares from 0 to 1, durations in milliseconds (their head ends in `_ms`). A
 * metric of a label has the name of the label in its head: `sessions (Buyers)`.
 */
export function reportToCsv(result: ReportResult): string {
  return reportRows(result).map(csvLine).join('');
}

/** The rows of that table, its head first. */
export function reportRows(result: ReportResult): Cell[][] {
  const { columns, rows } = reportTable(result);
  return [columns.map((column) => column.head), ...rows];
}

/** What the cells of a column are, for forms that have types. */
export type CellKind = 'text' | 'integer' | 'number' | 'boolean' | 'day' | 'instant' | 'local_time';

/** That table, with what its columns are. */
export function reportTable(result: ReportResult): {
  columns: { head: string; kind: CellKind }[];
  rows: Cell[][];
} {
  const columns = allColumns(result);
  const rows: Cell[][] = [];
  for (const panel of result.panels) {
    rows.push(...panelLines(result, panel, columns, 'current'));
    const isCompared = panel.answer.columns.some(isBefore);
    if (isCompared) rows.push(...panelLines(result, panel, columns, 'previous'));
  }
  const first = (['panel', 'period', 'from', 'to'] as const).map((name) => ({
    head: name,
    kind: name === 'from' || name === 'to' ? ('day' as const) : ('text' as const),
  }));
  const own = columns.map((column) => ({ head: head(column), kind: kindOf(column) }));
  return { columns: [...first, ...own], rows };
}

function kindOf(column: Column): CellKind {
  if (column.kind === 'dimension') return column.name === 'day' ? 'day' : 'text';
  return column.unit === 'count' || column.unit === 'bytes' ? 'integer' : 'number';
}

function panelLines(
  result: ReportResult,
  { name, answer }: ReportPanel,
  columns: readonly Column[],
  period: Period,
): Cell[][] {
  const { comparison } = result;
  const range = period === 'current' ? result.range : answer.comparedWith;
  if (range === undefined) return [];
  const places = columns.map((column) => {
    const isThere = (own: Column) =>
      same(own, column) && (own.kind === 'dimension' || isBefore(own) === (period === 'previous'));
    return answer.columns.findIndex(isThere);
  });
  const isMoved = (at: number) =>
    period === 'previous' && dayDimensions.includes(columns[at]?.name ?? '');
  const dayAt = places[columns.findIndex(({ name }) => name === 'day')] ?? -1;
  const rows = answer.rows.filter(
    (row) =>
      period === 'current' ||
      comparison === undefined ||
      dayAt < 0 ||
      hasComparedDay(String(row[dayAt]), result.range, comparison),
  );
  return rows.map((row) => {
    const cells = places.map((place, at) => {
      const cell = row[place] ?? null;
      return isMoved(at) && typeof cell === 'string' && comparison !== undefined
        ? comparedDay(cell, result.range, comparison)
        : cell;
    });
    return [name, period, range.from, range.to, ...cells];
  });
}

/** One line of CSV with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(toCsvCell).join(',')}\r\n`;
}

/**
 * One CSV cell. A text that a spreadsheet would take for a formula gets a leading `'`; a text that is just a
 * number does not. Paths and referrers are written by strangers, so this holds for every text.
 */
export function toCsvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const isNumber = /^[+-]?\d+(\.\d+)?$/.test(cell);
  const text = !isNumber && /^[=+\-@\t\r\n\0]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every dimension of the report, then every metric, each once, in the order in which the panels bring them. */
function allColumns(result: ReportResult): Column[] {
  const found = new Map<string, Column>();
  for (const { answer } of result.panels) {
    for (const column of answer.columns) {
      if (!isBefore(column)) found.set(keyOf(column), column);
    }
  }
  const columns = [...found.values()];
  return [
    ...columns.filter(({ kind }) => kind === 'dimension'),
    ...columns.filter(({ kind }) => kind === 'metric'),
  ];
}

function isBefore(column: Column): boolean {
  return column.kind === 'metric' && column.period === 'before';
}

function same(one: Column, other: Column): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(column: Column): string {
  return JSON.stringify([column.kind, column.name, column.kind === 'metric' ? column.of : '']);
}

function head(column: Column): string {
  if (column.kind === 'dimension') return column.name;
  const name = column.unit === 'milliseconds' ? `${column.name}_ms` : column.name;
  return column.of === undefined ? name : `${name} (${column.of})`;
}
