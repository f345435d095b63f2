/** What happens from time to time beside the requests: a table of jobs, each with its period. */

export interface Job {
  /** What it does, to be read after "could not". */
  description: string;
  periodMs: number;
  run: () => Promise<void> | void;
}

/**
 * Runs every job once at once and then each period; a job that takes longer than its period is not started twice.
 * @param told gets the jobs whose last run failed, after each run; a failed job runs again at its next time
 * @returns stops them all and waits for those under way
 */
export function startJobs(
  jobs: readonly Job[],
  told: (failing: ReadonlyMap<Job, Error>) => void,
): () => Promise<void> {
  const failing = new Map<Job, Error>();
  const stops = jobs.map((job) => {
    let underWay: Promise<void> | undefined;
    const run = () => {
      underWay ??= runOnce(job, failing).then(() => {
        underWay = undefined;
        told(failing);
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

async function runOnce(job: Job, failing: Map<Job, Error>): Promise<void> {
  try {
    await job.run();
    failing.delete(job);
  } catch (error) {
    failing.set(job, error as Error);
  }
}
