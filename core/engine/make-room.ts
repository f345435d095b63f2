/**
 * Makes room when the short-term canister is full, and stores what had to go before the next row is read: so no later
 * hit was ever judged by an eviction that a crash could undo, and a replay ends the same sessions. One dataset leaves
 * after the other, each in one commit. A crash between two of them leaves a fill that is still above the high mark, and
 * the replay goes on with the next one; below it nobody else had to go.
 */
import {
  type ActiveLimits,
  activeMarks,
  evictionOrder,
  fillOf,
  isAbove,
} from '../canisters/room.ts';
import { type Batches, onStores } from './batches.ts';
import type { DatasetEngine } from './dataset-engine.ts';

export interface RoomMaker {
  isNeeded(): boolean;
  /** @param timeMs the time that the inbox says it is */
  make(timeMs: number): Promise<void>;
  /** Whether it was begun and is not done: no row is read before that. */
  isUnderWay(): boolean;
  /** How many sessions had to end since the start. */
  evictedSessions(): number;
}

export function createRoomMaker(
  datasets: ReadonlyMap<string, DatasetEngine>,
  limits: ActiveLimits,
  batches: Pick<Batches, 'commit'>,
): RoomMaker {
  let underWay = false;
  let evicted = 0;
  const fill = () => fillOf(datasets.values());
  const isNeeded = () => isAbove(fill(), limits, activeMarks.high);

  /** The dataset that holds most: it makes the room, and not the smaller ones beside it. */
  function fullest(): DatasetEngine {
    const shareOf = ({ active: { bytes, size } }: DatasetEngine) =>
      Math.max(bytes / limits.bytesMax, size / limits.sessionsMax);
    return [...datasets.values()].reduce((most, dataset) => {
      const more = shareOf(dataset) - shareOf(most);
      return more > 0 || (more === 0 && dataset.config.slug < most.config.slug) ? dataset : most;
    });
  }

  function evictToLowMark({ active, sessionizer }: DatasetEngine, timeMs: number): void {
    for (const { session } of [...active.values()].sort(evictionOrder)) {
      if (!isAbove(fill(), limits, activeMarks.low)) return;
      sessionizer.end(session.id, 'memory', timeMs);
      evicted += 1;
    }
  }

  return {
    isNeeded,
    async make(timeMs) {
      underWay = true;
      // What is idle goes first: whether somebody has looked for it since must make no difference.
      for (const dataset of datasets.values()) dataset.sessionizer.closeIdle(timeMs);
      // Also what a full disk did not let be stored when room was made last.
      for (const dataset of datasets.values())
        if (dataset.ended.length > 0) await onStores(dataset, () => batches.commit(dataset));
      while (isNeeded()) {
        const dataset = fullest();
        evictToLowMark(dataset, timeMs);
        await onStores(dataset, () => batches.commit(dataset));
      }
      underWay = false;
    },
    isUnderWay: () => underWay,
    evictedSessions: () => evicted,
  };
}
