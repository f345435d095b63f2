/** All long work in one list: that of the engine's thread, runs of sources, and what is made to be taken away. */
import type { Clock } from '../clock.ts';
import type { Export } from '../contract/export.ts';
import type { Job, JobKind } from '../contract/job.ts';
import { Problem } from '../contract/problem.ts';
import type { SourceStatus } from '../contract/source.ts';
import type { Engine } from '../engine/engine.ts';
import { refuseOpenJobs } from '../engine/job-list.ts';
import type { DatasetDesk } from './dataset-desk.ts';
import type { ExportDesk } from './export-desk.ts';

/** How much ended work is remembered; older work is forgotten. */
const endedMax = 100;

export interface JobDesk {
  /** The work on these datasets, newest first. What runs stands before what has ended. */
  list(slugs: readonly string[]): Promise<Job[]>;
  /** The dataset of a job. @throws Problem `job_unknown` */
  datasetOf(id: string): Promise<string>;
  /** Ends it at its next step. @throws Problem `job_unknown`; `request_invalid` where it cannot be ended by hand */
  cancel(id: string): Promise<void>;
  publish: Engine['publish'];
  /** The desk of exports, whose work is then in the list. */
  follow(exports: ExportDesk): ExportDesk;
  /** The desk of datasets, whose deleted ones then leave no work to others of their names. */
  forgetting(datasets: DatasetDesk): DatasetDesk;
}

export function createJobDesk(options: {
  engine: Engine;
  sources: { list(): Promise<SourceStatus[]> };
  slugs: () => Promise<string[]>;
  clock: Clock;
}): JobDesk {
  const { engine, sources, clock } = options;
  const made = new Map<string, Job>();
  let numbers = 0;

  /** Notes work that is over when its promise is. */
  async function note<T>(
    kind: JobKind,
    dataset: string,
    work: () => Promise<T>,
    told: (result: T) => Partial<Job>,
  ): Promise<T> {
    numbers += 1;
    const id = `${kind}-${numbers}`;
    const job: Job = {
      id,
      kind,
      dataset,
      state: 'running',
      begunAt: clock(),
      cancellable: false,
    };
    made.set(id, job);
    for (const old of made.keys()) if (made.size > endedMax) made.delete(old);
    try {
      const result = await work();
      Object.assign(job, told(result), { state: 'done' });
      return result;
    } catch (error) {
      Object.assign(job, { state: 'failed', reason: (error as Error).message });
      throw error;
    } finally {
      job.endedAt = clock();
    }
  }

  async function runsOfSources(): Promise<Job[]> {
    return (await sources.list()).flatMap(({ source, state: { lastRun } }) => {
      if (lastRun === undefined) return [];
      const { lines, accepted, duplicate, excluded, bad, sessions } = lastRun;
      const job: Job = {
        id: `source-${lastRun.number}`,
        kind: 'source',
        dataset: source.dataset,
        about: source.name,
        state: sourceState(lastRun.state),
        begunAt: lastRun.startedAt,
        unit: 'lines',
        done: lines,
        figures: { lines, accepted, duplicate, excluded, bad, sessions },
        cancellable: false,
      };
      if (lastRun.endedAt !== undefined) job.endedAt = lastRun.endedAt;
      if (lastRun.problems.length > 0) job.reason = lastRun.problems.join(' ');
      return [job];
    });
  }

  async function list(slugs: readonly string[]): Promise<Job[]> {
    const ofEngine = await Promise.all(slugs.map((slug) => engine.jobs(slug)));
    const others = [...(await runsOfSources()), ...made.values()];
    return [...ofEngine.flat(), ...others.filter(({ dataset }) => slugs.includes(dataset))]
      .map((job) => ({ ...job }))
      .sort((one, other) => order(other) - order(one));
  }

  async function find(id: string): Promise<Job> {
    const found = (await list(await options.slugs())).find((job) => job.id === id);
    if (found) return found;
    const why = 'It is too long ago, or the server was started again.';
    throw new Problem('job_unknown', `There is no job ${id}. ${why}`);
  }

  async function cancel(id: string): Promise<void> {
    const { cancellable, dataset, kind } = await find(id);
    if (!cancellable)
      throw new Problem('request_invalid', `The job ${id} has ended, or cannot be ended by hand.`);
    const number = Number(id.split('-')[1]);
    if (kind === 'import') await engine.abandonImport(number);
    else if (kind === 'backfill') await engine.cancelBackfill(dataset, number);
    else if (kind === 'dry_run') await engine.cancelDryRun(dataset, number);
    else if (kind === 'index') await engine.cancelIndex(dataset);
    else await engine.cancelUpkeep(number);
  }

  return {
    list,
    datasetOf: async (id) => (await find(id)).dataset,
    cancel,
    publish: (slug) =>
      note(
        'publish',
        slug,
        () => engine.publish(slug),
        ({ days, files, rows, bytes }) => ({
          figures: { days, files, rows, bytes },
        }),
      ),
    follow: (exports) => ({
      ...exports,
      create: (slug, range) => note('export', slug, () => exports.create(slug, range), aboutExport),
    }),
    forgetting: (datasets) => ({
      ...datasets,
      async remove(slug) {
        // A file that is being made would be left in the folder of a dataset that is gone.
        const own = [...made.values()].filter(({ dataset }) => dataset === slug);
        refuseOpenJobs(slug, own);
        await datasets.remove(slug);
        for (const [id, { dataset }] of made) if (dataset === slug) made.delete(id);
      },
    }),
  };
}

/** What runs comes first, then what began last. */
const order = ({ state, begunAt = 0 }: Job) =>
  (state === 'running' || state === 'waiting' ? 1e15 : 0) + begunAt;

function sourceState(state: NonNullable<SourceStatus['state']['lastRun']>['state']): Job['state'] {
  if (state === 'running' || state === 'failed') return state;
  return state === 'broken_off' ? 'cancelled' : 'done';
}

function aboutExport({ name, bytes, rows }: Export): Partial<Job> {
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
  return { about: name, figures: { rows: all, bytes } };
}
