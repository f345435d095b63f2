/** What campaigns cost and brought: conversions and revenue by first or last touch, return on investment. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import type { DateRange } from '../../contract/calendar.ts';
import type { CampaignCost } from '../../contract/campaign.ts';
import type { Definitions } from '../../contract/definition.ts';
import type { Answer } from '../../contract/query.ts';
import { campaignSql } from '../campaign-sql.ts';
import { instantSql } from '../local-time.ts';
import { notSeenByTag, type QueryContext } from '../session-source.ts';
import { type AnalysisPlan, figure, inSpan, noLabels, partsOf, text } from './analysis-parts.ts';

export interface CampaignCosts {
  name: string;
  cost: number;
  clicks: number | null;
  impressions: number | null;
}

/** The costs of the range by campaign (its name in lower case); a name in a file may be that of its utm_campaign. */
export function costsByCampaign(
  { campaigns, costs }: Definitions,
  { from, to }: DateRange,
): Map<string, CampaignCosts> {
  const names = new Map<string, string>();
  for (const { name, utm } of campaigns.toReversed()) {
    if (utm?.campaign !== undefined) names.set(utm.campaign.toLowerCase(), name);
  }
  for (const { name } of campaigns) names.set(name.toLowerCase(), name);
  const sums = new Map<string, CampaignCosts>();
  for (const cost of costs) {
    if (cost.day < from || cost.day >= to) continue;
    const name = names.get(cost.campaign.toLowerCase()) ?? cost.campaign;
    const key = name.toLowerCase();
    sums.set(key, added(sums.get(key) ?? { name, cost: 0, clicks: null, impressions: null }, cost));
  }
  return sums;
}

function added(sum: CampaignCosts, { cost, clicks, impressions }: CampaignCost): CampaignCosts {
  const both = (one: number | null, other: number | null) =>
    other === null ? one : (one ?? 0) + other;
  return {
    ...sum,
    cost: sum.cost + cost,
    clicks: both(sum.clicks, clicks),
    impressions: both(sum.impressions, impressions),
  };
}

/**
 * Names that differ in upper and lower case only are one campaign, as they are for its costs. It is shown as most
 * sessions spell it. @param rows have the `campaign` in lower case and its `spelling`
 */
export const spelledSql = (rows: string) =>
  `spelled AS (SELECT campaign, arg_max(spelling, (n, spelling)) AS spelling FROM (SELECT campaign, spelling, count(*) AS n FROM ${rows} WHERE campaign IS NOT NULL GROUP BY 1, 2) GROUP BY 1)`;

/** A session with the campaign of its own; a conversion belongs to a campaign of its visitor's sessions up to it. */
export function planCampaigns(
  analysis: AnalysisOf<'campaigns'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { span, binder } = parts;
  const hasGoals = context.definitions.goals.length > 0 || analysis.goal !== undefined;
  // Conditions of campaigns may look at hits of any session up to the end of the range.
  const own = campaignSql({ fromMs: 0, toMs: span.toMs }, context, binder);
  const sessions = parts.sessions('started', { goals: hasGoals, goal: analysis.goal });
  const touched = analysis.touch === 'first' ? 'first_value' : 'last_value';
  const robots = analysis.robots ? '' : 'AND NOT s.is_robot';
  const once = analysis.seenByTag ? '' : `AND ${notSeenByTag('s')}`;
  const reached = hasGoals ? 's.reached_goal' : 'false';
  const revenue = hasGoals ? 's.revenue' : '0';
  return {
    sql: `WITH marked AS (SELECT s.session_row, s.session_id, s.visitor_id, s.started_at, lower(${own}) AS campaign, ${own} AS spelling FROM store.sessions s WHERE s.started_at < ${instantSql(span.toMs)} ${robots} ${once}),
      ${spelledSql('marked')},
      touched AS (SELECT session_row, started_at, campaign, ${touched}(campaign IGNORE NULLS) OVER (PARTITION BY visitor_id ORDER BY started_at, session_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS credited FROM marked),
      chosen AS (SELECT s.visitor_id, s.is_bounce, s.duration_ms, ${reached} AS reached, ${revenue} AS revenue, t.campaign, t.credited FROM ${sessions} JOIN (SELECT * FROM touched WHERE ${inSpan('started_at', span)}) t ON t.session_row = s.session_row),
      came AS (SELECT campaign, count(*) AS sessions, count(DISTINCT visitor_id) AS visitors, avg(is_bounce::INTEGER) AS bounce_rate FROM chosen WHERE campaign IS NOT NULL GROUP BY 1),
      brought AS (SELECT credited AS campaign, count(*) FILTER (reached) AS conversions, coalesce(sum(revenue) FILTER (reached), 0) AS revenue FROM chosen WHERE credited IS NOT NULL GROUP BY 1)
      SELECT spelling, coalesce(sessions, 0), coalesce(visitors, 0), bounce_rate, coalesce(conversions, 0), coalesce(revenue, 0) FROM came FULL JOIN brought USING (campaign) JOIN spelled USING (campaign) ORDER BY 2 DESC, campaign`,
    values: binder.values,
    columns: columns(analysis.touch),
    notes: [
      ...(hasGoals ? [] : ['No goal is defined, so nothing converts: canister goal save.']),
      ...noLabels(analysis),
    ],
    finish: (rows) => joinCosts(rows, costsByCampaign(context.definitions, analysis.range)),
    // The spelling that most sessions have may be another one in another period.
    beside: { key: ([name]) => String(name).toLowerCase(), absent: () => absent },
  };
}

