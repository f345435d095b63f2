/** The tally of a window that moves on minute by minute over cells of the past; each cell is looked at twice in all. */
import type { PastCell } from './alert-facts.ts';
import type { Sums, Tally } from './tally.ts';

export interface SlidingWindow {
  /** The tally of the window that ends at `toMs` (exclusive). Ends must not go back. */
  upTo(toMs: number): Sums;
}

/** @param cells the oldest first; none is longer than the step by which the window moves */
export function slidingWindow(cells: readonly PastCell[], windowMs: number): SlidingWindow {
  let first = 0;
  let next = 0;
  let [count, values, sum] = [0, 0, 0];
  const visitors = new Map<string, number>();
  const lowest = extremes(
    cells,
    (a, b) => a <= b,
    ({ min }) => min,
  );
  const highest = extremes(
    cells,
    (a, b) => a >= b,
    ({ max }) => max,
  );

  function add({ tally }: PastCell, sign: 1 | -1): void {
    count += sign * tally.count;
    values += sign * tally.values;
    sum += sign * tally.sum;
    for (const visitor of tally.visitors ?? []) {
      const times = (visitors.get(visitor) ?? 0) + sign;
      if (times === 0) visitors.delete(visitor);
      else visitors.set(visitor, times);
    }
  }

  return {
    upTo(toMs) {
      for (let cell = cells[next]; cell !== undefined && cell.at < toMs; cell = cells[next]) {
        add(cell, 1);
        lowest.push(next);
        highest.push(next);
        next += 1;
      }
      for (let cell = cells[first]; first < next && cell; cell = cells[first]) {
        if (cell.at >= toMs - windowMs) break;
        add(cell, -1);
        first += 1;
      }
      const hasVisitors = cells[0]?.tally.visitors !== undefined;
      return {
        count,
        values,
        // What was added and taken away again leaves a crumb in floating point.
        sum: values === 0 ? 0 : sum,
        min: lowest.from(first),
        max: highest.from(first),
        ...(hasVisitors ? { visitors } : {}),
      };
    },
  };
}

/** The cells that are, or may become, the extreme of the window: each is beyond all that come after it. */
function extremes(
  cells: readonly PastCell[],
  isBeyond: (a: number, b: number) => boolean,
  numberOf: (tally: Tally) => number,
) {
  const queue: number[] = [];
  const at = (place: number) => {
    const cell = cells[place];
    return cell === undefined ? Number.NaN : numberOf(cell.tally);
  };
  return {
    push(place: number) {
      if (cells[place]?.tally.values === 0) return;
      while (queue.length > 0 && isBeyond(at(place), at(queue.at(-1) ?? 0))) queue.pop();
      queue.push(place);
    },
    from(first: number): number {
      while (queue.length > 0 && (queue[0] ?? 0) < first) queue.shift();
      return at(queue[0] ?? -1);
    },
  };
}
