/** Runs an analysis over a dataset's analytics and gives the answer in the form of a query's. */
import type { Analysis, AnalysisKind, AnalysisOf } from '../contract/analysis.ts';
import { comparedRange } from '../contract/comparison.ts';
import { type Definitions, noDefinitions } from '../contract/definition.ts';
import type { Answer, Column } from '../contract/query.ts';
import type { AnalysisPlan, Beside } from './analyses/analysis-parts.ts';
import { planCampaigns } from './analyses/campaigns.ts';
import { planCaptureIntegrity, planTagAndLog } from './analyses/capture.ts';
import { planChanges } from './analyses/changes.ts';
import { planClickFraud } from './analyses/click-fraud.ts';
import { planFunnel } from './analyses/funnel.ts';
import { planMovers } from './analyses/movers.ts';
import { planNavigation, planPaths } from './analyses/paths.ts';
import { planRecordedEvents } from './analyses/recorded-events.ts';
import { planRetention } from './analyses/retention.ts';
import { planWebVitals } from './analyses/web-vitals.ts';
import type { AnalyticsStore } from './analytics-store.ts';
import { comparedWithOf, isPartlyUnknown, withoutBefore } from './compared-with.ts';
import { findNamed } from './definition-lookup.ts';
import { cleanCell, cleanNumber } from './run-query.ts';
import type { QueryContext } from './session-source.ts';

type Plans = {
  [K in AnalysisKind]: (analysis: AnalysisOf<K>, context: QueryContext) => AnalysisPlan;
};

const plans: Plans = {
  paths: planPaths,
  navigation: planNavigation,
  funnel: planFunnel,
  retention: planRetention,
  movers: planMovers,
  changes: planChanges,
  campaigns: planCampaigns,
  click_fraud: planClickFraud,
  capture_integrity: planCaptureIntegrity,
  tag_and_log: planTagAndLog,
  web_vitals: planWebVitals,
  recorded_events: planRecordedEvents,
};

/** @throws Problem `definition_unknown`, `query_invalid`, `condition_invalid`, `condition_not_in_tables` */
export async function runAnalysis(
  store: Pick<AnalyticsStore, 'query'>,
  analysis: Analysis,
  timeZone: string,
  definitions: Definitions = noDefinitions,
): Promise<Answer> {
  const plan = plans[analysis.kind] as (one: Analysis, context: QueryContext) => AnalysisPlan;
  const planned = plan(analysis, { timeZone, definitions });
  const now = await rowsOf(store, planned);
  const { comparison } = 'comparison' in analysis ? analysis : {};
  const { beside, notes = [] } = planned;
  const isBeside = beside !== undefined && comparison !== undefined;
  const before = isBeside ? comparedRange(analysis.range, comparison) : planned.comparedWith;
  const comparedWith = before && (await comparedWithOf(store, before, timeZone));
  let { columns } = planned;
  let rows = now;
  if (isBeside && comparedWith !== undefined) {
    const earlier = plan(
      { ...analysis, ...beside.asks, range: comparedRange(analysis.range, comparison) },
      { timeZone, definitions },
    );
    rows = placedBeside(now, await rowsOf(store, earlier), beside, columns);
    columns = [...columns, ...beforeColumns(columns)];
    if (isPartlyUnknown(comparedWith)) rows = withoutBefore(rows, columns);
  }
  const labels = analysis.labels.map((name) => findNamed(definitions.labels, name, 'label'));
  const hasLabels = columns.some((column) => column.kind === 'metric' && column.of !== undefined);
  return {
    columns,
    rows: rows.slice(0, analysis.limit),
    rowsTotal: rows.length,
    ...(comparedWith && { comparedWith }),
    ...(hasLabels && { labels: labels.map(({ name, colour }) => ({ name, colour })) }),
    ...(notes.length > 0 && { notes }),
  };
}

async function rowsOf(
  store: Pick<AnalyticsStore, 'query'>,
  { sql, values, columns, finish }: AnalysisPlan,
): Promise<Answer['rows']> {
  const result = await store.query(sql, values);
  return (
    finish?.(result.rows).map((row) => row.map((cell, index) => finished(cell, columns[index]))) ??
    result.rows.map((row) =>
      row.map((cell, index) => {
        const column = columns[index];
        // A figure that an analysis leaves empty is not known, which is not nothing.
        return cell === null ? null : cleanCell(cell, column);
      }),
    )
  );
}

/** Rows of the range, each with the figures that the same row has in another period. */
function placedBeside(
  now: Answer['rows'],
  before: Answer['rows'],
  { key, absent }: Beside,
  columns: readonly Column[],
): Answer['rows'] {
  const figuresIn = (row: Answer['rows'][number]) =>
    row.filter((_, index) => columns[index]?.kind === 'metric');
  const earlier = new Map(before.map((row) => [key(row), figuresIn(row)]));
  const none = absent(before);
  return now.map((row) => [...row, ...(earlier.get(key(row)) ?? none)]);
}

const beforeColumns = (columns: readonly Column[]): Column[] =>
  columns.flatMap((column) =>
    column.kind === 'metric' ? [{ ...column, period: 'before' as const }] : [],
  );

const finished = (cell: Answer['rows'][number][number], column: Column | undefined) =>
  typeof cell === 'number' && column !== undefined ? cleanNumber(cell, column) : cell;
