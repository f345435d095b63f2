/**
 * `canister import FILE --follow`: a live log, taken in as it grows until Ctrl+C. It is a paused source of its own, run
 * whenever the file has changed: where it has come to is kept, and the next follow of the file goes on there.
 */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import { type ImportInput, type ImportProgress, nothingRead } from '../core/contract/import.ts';
import { Problem } from '../core/contract/problem.ts';
import type { SourceInput, SourceRun, SourceStatus } from '../core/contract/source.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { showInvisible } from '../reports/html/format.ts';

const lookEveryMs = 1_000;
/** A run also ends sessions that have fallen idle, so there is one from time to time without news. */
const restRunsMax = 30;
/** So late a line may come, and so long a last line without its end is waited for. */
const lateMs = 60_000;
const nameLengthMax = 40;

/** What came in since the follow began. */
export type FollowSummary = Pick<
  SourceRun,
  'lines' | 'accepted' | 'duplicate' | 'excluded' | 'bad' | 'sessions' | 'openHits'
>;

export interface FollowOptions {
  api: ApiClient;
  dataset: string;
  file: string;
  input: ImportInput;
  /** Ends the follow. */
  signal: AbortSignal;
  note: (text: string) => void;
}

/**
 * Takes in what a file holds, and then what is added to it, also when it is rotated (FILE.1, copytruncate).
 * @throws Problem `file_unreadable` where nothing can be read when it begins; `source_invalid`, `dataset_unknown`
 */
export async function follow(options: FollowOptions): Promise<FollowSummary> {
  const { api, dataset, signal, note } = options;
  const path = resolve(options.file);
  if (options.file === '-' || path.includes('*'))
    throw new InvalidArgumentError('--follow takes the path of one file, without *.');
  if (options.input.dryRun)
    throw new InvalidArgumentError('--follow stores what it reads: leave out --dry-run.');
  const name = nameOf(dataset, path);
  const source: SourceInput['source'] = {
    name,
    dataset,
    locations: [path, `${path}.1`],
    lateMs,
    import: options.input,
    paused: true,
  };
  await api.json<SourceStatus>('PUT', '/api/sources', { source });
  note(
    `Following ${showInvisible(path)} into ${dataset}. Stop with Ctrl+C; it goes on there next time.`,
  );
  const total = { ...nothingRead, openHits: 0 };
  let seen: string | undefined;
  let seenRuns = 0;
  let problem = '';
  for (let rests = 0; ; rests += 1) {
    const isEnd = signal.aborted;
    const stands = standOf(path);
    if (isEnd || stands !== seen || rests >= restRunsMax) {
      rests = 0;
      seen = stands;
      const run = await api.json<SourceRun>('POST', `/api/sources/${encodeURIComponent(name)}/run`);
      for (const count of Object.keys(nothingRead) as (keyof ImportProgress)[])
        total[count] += run[count];
      total.openHits = run.openHits;
      if (run.lines > 0) note(describe(run));
      // Before the first rotation there is no FILE.1.
      const news = run.problems
        .filter((one) => !one.startsWith(`${path}.1: there is no`))
        .map(showInvisible)
        .join('\n');
      // What cannot be read when the follow begins is mended by whoever has begun it.
      if (seenRuns === 0 && run.state === 'failed') throw new Problem('file_unreadable', news);
      seenRuns += 1;
      if (news !== problem && news !== '') note(news);
      problem = news;
    }
    if (isEnd) return total;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A name that the same file of the same dataset has again. */
function nameOf(dataset: string, path: string): string {
  const mark = createHash('sha256').update(`${dataset} ${path}`).digest('hex').slice(0, 8);
  const plain = basename(path)
    .replace(/[^\w.-]/g, '_')
    .slice(-nameLengthMax);
  return `follow ${plain} ${mark}`;
}

/** Changes when the file grows, is emptied, or is another one. */
function standOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

function describe({ lines, accepted, duplicate, excluded, bad, openHits }: SourceRun): string {
  const others = Object.entries({ duplicate, excluded, bad }).filter(([, count]) => count > 0);
  const parts = [['accepted', accepted], ...others].map(([word, count]) => `${count} ${word}`);
  return `+${lines} lines: ${parts.join(', ')}; ${openHits} in open sessions`;
}
