/** Durations added up in buckets, so that their distribution can be told without keeping each. */

/** Upper bounds in seconds; what is longer counts in the whole only. */
export const durationBoundsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Durations {
  count: number;
  sumSeconds: number;
  /** How many were at most as long as the bound of the same place. */
  withinBounds: number[];
}

export interface DurationBook {
  /** Runs the work and notes how long it took, also when it fails. */
  time<T>(work: () => Promise<T>): Promise<T>;
  read(): Durations;
}

/** @param nowMs a clock for differences only, such as `performance.now` */
export function createDurationBook(nowMs: () => number): DurationBook {
  let count = 0;
  let sumSeconds = 0;
  const withinBounds = durationBoundsSeconds.map(() => 0);
  return {
    async time(work) {
      const startedMs = nowMs();
      try {
        return await work();
      } finally {
        const seconds = (nowMs() - startedMs) / 1_000;
        count += 1;
        sumSeconds += seconds;
        durationBoundsSeconds.forEach((bound, index) => {
          if (seconds <= bound) withinBounds[index] = (withinBounds[index] ?? 0) + 1;
        });
      }
    },
    read: () => ({ count, sumSeconds, withinBounds: [...withinBounds] }),
  };
}
