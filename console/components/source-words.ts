/** How the runs of a source are said. */
import { msg } from '@lit/localize';
import type { SourceRun } from '../../core/contract/source.ts';

export const runStateWords: Record<SourceRun['state'], string> = {
  running: msg('running'),
  done: msg('done'),
  partly: msg('partly done'),
  failed: msg('failed'),
  broken_off: msg('broken off'),
};

export const runReasonWords: Record<SourceRun['reason'], string> = {
  schedule: msg('by schedule'),
  hand: msg('by hand'),
};
