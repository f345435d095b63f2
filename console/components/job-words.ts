/** What a job is, how it stands and what came of it, in words. */
import { msg, str } from '@lit/localize';
import type { Job, JobFigure, JobKind } from '../../core/contract/job.ts';
import { formatCount } from './number-format.ts';

export const jobKindWords: Record<JobKind, string> = {
  import: msg('Import'),
  source: msg('Run of a source'),
  backfill: msg('Backfill'),
  dry_run: msg('Dry run'),
  verify: msg('Verify'),
  rebuild: msg('Rebuild tables'),
  recut: msg('Recut, beside'),
  apply_recut: msg('Recut, put in place'),
  erase: msg('Erasure of a visitor'),
  index: msg('Index of the past'),
  publish: msg('Publish'),
  export: msg('Export'),
};

export const jobStateWords: Record<Job['state'], string> = {
  waiting: msg('Waiting'),
  running: msg('Running'),
  done: msg('Done'),
  cancelled: msg('Cancelled'),
  failed: msg('Failed'),
};

const figureWords: Record<JobFigure, string> = {
  lines: msg('lines'),
  accepted: msg('accepted'),
  duplicate: msg('duplicate'),
  excluded: msg('excluded'),
  bad: msg('bad'),
  sessions: msg('sessions'),
  sessionsFired: msg('sessions in which it fired'),
  occurrences: msg('occurrences'),
  facts: msg('facts'),
  records: msg('records'),
  sound: msg('sound'),
  damaged: msg('damaged'),
  missing: msg('missing'),
  sessionsBefore: msg('sessions before'),
  sessionsAfter: msg('sessions after'),
  split: msg('split'),
  joined: msg('joined'),
  days: msg('days'),
  files: msg('files'),
  rows: msg('rows'),
  bytes: msg('bytes'),
};

const unitWords: Record<NonNullable<Job['unit']>, string> = {
  sessions: msg('sessions'),
  records: msg('records'),
  lines: msg('lines'),
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
  const far =
    total === undefined
      ? formatCount(done)
      : msg(str`${formatCount(done)} of ${formatCount(total)}`);
  return `${far} ${unitWords[unit]}`;
}

export const isOpenJob = ({ state }: Job) => state === 'running' || state === 'waiting';
