/** Values between DuckDB and JavaScript: cells going in, JSON values coming out. */
import {
  type DuckDBAppender,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Cell } from '../analytics/rows.ts';
import type { TableColumn } from '../analytics/tables.ts';

/** A UUID cell (32 hex digits) as DuckDB takes it. */
export const uuidValue = (hex: string) => DuckDBUUIDValue.fromUint128(BigInt(`0x${hex}`));

/** An instant in epoch milliseconds as DuckDB takes it. */
export const instantValue = (ms: number) => new DuckDBTimestampTZValue(BigInt(ms) * 1000n);

/** Appends one row of cells to a table of these columns. */
export function appendRow(
  appender: DuckDBAppender,
  columns: readonly TableColumn[],
  cells: readonly Cell[],
): void {
  for (let index = 0; index < columns.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined) {
      appender.appendNull();
      continue;
    }
    switch (columns[index]?.type) {
      case 'VARCHAR':
        appender.appendVarchar(cell as string);
        break;
      case 'INTEGER':
        appender.appendInteger(cell as number);
        break;
      case 'BIGINT':
        appender.appendBigInt(BigInt(cell as number));
        break;
      case 'BOOLEAN':
        appender.appendBoolean(cell as boolean);
        break;
      case 'TIMESTAMPTZ':
        appender.appendTimestampTZ(instantValue(cell as number));
        break;
      default:
        appender.appendUUID(uuidValue(cell as string));
    }
  }
  appender.endRow();
}

/**
 * A DuckDB value as JSON: whole numbers as numbers while they are exact and else as text, instants as ISO 8601 in
 * UTC, lists and structs as such, everything else as DuckDB writes it.
 */
export function toJson(value: DuckDBValue): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object') return value;
  if (value instanceof DuckDBTimestampTZValue) return isoInstant(value.micros);
  if (value instanceof DuckDBTimestampValue)
    return isoInstant(value.micros)?.replace('Z', '') ?? null;
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBListValue) return value.items.map(toJson);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, entry]) => [name, toJson(entry)]),
    );
  }
  return String(value);
}

function isoInstant(micros: bigint): string | null {
  const ms = Number(micros / 1000n);
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
