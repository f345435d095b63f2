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
 * of the session, a page view is missing.
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
        SELECT n.day, count(*) AS missing FROM (SELECT * FROM named WHERE from_path <> path) n
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

/** Whose page views: the column of a session `s` or a hit `h`. */
const whose = {
  path: { sql: 'h.path', label: 'Page', meaning: 'Path of the page.' },
  robot_purpose: {
    sql: 's.robot_purpose',
    label: 'Purpose',
    meaning: 'What the robot is for; empty for people.',
  },
  browser: { sql: 's.browser', label: 'Browser', meaning: 'Name of the browser or robot.' },
  network: { sql: 's.address_prefix', label: 'Network', meaning: 'Client address, cut.' },
} as const;

/**
 * Page views carry the mark of the other source since they were stored. What both saw is counted on the side of the
 * tracker, as all figures count it.
 */
export function planTagAndLog(
  analysis: AnalysisOf<'tag_and_log'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const { by } = analysis;
  const sessions = parts.sessions('touch', { seenByTag: true });
  return {
    sql: `WITH views AS (
        SELECT ${whose[by].sql} AS value, h.origin = 'log' AS is_log, h.seen_by_tag, h.seen_by_log
        FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row
        WHERE h.type = 'page_view' AND ${inSpan('h."at"', span)})
      SELECT value, count(*) FILTER (NOT is_log AND seen_by_log IS TRUE) AS seen_by_both,
        count(*) FILTER (NOT is_log AND seen_by_log IS NOT TRUE) AS tag_only,
        count(*) FILTER (is_log AND seen_by_tag IS NOT TRUE) AS log_only,
        seen_by_both / nullif(seen_by_both + log_only, 0)
      FROM views GROUP BY 1 ORDER BY count(*) DESC, value NULLS FIRST`,
    values: binder.values,
    columns: [
      text(by, whose[by].label, whose[by].meaning),
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
      'Page views are taken for the same when path, user agent and client address are equal, on the same day (UTC), and no more than ten seconds lie between them: an estimate where many share an address. Other reports count them once.',
      ...noLabels(analysis),
    ],
  };
}
