/** How whole the capture is: what tracker sessions lack, by day; and page views that tracker and log saw or missed. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { instantSql, localTimeSql } from '../local-time.ts';
import type { QueryContext } from '../session-source.ts';
import { type AnalysisPlan, figure, inSpan, noLabels, partsOf, text } from './analysis-parts.ts';

/** What stands behind `https://` in the referrer; the host of the page, when that is where it came from; its path. */
const referrerRest =
  "CASE WHEN starts_with(h.referrer, 'https://') THEN substr(h.referrer, 9) WHEN starts_with(h.referrer, 'http://') THEN substr(h.referrer, 8) END";
const isOwnReferrer =
  "starts_with(h.rest, h.host) AND substr(h.rest, length(h.host) + 1, 1) IN ('', '/', '?', '#')";
const referrerPath =
  "coalesce(nullif(split_part(split_part(substr(h.rest, length(h.host) + 1), '?', 1), '#', 1), ''), '/')";

/**
 * A page view names the page before it as its referrer. Where that page is of the same host and no earlier page view
 * of the session, a page view is missing. A page that names itself is left out last: asked sooner, DuckDB would cut the
 * path out of each referrer again for every step of the comparison.
 */
export function planCaptureIntegrity(
  analysis: AnalysisOf<'capture_integrity'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const sessions = parts.sessions('touch');
  const day = `(${localTimeSql('h."at"', span, context.timeZone)} // 86400000000)`;
  const from = instantSql(span.fromMs - 86_400_000);
  return {
    sql: `WITH chosen AS MATERIALIZED (SELECT s.session_row FROM ${sessions}),
      days AS (
        SELECT ${day} AS day, count(*) AS hits, count(*) FILTER (h.type = 'page_view') AS page_views,
          count(*) FILTER (h.number = 1) AS sessions, count(*) FILTER (h.number = 1 AND h.type <> 'page_view') AS headless
        FROM store.hits h JOIN chosen s ON s.session_row = h.session_row WHERE h.origin = 'tracker' AND ${inSpan('h."at"', span)} GROUP BY 1),
      named AS (
        SELECT h.session_row, h.number, h.path, ${day} AS day, ${referrerPath} AS from_path
        FROM (SELECT session_row, number, "at", path, host, ${referrerRest} AS rest FROM store.hits h
          WHERE h.origin = 'tracker' AND h.type = 'page_view' AND ${inSpan('h."at"', span)} AND h.referrer IS NOT NULL) h
        JOIN chosen s ON s.session_row = h.session_row WHERE ${isOwnReferrer}),
      pages AS (SELECT session_row, number, path FROM store.hits WHERE origin = 'tracker' AND type = 'page_view' AND "at" >= ${from} AND "at" < ${instantSql(span.toMs)}),
      lacking AS (
        SELECT n.day, count(*) FILTER (n.from_path <> n.path) AS missing FROM named n
        ANTI JOIN pages p ON p.session_row = n.session_row AND p.path = n.from_path AND p.number < n.number GROUP BY 1)
      SELECT strftime(DATE '1970-01-01' + day::INTEGER, '%Y-%m-%d'), hits, page_views, coalesce(missing, 0) AS missing_views,
        missing_views / nullif(page_views + missing_views, 0), sessions, headless
      FROM days LEFT JOIN lacking USING (day) ORDER BY 1`,
    values: binder.values,
    columns: [
      text('day', 'Day', "Calendar day in the dataset's time zone."),
      figure('hits', 'Hits', 'count', 'Hits of the tracker.')(),
      figure('page_views', 'Page views', 'count', 'Page views among them.')(),
      figure(
        'missing',
        'Missing',
        'count',
        'Page views whose referrer is a page of the same host that the session never showed before: that page view is missing.',
        'lower',
      )(),
      figure(
        'missing_share',
        'Missing share',
        'share',
        'Missing page views as a share of all that there must have been.',
        'lower',
      )(),
      figure('sessions', 'Sessions', 'count', 'Sessions that began on the day.')(),
      figure(
        'headless',
        'Without beginning',
        'count',
        'Of these, sessions whose first hit is no page view.',
        'lower',
      )(),
    ],
    notes: [
      'Missing page views are worked out from referrers, so this is the least that is missing: pages that send no referrer cannot show a gap. A session that a limit or midnight has cut shows one.',
      ...noLabels(analysis),
    ],
  };
}

