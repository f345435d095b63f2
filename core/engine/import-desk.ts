/** The imports under way: bytes come in pieces over calls, and go as one stream into the log import. */
import type { ActiveLimits } from '../canisters/room.ts';
import type { Clock } from '../clock.ts';
import type { ImportOptions, ImportProgress, ImportSummary } from '../contract/import.ts';
import { Problem } from '../contract/problem.ts';
import type { LogCutEnd, LogCutInput } from '../contract/source.ts';
import { checkFormat } from '../sources/formats/format-text.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import { type LogImport, startLogImport } from './log-import.ts';

/** How long an import may stand still before it is abandoned: its sender is gone. */
const silenceMsMax = 10 * 60 * 1000;

/** Imports that ended are remembered for the list of jobs; the oldest are forgotten. */
const endedImportsMax = 100;

/** An import as it is listed. `reason`: why it failed, or a file of it. */
export interface ImportRecord {
  number: number;
  dataset: string;
  files: string[];
  state: 'running' | 'done' | 'cancelled' | 'failed';
  progress: ImportProgress;
  begunAt: number;
  endedAt: number | undefined;
  reason: string | undefined;
}

interface UnderWay {
  slug: string;
  record: ImportRecord;
  logImport: LogImport;
  /** Nothing is stored, so nothing is counted. */
  isDryRun: boolean;
  startedAt: number;
  heardAt: number;
  file: { feed: ByteFeed; done: Promise<void> } | undefined;
  leave: () => void;
}

export interface PullRequest {
  cuts: readonly LogCutInput[];
  /** Sessions that are idle at this instant have ended, whether or not a later line says so. */
  idleAtMs: number;
}

export interface PullResult {
  summary: ImportSummary;
  /** One a cut. */
  ends: LogCutEnd[];
}

export interface ImportDesk {
  begin(dataset: DatasetEngine, options: ImportOptions): Promise<number>;
  beginFile(number: number, name: string): void;
  feedFile(number: number, bytes: Uint8Array): Promise<ImportProgress>;
  endFile(number: number): Promise<ImportProgress>;
  finish(number: number): Promise<ImportSummary>;
  /** The imports of a dataset, oldest first. */
  list(slug: string): ImportRecord[];
  /** Forgets the imports of a dataset that is deleted: another one may take its name. */
  forget(slug: string): void;
  abandon(number: number): Promise<void>;
  /** Takes the cuts of a source's files, merged by time; see `LogImport.leave`. Waits for its turn like an import. */
  pull(dataset: DatasetEngine, options: ImportOptions, request: PullRequest): Promise<PullResult>;
  /** Does something on a dataset while no import of it is under way: waits like an import, and imports wait for it. */
  alone<T>(slug: string, work: () => Promise<T>): Promise<T>;
  /** Abandons what has been silent for too long; all of it when `everything`. */
  clear(everything: boolean): Promise<void>;
}

