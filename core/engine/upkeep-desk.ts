/** Long work on what is stored: begun, asked after, and fetched when it is done, so that no request has to wait for it. */
import type { Report } from '../canisters/long-term.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { UpkeepJob, UpkeepKind } from '../contract/upkeep.ts';

/** Jobs that ended are remembered so that their result can be fetched; the oldest are forgotten. */
const endedJobsMax = 100;

interface Held {
  job: UpkeepJob;
  problem: unknown;
  cancelled: boolean;
  over: Promise<void>;
  begunAt: number;
  endedAt: number | undefined;
}

/** A job as it is listed. `problem`: what it failed with. */
export interface UpkeepRecord {
  job: UpkeepJob;
  problem: string | undefined;
  begunAt: number;
  endedAt: number | undefined;
}

/** Thrown at the next report of a job that is to end: no fault of what it works on. */
export class Cancelled extends Error {
  constructor() {
    super('The work was cancelled.');
  }
}

export interface UpkeepDesk {
  /**
   * Begins work and gives its number. One work a dataset at a time.
   * @throws Problem `upkeep_busy`
   */
  begin(
    kind: UpkeepKind,
    dataset: string,
    work: (report: Report) => Promise<NonNullable<UpkeepJob['result']>>,
  ): number;
  /** How far it is, or what came of it. @throws Problem `upkeep_unknown`, or that with which it failed */
  read(number: number): UpkeepJob;
  /** The jobs of a dataset, oldest first. */
  list(dataset: string): UpkeepRecord[];
  /** Forgets the jobs of a dataset that is deleted: another one may take its name. */
  forget(dataset: string): void;
  /** Ends it at its next step; nothing is changed then. Resolves when it has ended. */
  cancel(number: number): Promise<void>;
  /** @throws Problem `upkeep_busy` when work on the dataset is under way */
  refuseBusy(dataset: string): void;
  /** Cancels everything. */
  stop(): Promise<void>;
}

export function createUpkeepDesk(clock: Clock): UpkeepDesk {
  const jobs = new Map<number, Held>();
  let numbers = 0;

  function find(number: number): Held {
    const found = jobs.get(number);
    if (found) return found;
    throw new Problem(
      'upkeep_unknown',
      `No work of the number ${number} is known: the server was started again. Begin it again.`,
    );
  }

  const isRunning = ({ job, problem }: Held) => job.state === 'running' && problem === undefined;

  function refuseBusy(dataset: string): void {
    for (const held of jobs.values()) {
      const { job } = held;
      if (job.dataset !== dataset || !isRunning(held)) continue;
      throw new Problem(
        'upkeep_busy',
        `The dataset ${dataset} is being worked on already (${job.kind}, number ${job.number}). Wait for it, or cancel it with DELETE /api/upkeep/${job.number}.`,
      );
    }
  }

  async function cancel(number: number): Promise<void> {
    const held = find(number);
    held.cancelled = true;
    await held.over;
  }

  return {
    begin(kind, dataset, work) {
      refuseBusy(dataset);
      numbers += 1;
      const job: UpkeepJob = { number: numbers, kind, dataset, state: 'running', done: 0 };
      const held: Held = {
        job,
        problem: undefined,
        cancelled: false,
        over: Promise.resolve(),
        begunAt: clock(),
        endedAt: undefined,
      };
      const report: Report = (done, total) => {
        if (held.cancelled) throw new Cancelled();
        Object.assign(job, { done, total });
      };
      held.over = work(report)
        .then(
          // The last report may have been some records before the end.
          (result) =>
            void Object.assign(job, { state: 'done', done: job.total ?? job.done, result }),
          (error: unknown) => {
            if (error instanceof Cancelled) job.state = 'cancelled';
            else held.problem = error;
          },
        )
        .then(() => {
          held.endedAt = clock();
        });
      jobs.set(job.number, held);
      for (const [number, old] of jobs)
        if (jobs.size > endedJobsMax && !isRunning(old)) jobs.delete(number);
      return job.number;
    },
    read(number) {
      const { job, problem } = find(number);
      if (problem !== undefined) throw problem;
      return { ...job };
    },
    list: (dataset) =>
      [...jobs.values()]
        .filter(({ job }) => job.dataset === dataset)
        .map(({ job, problem, begunAt, endedAt }) => ({
          job: { ...job },
          problem: problem === undefined ? undefined : (problem as Error).message,
          begunAt,
          endedAt,
        })),
    forget(dataset) {
      for (const [number, held] of jobs)
        if (held.job.dataset === dataset && !isRunning(held)) jobs.delete(number);
    },
    cancel,
    refuseBusy,
    async stop() {
      for (const [number, held] of jobs) if (isRunning(held)) await cancel(number);
    },
  };
}
