/** The long work of the engine's thread on one dataset, each kind as it keeps its own, in one shape. */
import type { Backfill, DryRun } from '../contract/event-life.ts';
import type { Job, JobFigure } from '../contract/job.ts';
import type { IndexState } from '../contract/search.ts';
import type { UpkeepJob } from '../contract/upkeep.ts';
import type { ImportRecord } from './import-desk.ts';
import type { UpkeepRecord } from './upkeep-desk.ts';

const isOpen = ({ state }: { state: string }) => state === 'waiting' || state === 'running';
const optional = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;

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
