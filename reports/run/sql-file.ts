/** The rows of SQL as a file: CSV and XLSX in which nothing is a formula, JSON with an object a row, Parquet by type. */
import type { SqlAnswer } from '../../core/contract/query.ts';
import { csvLine } from './report-csv.ts';

export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const parquetType = 'application/vnd.apache.parquet';

/** A value as a cell holds it; lists and structs as JSON. */
export function cellText(cell: unknown): string | number {
  if (typeof cell === 'number') return cell;
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

const namesOf = ({ columns }: SqlAnswer) => columns.map(({ name }) => name);

export const sqlToCsv = (answer: SqlAnswer): string =>
  [namesOf(answer), ...answer.rows].map((row) => csvLine(row.map(cellText))).join('');

export function sqlToObjects(answer: SqlAnswer): Record<string, unknown>[] {
  const names = namesOf(answer);
  return answer.rows.map((row) =>
    Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])),
  );
}

/** @param format what the file is to be */
export async function sqlToFile(
  answer: SqlAnswer,
  format: 'csv' | 'json' | 'xlsx' | 'parquet',
): Promise<{ body: string | Uint8Array<ArrayBuffer>; contentType: string }> {
  if (format === 'csv') return { body: sqlToCsv(answer), contentType: 'text/csv; charset=utf-8' };
  if (format === 'json')
    return { body: JSON.stringify(sqlToObjects(answer)), contentType: 'application/json' };
  if (format === 'parquet') {
    const { answerToParquet } = await import('./table-parquet.ts');
    return { body: answerToParquet(answer), contentType: parquetType };
  }
  const { xlsxStream } = await import('./report-xlsx.ts');
  const pieces: Buffer[] = [];
  const lines = [namesOf(answer), ...answer.rows.map((row) => row.map(cellText))];
  for await (const piece of xlsxStream(lines)) pieces.push(piece as Buffer);
  return { body: new Uint8Array(Buffer.concat(pieces)), contentType: xlsxType };
}
