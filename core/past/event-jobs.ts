/**
 * Work on the past that takes a while, in the engine's thread: dry runs and backfills, one of each kind at a time, in
 * the order of asking. Between two pieces the engine goes on with its own work.
 */

import { type Backfill, type DryRun, eventLifeLimits } from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import { isDiskFull } from '../disk-full.ts';
import type { DatasetEngine } from '../engine/dataset-engine.ts';
import type { BackfillAsked, BackfillRecord } from '../settings/backfills.ts';
import { runBackfill } from './backfill.ts';
import { compileTrial, type DryRunAsked, newDryRun, runDryRun, type Trial } from './dry-run.ts';
import type { PastStores } from './past.ts';

export interface EventJobs {
  beginDryRun(dataset: DatasetEngine, asked: DryRunAsked): DryRun;
  dryRun(slug: string, number: number): DryRun;
  /** Those of a dataset that are remembered, oldest first. */
  dryRuns(slug: string): DryRun[];
  cancelDryRun(slug: string, number: number): DryRun;
  /** Forgets the dry runs of a dataset that is deleted: another one may take its name. */
  forget(slug: string): void;
  /** Makes it durable and puts it in the queue. */
  beginBackfill(dataset: DatasetEngine, asked: BackfillAsked): Promise<Backfill>;
  backfills(dataset: DatasetEngine): Backfill[];
  cancelBackfill(dataset: DatasetEngine, number: number): Promise<Backfill>;
  /** Goes on with what was waiting or under way when the dataset was last closed. */
  resume(dataset: DatasetEngine): void;
  /** Takes the past facts of an event away, where an older set than `version` recorded them. */
  removeFacts(dataset: DatasetEngine, event: string, version: number): Promise<void>;
  /** Stops everything; backfills go on at the next start. */
  stop(): Promise<void>;
}

interface Running {
  slug: string;
  result: DryRun;
  cancelled: boolean;
}

const isOpen = ({ state }: { state: string }) => state === 'waiting' || state === 'running';

