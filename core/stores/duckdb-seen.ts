/** Keeps the marks of page views that both the tracker and a log have seen, in the transactions that change the rows. */
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  hasSeenByBoth,
  markSeen,
  type SeenBounds,
  seenBounds,
  seenChanges,
  seenClients,
  seenSessions,
} from '../analytics/seen-sql.ts';

export interface SeenMarks {
  /** Marks after sessions of these origins were added, numbered from `firstRow` on. Gives whether marks have changed. */
  added(origins: ReadonlySet<string>, firstRow: number): Promise<boolean>;
  /** Notes whose sessions go, before they are removed. @param going a clause over a session `s` */
  removing(going: string, values: string[]): Promise<void>;
  /** Marks after they were removed. Gives whether marks have changed. */
  removed(): Promise<boolean>;
}

export async function openSeenMarks(writer: DuckDBConnection): Promise<SeenMarks> {
  const rowsOf = async (sql: string) => (await writer.runAndReadAll(sql)).getRows();
  const origins = new Set(
    (await rowsOf('SELECT DISTINCT origin FROM store.sessions')).map(([origin]) => String(origin)),
  );
  const hasBoth = () => origins.size > 1;

  /** @param onlyBoth a client that only one has seen has no marks */
  async function mark(onlyBoth: boolean): Promise<boolean> {
    const bounds = await boundsOfClients();
    if (bounds === undefined) return false;
    await writer.run(seenSessions(bounds));
    if (onlyBoth && Number((await rowsOf(hasSeenByBoth))[0]?.[0]) === 0) return false;
    await writer.run(seenChanges(bounds));
    if (Number((await rowsOf('SELECT count(*) FROM seen_changes'))[0]?.[0]) === 0) return false;
    for (const statement of markSeen(bounds)) await writer.run(statement);
    return true;
  }

  async function boundsOfClients(): Promise<SeenBounds | undefined> {
    const [fromMs, toMs] = (await rowsOf(seenBounds))[0] ?? [];
    if (fromMs === null || toMs === null) return undefined;
    return { fromMs: Number(fromMs), toMs: Number(toMs) };
  }

  return {
    async added(added, firstRow) {
      for (const origin of added) origins.add(origin);
      if (!hasBoth()) return false;
      await writer.run(
        seenClients(`s.session_row >= ${firstRow} AND h.session_row >= ${firstRow}`),
      );
      return await mark(true);
    },
    async removing(going, values) {
      if (hasBoth()) await writer.run(seenClients(going), values);
    },
    removed: async () => hasBoth() && (await mark(false)),
  };
}
