/** Visitors by the period of their first session, and how many of them had a session in each period after. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { localTimeSql } from '../local-time.ts';
import { notSeenByTag, type QueryContext } from '../session-source.ts';
import { type AnalysisPlan, figure, inSpan, noLabels, partsOf, text } from './analysis-parts.ts';

const dayUs = '86400000000';

/** The number of a period, and the day on which the period of a number begins. */
const periods = {
  day: { number: (day: string) => day, day: (number: string) => number },
  // The first of January 1970 was a Thursday.
  week: {
    number: (day: string) => `((${day} + 3) // 7)`,
    day: (number: string) => `(${number} * 7 - 3)`,
  },
  month: {
    number: (day: string) =>
      `(date_diff('month', DATE '1970-01-01', DATE '1970-01-01' + (${day})::INTEGER))`,
    day: (number: string) =>
      `date_diff('day', DATE '1970-01-01', DATE '1970-01-01' + to_months((${number})::INTEGER))`,
  },
};

/** A cohort is all its visitors, also where a condition asks for some of their sessions only: a share is never above 1. */
export function planRetention(
  analysis: AnalysisOf<'retention'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const unit = periods[analysis.unit];
  const number = (column: string) =>
    unit.number(`(${localTimeSql(column, span, context.timeZone)} // ${dayUs})`);
  const sessions = parts.sessions('started');
  const first = [
    ...(analysis.robots ? [] : ['NOT s.is_robot']),
    ...(analysis.seenByTag ? [] : [notSeenByTag('s')]),
  ];
  const counted = first.length === 0 ? '' : `WHERE ${first.join(' AND ')}`;
  return {
    sql: `WITH firsts AS (SELECT visitor_id, min(started_at) AS first_at FROM store.sessions s ${counted} GROUP BY 1),
      seen AS (
        SELECT DISTINCT s.visitor_id, ${number('f.first_at')} AS cohort, ${number('s.started_at')} AS period
        FROM ${sessions} JOIN firsts f ON f.visitor_id = s.visitor_id AND f.first_at >= make_timestamptz(${span.fromMs * 1_000})),
      counted AS (SELECT cohort, period - cohort AS later, count(*) AS visitors FROM seen GROUP BY 1, 2),
      sizes AS (SELECT ${number('f.first_at')} AS cohort, count(*) AS whole FROM firsts f WHERE ${inSpan('f.first_at', span)} GROUP BY 1)
      SELECT strftime(DATE '1970-01-01' + (${unit.day('cohort')})::INTEGER, '%Y-%m-%d'), later, visitors,
        visitors / whole
      FROM counted JOIN sizes USING (cohort) ORDER BY cohort, later`,
    values: binder.values,
    columns: [
      text(
        'cohort',
        'First session',
        'First day of the period in which the visitors had their first stored session.',
      ),
      text('later', 'Periods later', `How many ${analysis.unit}s after that.`),
      figure(
        'visitors',
        'Visitors',
        'count',
        'Visitors of the cohort with a session in that period.',
        'higher',
      )(),
      figure('share', 'Retained', 'share', 'As a share of the visitors of the cohort.', 'higher')(),
    ],
    notes: noLabels(analysis),
  };
}
