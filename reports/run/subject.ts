/** What a report is about: the page, funnel or goal of the request, or the one that is chosen where none is named. */
import { metrics } from '../../core/contract/metric.ts';
import { querySchema } from '../../core/contract/query.ts';
import type { ReportSubjectName } from '../../core/contract/report.ts';
import type { PanelDefinition } from '../../core/contract/report-definition.ts';
import type { ReportRequest, ReportSource } from './run-report.ts';

export type Subject = Partial<Record<ReportSubjectName, string>>;

/**
 * The subject of a run: as asked for; else the most viewed page, and the first funnel. Of goals all count where none
 * is named, so none is chosen.
 */
export async function chooseSubject(
  { subject: wanted = [] }: { subject?: readonly ReportSubjectName[] },
  request: ReportRequest,
  source: ReportSource,
): Promise<Subject> {
  const { slug } = request.dataset;
  const chosen: Subject = {};
  for (const name of wanted) {
    const value = request.subject?.[name] ?? (await chooseOne(name));
    if (value !== undefined && value !== '') chosen[name] = value;
  }
  return chosen;

  async function chooseOne(name: ReportSubjectName): Promise<string | undefined> {
    if (name === 'funnel') return (await source.names(slug, 'funnel'))[0];
    if (name === 'page') return mostViewedPage(request, source);
    return undefined;
  }
}

async function mostViewedPage(
  { dataset, range, robots, seenByTag }: ReportRequest,
  source: ReportSource,
): Promise<string | undefined> {
  const query = querySchema.parse({
    metrics: ['page_views'],
    dimensions: ['path'],
    range,
    robots,
    seenByTag,
    limit: 1,
  });
  const answer = await source.query(dataset.slug, query);
  const path = answer.rows[0]?.[0];
  return typeof path === 'string' ? path : undefined;
}

/** Says what a panel cannot do without and does not have, and how to come by it; undefined where all is there. */
export async function missingSubject(
  panel: PanelDefinition,
  subject: Subject,
  slug: string,
  source: ReportSource,
): Promise<string | undefined> {
  const kind = panel.analysis?.kind;
  if ((kind === 'paths' || kind === 'navigation') && subject.page === undefined) {
    return 'No page was viewed in this range. Name another page, or a longer range.';
  }
  if ((kind === 'funnel' || kind === 'scorecard') && subject.funnel === undefined) {
    return noneYet('funnel');
  }
  const needsGoal = panel.query?.metrics.some((name) => 'needsGoal' in metrics[name]) === true;
  if (needsGoal && subject.goal === undefined && (await source.names(slug, 'goal')).length === 0) {
    return noneYet('goal');
  }
  const byGroup = panel.query?.dimensions?.includes('page_group') === true;
  if (byGroup && (await source.names(slug, 'page_group')).length === 0)
    return noneYet('page group');
  return undefined;
}

function noneYet(noun: string): string {
  return `This dataset has no ${noun} yet. Make one: canister ${noun.replace(' ', '-')} save`;
}
