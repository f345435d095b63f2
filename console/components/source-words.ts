/** How the runs of a source are said. */
import type { SourceRun } from '../../core/contract/source.ts';

export const runStateWords: Record<SourceRun['state'], string> = {
  running: 'running',
  done: 'done',
  partly: 'partly done',
  failed: 'failed',
  broken_off: 'broken off',
};

export const runReasonWords: Record<SourceRun['reason'], string> = {
  schedule: 'by schedule',
  hand: 'by hand',
};
