/**
 * Renders a report result as CSV (RFC 4180): one table for all panels, for a spreadsheet's filter and for a
 * script's row reader alike. The header names `panel`, `period`, `from`, `to`, then every dimension, then every
 * metric of the report; a cell that does not belong to the row's panel is empty.
 */
import type { DateRange } from '../../core/contract/date-range.ts';
import type { Answer, Column } from '../../core/contract/query.ts';
import type { ReportResult } from '../../core/contract/report.ts';

type Cell = string | number | null;

/**
 * The whole result as CSV text with CRLF line ends and no byte order mark. `period` is `current` or `previous`,
 * `to` is exclusive. Numbers are plain: shares from 0 to 1, durations in milliseconds (their head ends in `_ms`).
 */
export function reportToCsv(result: ReportResult): string {
  const columns = allColumns(result);
  const lines: Cell[][] = [['panel', 'period', 'from', 'to', ...columns.map(head)]];
  for (const panel of result.panels) {
    const append = (period: string, range: DateRange, answer: Answer) => {
      const places = columns.map((column) => answer.columns.findIndex((own) => same(own, column)));
      for (const row of answer.rows) {
        const cells = places.map((place) => row[place] ?? null);
        lines.push([panel.name, period, range.from, range.to, ...cells]);
      }
    };
    append('current', result.range, panel.answer);
    if (panel.comparison && result.comparedWith) {
      append('previous', result.comparedWith, panel.comparison);
    }
  }
  return lines.map(csvLine).join('');
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
    for (const column of answer.columns) found.set(`${column.kind} ${column.name}`, column);
  }
  const columns = [...found.values()];
  return [
    ...columns.filter(({ kind }) => kind === 'dimension'),
    ...columns.filter(({ kind }) => kind === 'metric'),
  ];
}

function same(one: Column, other: Column): boolean {
  return one.kind === other.kind && one.name === other.name;
}

function head(column: Column): string {
  const isDuration = column.kind === 'metric' && column.unit === 'milliseconds';
  return isDuration ? `${column.name}_ms` : column.name;
}
