/**
 * Ended sessions → batches that are stored, and the inbox position that moves on with them. Some batches of a dataset
 * are under way at once, beside the reading of the next rows: one is sealed while the one before it goes into the tables.
 */
import type { EndedSession } from '../sessions/sessionizer.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import type { DatasetEngine } from './dataset-engine.ts';

export const batchLimits = {
  sessionsMax: 2_000,
  hitsMax: 50_000,
  underWayMax: 2,
} as const;

export interface Batches {
  /** Stores what has ended, after what is being stored already. */
  commit(dataset: DatasetEngine): Promise<void>;
  /** The same beside the reading of the next rows: they change neither what has ended nor the position of it. */
  commitBeside(dataset: DatasetEngine): Promise<void>;
  /** Waits for what is being stored beside. @throws the first failure; what was to be stored has still ended then */
  stored(dataset: DatasetEngine): Promise<void>;
  /** The same for all datasets that have not failed. */
  allStored(): Promise<void>;
  /** Whether enough has ended for a batch, besides what is being stored. */
  isFull(dataset: DatasetEngine): boolean;
}

interface Batch {
  ended: EndedSession[];
  /** The inbox position that is stored with them. */
  low: number;
  isStored: boolean;
}

/**
 * @param readThrough the inbox position up to which rows were read
 * @param sessionsMax how many sessions are stored together under load
 */
export function createBatches(
  inbox: Pick<InboxSource, 'exclude'>,
  readThrough: () => number,
  sessionsMax: number = batchLimits.sessionsMax,
): Batches {
  /** What is being stored while the next rows are read: some batches a dataset, the first of what has ended. */
  const storing = new Map<DatasetEngine, { batch: Batch; work: Promise<void> }[]>();

  async function commit(dataset: DatasetEngine): Promise<void> {
    await stored(dataset);
    const batch = await nextBatch(dataset);
    if (batch !== undefined) await storeBatch(dataset, batch);
  }

  async function commitBeside(dataset: DatasetEngine): Promise<void> {
    const batches = storing.get(dataset) ?? [];
    storing.set(dataset, batches);
    // One that has failed takes those behind it along.
    while (batches.length >= batchLimits.underWayMax) {
      await batches[0]?.work.catch(() => stored(dataset));
      batches.shift();
    }
    const batch = await nextBatch(dataset);
    if (batch === undefined) return;
    const work = storeBatch(dataset, batch, batches.at(-1)?.work);
    batches.push({ batch, work });
    // Its failure is met where it is waited for; until then those behind it fail with it.
    work.catch(() => undefined);
  }

  async function stored(dataset: DatasetEngine): Promise<void> {
    const works = (storing.get(dataset) ?? []).map(({ work }) => work);
    storing.delete(dataset);
    await Promise.allSettled(works);
    await Promise.all(works);
  }

  /** What has ended and is not being stored; undefined when there is nothing to store. */
  async function nextBatch(dataset: DatasetEngine): Promise<Batch | undefined> {
    // Both at one moment: hits up to `low` are in sessions that have ended by now.
    const oldest = dataset.active.oldestFirstSeq();
    const low = Math.max(dataset.low, oldest === undefined ? readThrough() : oldest - 1);
    const ended = await discard(dataset, dataset.ended.slice(sessionsUnderWay(dataset)));
    if (ended.length === 0 && low === dataset.low) return undefined;
    return { ended, low, isStored: false };
  }

  /** @param before the batch before it, where that is being stored */
  async function storeBatch(
    dataset: DatasetEngine,
    batch: Batch,
    before?: Promise<void>,
  ): Promise<void> {
    const { ended, low } = batch;
    const position = await dataset.commit.store(ended, low, before);
    // Batches are stored in their order: these are the first of all that have ended.
    dataset.ended.splice(0, ended.length);
    batch.isStored = true;
    dataset.low = position.low;
    dataset.hitsSinceCheckpoint += hitsOf(ended);
    for (const [visitor, seq] of dataset.closedThrough)
      if (seq <= position.low) dataset.closedThrough.delete(visitor);
  }

  const sessionsUnderWay = (dataset: DatasetEngine) =>
    (storing.get(dataset) ?? [])
      .filter(({ batch }) => !batch.isStored)
      .reduce((sum, { batch }) => sum + batch.ended.length, 0);

  /**
   * Before the position moves on: hits of a discarded session are counted once, and do not come again.
   * @param waiting those that have ended; gives the kept ones
   */
  async function discard(dataset: DatasetEngine, waiting: EndedSession[]): Promise<EndedSession[]> {
    const discarded = waiting.flatMap((ended) => ended.discarded ?? []);
    if (discarded.length === 0) return waiting;
    await inbox.exclude(dataset.config.slug, discarded);
    for (const ended of waiting)
      if (ended.discarded !== undefined) dataset.ended.splice(dataset.ended.indexOf(ended), 1);
    return waiting.filter((ended) => ended.discarded === undefined);
  }

  return {
    commit,
    commitBeside,
    stored,
    async allStored() {
      for (const dataset of [...storing.keys()]) await onStores(dataset, () => stored(dataset));
    },
    isFull(dataset) {
      const ended = dataset.ended.slice(sessionsUnderWay(dataset));
      return ended.length >= sessionsMax || hitsOf(ended) >= batchLimits.hitsMax;
    },
  };
}

/** Stores that fail are passed over until their dataset is put aside; the others go on. */
export async function onStores(dataset: DatasetEngine, work: () => Promise<void>): Promise<void> {
  if (dataset.failure !== undefined) return;
  try {
    await work();
  } catch (error) {
    if (dataset.failure === undefined) throw error;
  }
}

const hitsOf = (ended: DatasetEngine['ended']) =>
  ended.reduce((sum, { session }) => sum + session.hits.length, 0);
