/** Signs of worthless clicks by campaign: the same address again and again, no time spent, robots. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import type { Answer } from '../../contract/query.ts';
import { campaignSql } from '../campaign-sql.ts';
import { instantSql, localTimeSql } from '../local-time.ts';
import type { QueryContext } from '../session-source.ts';
import { type AnalysisPlan, figure, noLabels, partsOf, text } from './analysis-parts.ts';
import { costsByCampaign, spelledSql } from './campaigns.ts';

/** From which session on one address a day counts as repeated. */
const usualPerDay = 2;
const shortMs = 5_000;

/**
 * A session is suspect when a robot made it, when it is beyond the second one of its address that day by that
 * campaign, or when it bounced within five seconds from a network that brought more than half of the campaign's sessions.
 */
export function planClickFraud(
  analysis: AnalysisOf<'click_fraud'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const campaign = campaignSql(span, context, binder);
  const sessions = parts.sessions('started', { robots: true });
  const day = `(${localTimeSql('s.started_at', span, context.timeZone)} // 86400000000)`;
  return {
    sql: `WITH chosen AS (SELECT s.is_robot, s.is_bounce, s.duration_ms, s.address_key, s.address_prefix, lower(${campaign}) AS campaign, ${campaign} AS spelling,
          s.address_key IS NOT NULL AND row_number() OVER (PARTITION BY lower(${campaign}), s.address_key, ${day} ORDER BY s.started_at, s.session_id) > ${usualPerDay} AS is_repeated
        FROM ${sessions} WHERE s.started_at < ${instantSql(span.toMs)}),
      ${spelledSql('chosen')},
      networks AS (SELECT campaign, address_prefix, count(*) AS n, count(*) / sum(count(*)) OVER (PARTITION BY campaign) AS share FROM chosen WHERE campaign IS NOT NULL AND address_prefix IS NOT NULL GROUP BY 1, 2),
      largest AS (SELECT campaign, max(share) AS share, arg_max(address_prefix, share) AS address_prefix FROM networks GROUP BY 1),
      judged AS (SELECT c.*, l.share AS network_share, c.is_bounce AND c.duration_ms < ${shortMs} AS is_short, coalesce(l.share > 0.5 AND l.address_prefix = c.address_prefix, false) AS is_crowd FROM chosen c LEFT JOIN largest l USING (campaign) WHERE c.campaign IS NOT NULL)
      SELECT any_value(w.spelling), count(*), count(*) FILTER (is_robot), count(*) FILTER (is_repeated), count(*) FILTER (is_short), count(DISTINCT address_key), any_value(network_share), count(*) FILTER (is_robot OR is_repeated OR (is_short AND is_crowd)) AS suspect
      FROM judged j JOIN spelled w USING (campaign) GROUP BY j.campaign ORDER BY suspect DESC, 2 DESC, j.campaign`,
    values: binder.values,
    columns: [
      text('campaign', 'Campaign', 'The campaign that the sessions came by.'),
      figure('sessions', 'Sessions', 'count', 'Sessions by the campaign, robots among them.')(),
      figure('robots', 'Robots', 'count', 'Of these, sessions of robots.', 'lower')(),
      figure(
        'repeated',
        'Repeated',
        'count',
        `Of these, sessions beyond the first ${usualPerDay} of one address on one day.`,
        'lower',
      )(),
      figure(
        'short',
        'Gone at once',
        'count',
        'Of these, bounces of less than five seconds.',
        'lower',
      )(),
      figure('addresses', 'Addresses', 'count', 'Distinct client addresses.')(),
      figure(
        'network_share',
        'Largest network',
        'share',
        'Share of the sessions that came from one network.',
        'lower',
      )(),
      figure(
        'suspect',
        'Suspect',
        'count',
        'Sessions of robots, repeated ones, and those gone at once from a network that brought more than half.',
        'lower',
      )(),
      figure('suspect_share', 'Suspect share', 'share', 'As a share of the sessions.', 'lower')(),
      figure('clicks', 'Clicks', 'count', 'Clicks that the seller counted, as imported.')(),
      figure(
        'suspect_cost',
        'Cost of suspect',
        'money',
        'Cost of the campaign times its suspect share.',
        'lower',
      )(),
    ],
    notes: [
      'These are signs, not proofs: an office or a school may share one address.',
      ...noLabels(analysis),
    ],
    finish(rows): Answer['rows'] {
      const costs = costsByCampaign(context.definitions, analysis.range);
      return rows.map(([name, ...figures]) => {
        const numbers = figures.map((cell) => (cell === null ? null : Number(cell)));
        const share = Number(numbers[6]) / Number(numbers[0]);
        const cost = costs.get(String(name).toLowerCase());
        return [
          String(name),
          ...numbers,
          share,
          cost?.clicks ?? null,
          cost ? cost.cost * share : null,
        ];
      });
    },
  };
}
