/** The desk of sources: keeps them, runs them when they are due, and tells what became of each run. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import {
  locationKind,
  type Source,
  type SourceProgress,
  type SourceRun,
  type SourceSecrets,
  type SourceStatus,
} from '../contract/source.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { KeptSource, Sources } from '../settings/sources.ts';
import { checkFormat } from '../sources/formats/format-text.ts';
import { lineDecoder } from '../sources/log-lines.ts';
import { checkSourceSchedule, nextRun } from '../sources/source-schedule.ts';
import { runSource } from './run-source.ts';

const atOnceMax = 2;
const silenceMsUsual = 30_000;
const firstRetryMs = 60_000;
const retryMsMax = 3_600_000;

export interface SourceDeskOptions {
  sources: Sources;
  datasets: Pick<Datasets, 'get'>;
  engine: Pick<Engine, 'pullLogs'>;
  clock: Clock;
  /** Where fetched bytes lie until they are stored. */
  spoolFolder: string;
  folders: readonly string[];
  privateNetworks: readonly string[];
  silenceMsMax?: number;
  /** Why nothing more may be written to the disk. */
  diskLow?: () => Promise<Problem | undefined>;
}

export interface SourceDesk {
  list(): Promise<SourceStatus[]>;
  /** @throws Problem `source_unknown` */
  show(name: string): Promise<SourceStatus>;
  /** @throws Problem `source_invalid`, `dataset_unknown` */
  save(source: Source, secrets: SourceSecrets | undefined): Promise<SourceStatus>;
  remove(name: string): Promise<void>;
  setPaused(name: string, paused: boolean): Promise<SourceStatus>;
  /** Runs it now, and waits for its end. @throws Problem `source_running` */
  run(name: string): Promise<SourceRun>;
  history(name: string, limit: number): Promise<SourceRun[]>;
}

export interface OpenSourceDesk extends SourceDesk {
  /** Starts what is due. Does not wait for its end. */
  runDue(): Promise<void>;
  /** Breaks off what is being fetched, and waits for the runs under way. */
  stop(): Promise<void>;
}

