/**
 * The same page view, seen by the tracker and by a log. Two page views are of one client when the keys of their
 * addresses and their user agents are equal. Page views of a client, a path and a day (UTC), of which none is more than
 * ten seconds behind the one before, are a run; in a run the first page views of the log, as many as the tracker saw,
 * are the same as the first of the tracker. So the marks depend on what is stored, and not on what came first, and a
 * client's day can be marked by itself.
 */
import { instantSql } from './local-time.ts';

const runGapMs = 10_000;
const dayMs = 86_400_000;
/** A session lasts a day at the most. */
const sessionMsMax = dayMs;

const dayOf = 'epoch_ms(h."at") // 86400000';
const userAgent = "coalesce(s.user_agent, '')";

/** Whole days, UTC: epoch milliseconds. */
export interface SeenBounds {
  fromMs: number;
  toMs: number;
}

/**
 * The clients, with their days, of some sessions `s`, as the table `seen_clients`: what `markSeen` looks at.
 * @param sessions a clause
 */
export const seenClients = (sessions: string) =>
  `CREATE OR REPLACE TEMP TABLE seen_clients AS
    SELECT s.address_key, ${userAgent} AS user_agent, ${dayOf} AS day
    FROM store.hits h JOIN store.sessions s ON s.session_row = h.session_row
    WHERE h.type = 'page_view' AND s.address_key IS NOT NULL AND ${sessions} GROUP BY ALL`;

/** The days of those clients as epoch milliseconds; NULL where there are none. */
export const seenBounds = `SELECT min(day) * ${dayMs}, (max(day) + 1) * ${dayMs} FROM seen_clients`;

const near = (margin: number, { fromMs, toMs }: SeenBounds) =>
  `h."at" >= ${instantSql(fromMs - margin)} AND h."at" < ${instantSql(toMs + margin)}`;

/** The sessions of those clients, as the table `seen_sessions`. */
export const seenSessions = ({ fromMs, toMs }: SeenBounds) =>
  `CREATE OR REPLACE TEMP TABLE seen_sessions AS
    SELECT s.session_row, s.origin = 'log' AS is_log, s.address_key, ${userAgent} AS user_agent
    FROM store.sessions s SEMI JOIN seen_clients c ON c.address_key = s.address_key AND c.user_agent = ${userAgent}
    WHERE s.ended_at >= ${instantSql(fromMs)} AND s.started_at < ${instantSql(toMs)}`;

/** Whether a client is among them of whom both a tracker and a log have sessions. */
export const hasSeenByBoth =
  'SELECT count(*) FROM (SELECT 1 FROM seen_sessions GROUP BY address_key, user_agent HAVING min(is_log) <> max(is_log) LIMIT 1)';

/** The page views whose marks change, as the table `seen_changes`. */
export const seenChanges = (bounds: SeenBounds) =>
  `CREATE OR REPLACE TEMP TABLE seen_changes AS
    WITH views AS (
      SELECT h.session_row, h.number, h.hit_id, h.path, h."at", ${dayOf} AS day, s.is_log, s.address_key, s.user_agent,
        CASE WHEN s.is_log THEN h.seen_by_tag ELSE h.seen_by_log END AS was_seen
      FROM store.hits h JOIN seen_sessions s ON s.session_row = h.session_row
      WHERE h.type = 'page_view' AND ${near(0, bounds)}
        AND (s.address_key, s.user_agent, ${dayOf}) IN (SELECT (address_key, user_agent, day) FROM seen_clients)),
    gaps AS (
      SELECT *, coalesce(epoch_ms("at") - epoch_ms(lag("at") OVER page) > ${runGapMs}, true)::INTEGER AS is_first
      FROM views WINDOW page AS (PARTITION BY address_key, user_agent, path, day ORDER BY "at", hit_id)),
    runs AS (
      SELECT *, sum(is_first) OVER (PARTITION BY address_key, user_agent, path, day ORDER BY "at", hit_id ROWS UNBOUNDED PRECEDING) AS run FROM gaps),
    placed AS (
      SELECT *, row_number() OVER (PARTITION BY address_key, user_agent, path, day, run, is_log ORDER BY "at", hit_id) AS place,
        count(*) FILTER (is_log) OVER whole AS of_log, count(*) FILTER (NOT is_log) OVER whole AS of_tag
      FROM runs WINDOW whole AS (PARTITION BY address_key, user_agent, path, day, run))
    SELECT session_row, number, is_log, "at", place <= least(of_log, of_tag) AS is_seen FROM placed
    WHERE was_seen IS DISTINCT FROM is_seen`;

const changedSessions = 'SELECT session_row FROM seen_changes WHERE is_log';

/** Marks the page views of `seen_changes`, and the sessions of logs that have no other page view. */
export const markSeen = (bounds: SeenBounds): readonly string[] => [
  `UPDATE store.hits h SET seen_by_tag = c.is_log AND c.is_seen, seen_by_log = NOT c.is_log AND c.is_seen
    FROM seen_changes c WHERE h.session_row = c.session_row AND h.number = c.number AND ${near(0, bounds)}`,
  `UPDATE store.sessions s SET seen_by_tag = v.is_seen FROM (
      SELECT h.session_row, bool_and(h.seen_by_tag) AS is_seen FROM store.hits h
      WHERE h.type = 'page_view' AND ${near(sessionMsMax, bounds)} AND h.session_row IN (${changedSessions}) GROUP BY 1) v
    WHERE s.session_row = v.session_row`,
];

/** The instants, as a SELECT of `at`, of what `markSeen` changes. */
export const seenInstants = `SELECT "at" FROM seen_changes
  UNION ALL SELECT started_at FROM store.sessions WHERE session_row IN (${changedSessions})`;

/** All of a file whose marks are empty, however much it holds. */
const everything: SeenBounds = { fromMs: -62_135_596_800_000, toMs: 253_402_300_800_000 };
const clientsOfBoth = `(s.address_key, ${userAgent}) IN (
  SELECT (address_key, coalesce(user_agent, '')) FROM store.sessions GROUP BY address_key, coalesce(user_agent, '') HAVING min(origin) <> max(origin))`;

export const seenOfAll: readonly string[] = [
  seenClients(clientsOfBoth),
  seenSessions(everything),
  seenChanges(everything),
  ...markSeen(everything),
];
