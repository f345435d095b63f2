/** What a job is, how it stands and what came of it, in words. */
import type { Job, JobFigure, JobKind } from '../../core/contract/job.ts';
import { formatCount } from './number-format.ts';

export const jobKindWords: Record<JobKind, string> = {
  import: 'Import',
  source: 'Run of a source',
  backfill: 'Backfill',
  dry_run: 'Dry run',
  verify: 'Verify',
  rebuild: 'Rebuild tables',
  recut: 'Recut, beside',
  apply_recut: 'Recut, put in place',
  erase: 'Erasure of a visitor',
  index: 'Index of the past',
  publish: 'Publish',
  export: 'Export',
};

export const jobStateWords: Record<Job['state'], string> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

const figureWords: Record<JobFigure, string> = {
  lines: 'lines',
  accepted: 'accepted',
  duplicate: 'duplicate',
  excluded: 'excluded',
  bad: 'bad',
  sessions: 'sessions',
  sessionsFired: 'sessions in which it fired',
  occurrences: 'occurrences',
  facts: 'facts',
  records: 'records',
  sound: 'sound',
  damaged: 'damaged',
  missing: 'missing',
  sessionsBefore: 'sessions before',
  sessionsAfter: 'sessions after',
  split: 'split',
  joined: 'joined',
  days: 'days',
  files: 'files',
  rows: 'rows',
  bytes: 'bytes',
};

/** Figures that are said even when they are 0: that nothing is damaged is the news. */
const alwaysSaid = new Set<string>(['damaged', 'missing', 'facts', 'occurrences']);

/** Such as "12,000 lines, 11,990 accepted, 10 bad". */
export function figureSentence({ figures = {} }: Job): string {
  return Object.entries(figures)
    .filter(([name, count]) => count !== 0 || alwaysSaid.has(name))
    .map(([name, count]) => `${formatCount(count)} ${figureWords[name as JobFigure]}`)
    .join(', ');
}

/** Such as "1,200 of 4,000 sessions". */
export function progressSentence({ unit, done, total }: Job): string {
  if (unit === undefined || done === undefined) return '';
  const of = total === undefined ? '' : ` of ${formatCount(total)}`;
  return `${formatCount(done)}${of} ${unit}`;
}

export const isOpenJob = ({ state }: Job) => state === 'running' || state === 'waiting';
