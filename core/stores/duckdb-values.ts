/** Values between DuckDB and JavaScript: parameters going in, JSON values coming out. Rows go in by duckdb-rows.ts. */
import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** An instant in epoch milliseconds as DuckDB takes it. */
export const instantValue = (ms: number) => new DuckDBTimestampTZValue(BigInt(ms) * 1000n);

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
