/**
 * The end of a hit's way: what is stored is written into the tables' own file, and only then goes from the inbox.
 * Under load that happens beside the reading of the next rows: they lie behind all that is pruned.
 */
import type { Clock } from '../clock.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import { type Batches, onStores } from './batches.ts';
import type { DatasetEngine } from './dataset-engine.ts';

export const settlingLimits = {
  checkpointEveryHits: 200_000,
  /** How long a retry of a hit is expected: its id is remembered as long. */
  retryMsMax: 48 * 60 * 60 * 1000,
} as const;

export interface Settling {
  isDue(): boolean;
  /** Stores what has ended, writes checkpoints and prunes. */
  now(): Promise<void>;
  /** Begins to do so, unless it is under way. */
  beside(): Promise<void>;
  /** Waits for what was begun. @throws its failure, once: it is due again */
  done(): Promise<void>;
  /** Meets what was begun and is over, without waiting. @throws its failure */
  meet(): Promise<void>;
}

export function createSettling(options: {
  inbox: Pick<InboxSource, 'prune' | 'forgetIds'>;
  datasets: ReadonlyMap<string, DatasetEngine>;
  batches: Pick<Batches, 'commit' | 'commitBeside'>;
  clock: Clock;
  checkpointEveryMs: number;
  /** How far the inbox was read, and the time that it says it is. */
  reading: () => { through: number; timeMs: number };
}): Settling {
  const { inbox, datasets, batches, clock, checkpointEveryMs, reading } = options;
  let settledAt = clock();
  let underWay: { work: Promise<void>; isOver: boolean } | undefined;

  /** @param prepare what a dataset does before its checkpoint */
  async function settle(prepare?: (dataset: DatasetEngine) => Promise<void>): Promise<void> {
    for (const dataset of [...datasets.values()]) {
      if (dataset.commit.isPaused()) continue;
      await onStores(dataset, async () => {
        await prepare?.(dataset);
        await makeDurable(dataset);
      });
    }
    const { through, timeMs } = reading();
    const checkpointed = [...datasets.values()].map(({ lowCheckpointed }) => lowCheckpointed);
    await inbox.prune(undefined, Math.min(through, ...checkpointed));
    await inbox.forgetIds(timeMs - settlingLimits.retryMsMax);
    settledAt = clock();
  }

  async function makeDurable(dataset: DatasetEngine): Promise<void> {
    // What is stored beside the checkpoint is the next one's.
    const { low, hitsSinceCheckpoint } = dataset;
    if (low === dataset.lowCheckpointed && hitsSinceCheckpoint === 0) return;
    await dataset.commit.checkpoint();
    await inbox.prune(dataset.config.slug, low);
    // Only now: a pruning that failed is due again, also where no hit comes any more.
    dataset.lowCheckpointed = low;
    dataset.hitsSinceCheckpoint -= hitsSinceCheckpoint;
  }

  async function done(): Promise<void> {
    const begun = underWay;
    underWay = undefined;
    await begun?.work;
  }

  return {
    isDue: () =>
      clock() - settledAt > checkpointEveryMs ||
      [...datasets.values()].some(
        ({ hitsSinceCheckpoint }) => hitsSinceCheckpoint > settlingLimits.checkpointEveryHits,
      ),
    async now() {
      await done();
      await settle(batches.commit);
    },
    async beside() {
      if (underWay !== undefined) return;
      // Also what is little: it would wait for as long as there is a backlog of other datasets.
      for (const dataset of datasets.values())
        if (!dataset.commit.isPaused())
          await onStores(dataset, () => batches.commitBeside(dataset));
      const begun = { work: settle(), isOver: false };
      underWay = begun;
      const over = () => {
        begun.isOver = true;
      };
      // Its failure is met by the next step.
      begun.work.then(over, over);
    },
    done,
    async meet() {
      if (underWay?.isOver) await done();
    },
  };
}
