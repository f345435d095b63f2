/** `canister import`: sends log files to the API piece by piece, with progress on stderr. */
import { randomUUID } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { ImportInput, ImportProgress, ImportSummary } from '../contract/import.ts';
import type { Job } from '../contract/job.ts';
import { Problem } from '../contract/problem.ts';
import type { ApiClient } from './api-client.ts';

const pieceBytes = 1024 * 1024;
const plainEveryMs = 1_000;
const waitMsToSay = 1_000;

/**
 * Imports files in the order given; `-` is standard input. A Ctrl+C gives its turn to the next import, a second one
 * ends the process at once.
 * @param say is told what it waits for
 * @throws Problem `file_missing`, `file_unreadable` before anything is sent; `import_unknown` when it was stopped
 */
export async function importFiles(
  api: ApiClient,
  slug: string,
  files: readonly string[],
  input: ImportInput,
  say: (text: string) => void,
): Promise<ImportSummary> {
  const bytesTotal = files.map(sizeOf).reduce((sum, bytes) => sum + bytes, 0);
  const number = await begin(api, slug, input, say);
  const at = `/api/imports/${number}`;
  const bar = new SingleBar({
    format: 'Importing [{bar}] {percentage} % · {lines} lines · {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  const plain = plainProgress();
  if (process.stderr.isTTY) bar.start(bytesTotal, 0, { lines: 0 });
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    for (const file of files) {
      await api.request('POST', `${at}/file`, {
        name: file === '-' ? 'standard input' : basename(file),
      });
      const source =
        file === '-' ? process.stdin : createReadStream(file, { highWaterMark: pieceBytes });
      for await (const piece of addAbortSignal(stop.signal, source)) {
        const bytes = piece as Buffer;
        const { lines } = await api.json<ImportProgress>('POST', `${at}/bytes`, bytes);
        bar.increment(bytes.length, { lines });
        plain(lines);
      }
      await api.request('POST', `${at}/file/end`);
    }
    return await api.json<ImportSummary>('POST', `${at}/finish`);
  } catch (error) {
    await api.request('DELETE', at).catch(() => undefined);
    if (!stop.signal.aborted) throw error;
    throw new Problem(
      'import_unknown',
      'The import was stopped. What it has stored stays; import the same files again for the rest: no line counts twice.',
    );
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
    bar.stop();
  }
}

/**
 * Imports of a dataset go one after the other: while another one is under way, this one waits for its turn and says so.
 * A wait that the connection does not outlast is asked for again, and keeps its place.
 */
async function begin(
  api: ApiClient,
  slug: string,
  input: ImportInput,
  say: (text: string) => void,
): Promise<number> {
  const path = `/api/datasets/${slug}/imports?turn=${randomUUID()}`;
  const ask = () =>
    api.json<{ number: number }>('POST', path, input).catch((error) => {
      if (error?.cause?.code === 'UND_ERR_HEADERS_TIMEOUT') return undefined;
      throw error;
    });
  let said = '';
  for (let asked = ask(); ; ) {
    const answer = await Promise.race([asked, pause(waitMsToSay)]);
    if (answer === 'late') {
      const waits = await describeWait(api, slug);
      if (waits !== said) say(waits);
      said = waits;
    } else if (answer === undefined) asked = ask();
    else return answer.number;
  }
}

/** Keeps no program from ending that has its answer. */
const pause = (ms: number) =>
  new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), ms).unref());

async function describeWait(api: ApiClient, slug: string): Promise<string> {
  const { jobs } = await api.json<{ jobs: Job[] }>('GET', '/api/jobs');
  const before = jobs.filter(({ dataset, state }) => dataset === slug && state === 'running');
  const found =
    before.find(({ kind }) => kind === 'import') ?? before.find(({ kind }) => kind === 'source');
  if (found === undefined) return `Waiting for other work on ${slug}, which is still under way …`;
  const about = found.about === undefined ? '' : ` (${found.about})`;
  const what = found.kind === 'import' ? found.id.replace('-', ' ') : 'a run of a source';
  return `Waiting for ${what}${about}, which is still under way …`;
}

/** Without a terminal there is a line now and then instead of a bar. */
function plainProgress(): (lines: number) => void {
  let saidAt = performance.now();
  return (lines) => {
    if (process.stderr.isTTY || performance.now() - saidAt < plainEveryMs) return;
    saidAt = performance.now();
    process.stderr.write(`Importing: ${lines} lines\n`);
  };
}

function sizeOf(file: string): number {
  if (file === '-') return 0;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new Problem('file_missing', `There is no file ${file}. Nothing was imported.`);
  if (stat.isDirectory()) {
    throw new Problem(
      'file_unreadable',
      `${file} is a directory. Name its files, for example ${file}/*.log. Nothing was imported.`,
    );
  }
  return stat.size;
}
