/** Long work on what is stored, from the command line: begun by the API, asked after until it is done, with progress on stderr. */
import type { UpkeepJob } from '../contract/upkeep.ts';
import type { ApiClient } from './api-client.ts';

const askEveryMsMax = 500;
const sayEveryMs = 1_000;

/**
 * @param path of the request that begins the work
 * @returns its result
 * @throws the problem with which it failed
 */
export async function runUpkeep<T>(api: ApiClient, path: string, body?: unknown): Promise<T> {
  const { number } = await api.json<{ number: number }>('POST', path, body);
  const say = progress();
  for (let waitMs = 10; ; waitMs = Math.min(waitMs * 2, askEveryMsMax)) {
    const job = await api.json<UpkeepJob>('GET', `/api/upkeep/${number}`);
    if (job.state === 'done') return job.result as T;
    if (job.state === 'cancelled')
      throw new Error(
        `The work was cancelled (${job.kind} of ${job.dataset}). Nothing was changed.`,
      );
    say(job);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

const titles = {
  verify: 'Verifying',
  rebuild: 'Rebuilding',
  recut: 'Recutting',
  apply_recut: 'Putting the recut in place',
  erase: 'Erasing a visitor in',
} as const;

/** A line now and then, for work that takes longer than that. */
function progress(): (job: UpkeepJob) => void {
  let saidAt = performance.now();
  return ({ kind, dataset, done, total }) => {
    if (performance.now() - saidAt < sayEveryMs) return;
    saidAt = performance.now();
    const far = total === undefined ? '…' : `: ${done} of ${total} sessions`;
    process.stderr.write(`${titles[kind]} ${dataset}${far}\n`);
  };
}
