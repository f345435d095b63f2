/**
 * Which days have changed since they were published. They are marked in the transaction that changes them, so no crash
 * can come between a change and its mark; a mark is taken away when the manifest that holds the day is on the disk.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { StoredSession } from '../../analytics/rows.ts';
import { dayFinder } from '../../contract/calendar.ts';

/** Stands for all days. */
export const everyDay = '';

/** Within a quarter of an hour no zone changes its day. */
const quarterMs = 900_000;

/** SQL for the quarter of an hour of an instant's column, as `changedDays` reads it. */
export const quarterSql = (column: string) => `epoch_ms(${column}) // ${quarterMs}`;

export interface UnpublishedDays {
  /** Marks days within the transaction of `writer` that stores `epoch`; `committed` must follow when it came through. */
  mark(writer: DuckDBConnection, days: Iterable<string>, epoch: number): Promise<void>;
  committed(): void;
  /** Takes the marks of batches up to `epoch` away. */
  clear(writer: DuckDBConnection, epoch: number): Promise<void>;
  /** Some day has changed since it was published. */
  any(): boolean;
}

/** The marks as they are in the file. */
export async function readUnpublishedDays(connection: DuckDBConnection): Promise<Set<string>> {
  const result = await connection.runAndReadAll('SELECT DISTINCT day FROM store.unpublished');
  return new Set(result.getRows().map(([day]) => String(day)));
}

export async function openUnpublishedDays(writer: DuckDBConnection): Promise<UnpublishedDays> {
  let marked = await readUnpublishedDays(writer);
  let waiting: string[] = [];
  return {
    async mark(connection, days, epoch) {
      const all = [...new Set(days)];
      const known = all.filter((day) => marked.has(day));
      waiting = all.filter((day) => !marked.has(day));
      if (known.length > 0)
        await connection.run(
          `UPDATE store.unpublished SET epoch = ${epoch} WHERE day IN (${known.map((_, at) => `$${at + 1}`).join(', ')})`,
          known,
        );
      if (waiting.length > 0)
        await connection.run(
          `INSERT INTO store.unpublished VALUES ${waiting.map((_, at) => `($${at + 1}, ${epoch})`).join(', ')}`,
          waiting,
        );
    },
    committed() {
      for (const day of waiting) marked.add(day);
      waiting = [];
    },
    async clear(connection, epoch) {
      await connection.run(`DELETE FROM store.unpublished WHERE epoch <= ${epoch}`);
      marked = await readUnpublishedDays(connection);
    },
    any: () => marked.size > 0,
  };
}

/** The days, in a time zone, of what is stored of sessions, and of quarters of an hour. */
export function dayReader(timeZone: string) {
  const dayOf = dayFinder(timeZone);
  return {
    ofSessions(sessions: readonly StoredSession[]): Set<string> {
      const days = new Set<string>();
      for (const { session } of sessions) {
        const first = dayOf(session.startedAt);
        days.add(first);
        // What begins and ends on a day has all of its hits on it.
        if (dayOf(session.endedAt) === first) continue;
        for (const { at } of session.hits) days.add(dayOf(at));
      }
      return days;
    },
    /** @param sql gives quarters of an hour, as `quarterSql` says them */
    async ofRows(
      connection: DuckDBConnection,
      sql: string,
      values: string[] = [],
    ): Promise<Set<string>> {
      const result = await connection.runAndReadAll(sql, values);
      const quarters = result.getRows().filter(([quarter]) => quarter !== null);
      return new Set(quarters.map(([quarter]) => dayOf(Number(quarter) * quarterMs)));
    },
  };
}
