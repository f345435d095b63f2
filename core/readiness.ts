/** Whether the server can do its work now, and if not, why: for those who decide where traffic goes. No secrets. */

export interface PartsState {
  stopping: boolean;
  diskLow: boolean;
  /** The engine found no room on the disk and waits for it. */
  waitsForRoom: boolean;
  /** When the store of the inbox, and the engine, last did what they should, epoch milliseconds. */
  storeAnsweredAt: number;
  engineSteppedAt: number;
}

/** A step with a large batch of sessions takes seconds; a store that is silent for so long is not there. */
export const silenceMsMax = 60_000;

/** What is said of datasets that are held: the others are served, so it is no reason against sending traffic here. */
export function describeHeldCount(count: number): string | undefined {
  if (count === 0) return undefined;
  const what =
    count === 1
      ? '1 dataset is held; its hits wait'
      : `${count} datasets are held; their hits wait`;
  return `${what} in the inbox. See /api/status.`;
}

/** The reasons against sending traffic here, each a sentence; none when all is well. */
export function reasonsAgainst(state: PartsState, nowMs: number): string[] {
  const silent = (since: number) => nowMs - since > silenceMsMax;
  const reasons: [boolean, string][] = [
    [state.stopping, 'The server is stopping.'],
    [state.diskLow, 'The disk is nearly full.'],
    [state.waitsForRoom, 'The disk is full; sessions that have ended wait for room.'],
    [silent(state.storeAnsweredAt), 'The store of the inbox does not answer.'],
    [silent(state.engineSteppedAt), 'The engine takes no steps.'],
  ];
  return reasons.flatMap(([holds, reason]) => (holds ? [reason] : []));
}
