/** The campaign of a session: the first defined one that fits, else what utm_campaign says. */
import type { Campaign } from '../contract/campaign.ts';
import { type Binder, type QueryContext, type Span, sessionClause } from './session-source.ts';

/** SQL over a session row `s`; NULL where it came by no campaign. */
export function campaignSql(span: Span, context: QueryContext, binder: Binder): string {
  const cases = context.definitions.campaigns.map(
    (campaign) =>
      `WHEN ${campaignClause(campaign, span, context, binder)} THEN ${binder.bind(campaign.name)}`,
  );
  return cases.length === 0 ? 's.campaign' : `CASE ${cases.join(' ')} ELSE s.campaign END`;
}

function campaignClause(
  { condition, utm }: Campaign,
  span: Span,
  context: QueryContext,
  binder: Binder,
): string {
  if (condition !== undefined) return sessionClause(condition, span, context, binder);
  const named = Object.entries(utm ?? {});
  const tests = named.map(
    ([field, value]) => `coalesce(lower(s.${field}) = lower(${binder.bind(String(value))}), false)`,
  );
  return `(${tests.join(' AND ')})`;
}
