/** Long work of every kind: listed, and ended by hand. */
import type { Job } from '../../core/contract/job.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

/** What runs first, then what began last. */
export async function listJobs(signal?: AbortSignal): Promise<Job[]> {
  return (await request<{ jobs: Job[] }>('/api/jobs', { signal })).jobs;
}

/** @throws ApiError `job_unknown`, `request_invalid` where it has ended meanwhile */
export const cancelJob = (id: string) =>
  request<void>(`/api/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });

/** Resolves when it is done. */
export const publish = (slug: string) =>
  request<unknown>(`${datasetPath(slug)}/publish`, { method: 'POST' });
