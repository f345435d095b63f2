/**
 * Runs a report: asks each panel's query for the range, and for the period before where the report compares.
 * Queries go through a port, so the same code serves server, command line and tests.
 */
import type { Dataset } from '../../core/contract/dataset.ts';
import { type DateRange, dateRangeSchema, previousRange } from '../../core/contract/date-range.ts';
import { Problem } from '../../core/contract/problem.ts';
import { type Answer, type Query, queryLimits, querySchema } from '../../core/contract/query.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { findReport } from '../definitions/catalog.ts';
import type { PanelDefinition } from '../definitions/report-definition.ts';
import { keepShown } from './comparison.ts';

/** The port: answers a query over one dataset, named by its slug. */
export type QueryRunner = (dataset: string, query: Query) => Promise<Answer>;

export interface ReportRequest {
  name: string;
  dataset: Pick<Dataset, 'slug' | 'name' | 'timeZone'>;
  range: DateRange;
  robots: boolean;
  compare: 'previous' | 'none';
  runQuery: QueryRunner;
  /** Epoch milliseconds of now: when the result says it was made. */
  clock: () => number;
}

/**
 * Gives the result with all panels in the order of the definition. Queries run one after the other: they share
 * one database, and a report must not keep everybody else waiting.
 * @throws Problem `report_unknown`, `date_range_invalid`, and what the port throws
 */
export async function runReport(request: ReportRequest): Promise<ReportResult> {
  const definition = findReport(request.name);
  const range = checkedRange(request.range);
  const comparedWith = request.compare === 'previous' ? previousRange(range) : undefined;
  const { slug, name, timeZone } = request.dataset;
  const panels: ReportPanel[] = [];
  for (const panel of definition.panels) {
    panels.push(await runPanel(request, panel, range, comparedWith));
  }
  return {
    report: definition.name,
    title: definition.title,
    dataset: { slug, name, timeZone },
    range,
    ...(comparedWith && { comparedWith }),
    robots: request.robots,
    generatedAt: request.clock(),
    panels,
  };
}

async function runPanel(
  { dataset, robots, runQuery }: ReportRequest,
  { name, title, description, kind, query }: PanelDefinition,
  range: DateRange,
  comparedWith: DateRange | undefined,
): Promise<ReportPanel> {
  const answer = await runQuery(dataset.slug, querySchema.parse({ ...query, range, robots }));
  const panel = { name, title, description, kind, answer };
  if (comparedWith === undefined) return panel;
  // A value of this period may have ranked low in the period before: ask for all rows, keep those that are shown.
  const limit = queryLimits.rowsMax;
  const before = await runQuery(
    dataset.slug,
    querySchema.parse({ ...query, range: comparedWith, robots, limit }),
  );
  return { ...panel, comparison: kind === 'table' ? keepShown(before, answer) : before };
}

function checkedRange(range: DateRange): DateRange {
  const checked = dateRangeSchema.safeParse(range);
  if (checked.success) return checked.data;
  const reasons = checked.error.issues.map((issue) =>
    [...issue.path, issue.message].map(String).join(' '),
  );
  throw new Problem('date_range_invalid', `The date range ${reasons.join('; ')}.`);
}
