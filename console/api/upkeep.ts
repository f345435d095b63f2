/** Long work on what is stored: begun, asked after, ended; and the recut that waits. */
import type { RuleChanges } from '../../core/contract/session-rules.ts';
import type { RecutState, RecutSummary, UpkeepJob } from '../../core/contract/upkeep.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

const askEveryMs = 400;

/** Begins to cut the past by changed rules, beside it. Gives the number of the work. */
export async function beginRecut(slug: string, rules: RuleChanges): Promise<number> {
  return await begin(slug, 'recut', rules);
}

/**
 * Begins to put the recut in place. Gives the number of the work.
 * @param known the recut as it was shown. @throws ApiError `changed_meanwhile` when another one waits by now
 */
export async function beginApply(slug: string, known: RecutSummary): Promise<number> {
  return await begin(slug, 'recut/apply', undefined, knowing(known));
}

export const beginVerify = (slug: string) => begin(slug, 'verify');
export const beginRebuild = (slug: string) => begin(slug, 'rebuild', { acceptLoss: false });

async function begin(
  slug: string,
  work: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const path = `${datasetPath(slug)}/${work}`;
  return (await request<{ number: number }>(path, { method: 'POST', body, headers })).number;
}

export async function readRecut(slug: string, signal?: AbortSignal): Promise<RecutState> {
  return await request<RecutState>(`${datasetPath(slug)}/recut`, { signal });
}

/** @param known the recut as it was shown. @throws ApiError `changed_meanwhile` */
export async function discardRecut(slug: string, known: RecutSummary): Promise<void> {
  await request(`${datasetPath(slug)}/recut`, { method: 'DELETE', headers: knowing(known) });
}

/** Ends long work; nothing is changed then. */
export async function cancelWork(number: number): Promise<void> {
  await request(`/api/upkeep/${number}`, { method: 'DELETE' });
}

/**
 * Asks after work until it has ended, and tells of each answer.
 * @throws the problem with which it failed
 */
export async function followWork(
  number: number,
  tell: (job: UpkeepJob) => void,
): Promise<UpkeepJob> {
  for (;;) {
    const job = await request<UpkeepJob>(`/api/upkeep/${number}`);
    tell(job);
    if (job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}
