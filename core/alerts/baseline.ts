/** What is usual: the mean of the same window, at the same weekday and time, over the weeks before. */
import type { WallClock } from './wall-clock.ts';

export const baselineWeeks = { min: 4, max: 8 } as const;

export interface Span {
  fromMs: number;
  toMs: number;
}

/** The windows of the weeks before, the latest first. */
export function usualSpans(atMs: number, windowMs: number, wall: WallClock): Span[] {
  return Array.from({ length: baselineWeeks.max }, (_, index) => {
    const toMs = wall.weeksBefore(atMs, index + 1);
    return { fromMs: toMs - windowMs, toMs };
  });
}

/**
 * The usual count.
 * @param counts of each span; those before the dataset had its first hit say nothing
 * @returns undefined when too few weeks say something
 */
export function usualCount(
  counts: readonly number[],
  spans: readonly Span[],
  firstAt: number | undefined,
): number | undefined {
  const known = counts.filter(
    (_, index) => firstAt !== undefined && (spans[index]?.fromMs ?? 0) >= firstAt,
  );
  if (known.length < baselineWeeks.min) return undefined;
  return known.reduce((sum, count) => sum + count, 0) / known.length;
}
