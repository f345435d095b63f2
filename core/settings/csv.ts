/** The text of a CSV file → its rows. Quotes as in RFC 4180; the separator is found in the first lines. */
import { Problem } from '../contract/problem.ts';

/** Cells as texts without spaces around them; `line` is where the row begins, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

const separators = [',', ';', '\t'] as const;
const linesLookedAt = 20;

/** @throws Problem `costs_invalid` for a quote that never ends, or more rows than `rowsMax` */
export function readCsv(
  given: string,
  rowsMax: number,
): { rows: CsvRow[]; separator: (typeof separators)[number] } {
  const text = given.replace(/^\ufeff/, '');
  const separator = separatorOf(text);
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let [at, line, rowLine] = [0, 1, 1];
  while (at < text.length) {
    const { cell, next, lines } = readCell(text, at, separator, line);
    cells.push(cell.trim());
    line += lines;
    at = next;
    if (text[at] === separator) {
      at += 1;
      // A separator at the very end stands before an empty cell.
      if (at < text.length) continue;
      cells.push('');
    }
    if (cells.some((one) => one !== '')) rows.push({ line: rowLine, cells });
    if (rows.length > rowsMax) {
      throw new Problem('costs_invalid', `The file has more than ${rowsMax} rows. Split it.`);
    }
    cells = [];
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    line += 1;
    rowLine = line;
  }
  return { rows, separator };
}

function readCell(
  text: string,
  start: number,
  separator: string,
  line: number,
): { cell: string; next: number; lines: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && !isEnd(text[end] ?? '', separator)) end += 1;
    return { cell: text.slice(start, end), next: end, lines: 0 };
  }
  let cell = '';
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      throw new Problem('costs_invalid', `The quote that begins in line ${line} never ends.`);
    }
    cell += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      // What stands between a closing quote and the next separator belongs to nothing.
      let next = quote + 1;
      while (next < text.length && !isEnd(text[next] ?? '', separator)) next += 1;
      return { cell, next, lines: cell.split('\n').length - 1 };
    }
    cell += '"';
    at = quote + 2;
  }
}

const isEnd = (sign: string, separator: string) =>
  sign === separator || sign === '\n' || sign === '\r';

function separatorOf(text: string): (typeof separators)[number] {
  const lines = text.split(/\r?\n/, linesLookedAt).map((line) => line.replace(/"[^"]*"/g, ''));
  const most = (separator: string) =>
    lines.reduce((max, line) => Math.max(max, line.split(separator).length), 0);
  return separators.reduce((best, next) => (most(next) > most(best) ? next : best));
}
