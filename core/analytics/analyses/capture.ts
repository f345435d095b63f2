/** How whole the capture is: what tracker sessions lack, by day; and page views that tracker and log saw or missed. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { instantSql, localTimeSql } from '../local-time.ts';
import type { QueryContext } from '../session-source.ts';
import { type AnalysisPlan, figure, inSpan, noLabels, partsOf, text } from './analysis-parts.ts';

const referrerPath = `regexp_extract(h.referrer, '^https?://[^/?#]+([^?#]*)', 1)`;
const referrerHost = `regexp_extract(h.referrer, '^https?://([^/?#]+)', 1)`;

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
  const day = `(${localTimeSql('v."at"', span, context.timeZone)} // 86400000000)`;
  return {
    sql: `WITH seen AS (
        SELECT h.session_id, h.number, h."at", h.type, h.path, h.number = 1 AS is_first,
          CASE WHEN h.type = 'page_view' AND ${referrerHost} = h.host THEN coalesce(nullif(${referrerPath}, ''), '/') END AS from_path
        FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row
        WHERE h.origin = 'tracker' AND h."at" >= ${instantSql(span.fromMs - 86_400_000)} AND h."at" < ${instantSql(span.toMs)}),
      pages AS (SELECT session_id, path, min(number) AS number FROM seen WHERE type = 'page_view' GROUP BY 1, 2),
      judged AS (SELECT v.*, v.from_path IS NOT NULL AND (p.number IS NULL OR p.number >= v.number) AND v.from_path <> v.path AS lacks_page
        FROM seen v LEFT JOIN pages p ON p.session_id = v.session_id AND p.path = v.from_path WHERE ${inSpan('v."at"', span)})
      SELECT strftime(DATE '1970-01-01' + ${day}::INTEGER, '%Y-%m-%d') AS day, count(*), count(*) FILTER (v.type = 'page_view'), count(*) FILTER (v.lacks_page),
        count(*) FILTER (v.lacks_page) / nullif(count(*) FILTER (v.type = 'page_view') + count(*) FILTER (v.lacks_page), 0),
        count(*) FILTER (v.is_first), count(*) FILTER (v.is_first AND v.type <> 'page_view')
      FROM judged v GROUP BY 1 ORDER BY 1`,
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

/**
 * A page view of the tracker and one of the log are the same when path, user agent and cut address are equal and no
 * more than ten seconds lie between them.
 */
export function planTagAndLog(
  analysis: AnalysisOf<'tag_and_log'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const sessions = parts.sessions('touch');
  return {
    sql: `WITH views AS (
        SELECT h.origin, h.path, h."at", md5(concat_ws(chr(1), h.path, s.user_agent, coalesce(s.address_prefix, ''))) AS client
        FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row WHERE h.type = 'page_view' AND ${inSpan('h."at"', span)}),
      ranked AS (SELECT *, row_number() OVER (PARTITION BY origin, client, epoch_ms("at") // ${withinMs} ORDER BY "at") AS place FROM views),
      tag AS (SELECT * FROM ranked WHERE origin = 'tracker'), log AS (SELECT * FROM ranked WHERE origin = 'log'),
      matched AS (SELECT t.path, count(*) AS n FROM tag t ASOF JOIN log l ON t.client = l.client AND t.place = l.place AND t."at" + INTERVAL 10 SECOND >= l."at" WHERE abs(epoch_ms(t."at") - epoch_ms(l."at")) <= ${withinMs} GROUP BY 1),
      sums AS (SELECT path, count(*) FILTER (origin = 'tracker') AS tag, count(*) FILTER (origin = 'log') AS log FROM views GROUP BY 1)
      SELECT path, least(coalesce(n, 0), tag, log) AS seen_by_both, tag - seen_by_both AS tag_only, log - seen_by_both AS log_only, seen_by_both / nullif(log, 0) FROM sums LEFT JOIN matched USING (path)
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
