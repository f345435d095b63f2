/** Counters on their way to the store: tallies added up by dataset, hour, outcome and reason until a commit takes them. */
import type { HitTally } from './inbox.ts';

const hourMs = 3_600_000;

/** A tally with the hour that it belongs to, in hours since 1970. */
export interface HourTally extends HitTally {
  hour: number;
}

export interface TallyBook {
  readonly isEmpty: boolean;
  add(tallies: readonly HitTally[], atMs: number): void;
  /** Hands over all that is in the book and empties it. */
  take(): HourTally[];
  /** Takes back what could not be stored. */
  putBack(tallies: readonly HourTally[]): void;
}

/** The hour of an instant (epoch milliseconds), in hours since 1970. */
export function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs);
}

export function createTallyBook(): TallyBook {
  let book = new Map<string, HourTally>();

  function addOne(tally: HitTally, hour: number): void {
    const key = `${tally.dataset}\n${hour}\n${tally.outcome}\n${tally.reason}`;
    const present = book.get(key);
    if (present) present.count += tally.count;
    else book.set(key, { ...tally, hour });
  }

  return {
    get isEmpty() {
      return book.size === 0;
    },
    add(tallies, atMs) {
      for (const tally of tallies) addOne(tally, hourOf(atMs));
    },
    take() {
      const tallies = [...book.values()];
      book = new Map();
      return tallies;
    },
    putBack(tallies) {
      for (const tally of tallies) addOne(tally, tally.hour);
    },
  };
}
