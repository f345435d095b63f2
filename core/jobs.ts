/** What happens from time to time beside the requests: a table of jobs, each with its period. */

export interface Job {
  /** What it does, for whoever reads of its failure. */
  description: string;
  periodMs: number;
  run: () => Promise<void> | void;
}

/**
 * Runs every job once at once and then each period; a job that takes longer than its period is not started twice.
 * @param failed told when a job throws; it runs again at its next time
 * @returns stops them all and waits for those under way
 */
export function startJobs(
  jobs: readonly Job[],
  failed: (job: Job, why: Error) => void,
): () => Promise<void> {
  const stops = jobs.map((job) => {
    let underWay: Promise<void> | undefined;
    const run = () => {
      underWay ??= Promise.resolve()
        .then(job.run)
        .catch((error: Error) => failed(job, error))
        .finally(() => {
          underWay = undefined;
        });
    };
    run();
    const timer = setInterval(run, job.periodMs);
    return async () => {
      clearInterval(timer);
      await underWay;
    };
  });
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