export function createEventJobs(): EventJobs {
  const dryRuns = new Map<number, Running>();
  const cancelled = new Set<BackfillRecord>();
  /** Those whose end is not durable yet: they count as running. */
  const finishing = new Set<BackfillRecord>();
  const dryRunQueue = queueOf();
  const backfillQueue = queueOf();
  let numbers = 0;
  let stopping = false;

  async function doDryRun(dataset: DatasetEngine, trial: Trial, running: Running) {
    const { result } = running;
    const stopped = () => running.cancelled || stopping;
    try {
      if (!stopped()) {
        result.state = 'running';
        await runDryRun(dataset, trial, result, stopped);
      }
      result.state = stopped() ? 'cancelled' : 'done';
    } catch (error) {
      result.state = 'failed';
      result.reason = (error as Error).message;
    }
  }

  async function doBackfill(dataset: DatasetEngine, record: BackfillRecord): Promise<void> {
    const stopped = () => stopping || cancelled.has(record);
    if (stopping || !isOpen(record)) return;
    try {
      record.state = 'running';
      const isDone = await runChange(dataset, record, stopped);
      if (!isDone && stopping) return;
      await finish(dataset, record, isDone ? 'done' : 'cancelled');
    } catch (error) {
      // It goes on when the dataset is opened again.
      if (dataset.failure !== undefined || isDiskFull(error)) return;
      record.reason = (error as Error).message;
      await finish(dataset, record, 'failed');
    }
  }

  async function runChange(
    dataset: DatasetEngine,
    record: BackfillRecord,
    stopped: () => boolean,
  ): Promise<boolean> {
    const { event, version, kind } = record;
    if (kind === 'replay') {
      const set = await storesOf(dataset).readSet(version);
      if (set === undefined) throw new Error(`there is no set of the version ${version}`);
      return await runBackfill({
        dataset,
        book: storesOf(dataset).backfills,
        record,
        set,
        stopped,
      });
    }
    await dataset.analytics.removeFacts(event, version);
    return true;
  }

  /** Nothing that is told as done may be undone by a crash. */
  async function finish(
    dataset: DatasetEngine,
    record: BackfillRecord,
    state: 'done' | 'cancelled' | 'failed',
  ): Promise<void> {
    finishing.add(record);
    record.state = state;
    cancelled.delete(record);
    try {
      await dataset.commit.alone(async () => dataset.past.refresh());
      // What was stored meanwhile has its facts, and lies behind the place to which it came.
      if (state !== 'done') await dataset.analytics.removeBackfilled(record);
      await dataset.commit.checkpoint();
      await storesOf(dataset).backfills.save(dataset.config.slug, record);
    } finally {
      finishing.delete(record);
    }
  }

  const enqueue = (dataset: DatasetEngine, record: BackfillRecord) =>
    backfillQueue.add(() => doBackfill(dataset, record));

  async function begin(dataset: DatasetEngine, asked: BackfillAsked): Promise<BackfillRecord> {
    const record = await storesOf(dataset).backfills.add(dataset.config.slug, asked);
    // From now on sessions that are stored get its facts as well; those before it finds in the tables.
    await dataset.commit.alone(async () => {
      dataset.past.records.push(record);
      dataset.past.refresh();
    });
    return record;
  }

  const tell = (record: BackfillRecord): Backfill => ({
    ...describe(record),
    ...(finishing.has(record) ? { state: 'running' as const } : {}),
  });

  function findDryRun(slug: string, number: number): Running {
    const found = dryRuns.get(number);
    if (found?.slug === slug) return found;
    const says = `There is no dry run ${number}: it is too long ago, or the server was started again.`;
    throw new Problem('job_unknown', `${says} Begin a new one.`);
  }

  return {
    beginDryRun(dataset, asked) {
      const trial = compileTrial(asked, dataset.config.timeZone);
      const open = [...dryRuns.values()].filter(({ result }) => isOpen(result));
      if (open.length >= eventLifeLimits.dryRunsWaiting) {
        const says = `${open.length} dry runs are under way or waiting already.`;
        throw new Problem('jobs_too_many', `${says} Wait for them, or stop one.`);
      }
      numbers += 1;
      const running = {
        slug: dataset.config.slug,
        result: newDryRun(numbers, asked),
        cancelled: false,
      };
      dryRuns.set(numbers, running);
      for (const [number, { result }] of dryRuns)
        if (dryRuns.size > eventLifeLimits.dryRunsKept && !isOpen(result)) dryRuns.delete(number);
      dryRunQueue.add(() => doDryRun(dataset, trial, running));
      return running.result;
    },
    dryRun: (slug, number) => findDryRun(slug, number).result,
    dryRuns: (asked) =>
      [...dryRuns.values()].filter(({ slug }) => slug === asked).map(({ result }) => result),
    cancelDryRun(slug, number) {
      const found = findDryRun(slug, number);
      found.cancelled = true;
      if (found.result.state === 'waiting') found.result.state = 'cancelled';
      return found.result;
    },
    forget(asked) {
      for (const [number, { slug, result }] of dryRuns)
        if (slug === asked && !isOpen(result)) dryRuns.delete(number);
    },
    async beginBackfill(dataset, asked) {
      const open = dataset.past.records.filter(isOpen).length;
      if (open >= eventLifeLimits.backfillsWaiting) {
        const says = `${open} backfills are under way or waiting already.`;
        throw new Problem('jobs_too_many', `${says} Wait for them, or stop one.`);
      }
      const record = await begin(dataset, asked);
      enqueue(dataset, record);
      return tell(record);
    },
    backfills: ({ past }) => past.records.filter(({ kind }) => kind === 'replay').map(tell),
    async cancelBackfill(dataset, number) {
      const record = dataset.past.records.find(
        (one) => one.number === number && one.kind === 'replay',
      );
      if (record === undefined) {
        throw new Problem('job_unknown', `The dataset has no backfill ${number}.`);
      }
      if (!isOpen(record)) return tell(record);
      cancelled.add(record);
      if (record.state === 'waiting') {
        await finish(dataset, record, 'cancelled');
      }
      return tell(record);
    },
    resume(dataset) {
      for (const record of dataset.past.records.filter(isOpen)) enqueue(dataset, record);
    },
    async removeFacts(dataset, event, version) {
      const record = await begin(dataset, { kind: 'remove', event, version });
      await enqueue(dataset, record);
      if (record.state === 'failed') throw new Error(record.reason);
    },
    async stop() {
      stopping = true;
      await dryRunQueue.idle();
      await backfillQueue.idle();
    },
  };
}

/** One after the other; what fails does not stop the next. */
function queueOf() {
  let last: Promise<void> = Promise.resolve();
  return {
    add(work: () => Promise<void>): Promise<void> {
      last = last.then(work).catch(() => undefined);
      return last;
    },
    idle: () => last,
  };
}

function storesOf({ past, config }: DatasetEngine): PastStores {
  if (past.stores) return past.stores;
  throw new Error(`the past of ${config.slug} cannot be changed: there is nowhere to keep that`);
}

function describe({ kind: _kind, cursor: _cursor, counts, ...rest }: BackfillRecord): Backfill {
  return { ...rest, ...counts };
}
