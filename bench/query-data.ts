/** Sessions and hits for the bench of queries, made in DuckDB itself, and the plain SQL for the tables of reports. */
import type { AnalyticsStore } from '../core/analytics/analytics-store.ts';

const hitsPerSession = 10;
const pick = (values: readonly string[], number: string) =>
  `([${values.map((value) => `'${value}'`).join(', ')}])[1 + (${number}) % ${values.length}]`;

/** Sessions over October and November 2026 in the order of time, ten hits each; gives their number. */
export async function fillAnalytics(store: AnalyticsStore, hits: number): Promise<number> {
  const sessions = Math.floor(hits / hitsPerSession);
  const stepUs = Math.floor((61 * 86_400_000_000) / sessions);
  const startUs = Date.UTC(2026, 9, 1) * 1_000;
  const start = `make_timestamptz(${startUs} + i * ${stepUs})`;
  const some = (salt: number) => `(hash(i, ${salt}) % 1000)::BIGINT`;
  // Every fourth session is the one before it, as the server's log saw it.
  const origin = "CASE WHEN i % 4 = 3 THEN 'log' ELSE 'tracker' END";
  const seen = '(i - (i % 4 = 3)::BIGINT)';
  const isBounce = `${some(1)} < 350`;
  const path = (number: string) => `'/page/' || floor(pow((${number}) / 1000.0, 3) * 400)::INTEGER`;
  await store.query(
    `INSERT INTO store.sessions BY NAME SELECT md5('s' || i)::UUID AS session_id, 'v' || (hash(i, 2) % ${Math.ceil(sessions * 0.6)}) AS visitor_id,
      ${origin} AS origin, 'Mozilla/5.0 bench/' || hash(${seen}, 14) % 200 AS user_agent, '10.' || hash(${seen}, 15) % 50 || '.' || hash(${seen}, 16) % 100 || '.0' AS address_prefix, ${start} AS started_at, ${start} + INTERVAL 9 MINUTE AS ended_at, 'idle' AS end_reason, 540000 AS duration_ms,
      ${hitsPerSession} AS hits, CASE WHEN ${isBounce} THEN 1 ELSE 8 END AS page_views, CASE WHEN ${isBounce} THEN 0 ELSE 1 END AS custom_events, ${isBounce} AS is_bounce, ${some(3)} < 100 AS is_robot,
      ${pick(['Chrome', 'Firefox', 'Safari', 'Edge'], some(4))} AS browser, ${pick(['Windows', 'iOS', 'Android', 'macOS', 'Linux'], some(5))} AS system, ${pick(['desktop', 'mobile', 'mobile', 'tablet'], some(6))} AS device,
      ${path(some(7))} AS entry_path, ${path(some(8))} AS exit_path, ${pick(['www.google.com', 'www.bing.com', 'news.example', 'blog.example'], some(9))} AS referrer_host, ${pick(['Google', 'Bing', 'news.example', 'blog.example'], some(9))} AS source, ${pick(['organic search', 'organic search', 'referral', 'referral'], some(9))} AS channel,
      ${pick(['DE', 'US', 'FR', 'GB', 'NL'], some(10))} AS country, 0 AS first_seq, 0 AS last_seq, i + 1 AS session_row FROM range(${sessions}) r(i)`,
    [],
  );
  const number = (salt: number) => `(hash(${seen}, n, ${salt}) % 1000)::BIGINT`;
  const before = `(hash(${seen}, n - 1, 11) % 1000)::BIGINT`;
  const type = `CASE WHEN n = 9 AND NOT ${isBounce} THEN 'event' WHEN n = 1 OR (n < 9 AND NOT ${isBounce}) THEN 'page_view' ELSE 'request' END`;
  await store.query(
    `INSERT INTO store.hits BY NAME SELECT md5('h' || i || '-' || n)::UUID AS hit_id, md5('s' || i)::UUID AS session_id, 'v' || (hash(i, 2) % ${Math.ceil(sessions * 0.6)}) AS visitor_id, ${some(3)} < 100 AS is_robot,
      n AS number, make_timestamptz(${startUs} + i * ${stepUs} + (n - 1) * 60000000) AS "at", ${type} AS type, ${origin} AS origin, 'GET' AS method, 'shop.example' AS host, ${path(number(11))} AS path,
      CASE WHEN ${number(12)} < 30 THEN 404 ELSE 200 END AS status, CASE WHEN n = 9 AND NOT ${isBounce} THEN ${pick(['Bought', 'Played', 'Searched'], number(13))} END AS event,
      n = 1 AS is_entry, n = 8 OR (n = 1 AND ${isBounce}) AS is_exit, CASE WHEN n < 8 AND NOT ${isBounce} THEN 60000 END AS time_on_page_ms, CASE WHEN n > 1 THEN 'https://shop.example' || ${path(before)} || '?from=bench' END AS referrer, i + 1 AS session_row
      FROM range(${sessions}) r(i), range(1, ${hitsPerSession + 1}) t(n)`,
    [],
  );
  return sessions;
}

const bounds = (column: string) =>
  `${column} >= TIMESTAMPTZ '2026-11-01 00:00:00+01' AND ${column} < TIMESTAMPTZ '2026-12-01 00:00:00+01' AND NOT is_robot`;
const sessions = `FROM store.sessions WHERE ${bounds('started_at')}`;
const hits = `FROM store.hits WHERE ${bounds('"at"')}`;

/** What a person would write for the same table, without a thought for speed. */
export const byHand = {
  totals: `SELECT count(*), count(DISTINCT visitor_id), avg(is_bounce::INTEGER), avg(duration_ms), avg(page_views) ${sessions}`,
  by_day: `SELECT started_at::DATE AS day, count(*), count(DISTINCT visitor_id) ${sessions} GROUP BY 1 ORDER BY 1`,
  page_views_by_day: `SELECT "at"::DATE AS day, count(*) ${hits} AND type = 'page_view' GROUP BY 1 ORDER BY 1`,
  pages: `SELECT path, count(*), count(*) FILTER (is_entry), count(*) FILTER (is_exit), avg(time_on_page_ms) ${hits} AND type = 'page_view' GROUP BY 1 ORDER BY 2 DESC LIMIT 100`,
  page_visitors: `SELECT path, count(*) FILTER (type = 'page_view'), count(DISTINCT visitor_id) ${hits} GROUP BY 1 ORDER BY 2 DESC LIMIT 100`,
  entry_pages: `SELECT entry_path, count(*), avg(is_bounce::INTEGER) ${sessions} GROUP BY 1 ORDER BY 2 DESC LIMIT 100`,
  referrers: `SELECT referrer_host, count(*), count(DISTINCT visitor_id) ${sessions} GROUP BY 1 ORDER BY 2 DESC LIMIT 100`,
  technology: `SELECT browser, system, device, count(*) ${sessions} GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 100`,
  countries: `SELECT country, count(*), count(DISTINCT visitor_id) ${sessions} GROUP BY 1 ORDER BY 2 DESC LIMIT 100`,
  time_of_day: `SELECT isodow(started_at), hour(started_at), count(*) ${sessions} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100`,
  statuses: `SELECT status, count(*) ${hits} GROUP BY 1 ORDER BY 2 DESC`,
  events: `SELECT event, count(*) ${hits} AND type = 'event' GROUP BY 1 ORDER BY 2 DESC`,
} as const;