export function createImportDesk(options: {
  clock: Clock;
  badLinesFile: (slug: string, stamp: string) => string;
  /** What the open sessions of one import may hold. */
  room: ActiveLimits;
  /** Called with what was stored of an import, whether it was finished or abandoned. */
  ended: (slug: string, stored: ImportProgress) => Promise<void>;
}): ImportDesk {
  const { clock, badLinesFile, room } = options;
  const underWay = new Map<number, UnderWay>();
  const queues = new Map<string, Promise<void>>();
  const records = new Map<number, ImportRecord>();
  let numbers = 0;

  function remember(record: ImportRecord): ImportRecord {
    records.set(record.number, record);
    for (const [number, { state }] of records)
      if (records.size > endedImportsMax && state !== 'running') records.delete(number);
    return record;
  }

  function find(number: number): UnderWay {
    const found = underWay.get(number);
    if (found === undefined) {
      throw new Problem(
        'import_unknown',
        `Import ${number} is not under way: it ended, or the server was started again. Import the files again.`,
      );
    }
    found.heardAt = clock();
    return found;
  }

  async function end<T>(number: number, how: (found: UnderWay) => Promise<T>): Promise<T> {
    const found = find(number);
    const { record, logImport } = found;
    underWay.delete(number);
    try {
      return await how(found);
    } catch (error) {
      record.state = 'failed';
      record.reason = (error as Error).message;
      throw error;
    } finally {
      if (record.state === 'running') record.state = 'done';
      record.progress = { ...logImport.progress };
      record.endedAt = clock();
      found.leave();
    }
  }

  /** Waits for the turn on a dataset; gives what ends it. */
  async function queue(slug: string): Promise<() => void> {
    const before = queues.get(slug) ?? Promise.resolve();
    let leave = () => {};
    queues.set(
      slug,
      before.then(() => new Promise<void>((resolve) => (leave = resolve))),
    );
    await before;
    // The promise of this turn is made in the same moment as this one goes on: only then is `leave` its own.
    return () => leave();
  }

  const desk: ImportDesk = {
    async begin(dataset, importOptions) {
      const { slug } = dataset.config;
      checkFormat(importOptions);
      const leave = await queue(slug);
      if (dataset.failure) {
        leave();
        throw dataset.failure;
      }
      numbers += 1;
      const number = numbers;
      const stamp = new Date(clock()).toISOString().replace(/[:.]/g, '-');
      const badLines = () => badLinesFile(slug, `${stamp}-${number}`);
      const begun = startLogImport(dataset, importOptions, badLines, room, clock());
      const logImport = await begun.catch((error) => {
        leave();
        throw error;
      });
      const record = remember({
        number,
        dataset: slug,
        files: [],
        state: 'running',
        progress: logImport.progress,
        begunAt: clock(),
        endedAt: undefined,
        reason: undefined,
      });
      underWay.set(number, {
        slug,
        record,
        logImport,
        isDryRun: importOptions.dryRun,
        startedAt: clock(),
        heardAt: clock(),
        file: undefined,
        leave,
      });
      return number;
    },
    beginFile(number, name) {
      const found = find(number);
      refuseOpenFile(found);
      const feed = byteFeed();
      const done = found.logImport.takeFile(name, feed.bytes);
      done.catch((error) => {
        found.record.reason = `${name}: ${(error as Error).message}`;
        feed.refuse(error);
      });
      found.record.files.push(name);
      found.file = { feed, done };
    },
    async feedFile(number, bytes) {
      const found = find(number);
      await fileOf(found).feed.push(bytes);
      return { ...found.logImport.progress };
    },
    async endFile(number) {
      const found = find(number);
      const { feed, done } = fileOf(found);
      feed.end();
      try {
        await done;
      } finally {
        found.file = undefined;
      }
      return { ...found.logImport.progress };
    },
    async finish(number) {
      refuseOpenFile(find(number));
      return await end(number, async ({ slug, record, logImport, isDryRun, startedAt }) => {
        const summary = await logImport.finish();
        const [unread] = summary.unreadFiles;
        if (unread !== undefined) record.reason = `${unread.file}: ${unread.why}`;
        if (unread !== undefined && summary.bad === summary.lines) record.state = 'failed';
        if (!isDryRun) await options.ended(slug, summary);
        return { ...summary, seconds: (clock() - startedAt) / 1000 };
      });
    },
    abandon: (number) =>
      end(number, async ({ slug, record, logImport, isDryRun, file }) => {
        // Who sent a file that could not be read gives up; nobody has cancelled it.
        record.state = record.reason === undefined ? 'cancelled' : 'failed';
        file?.feed.refuse(new Problem('import_unknown', 'The import was abandoned.'));
        await file?.done.catch(() => undefined);
        const stored = await logImport.abandon();
        if (!isDryRun) await options.ended(slug, stored);
      }),
    list: (slug) =>
      [...records.values()]
        .filter(({ dataset }) => dataset === slug)
        .map((record) => ({ ...record, progress: { ...record.progress } })),
    forget(slug) {
      for (const [number, { dataset }] of records) if (dataset === slug) records.delete(number);
    },
    async pull(dataset, importOptions, { cuts, idleAtMs }) {
      const { slug } = dataset.config;
      return await desk.alone(slug, async () => {
        if (dataset.failure) throw dataset.failure;
        numbers += 1;
        const startedAt = clock();
        const stamp = `${new Date(startedAt).toISOString().replace(/[:.]/g, '-')}-${numbers}`;
        const place = () => badLinesFile(slug, stamp);
        const pull = await startLogImport(dataset, importOptions, place, room, startedAt);
        try {
          await pull.takeMerged(cuts);
          const { summary, ends } = await pull.leave(idleAtMs);
          if (!importOptions.dryRun) await options.ended(slug, summary);
          return { summary: { ...summary, seconds: (clock() - startedAt) / 1000 }, ends };
        } catch (error) {
          const stored = await pull.abandon();
          if (!importOptions.dryRun) await options.ended(slug, stored);
          throw error;
        }
      });
    },
    async alone(slug, work) {
      const leave = await queue(slug);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    async clear(everything) {
      for (const [number, { heardAt }] of underWay) {
        if (everything || clock() - heardAt > silenceMsMax) await desk.abandon(number);
      }
    },
  };
  return desk;
}

function fileOf({ file }: UnderWay): NonNullable<UnderWay['file']> {
  if (file) return file;
  throw new Problem(
    'request_invalid',
    'No file of the import is open: begin one, then send its bytes.',
  );
}

/** Lines of a file that was not ended would be lost. */
function refuseOpenFile({ file }: UnderWay): void {
  if (file)
    throw new Problem('request_invalid', 'A file of the import is still open: end it first.');
}

interface ByteFeed {
  bytes: AsyncIterable<Uint8Array>;
  /** Resolves when the reader has begun with the piece before, so that one waits; rejects when it has failed. */
  push(bytes: Uint8Array): Promise<void>;
  end(): void;
  refuse(error: Error): void;
}

/** A stream with one piece ahead: the next one is sent while the reader is at work on this one. */
function byteFeed(): ByteFeed {
  let offered: Uint8Array | undefined;
  let busy = false;
  let ended = false;
  let failure: Error | undefined;
  let wake = () => {};
  let taken = () => {};
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (offered !== undefined) {
        const piece = offered;
        offered = undefined;
        taken();
        yield piece;
      } else if (failure) throw failure;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    bytes: bytes(),
    async push(piece) {
      if (failure) throw failure;
      if (busy || ended)
        throw new Problem('request_invalid', 'Send one piece of the file after the other.');
      if (offered !== undefined) {
        busy = true;
        await new Promise<void>((resolve) => (taken = resolve));
        busy = false;
        if (failure) throw failure;
      }
      offered = piece;
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    refuse(error) {
      failure ??= error;
      offered = undefined;
      wake();
      taken();
    },
  };
}