const columns = (touch: 'first' | 'last') => {
  const credit = `of the ${touch} campaign of the visitor up to the session`;
  return [
    text(
      'campaign',
      'Campaign',
      'The first defined campaign that fits the session, else its utm_campaign.',
    ),
    figure('sessions', 'Sessions', 'count', 'Sessions that came by the campaign.', 'higher')(),
    figure('visitors', 'Visitors', 'count', 'Distinct visitor keys of those sessions.', 'higher')(),
    figure(
      'bounce_rate',
      'Bounce rate',
      'share',
      'Bounces as a share of those sessions.',
      'lower',
    )(),
    figure(
      'conversions',
      'Conversions',
      'count',
      `Sessions that reached the goal, each ${credit}.`,
      'higher',
    )(),
    figure('revenue', 'Revenue', 'money', `Revenue of those conversions, ${credit}.`, 'higher')(),
    figure('cost', 'Cost', 'money', 'Imported costs of the days of the range.', 'lower')(),
    figure('clicks', 'Clicks', 'count', 'Clicks that the seller counted, as imported.')(),
    figure(
      'impressions',
      'Impressions',
      'count',
      'Impressions that the seller counted, as imported.',
    )(),
    figure('roi', 'ROI', 'share', '(Revenue - cost) / cost; empty without cost.', 'higher')(),
    figure('cost_per_session', 'Cost per session', 'money', 'Cost / sessions.', 'lower')(),
    figure('cost_per_conversion', 'Cost per conversion', 'money', 'Cost / conversions.', 'lower')(),
  ];
};

/** Of a campaign that brought nobody and cost nothing. */
const nobody = [0, 0, null, 0, 0];
const absent = [...nobody, null, null, null, null, null, null];

function joinCosts(rows: unknown[][], costs: Map<string, CampaignCosts>): Answer['rows'] {
  const seen = new Set<string>();
  const found = rows.map((row) => {
    const name = String(row[0]);
    seen.add(name.toLowerCase());
    return { name, figures: row.slice(1), cost: costs.get(name.toLowerCase()) };
  });
  // A campaign that cost something and brought nobody must not be missing.
  for (const [key, cost] of costs) {
    if (!seen.has(key)) found.push({ name: cost.name, figures: nobody, cost });
  }
  return found.map(({ name, figures, cost }) => {
    const [sessions, visitors, bounceRate, conversions, revenue] = figures;
    const per = (count: unknown) =>
      cost !== undefined && Number(count) > 0 ? cost.cost / Number(count) : null;
    const hasCost = cost !== undefined && cost.cost > 0;
    return [
      name,
      Number(sessions),
      Number(visitors),
      bounceRate === null ? null : Number(bounceRate),
      Number(conversions),
      Number(revenue),
      cost?.cost ?? null,
      cost?.clicks ?? null,
      cost?.impressions ?? null,
      hasCost ? (Number(revenue) - cost.cost) / cost.cost : null,
      per(sessions),
      per(conversions),
    ];
  });
}
