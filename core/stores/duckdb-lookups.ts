import { type DuckDBConnection, type DuckDBValue, listValue } from '@duckdb/node-api';
import type {
  ContinuedSession,
  SqlResult,
  StoredDay,
  StoredFigures,
} from '../analytics/analytics-store.ts';
import type { Cell } from '../analytics/rows.ts';
import type { TableColumn } from '../analytics/tables.ts';
import { type HitRules, hitRulesSchema } from '../contract/hit-rules.ts';
import { continuedReasons, type HitOrigin } from '../contract/session.ts';
import type { StoredValue } from '../events/dimension-limits.ts';
import { appendRows } from './duckdb-rows.ts';
import { instantValue, toJson } from './duckdb-values.ts';

const hourMs = 3_600_000;

export async function query(
  reader: DuckDBConnection,
  sql: string,
  values: readonly Cell[],
): Promise<SqlResult> {
  const result = await reader.runAndReadAll(sql, values.map(toParameter));
  const names = result.deduplicatedColumnNames();
  const columns = result
    .columnTypes()
    .map((type, index) => ({ name: names[index] ?? '', type: String(type) }));
  return { columns, rows: result.getRows().map((row) => row.map(toJson)) };
}

export async function storedFigures(reader: DuckDBConnection): Promise<StoredFigures> {
  const result = await reader.runAndReadAll(
    `SELECT (SELECT count(*) FROM store.sessions), (SELECT count(*) FROM store.hits),
       (SELECT epoch_ms(max(ended_at)) FROM store.sessions)`,
  );
  const [sessions, hits, lastEndedAt] = result.getRows()[0] ?? [];
  return {
    sessions: Number(sessions),
    hits: Number(hits),
    ...(typeof lastEndedAt === 'bigint' ? { lastEndedAt: Number(lastEndedAt) } : {}),
  };
}

export async function storedDays(reader: DuckDBConnection): Promise<StoredDay[]> {
  const result = await reader.runAndReadAll(
    `SELECT s.segment_day, count(*), sum(s.hits), max(s.last_seq) > (SELECT low FROM store.position)
       OR coalesce(bool_or(before.segment_day > s.segment_day), false)
     FROM store.all_sessions s LEFT JOIN store.all_sessions before ON before.session_id = s.continues_session_id
     GROUP BY s.segment_day`,
  );
  return result.getRows().map(([day, sessions, hits, isNeeded]) => ({
    day: String(day),
    sessions: Number(sessions),
    hits: Number(hits),
    isNeeded: isNeeded === true,
  }));
}

/** Sessions under every key by which a hit may ask for them. */
export const sessionsByDevice = `
  SELECT visitor_id AS device_id, * FROM store.all_sessions
  UNION ALL SELECT d.device_id, s.* FROM store.all_sessions s JOIN store.session_devices d USING (session_id)`;

export async function readHitRules(connection: DuckDBConnection): Promise<HitRules | undefined> {
  const result = await connection.runAndReadAll('SELECT body FROM store.hit_rules LIMIT 1');
  const [body] = result.getRows()[0] ?? [];
  return body === undefined ? undefined : hitRulesSchema.parse(JSON.parse(String(body)));
}

export async function unfinished(
  connection: DuckDBConnection,
  origin: HitOrigin,
): Promise<Map<string, ContinuedSession>> {
  const result = await connection.runAndReadAll(
    `SELECT device_id, arg_max(session_id, ended_at)::VARCHAR, epoch_ms(max(ended_at)) FROM (${sessionsByDevice}) s
     WHERE origin = $1 AND end_reason IN (${quoted(continuedReasons)})
       AND NOT EXISTS (SELECT 1 FROM store.all_sessions next WHERE next.continues_session_id = s.session_id)
     GROUP BY ALL`,
    [origin],
  );
  return new Map(
    result
      .getRows()
      .map(([visitor, id, endedAt]) => [
        String(visitor),
        { id: String(id).replaceAll('-', ''), endedAt: Number(endedAt) },
      ]),
  );
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

const askedColumns: readonly TableColumn[] = [{ name: 'hit_id', type: 'UUID', meaning: '' }];

export async function knownHits(
  connection: DuckDBConnection,
  ids: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<Set<string>> {
  const range = '"at" BETWEEN $1 AND $2';
  const bounds = [instantValue(fromMs), instantValue(toMs)];
  const any = await connection.runAndReadAll(
    `SELECT 1 FROM store.hits WHERE ${range} UNION ALL SELECT 1 FROM store.excluded_hits WHERE ${range} LIMIT 1`,
    bounds,
  );
  if (any.currentRowCount === 0) return new Set();
  await connection.run('CREATE OR REPLACE TEMP TABLE asked (hit_id UUID)');
  const asked = await connection.createAppender('asked');
  appendRows(asked, askedColumns, idRows(ids), ids.length);
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT hit_id::VARCHAR FROM store.hits SEMI JOIN asked USING (hit_id) WHERE ${range}
     UNION SELECT hit_id::VARCHAR FROM store.excluded_hits SEMI JOIN asked USING (hit_id) WHERE ${range}`,
    bounds,
  );
  return new Set(found.getRows().map(([id]) => String(id).replaceAll('-', '')));
}

function* idRows(ids: readonly string[]): Generator<Cell[]> {
  for (const id of ids) yield [id];
}

export async function dimensionValues(
  connection: DuckDBConnection,
  hours: readonly number[],
): Promise<StoredValue[]> {
  // The bounds leave out most blocks of the table unread, which the list of hours cannot.
  const [from, to] = [Math.min(...hours) * hourMs, (Math.max(...hours) + 1) * hourMs];
  const result = await connection.runAndReadAll(
    `SELECT DISTINCT hour, event, name, dimensions ->> ('$."' || name || '"')
     FROM (SELECT epoch_ms("at") // ${hourMs} AS hour, event, dimensions, unnest(json_keys(dimensions)) AS name
       FROM store.events WHERE dimensions IS NOT NULL AND "at" >= $2 AND "at" < $3
         AND list_contains($1, epoch_ms("at") // ${hourMs}))`,
    [listValue(hours.map(BigInt)), instantValue(from), instantValue(to)],
  );
  return result.getRows().map(([hour, event, dimension, value]) => ({
    hour: Number(hour),
    event: String(event),
    dimension: String(dimension),
    value: String(value),
  }));
}

function toParameter(cell: Cell): DuckDBValue {
  return cell ?? null;
}
