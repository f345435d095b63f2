/** What a search reads of the tables: how many sessions a clause holds for, one page of them, and their most frequent values. */
import type { CanisterPlace } from '../canisters/long-term.ts';
import { numberPattern } from '../conditions/folded-text.ts';
import type { ConditionTables } from '../conditions/sql-context.ts';
import type { Fact } from '../contract/event.ts';
import { type FacetField, facetFields, searchLimits } from '../contract/search.ts';
import type { ClosedSession, WholeSession } from '../contract/session.ts';
import type { AnalyticsStore } from './analytics-store.ts';
import type { SearchClause } from './search-clause.ts';

/** What a page sent with its event as `value`. */
const sentValue = "(properties ->> '$.value')";
const numberOfSent = `CASE WHEN regexp_full_match(${sentValue}, '${numberPattern}') THEN TRY_CAST(${sentValue} AS DOUBLE) END`;

/** Where the clause of a search finds its rows. Events are those that pages sent, and those that fired on their hits. */
export const searchTables: ConditionTables = {
  sessions: 'store.sessions',
  hits: 'store.hits',
  sessionNumber: 'session_row',
  sessionValues: 'store.session_values',
  events: `(SELECT session_id, number AS hit_number, 0 AS number, "at", event,
      ${numberOfSent} AS value_number, ${sentValue} AS value_text
    FROM store.hits WHERE type = 'event' AND event IS NOT NULL
    UNION ALL SELECT session_id, hit_number, number, "at", event, value_number, value_text
    FROM store.events WHERE NOT building_block)`,
};

/** A stored session by its start, and where it lies. */
export interface StoredFound {
  id: string;
  startedAt: number;
  place: CanisterPlace;
}

export type FacetCounts = Map<FacetField, Map<string | null, number>>;

export interface TablesFound {
  sessions: number;
  page: StoredFound[];
  facets: FacetCounts;
}

/** Instants that bound a search: starts from `fromMs` to before `toMs`, last hit at `lastHitFromMs` or later. */
export interface SearchRange {
  fromMs?: number | undefined;
  toMs?: number | undefined;
  lastHitFromMs?: number | undefined;
}

export interface TablesSearch {
  clause: Pick<SearchClause, 'sql' | 'values' | 'sessionsMax'>;
  range: SearchRange;
  /** Sessions that were found elsewhere already. */
  except: readonly string[];
  /** The session behind which the page begins. */
  after?: { startedAt: number; id: string } | undefined;
  limit: number;
  facets: boolean;
}

/** The number of the first value that the clause of a search may bind. */
export const firstClauseParameter = 7;

const facetColumns: Record<FacetField, string> = {
  browser: 'browser',
  system: 'system',
  'device.type': 'device',
  country: 'country',
  source: 'source',
  'entry.path': 'entry_path',
  'session.end_reason': 'end_reason',
};
/** More than are shown: sessions that are at hand are added to them. */
const valuesPerFacet = 100;

/** So many found sessions are kept with all that a page shows of them; of more, what a page shows is read after. */
const keptWholeMax = 20_000;

/** Asks the tables once; the clause is the work, all else is taken from what it found. */
export async function findInTables(
  analytics: AnalyticsStore,
  { clause, range, except, after, limit, facets }: TablesSearch,
): Promise<TablesFound> {
  const isKeptWhole = (clause.sessionsMax ?? Infinity) <= keptWholeMax;
  const columns = [
    ...(isKeptWhole ? pageColumns : ['session_row', 'started_at']),
    ...(facets ? Object.values(facetColumns) : []),
  ];
  const sql = `
    WITH found AS MATERIALIZED (
      SELECT ${columns.join(', ')} FROM store.sessions s
      WHERE started_at >= ${instant('$1')} AND started_at < ${instant('$2')} AND ended_at >= ${instant('$3')}
        AND ${except.length === 0 ? "$4::VARCHAR = ''" : "session_id NOT IN (SELECT unnest(string_split($4::VARCHAR, ','))::UUID)"}
        AND ${clause.sql})
    SELECT 'sessions', NULL, NULL, count(*), NULL, NULL, NULL FROM found
    UNION ALL (SELECT 'page', replace(session_id::VARCHAR, '-', ''), segment_day, epoch_ms(started_at),
        segment_offset, segment_length, NULL
      FROM ${isKeptWhole ? 'found' : newest(limit)} WHERE (started_at, session_id) < (${instant('$5')}, $6::UUID)
      ORDER BY started_at DESC, session_id DESC LIMIT ${limit})
    ${facets ? facetFields.map((field) => facetSql(field)).join('\n') : ''}`;
  const values = [
    range.fromMs ?? 0,
    range.toMs ?? latestMs,
    range.lastHitFromMs ?? 0,
    except.join(','),
    after?.startedAt ?? latestMs,
    after?.id ?? 'f'.repeat(32),
    ...clause.values,
  ].map(String);
  const { rows } = await analytics.search(sql, values, searchLimits.deadlineMs);
  return readRows(rows);
}

