/**
 * A clock that does not jump. The wall clock is held against one that only counts on: what slowly drifts is followed,
 * but when the two suddenly differ by more than five minutes, time goes on as before. Else one wrong setting would end
 * every session at once, or take away days that are to be kept. The new time is taken over when hits confirm it.
 */
import type { Clock } from '../clock.ts';

export const steadyClockLimits = {
  jumpMsMin: 5 * 60 * 1000,
  /** Of so many hits that name their sender's time, this many must fit the wall clock. */
  votes: 20,
  votesNeeded: 16,
} as const;

export interface SteadyClock {
  now: Clock;
  /** By how much the wall clock is ahead (behind: negative) since it jumped; undefined while there is nothing to say. */
  jumpMs(): number | undefined;
  /** Takes a sender's own time into account. True when the wall clock was confirmed by it, and is followed again. */
  hear(senderMs: number): boolean;
  /** Takes the wall clock as it is. */
  follow(): void;
}

/** @param countingMs milliseconds since some moment, by a clock that nobody sets */
export function createSteadyClock(wall: Clock, countingMs: () => number): SteadyClock {
  const { jumpMsMin, votes, votesNeeded } = steadyClockLimits;
  let base = wall();
  let countedAt = countingMs();
  let jump: number | undefined;
  let heard: boolean[] = [];

  function follow(): void {
    base = wall();
    countedAt = countingMs();
    jump = undefined;
    heard = [];
  }

  function now(): number {
    const steady = base + Math.round(countingMs() - countedAt);
    const difference = wall() - steady;
    if (Math.abs(difference) > jumpMsMin) {
      jump = difference;
      return steady;
    }
    follow();
    return base;
  }

  return {
    now,
    follow,
    jumpMs() {
      now();
      return jump;
    },
    hear(senderMs) {
      if (jump === undefined) return false;
      now();
      heard = [...heard, Math.abs(senderMs - wall()) <= jumpMsMin].slice(-votes);
      if (heard.filter(Boolean).length < votesNeeded) return false;
      follow();
      return true;
    },
  };
}

/** The sentence for the alarm; undefined while the clocks agree. */
export function describeJump(jumpMs: number | undefined): string | undefined {
  if (jumpMs === undefined) return undefined;
  const minutes = Math.round(Math.abs(jumpMs) / 60_000);
  return `The clock of this machine jumped ${minutes} minutes ${jumpMs > 0 ? 'ahead' : 'back'}. Canister goes on with the time from before until hits confirm the new one. If the clock is right now, a restart takes it at once; else set it right.`;
}
