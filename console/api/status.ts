/** The state of the running system. */
import type { DateRange } from '../../core/contract/calendar.ts';
import type { DatasetCounts, DatasetStatus, Status } from '../../core/contract/status.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

export function readStatus(signal?: AbortSignal): Promise<Status> {
  return request<Status>('/api/status', { signal });
}

/** The state of one dataset; undefined where the server does not know it. */
export async function readDatasetStatus(
  slug: string,
  signal?: AbortSignal,
): Promise<DatasetStatus | undefined> {
  const { datasets } = await readStatus(signal);
  return datasets.find((dataset) => dataset.slug === slug);
}

/** What became of the hits of a dataset, hour by hour. @throws ApiError `date_range_invalid`, `dataset_unknown` */
export function readCounts(
  slug: string,
  { from, to }: DateRange,
  signal?: AbortSignal,
): Promise<DatasetCounts> {
  return request<DatasetCounts>(`${datasetPath(slug)}/counts?from=${from}&to=${to}`, { signal });
}
