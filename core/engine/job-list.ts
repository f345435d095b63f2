/** The long work of the engine's thread on one dataset, each kind as it keeps its own, in one shape. */
import type { Backfill, DryRun } from '../contract/event-life.ts';
import type { Job, JobFigure } from '../contract/job.ts';
import { Problem } from '../contract/problem.ts';
import type { IndexState } from '../contract/search.ts';
import type { UpkeepJob } from '../contract/upkeep.ts';
import type { EventJobs } from '../past/event-jobs.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import type { ImportDesk, ImportRecord } from './import-desk.ts';
import type { UpkeepDesk, UpkeepRecord } from './upkeep-desk.ts';

const isOpen = ({ state }: { state: string }) => state === 'waiting' || state === 'running';
const optional = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;

/** Gives what lists the jobs of a dataset. @param datasets the open ones */
export function createJobList(of: {
  datasets: ReadonlyMap<string, DatasetEngine>;
  imports: Pick<ImportDesk, 'list'>;
  upkeep: Pick<UpkeepDesk, 'list'>;
  events: Pick<EventJobs, 'dryRuns' | 'backfills'>;
}): (slug: string) => Promise<Job[]> {
  const { datasets, imports, upkeep, events } = of;
  return async (slug) => {
    const ofDesks = [
      ...imports.list(slug).map(jobOfImport),
      ...upkeep.list(slug).map(jobOfUpkeep),
      ...events.dryRuns(slug).map((run) => jobOfDryRun(slug, run)),
    ];
    // What is stored of a held dataset cannot be asked; and of one that is being made there is nothing yet.
    const dataset = datasets.get(slug);
    if (dataset === undefined) return ofDesks;
    const state = await dataset.index?.state();
    return [
      ...ofDesks,
      ...events.backfills(dataset).map((one) => jobOfBackfill(slug, one)),
      ...(state === undefined ? [] : jobOfIndex(slug, state)),
    ];
  };
}

export function jobOfImport({ number, dataset, files, progress, ...rest }: ImportRecord): Job {
  const { state, begunAt, endedAt, reason } = rest;
  return {
    id: `import-${number}`,
    kind: 'import',
    dataset,
    ...optional('about', files.length === 0 ? undefined : files.join(', ')),
    state,
    begunAt,
    ...optional('endedAt', endedAt),
    unit: 'lines',
    done: progress.lines,
    figures: { ...progress },
    ...optional('reason', reason),
    cancellable: state === 'running',
  };
}

/**
 * The making of an index ends with its dataset; of all else somebody waits for the end.
 * @throws Problem `upkeep_busy`
 */
export function refuseOpenJobs(slug: string, jobs: readonly Job[]): void {
  const open = jobs.filter((job) => isOpen(job) && job.kind !== 'index');
  if (open.length === 0) return;
  const which = open.map(({ id, kind }) => `${kind} (${id})`).join(', ');
  const orCancel = open.every(({ cancellable }) => cancellable)
    ? ', or cancel it: canister job cancel ID'
    : '.';
  throw new Problem(
    'upkeep_busy',
    `The dataset ${slug} is being worked on: ${which}. Wait for that${orCancel}`,
  );
}

/** What a dry run and a backfill have in common. */
function jobOfEvent(one: DryRun | Backfill) {
  const { event, from, to, state, reason, sessionsDone, sessionsTotal } = one;
  const days = from === undefined && to === undefined ? '' : ` (${from ?? ''} – ${to ?? ''})`;
  return {
    about: `${event}${days}`,
    state,
    unit: 'sessions' as const,
    done: sessionsDone,
    total: sessionsTotal,
    ...optional('reason', reason),
    cancellable: isOpen(one),
  };
}

export function jobOfBackfill(dataset: string, backfill: Backfill): Job {
  const { number, requestedAt, changedAt, sessionsFired, facts } = backfill;
  return {
    id: `backfill-${number}-${dataset}`,
    kind: 'backfill',
    dataset,
    ...jobOfEvent(backfill),
    begunAt: requestedAt,
    ...(isOpen(backfill) ? {} : { endedAt: changedAt }),
    figures: { sessionsFired, facts },
  };
}

export function jobOfDryRun(dataset: string, run: DryRun): Job {
  const figures = { sessionsFired: run.fired.count, occurrences: run.occurrences };
  return {
    id: `dry_run-${run.number}-${dataset}`,
    kind: 'dry_run',
    dataset,
    ...jobOfEvent(run),
    figures,
  };
}

/** The index that is being made; one that answers is no work. */
export function jobOfIndex(dataset: string, { making, storedSessions }: IndexState): Job[] {
  if (making === undefined) return [];
  const far = { unit: 'sessions' as const, done: making.indexedSessions, total: storedSessions };
  return [
    { id: `index-${dataset}`, kind: 'index', dataset, state: 'running', ...far, cancellable: true },
  ];
}

export function jobOfUpkeep({ job, problem, begunAt, endedAt }: UpkeepRecord): Job {
  const { number, kind, dataset, done, total } = job;
  const state = problem === undefined ? job.state : 'failed';
  return {
    id: `upkeep-${number}`,
    kind,
    dataset,
    state,
    begunAt,
    ...optional('endedAt', endedAt),
    unit: kind === 'verify' ? 'records' : 'sessions',
    done,
    ...optional('total', total),
    ...optional('figures', figuresOf(job)),
    ...optional('reason', problem),
    cancellable: state === 'running',
  };
}

function figuresOf({ result }: UpkeepJob): Partial<Record<JobFigure, number>> | undefined {
  if (result === undefined) return undefined;
  if ('damagedCount' in result) {
    const { records, sound, damagedCount, missingCount } = result;
    return { records, sound, damaged: damagedCount, missing: missingCount };
  }
  if ('rules' in result) {
    const { before, after, split, joined } = result;
    return { sessionsBefore: before.sessions, sessionsAfter: after.sessions, split, joined };
  }
  if ('equal' in result) {
    const { before, after } = result;
    return {
      ...(before === undefined ? {} : { sessionsBefore: before.sessions.rows }),
      sessionsAfter: after.sessions.rows,
    };
  }
  return { sessions: result.sessions };
}
