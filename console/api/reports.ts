/** Reports as the server computes them. */
import type { DateRange } from '../../core/contract/date-range.ts';
import type { ReportResult } from '../../core/contract/report.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

export interface ReportRequest {
  slug: string;
  report: string;
  range: DateRange;
  robots: boolean;
  comparison: 'previous' | 'none';
}

/** The address of a report; with a format, the address of its download. */
export function reportUrl(asked: ReportRequest, format?: 'csv' | 'html'): string {
  const params = new URLSearchParams({
    from: asked.range.from,
    to: asked.range.to,
    robots: String(asked.robots),
    compare: asked.comparison,
  });
  if (format !== undefined) params.set('format', format);
  return `${datasetPath(asked.slug)}/reports/${encodeURIComponent(asked.report)}?${params}`;
}

/** @throws ApiError `date_range_invalid`, `dataset_unknown`, … */
export function runReport(asked: ReportRequest, signal?: AbortSignal): Promise<ReportResult> {
  return request<ReportResult>(reportUrl(asked), { signal });
}
