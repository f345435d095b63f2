/** Tables as Parquet files, with a type for every column. What does not fit its type makes the column text, never nothing. */
import { ByteWriter, parquetWrite, type SchemaElement } from 'hyparquet-writer';
import type { ReportResult } from '../../core/contract/report.ts';
import { type CellKind, reportTable } from './report-csv.ts';

export type { CellKind };

/** One column; its cells are JSON values. */
export interface TableColumn {
  name: string;
  kind: CellKind;
  cells: readonly unknown[];
}

const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const instant = (isAdjustedToUTC: boolean) =>
  ({
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MILLIS' },
  }) as const;

const elements: Record<CellKind, Omit<SchemaElement, 'name'>> = {
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  day: { type: 'INT32', converted_type: 'DATE' },
  instant: instant(true),
  local_time: instant(false),
  text: utf8,
};

/** Gives a cell as the writer takes it for the kind; undefined where it does not fit. */
const takes: Record<CellKind, (cell: unknown) => unknown> = {
  integer: (cell) => {
    const isWhole = Number.isSafeInteger(cell) || /^-?\d{1,18}$/.test(String(cell));
    return isWhole ? BigInt(cell as string | number) : undefined;
  },
  number: (cell) => {
    const isNumber = typeof cell === 'number' || /^-?(Infinity|NaN)$/.test(String(cell));
    return isNumber ? Number(cell) : undefined;
  },
  boolean: (cell) => (typeof cell === 'boolean' ? cell : undefined),
  day: (cell) => dateOf(cell, 'T00:00:00Z', 10),
  instant: (cell) => dateOf(cell, ''),
  local_time: (cell) => dateOf(cell, 'Z'),
  text: (cell) => (typeof cell === 'object' ? JSON.stringify(cell) : String(cell)),
};

function dateOf(cell: unknown, zone: string, length?: number): Date | undefined {
  if (typeof cell !== 'string' || (length !== undefined && cell.length !== length))
    return undefined;
  const ms = Date.parse(cell + zone);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/** The file. Every column may be empty anywhere. */
export function tableToParquet(columns: readonly TableColumn[]): Uint8Array<ArrayBuffer> {
  const typed = columns.map(typedColumn);
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: typed.map(({ name, data }) => ({ name, data })),
    schema: [
      { name: 'root', num_children: typed.length },
      ...typed.map(
        ({ name, kind }): SchemaElement => ({
          ...elements[kind],
          name,
          repetition_type: 'OPTIONAL',
        }),
      ),
    ],
    createdBy: 'canister',
  });
  return new Uint8Array(writer.getBuffer());
}

function typedColumn({ name, kind, cells }: TableColumn): {
  name: string;
  kind: CellKind;
  data: unknown[];
} {
  const take = takes[kind];
  const data = cells.map((cell) => (cell === null || cell === undefined ? null : take(cell)));
  if (!data.includes(undefined)) return { name, kind, data };
  const wider = kind === 'integer' ? 'number' : 'text';
  return typedColumn({ name, kind: wider, cells });
}

/** The same table as in CSV. */
export function reportToParquet(result: ReportResult): Uint8Array<ArrayBuffer> {
  const { columns, rows } = reportTable(result);
  return tableToParquet(
    columns.map(({ head, kind }, at) => ({
      name: head,
      kind,
      cells: rows.map((row) => row[at] ?? null),
    })),
  );
}

/** The rows of SQL, by the types that DuckDB names. */
export function answerToParquet(answer: {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
}): Uint8Array<ArrayBuffer> {
  return tableToParquet(
    answer.columns.map(({ name, type }, at) => ({
      name,
      kind: kindOf(type),
      cells: answer.rows.map((row) => row[at]),
    })),
  );
}

function kindOf(type: string): CellKind {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer';
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'DATE') return 'day';
  if (type === 'TIMESTAMP WITH TIME ZONE') return 'instant';
  return type === 'TIMESTAMP' ? 'local_time' : 'text';
}