const withinMs = 10_000;
/** More pages than a range can have: a client times this, and a page, are one number. */
const pagesMax = 2 ** 32;

/**
 * A page view of the tracker and one of the log are the same when path, user agent and cut address are equal and no
 * more than ten seconds lie between them. All hits of a session have its origin, so clients that only one of the two
 * saw are left out before hits are looked at. Client and page make one number, and what may be the same lies in the
 * same slot of ten seconds or in one beside it; several of a slot pair up in their order.
 */
export function planTagAndLog(
  analysis: AnalysisOf<'tag_and_log'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const sessions = parts.sessions('touch');
  const views = `h.type = 'page_view' AND ${inSpan('h."at"', span)}`;
  return {
    sql: `WITH chosen AS MATERIALIZED (SELECT s.session_row, s.origin, s.user_agent, coalesce(s.address_prefix, '') AS prefix FROM ${sessions}),
      clients AS (SELECT user_agent, prefix, row_number() OVER () AS client FROM (SELECT user_agent, prefix FROM chosen GROUP BY 1, 2 HAVING min(origin) <> max(origin))),
      known AS MATERIALIZED (SELECT c.session_row, k.client FROM chosen c JOIN clients k ON k.user_agent IS NOT DISTINCT FROM c.user_agent AND k.prefix = c.prefix),
      pages AS MATERIALIZED (SELECT path, row_number() OVER () AS page FROM (SELECT DISTINCT h.path FROM store.hits h WHERE ${views})),
      views AS MATERIALIZED (
        SELECT h.origin = 'log' AS is_log, k.client * ${pagesMax} + p.page AS client_page, epoch_ms(h."at") AS at_ms, at_ms // ${withinMs} AS slot
        FROM store.hits h JOIN known k ON k.session_row = h.session_row JOIN pages p ON p.path = h.path WHERE ${views}),
      ranked AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY client_page, slot, is_log ORDER BY at_ms) AS place FROM views),
      log AS (SELECT client_page, place, slot + beside AS slot, at_ms FROM ranked, (VALUES (-1), (0), (1)) b(beside) WHERE is_log),
      matched AS (
        SELECT t.client_page % ${pagesMax} AS page, count(*) AS n FROM (SELECT * FROM ranked WHERE NOT is_log) t
        SEMI JOIN log l ON l.client_page = t.client_page AND l.place = t.place AND l.slot = t.slot AND l.at_ms <= t.at_ms + ${withinMs} AND l.at_ms >= t.at_ms - ${withinMs} GROUP BY 1),
      sums AS (
        SELECT h.path, count(*) FILTER (h.origin = 'tracker') AS tag, count(*) FILTER (h.origin = 'log') AS log
        FROM store.hits h JOIN chosen s ON s.session_row = h.session_row WHERE ${views} GROUP BY 1)
      SELECT path, least(coalesce(n, 0), tag, log) AS seen_by_both, tag - seen_by_both AS tag_only, log - seen_by_both AS log_only, seen_by_both / nullif(log, 0) FROM sums LEFT JOIN pages USING (path) LEFT JOIN matched USING (page)
      ORDER BY tag + log DESC, path`,
    values: binder.values,
    columns: [
      text('path', 'Page', 'Path of the page.'),
      figure('both', 'Both', 'count', 'Page views that tracker and log both saw.', 'higher')(),
      figure(
        'tag_only',
        'Tracker only',
        'count',
        'Page views that only the tracker saw, such as pages out of a cache.',
      )(),
      figure(
        'log_only',
        'Log only',
        'count',
        'Page views that only the log saw, such as of browsers that block scripts.',
      )(),
      figure(
        'share',
        'Seen by the tracker',
        'share',
        "Page views of both as a share of the log's.",
        'higher',
      )(),
    ],
    notes: [
      'Page views are taken for the same when path, user agent and cut address are equal and no more than ten seconds lie between them: an estimate where many share an address.',
      ...noLabels(analysis),
    ],
  };
}
