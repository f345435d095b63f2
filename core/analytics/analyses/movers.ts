/** Values whose last day departs most from the same weekdays before: z = (today - mean) / standard deviation. */
import { type AnalysisOf, analysisLimits } from '../../contract/analysis.ts';
import { addDays } from '../../contract/calendar.ts';
import { dimensionColumn, metricColumn } from '../../contract/columns.ts';
import { metrics } from '../../contract/metric.ts';
import { localTimeSql } from '../local-time.ts';
import { notSeenByTag, type QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  figure,
  inSpan,
  noLabels,
  partsOf,
  plainDimension,
} from './analysis-parts.ts';

const dayUs = '86400000000';

/**
 * The day is the last one of the range. A value that did not occur on a weekday counts 0 there; weekdays from before
 * the first stored data do not count, and with fewer than four there is no z.
 */
export function planMovers(analysis: AnalysisOf<'movers'>, context: QueryContext): AnalysisPlan {
  const { dimension, metric, sameWeekdays } = analysis;
  const today = addDays(analysis.range.to, -1);
  const range = { from: addDays(today, -7 * sameWeekdays), to: analysis.range.to };
  const parts = partsOf({ ...analysis, range }, context);
  const { span, binder } = parts;
  const { sql: key, home } = plainDimension(dimension);
  const isHit = home === 'hit' || metric !== 'sessions';
  const row = isHit ? 'h."at"' : 's.started_at';
  const sessions = isHit ? parts.sessions('touch', { seenByTag: true }) : parts.sessions('started');
  const once = analysis.seenByTag ? '' : `AND ${notSeenByTag('h')}`;
  const from = isHit
    ? `store.hits h JOIN ${sessions} ON s.session_row = h.session_row WHERE ${inSpan('h."at"', span)} ${once}`
    : `${sessions} WHERE true`;
  const counted = {
    sessions: isHit ? 'count(DISTINCT h.session_row)' : 'count(*)',
    page_views: "count(*) FILTER (h.type = 'page_view')",
    hits: 'count(*)',
  }[metric];
  const number = `(${localTimeSql(row, span, context.timeZone)} // ${dayUs})`;
  // A weekday on which nothing at all happened is a weekday too; those before the first stored session are not known.
  const firstDay = `(${localTimeSql('min(started_at)', span, context.timeZone)} // ${dayUs})`;
  const todayNumber = Math.round(Date.parse(`${today}T00:00:00Z`) / 86_400_000);
  const past = 'FILTER (day < $today)';
  const pastMean = 'past / nullif(points, 0)';
  const deviation = 'sqrt(greatest(squares - past * past / points, 0) / nullif(points - 1, 0))';
  const z = `CASE WHEN points >= ${analysisLimits.sameWeekdaysMin} AND ${deviation} > 0 THEN (today - ${pastMean}) / ${deviation} END`;
  const sql = `WITH counted AS (SELECT ${key} AS value, ${number} AS day, ${counted} AS n FROM ${from} AND (${number} - $today) % 7 = 0 GROUP BY 1, 2),
      days AS (SELECT least(${sameWeekdays}, ($today - ${firstDay}) // 7) AS points FROM store.sessions),
      sums AS (SELECT value, coalesce(sum(n) FILTER (day = $today), 0) AS today, coalesce(sum(n) ${past}, 0)::DOUBLE AS past, coalesce(sum(n * n) ${past}, 0)::DOUBLE AS squares FROM counted GROUP BY 1)
      SELECT value, today, ${pastMean}, ${deviation}, ${z} AS z FROM sums, days
      WHERE value IS NOT NULL AND (today > 0 OR past > 0) ORDER BY abs(z) DESC NULLS LAST, today DESC, value`;
  const base = `of up to ${sameWeekdays} same weekdays before`;
  return {
    sql: sql.replaceAll('$today', String(todayNumber)),
    values: binder.values,
    columns: [
      dimensionColumn(dimension),
      metricColumn(metric),
      figure('mean', 'Usual', 'number', `Mean ${base}.`)(),
      figure('deviation', 'Deviation', 'number', `Standard deviation ${base}.`)(),
      figure(
        'z',
        'z',
        'number',
        `(${metrics[metric].label} - usual) / deviation; empty with fewer than ${analysisLimits.sameWeekdaysMin} weekdays, or where they were all equal.`,
      )(),
    ],
    notes: [`The day is ${today}.`, ...noLabels(analysis)],
  };
}
