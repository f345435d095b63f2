/** Reports as the server computes them, and what of the dataset's definitions they can be asked about. */
import { type Comparison, comparisonOf } from '../../core/contract/compared-range.ts';
import type { DateRange } from '../../core/contract/date-range.ts';
import type { Answer, QueryInput } from '../../core/contract/query.ts';
import type {
  ReportEntry,
  ReportPanel,
  ReportResult,
  ReportSubjectName,
} from '../../core/contract/report.ts';
import type { OwnReport, ReportDefinition } from '../../core/contract/report-definition.ts';
import { daysHeader } from '../offline/kept-answers.ts';
import { namedEntries, namedReport } from '../texts/server-names.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

export interface ReportRequest {
  slug: string;
  report: string;
  range: DateRange;
  /** What was chosen, where the days move with the day, such as `last_7_days`. */
  days?: string | undefined;
  robots: boolean;
  seenByTag: boolean;
  comparison: Comparison | 'none';
  labels: readonly string[];
  condition: string;
  subject: Partial<Record<ReportSubjectName, string>>;
}

/** The address of a report; with a format, the address of its download. */
export function reportUrl(
  asked: ReportRequest,
  format?: 'csv' | 'xlsx' | 'parquet' | 'html',
): string {
  const params = new URLSearchParams({
    from: asked.range.from,
    to: asked.range.to,
    robots: String(asked.robots),
    compare: comparisonOf(asked.days, asked.comparison),
    ...asked.subject,
  });
  if (asked.seenByTag) params.set('seenByTag', 'true');
  for (const name of asked.labels) params.append('label', name);
  if (asked.condition !== '') params.set('condition', asked.condition);
  if (format !== undefined) params.set('format', format);
  return `${datasetPath(asked.slug)}/reports/${encodeURIComponent(asked.report)}?${params}`;
}

/** @throws ApiError `date_range_invalid`, `condition_invalid`, `dataset_unknown`, … */
export function runReport(asked: ReportRequest, signal?: AbortSignal): Promise<ReportResult> {
  const headers: Record<string, string> =
    asked.days === undefined ? {} : { [daysHeader]: asked.days };
  return request<ReportResult>(reportUrl(asked), { signal, headers }).then(namedReport);
}

/** A figure of a panel: which of its rows, whose, and what was asked. */
export interface FigureAsked {
  query: NonNullable<ReportPanel['query']>;
  values: readonly (string | number | null)[];
  metric: string;
  label?: string | undefined;
}

/** The condition, as text, of the sessions that a figure counts. @throws ApiError `query_invalid` */
export async function conditionOf(slug: string, figure: FigureAsked): Promise<string> {
  const path = `${datasetPath(slug)}/query/sessions`;
  return (await request<{ condition: string }>(path, { body: figure })).condition;
}

/** Whether sessions of both the tracker and a log are in a range: then some of them may be the same ones. */
export async function hasTrackerAndLog(
  slug: string,
  range: DateRange,
  signal?: AbortSignal,
): Promise<boolean> {
  const body: QueryInput = {
    metrics: ['sessions'],
    dimensions: ['origin'],
    range,
    robots: true,
    seenByTag: true,
  };
  const { rows } = await request<Answer>(`${datasetPath(slug)}/query`, { body, signal });
  return rows.length > 1;
}

/** The reports that users of the dataset have made, whole. */
export async function listOwnReports(slug: string, signal?: AbortSignal): Promise<OwnReport[]> {
  const path = `${datasetPath(slug)}/definitions/report`;
  return (await request<{ definitions: OwnReport[] }>(path, { signal })).definitions;
}

/** @throws ApiError `definition_invalid`, `request_invalid`, `condition_invalid` */
export async function saveReport(
  slug: string,
  report: ReportDefinition,
  known: object | undefined,
): Promise<OwnReport> {
  const path = `${datasetPath(slug)}/definitions/report`;
  return await request<OwnReport>(path, {
    method: 'PUT',
    body: report,
    headers: knowing(known),
  });
}

export async function deleteReport(slug: string, name: string): Promise<void> {
  const path = `${datasetPath(slug)}/definitions/report/${encodeURIComponent(name)}`;
  await request<undefined>(path, { method: 'DELETE' });
}

/** All reports of a dataset, group by group. */
export async function listReports(slug: string, signal?: AbortSignal): Promise<ReportEntry[]> {
  const path = `${datasetPath(slug)}/reports`;
  return namedEntries((await request<{ reports: ReportEntry[] }>(path, { signal })).reports);
}

/** What of a definition a page of analysis offers to choose. */
export interface DefinitionChoice {
  name: string;
  colour?: number;
}

/** The labels, funnels or goals of a dataset, in their order. */
export async function listDefinitions(
  slug: string,
  kind: 'label' | 'funnel' | 'goal' | 'page_group',
  signal?: AbortSignal,
): Promise<DefinitionChoice[]> {
  const path = `${datasetPath(slug)}/definitions/${kind}`;
  return (await request<{ definitions: DefinitionChoice[] }>(path, { signal })).definitions;
}