export function createSourceDesk(options: SourceDeskOptions): OpenSourceDesk {
  const { sources, datasets, clock } = options;
  const running = new Map<string, Promise<SourceRun>>();
  const progress = new Map<string, SourceProgress>();
  /** When each was started last. */
  const startedLast = new Map<string, number>();
  let brokenOff: Promise<void> | undefined;
  const stopping = new AbortController();

  function nextRunOf({ source, doneUntil, retryAt }: KeptSource): number | undefined {
    if (source.paused) return undefined;
    // A clock that had gone far ahead and was set right must not silence it until then.
    if (doneUntil > clock()) return clock();
    return nextRun(source.schedule, source.timeZone, Math.max(doneUntil, retryAt - 1));
  }

  const progressOf = (id: string) => {
    const stands = progress.get(id);
    return stands && { progress: stands };
  };

  async function statusOf(kept: KeptSource): Promise<SourceStatus> {
    const [lastRun] = await sources.runs(kept.id, 1);
    const nextRunAt = nextRunOf(kept);
    return {
      source: kept.source,
      state: {
        ...(nextRunAt === undefined ? {} : { nextRunAt }),
        ...(lastRun === undefined ? {} : { lastRun }),
        ...(running.has(kept.id) && progressOf(kept.id)),
        isRunning: running.has(kept.id),
        failures: kept.failures,
        secrets: kept.secretNames,
      },
    };
  }

  async function runOnce(kept: KeptSource, reason: SourceRun['reason']): Promise<SourceRun> {
    // What was under way when the process ended last is told before anything new begins.
    brokenOff ??= sources.breakOff();
    await brokenOff;
    const startedAt = clock();
    const number = await sources.beginRun(kept.id, reason);
    let stands: SourceProgress = { doing: 'fetching', startedAt, files: 0, fetchedBytes: 0 };
    progress.set(kept.id, stands);
    const outcome = await runSource(kept, {
      ...options,
      silenceMsMax: options.silenceMsMax ?? silenceMsUsual,
      signal: stopping.signal,
      diskLow: options.diskLow ?? (async () => undefined),
      spoolFolder: join(options.spoolFolder, kept.id),
      tell(news) {
        stands = { ...stands, ...news };
        progress.set(kept.id, stands);
      },
    });
    const { hasMore, ...counts } = outcome;
    const run: SourceRun = {
      ...counts,
      number,
      source: kept.source.name,
      reason,
      startedAt,
      endedAt: clock(),
    };
    const failures = run.state === 'failed' ? kept.failures + 1 : 0;
    const delayMs = Math.min(retryMsMax, firstRetryMs * 2 ** Math.min(failures - 1, 20));
    await sources.endRun(kept.id, run, {
      doneUntil: hasMore || run.state === 'broken_off' ? kept.doneUntil : startedAt,
      failures,
      retryAt: failures === 0 ? 0 : clock() + delayMs,
    });
    return run;
  }

  function start(kept: KeptSource, reason: SourceRun['reason']): Promise<SourceRun> {
    if (running.has(kept.id))
      throw new Problem('source_running', `The source "${kept.source.name}" is running already.`);
    startedLast.set(kept.id, clock());
    const work = runOnce(kept, reason).finally(() => {
      running.delete(kept.id);
      progress.delete(kept.id);
    });
    running.set(kept.id, work);
    return work;
  }

  /**
   * Who has waited longest goes first. One that is due all the time, as its runs take longer than its schedule or it
   * has much to catch up on, would keep the others waiting for good.
   */
  function inTurn(all: readonly KeptSource[]): KeptSource[] {
    const nowMs = clock();
    return all
      .map((kept) => ({ kept, due: nextRunOf(kept) }))
      .filter(({ kept, due }) => due !== undefined && due <= nowMs && !running.has(kept.id))
      .map(({ kept, due = 0 }) => ({
        kept,
        since: Math.max(due, startedLast.get(kept.id) ?? 0),
      }))
      .sort((one, other) => one.since - other.since)
      .map(({ kept }) => kept);
  }

  async function runDue(): Promise<void> {
    brokenOff ??= sources.breakOff();
    await brokenOff;
    if (stopping.signal.aborted) return;
    for (const kept of inTurn(await sources.list())) {
      if (stopping.signal.aborted || running.size >= atOnceMax) return;
      if (running.has(kept.id)) continue;
      // What goes wrong with the run itself is in its history; what cannot be written there is tried again.
      start(kept, 'schedule')
        .then(runDue)
        .catch(() => undefined);
    }
  }

  async function check(source: Source, secretNames: readonly string[]): Promise<void> {
    await datasets.get(source.dataset);
    checkSourceSchedule(source.schedule, source.timeZone, clock());
    const kinds = source.locations.map(locationKind);
    const refuse = (why: string) => {
      throw new Problem('source_invalid', why);
    };
    if (kinds.includes('sftp') && source.hostKeys.length === 0)
      refuse(
        'An SFTP server is talked to only when its host key is known. Ask it for its keys (ssh-keyscan HOST | ssh-keygen -lf -), compare them with those on the server, and give one with --host-key SHA256:…',
      );
    if (kinds.includes('sftp') && (source.user === undefined || secretNames.length === 0))
      refuse('SFTP needs a user, and a password or a private key.');
    if (kinds.includes('s3') && (source.user === undefined || !secretNames.includes('password')))
      refuse('S3 needs the id of an access key as user, and its secret as password.');
    if (source.import.dryRun) refuse('A source stores what it reads: dryRun cannot be set.');
    checkFormat(source.import);
    lineDecoder(source.import.encoding);
  }

  return {
    list: async () => await Promise.all((await sources.list()).map(statusOf)),
    show: async (name) => await statusOf(await sources.get(name)),
    async save(source, secrets) {
      const kept = (await sources.list()).find(
        (one) => one.source.name.toLowerCase() === source.name.toLowerCase(),
      );
      await check(source, secrets === undefined ? (kept?.secretNames ?? []) : Object.keys(secrets));
      if (kept !== undefined && kept.source.dataset !== source.dataset)
        throw new Problem(
          'source_invalid',
          `"${source.name}" is a source of the dataset ${kept.source.dataset}: what it has taken is there. Make another source for ${source.dataset}.`,
        );
      return await statusOf(await sources.save(source, secrets));
    },
    async remove(name) {
      const kept = await sources.get(name);
      await running.get(kept.id)?.catch(() => undefined);
      await sources.remove(name);
      await rm(join(options.spoolFolder, kept.id), { recursive: true, force: true });
    },
    async setPaused(name, paused) {
      const { source } = await sources.get(name);
      return await statusOf(await sources.save({ ...source, paused }, undefined));
    },
    run: async (name) => await start(await sources.get(name), 'hand'),
    history: async (name, limit) => await sources.runs((await sources.get(name)).id, limit),
    runDue,
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}
