/** The state of the running system. */
import type { DatasetStatus, Status } from '../../core/contract/status.ts';
import { request } from './client.ts';

/** The state of one dataset; undefined where the server does not know it. */
export async function readDatasetStatus(
  slug: string,
  signal?: AbortSignal,
): Promise<DatasetStatus | undefined> {
  const status = await request<Status>('/api/status', { signal });
  return status.datasets.find((dataset) => dataset.slug === slug);
}