const pageColumns = [
  'session_id',
  'started_at',
  'segment_day',
  'segment_offset',
  'segment_length',
] as const;

const instant = (parameter: string) => `make_timestamptz(${parameter}::BIGINT * 1000)`;

/** The found sessions, with all their columns, that are at least as new as the last of the page: equal starts are all in. */
const newest = (limit: number) =>
  `(SELECT * FROM store.sessions WHERE session_row IN (
      SELECT session_row FROM found WHERE started_at <= ${instant('$5')} AND started_at >= coalesce(
        (SELECT min(started_at) FROM (SELECT started_at FROM found WHERE started_at < ${instant('$5')} ORDER BY started_at DESC LIMIT ${limit})),
        ${instant('$5')})))`;

/** As far as instants of this kind reach. */
const latestMs = 8.64e15;

const facetSql = (field: FacetField) =>
  `UNION ALL (SELECT 'facet', '${field}', ${facetColumns[field]}, count(*), NULL, NULL, NULL
    FROM found GROUP BY 3 ORDER BY 4 DESC, 3 LIMIT ${valuesPerFacet})`;

function readRows(rows: unknown[][]): TablesFound {
  const found: TablesFound = { sessions: 0, page: [], facets: new Map() };
  for (const [kind, name, value, count, offset, length] of rows) {
    if (kind === 'sessions') found.sessions = Number(count);
    else if (kind === 'page') {
      const place = { day: String(value), offset: Number(offset), length: Number(length) };
      found.page.push({ id: String(name), startedAt: Number(count), place });
    } else {
      const field = name as FacetField;
      const counts = found.facets.get(field) ?? new Map<string | null, number>();
      found.facets.set(field, counts.set(value as string | null, Number(count)));
    }
  }
  found.page.sort((one, other) => other.startedAt - one.startedAt || (other.id < one.id ? -1 : 1));
  return found;
}

/**
 * The events and attributes of stored sessions by session id, as the tables have them: backfills write there only. An
 * event is at the time of its hit, so only the rows of that time are looked at.
 */
export async function readOccurrences(
  analytics: AnalyticsStore,
  sessions: readonly Pick<WholeSession, 'id' | 'startedAt' | 'endedAt'>[],
): Promise<Map<string, Required<Pick<ClosedSession, 'facts' | 'attributes'>>>> {
  const found = new Map(
    sessions.map(({ id }) => [id, { facts: [] as Fact[], attributes: {} as Texts }]),
  );
  if (sessions.length === 0) return found;
  const ids = sessions.map(({ id }) => id).join(',');
  const fromMs = Math.min(...sessions.map(({ startedAt }) => startedAt));
  const toMs = Math.max(...sessions.map(({ endedAt }) => endedAt));
  const among = "session_id IN (SELECT unnest(string_split($1::VARCHAR, ','))::UUID)";
  const within = [2, 3].map((place) => `make_timestamptz($${place}::BIGINT * 1000)`).join(' AND ');
  const key = "replace(session_id::VARCHAR, '-', '')";
  const fired = await analytics.query(
    `SELECT ${key}, event, number, hit_number, epoch_ms("at"), value_number, value_text
     FROM store.events WHERE "at" BETWEEN ${within} AND NOT building_block AND ${among} ORDER BY number`,
    [ids, String(fromMs), String(toMs)],
  );
  for (const [id, event, number, hitNumber, at, valueNumber, valueText] of fired.rows) {
    found.get(String(id))?.facts.push({
      event: String(event),
      number: Number(number),
      hitNumber: Number(hitNumber),
      at: Number(at),
      ...(valueNumber === null ? {} : { valueNumber: Number(valueNumber) }),
      ...(valueText === null ? {} : { valueText: String(valueText) }),
    });
  }
  const set = await analytics.query(
    `SELECT ${key}, field, value FROM store.session_values WHERE ${among}`,
    [ids],
  );
  for (const [id, field, value] of set.rows) {
    const attributes = found.get(String(id))?.attributes ?? {};
    const name = String(field);
    attributes[name] = [...(attributes[name] ?? []), String(value)];
  }
  return found;
}

/** Which of these stored sessions are of a log whose page views the tracker has all seen too. */
export async function readSeenByTag(
  analytics: AnalyticsStore,
  sessions: readonly Pick<WholeSession, 'id' | 'startedAt' | 'origin'>[],
): Promise<Set<string>> {
  const ofLogs = sessions.filter(({ origin }) => origin === 'log');
  if (ofLogs.length === 0) return new Set();
  const times = ofLogs.map(({ startedAt }) => startedAt);
  const { rows } = await analytics.query(
    `SELECT replace(session_id::VARCHAR, '-', '') FROM store.sessions WHERE seen_by_tag
       AND started_at BETWEEN ${instant('$2')} AND ${instant('$3')}
       AND session_id IN (SELECT unnest(string_split($1::VARCHAR, ','))::UUID)`,
    [ofLogs.map(({ id }) => id).join(','), String(Math.min(...times)), String(Math.max(...times))],
  );
  return new Set(rows.map(([id]) => String(id)));
}

type Texts = Record<string, string[]>;
