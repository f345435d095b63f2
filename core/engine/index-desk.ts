/** When the sessions' indexes get their turn: beside the hits where the engine runs by itself, and when they are changed. */
import type { SessionIndex } from '../canisters/index-sessions.ts';
import { keptFrom } from '../canisters/retention.ts';
import type { Clock } from '../clock.ts';
import type { Pipeline } from '../pipeline.ts';
import type { OpenDatasets } from './open-datasets.ts';

/** Hits go first: while they come without end, the index gets its turn so often. */
const indexEveryMs = 1_000;

export interface IndexDesk {
  /**
   * Goes on with the indexes, where there is something to do.
   * @param isBusy while there are hits to read
   * @returns whether something was done; what is done beside the hits is told by `progressed`
   * @throws a failure of what was done beside them, once
   */
  step(isBusy: boolean): Promise<boolean>;
  /** How far a dataset's index is. */
  state(slug: string): ReturnType<SessionIndex['state']>;
  /** Changes it between two steps. */
  change(
    slug: string,
    change: (index: SessionIndex) => Promise<unknown>,
  ): ReturnType<SessionIndex['state']>;
  /** Waits for what is under way. */
  done(): Promise<void>;
}

export function createIndexDesk(options: {
  shelf: Pick<OpenDatasets, 'open' | 'find'>;
  pipeline: Pick<Pipeline, 'between'>;
  clock: Clock;
  /** Whether hits go on while an index is written; without it a step waits for it. */
  isBeside: boolean;
  /** There is more to do. */
  progressed: () => void;
}): IndexDesk {
  const { shelf, pipeline, clock, isBeside, progressed } = options;
  let indexedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let fault: { why: unknown } | undefined;

  async function stepAll(isBusy: boolean): Promise<boolean> {
    const nowMs = clock();
    if (isBusy && nowMs - indexedAt < indexEveryMs) return false;
    indexedAt = nowMs;
    let hasWorked = false;
    for (const { index, commit, failure, config } of shelf.open.values()) {
      if (index === undefined || failure !== undefined || commit.isPaused()) continue;
      index.keepFrom(keptFrom(config.retention?.keepIndexDays, nowMs));
      // What reads is between two steps: the canister must not become another one meanwhile.
      if (await index.step((work) => pipeline.between(work))) hasWorked = true;
    }
    return hasWorked;
  }

  function indexOf(slug: string): SessionIndex {
    const { index } = shelf.find(slug);
    if (index) return index;
    throw new Error(`the stores of ${slug} have no place for an index`);
  }

  return {
    async step(isBusy) {
      if (!isBeside) return await stepAll(isBusy);
      if (fault !== undefined) {
        const { why } = fault;
        fault = undefined;
        throw why;
      }
      underWay ??= stepAll(isBusy)
        .catch((why: unknown) => {
          fault = { why };
          return true;
        })
        .then((hasWorked) => {
          underWay = undefined;
          if (hasWorked) progressed();
        });
      return false;
    },
    state: async (slug) => await indexOf(slug).state(),
    async change(slug, change) {
      const index = indexOf(slug);
      await pipeline.between(() => change(index));
      progressed();
      return await index.state();
    },
    done: async () => await underWay,
  };
}
