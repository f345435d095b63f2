/**
 * The fingerprint of a dataset's tables: for each table the number of rows, and the sum of the MD5 of every row as
 * JSON. A sum does not depend on the order of rows. Positions in inbox and segments are left out.
 */
import type { Fingerprint } from '../contract/upkeep.ts';
import type { SqlResult } from './analytics-store.ts';
import {
  eventColumns,
  hitColumns,
  sessionColumns,
  sessionValueColumns,
  type TableColumn,
} from './tables.ts';

const halfBits = 64n;
const halfMask = (1n << halfBits) - 1n;

/** @param query asks the tables that are meant, the present ones or new ones */
export async function fingerprintOf(
  query: (sql: string, values: []) => Promise<SqlResult>,
): Promise<Fingerprint> {
  const of = async (table: string, columns: readonly TableColumn[]) => {
    const { rows } = await query(statement(table, columns), []);
    const [count, lower, upper] = rows[0] ?? [];
    const half = (sum: unknown) => (BigInt(String(sum)) & halfMask).toString(16).padStart(16, '0');
    return { rows: Number(count), hash: half(upper) + half(lower) };
  };
  return {
    sessions: await of('sessions', sessionColumns),
    hits: await of('hits', hitColumns),
    events: await of('events', eventColumns),
    sessionValues: await of('session_values', sessionValueColumns),
  };
}

function statement(table: string, columns: readonly TableColumn[]): string {
  // An instant as text would depend on the time zone of the connection.
  const cells = columns.map(({ name, type }) =>
    type === 'TIMESTAMPTZ' ? `epoch_us("${name}")` : `"${name}"`,
  );
  const sum = (half: string) => `coalesce(sum(md5_number_${half}(line)), 0)::VARCHAR`;
  return `SELECT count(*), ${sum('lower')}, ${sum('upper')}
    FROM (SELECT to_json([${cells.map((cell) => `${cell}::VARCHAR`).join(', ')}])::VARCHAR AS line FROM store.${table})`;
}
