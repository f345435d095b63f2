/**
 * The way of a hit, in order: inbox → normalize → sessionize → (session ends) → commit → checkpoint → prune.
 * A pure function of inbox rows and of their times: the wall clock only decides when to write a heartbeat.
 */
import type { Clock } from './clock.ts';
import type { ReceivedHit } from './contract/hit.ts';
import type { DatasetEngine } from './dataset-engine.ts';
import { normalizeHit, UnusableHit } from './hits/normalize-hit.ts';
import type { InboxRow, InboxSource } from './sources/inbox-source.ts';

export const pipelineLimits = {
  rowsPerStepMax: 2_000,
  sessionsPerCommitMax: 2_000,
  hitsPerCommitMax: 50_000,
  checkpointEveryHits: 200_000,
  /** How long a retry of a hit is expected: its id is remembered as long. */
  retryMsMax: 48 * 60 * 60 * 1000,
} as const;

export interface Pipeline {
  /** Takes one step; false when there was nothing to read. */
  step(): Promise<boolean>;
  /** Adds a dataset between two steps: the inbox is read again from its position, for it alone. */
  add(dataset: DatasetEngine): Promise<void>;
  /** Writes checkpoints and prunes, whether due or not. */
  settle(): Promise<void>;
  /** The inbox position up to which rows were read. */
  readThrough(): number;
}

/** @param datasets the open datasets by slug; `add` adds to it */
export function createPipeline(options: {
  inbox: InboxSource;
  datasets: Map<string, DatasetEngine>;
  clock: Clock;
  checkpointEveryMs: number;
}): Pipeline {
  const { inbox, datasets, clock, checkpointEveryMs } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let readThrough = Math.min(
    ...[...datasets.values()].map(({ low }) => low),
    Number.MAX_SAFE_INTEGER,
  );
  if (readThrough === Number.MAX_SAFE_INTEGER) readThrough = 0;
  let engineTime = 0;
  let settledAt = clock();
  let working: Promise<unknown> = Promise.resolve();

  /** One at a time: a dataset must not come in the middle of a step. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = working.then(work);
    working = result.catch(() => undefined);
    return result;
  }

  async function takeRow(row: InboxRow): Promise<void> {
    readThrough = row.seq;
    engineTime = Math.max(engineTime, row.receivedAt);
    const dataset = row.dataset === undefined ? undefined : datasets.get(row.dataset);
    if (dataset === undefined || row.body === undefined || row.seq <= dataset.readThrough) return;
    dataset.readThrough = row.seq;
    try {
      const received = JSON.parse(decoder.decode(row.body)) as ReceivedHit;
      if (row.seq <= (dataset.closedThrough.get(received.visitor) ?? 0)) return;
      const normalized = normalizeHit(received, row.receivedAt, dataset.ownHosts);
      dataset.sessionizer.take({
        ...normalized,
        arrivedAt: row.receivedAt,
        seq: row.seq,
        bytes: row.body.length,
      });
    } catch (error) {
      await inbox.setAside(
        row,
        error instanceof UnusableHit ? error.message : `fault: ${(error as Error).message}`,
      );
    }
  }

  async function commit(dataset: DatasetEngine): Promise<void> {
    const oldest = dataset.active.oldestFirstSeq();
    const low = Math.max(dataset.low, oldest === undefined ? readThrough : oldest - 1);
    const ended = dataset.ended.slice();
    if (ended.length === 0 && low === dataset.low) return;
    const position = await dataset.commit.store(ended, low);
    dataset.ended.splice(0, ended.length);
    dataset.low = position.low;
    dataset.hitsSinceCheckpoint += hitsOf(ended);
    for (const [visitor, seq] of dataset.closedThrough)
      if (seq <= position.low) dataset.closedThrough.delete(visitor);
  }

  async function settle(): Promise<void> {
    for (const [slug, dataset] of datasets) {
      if (dataset.commit.isPaused()) continue;
      await commit(dataset);
      if (dataset.low === dataset.lowCheckpointed && dataset.hitsSinceCheckpoint === 0) continue;
      await dataset.commit.checkpoint();
      dataset.lowCheckpointed = dataset.low;
      dataset.hitsSinceCheckpoint = 0;
      await inbox.prune(slug, dataset.lowCheckpointed);
    }
    const through = Math.min(
      readThrough,
      ...[...datasets.values()].map(({ lowCheckpointed }) => lowCheckpointed),
    );
    await inbox.prune(undefined, through);
    await inbox.forgetIds(engineTime - pipelineLimits.retryMsMax);
    settledAt = clock();
  }

  const isSettlingDue = () =>
    clock() - settledAt > checkpointEveryMs ||
    [...datasets.values()].some(
      ({ hitsSinceCheckpoint }) => hitsSinceCheckpoint > pipelineLimits.checkpointEveryHits,
    );

  async function step(): Promise<boolean> {
    const rows = await inbox.take(readThrough, pipelineLimits.rowsPerStepMax);
    for (const row of rows) await takeRow(row);
    for (const dataset of datasets.values()) {
      dataset.sessionizer.closeIdle(engineTime);
      // Under load batches grow; when the inbox is read to its end, what has ended is stored at once.
      // While the tables are made anew, what has ended waits here, and the other datasets go on.
      const isSpent = rows.length < pipelineLimits.rowsPerStepMax && !dataset.commit.isPaused();
      if (isSpent ? dataset.ended.length > 0 : isFull(dataset)) await commit(dataset);
    }
    if (isSettlingDue()) await settle();
    if (rows.length > 0) return true;
    const nowMs = clock();
    if ([...datasets.values()].some((dataset) => dataset.sessionizer.isIdleDue(nowMs)))
      await inbox.heartbeat(nowMs);
    return false;
  }

  return {
    step: () => exclusively(step),
    settle: () => exclusively(settle),
    add: (dataset) =>
      exclusively(async () => {
        datasets.set(dataset.config.slug, dataset);
        if (dataset.low >= readThrough) return;
        readThrough = dataset.low;
        engineTime = 0;
      }),
    readThrough: () => readThrough,
  };
}

function isFull({ ended }: DatasetEngine): boolean {
  return (
    ended.length >= pipelineLimits.sessionsPerCommitMax ||
    hitsOf(ended) >= pipelineLimits.hitsPerCommitMax
  );
}

const hitsOf = (ended: DatasetEngine['ended']) =>
  ended.reduce((sum, { session }) => sum + session.hits.length, 0);
