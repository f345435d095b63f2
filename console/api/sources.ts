/** Sources of logs and what became of their runs. */
import type { Source, SourceInput, SourceRun, SourceStatus } from '../../core/contract/source.ts';
import { request } from './client.ts';
import { knowing } from './knowing.ts';

const path = '/api/sources';
const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`;

export async function listSources(signal?: AbortSignal): Promise<SourceStatus[]> {
  return (await request<{ sources: SourceStatus[] }>(path, { signal })).sources;
}

/** @param known it as it was loaded; undefined for a new one. @throws ApiError `changed_meanwhile`, `source_invalid`, `dataset_unknown`, `request_invalid` */
export function saveSource(input: SourceInput, known: Source | undefined): Promise<SourceStatus> {
  return request(path, { method: 'PUT', body: input, headers: knowing(known) });
}

export function changeSource(name: string, change: 'pause' | 'resume'): Promise<SourceStatus> {
  return request(`${pathOf(name)}/${change}`, { body: {} });
}

/** Deletes it with its history; what it has brought stays. */
export async function deleteSource(name: string): Promise<void> {
  await request(pathOf(name), { method: 'DELETE', body: {} });
}

/** Runs it now; the answer comes when the run has ended. @throws ApiError `source_running` */
export function runSource(name: string): Promise<SourceRun> {
  return request(`${pathOf(name)}/run`, { body: {} });
}

/** Its runs, newest first. */
export async function listRuns(name: string, signal?: AbortSignal): Promise<SourceRun[]> {
  const answer = await request<{ runs: SourceRun[] }>(`${pathOf(name)}/runs?limit=50`, { signal });
  return answer.runs;
}
