/** Changes to the facts of sessions that are stored. Each runs within a transaction of its caller. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BackfilledRows } from '../analytics/analytics-store.ts';
import { type Cell, eventRows, type StoredSession, sessionValueRows } from '../analytics/rows.ts';
import { storeTables, type TableColumn } from '../analytics/tables.ts';
import { appendRows } from './duckdb-rows.ts';

const amendedColumns: readonly TableColumn[] = [{ name: 'session_id', type: 'UUID', meaning: '' }];

/** Puts the facts of one event, and the values of these session attributes, in the place of those that are there. */
export async function replaceFacts(
  connection: DuckDBConnection,
  sessions: readonly StoredSession[],
  event: string,
  fields: readonly string[],
): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE amended (session_id UUID)');
  const amended = await connection.createAppender('amended');
  const ids = sessions.map(({ session }) => [session.id]);
  appendRows(amended, amendedColumns, ids, ids.length);
  const ofThese = 'session_id IN (SELECT session_id FROM amended)';
  await connection.run(`DELETE FROM store.events WHERE event = $1 AND ${ofThese}`, [event]);
  const facts = sessions.flatMap(({ session }) =>
    eventRows({ ...session, facts: session.facts?.filter((fact) => fact.event === event) }),
  );
  await append(connection, 'events', facts);
  if (fields.length === 0) return;
  const named = fields.map((_, index) => `$${index + 1}`).join(', ');
  const values = `DELETE FROM store.session_values WHERE field IN (${named}) AND ${ofThese}`;
  await connection.run(values, [...fields]);
  const attributes = sessions.flatMap(({ session }) =>
    sessionValueRows(session).filter(([, field]) => fields.includes(String(field))),
  );
  await append(connection, 'session_values', attributes);
}

/** Takes the facts of an event away that sets before `version` recorded. */
export async function removeFacts(
  connection: DuckDBConnection,
  event: string,
  version: number,
): Promise<void> {
  await connection.run('DELETE FROM store.events WHERE event = $1 AND version < $2', [
    event,
    version,
  ]);
}

/** Takes away what a backfill wrote behind the place at which it ended. */
export async function removeBackfilled(
  connection: DuckDBConnection,
  { event, version, cursor }: BackfilledRows,
): Promise<void> {
  const { day, offset } = cursor ?? { day: '', offset: -1 };
  await connection.run(
    `DELETE FROM store.events WHERE event = $1 AND version = $2 AND backfilled AND session_id IN (
       SELECT session_id FROM store.sessions
       WHERE segment_day > $3 OR (segment_day = $3 AND segment_offset > $4))`,
    [event, version, day, BigInt(offset)],
  );
}

async function append(
  connection: DuckDBConnection,
  table: 'events' | 'session_values',
  rows: readonly Cell[][],
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender(table, 'store');
  appendRows(appender, storeTables[table], rows, rows.length);
}
