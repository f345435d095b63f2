/** Sums over time of what a rule watches: occurrences fall into cells, and the cells of a window make a tally. */
import { alertLimits } from '../contract/alert.ts';

/** One occurrence of what is watched: an event, a hit, the end of a session. */
export interface Occurrence {
  at: number;
  value?: number | undefined;
  sessionId: string;
  visitor: string;
}

/** What happened within a span of time, in numbers. `values` is how many occurrences had one. */
export interface Sums {
  count: number;
  values: number;
  sum: number;
  min: number;
  max: number;
  /** Only where visitors are counted: how many there were. */
  visitors?: { readonly size: number };
}

/** What happened, and to whom. */
export interface Tally extends Sums {
  visitors?: Set<string>;
  /** Sessions that it happened in, the newest first; not more than a notice names. */
  sessions: string[];
}

export const newTally = (): Tally => ({
  count: 0,
  values: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  sessions: [],
});

/** @param countVisitors whether the visitors are kept, to be counted once each */
export function addOccurrence(tally: Tally, occurrence: Occurrence, countVisitors: boolean): void {
  const { value, sessionId, visitor } = occurrence;
  tally.count += 1;
  if (value !== undefined) {
    tally.values += 1;
    tally.sum += value;
    tally.min = Math.min(tally.min, value);
    tally.max = Math.max(tally.max, value);
  }
  if (countVisitors) {
    tally.visitors ??= new Set();
    tally.visitors.add(visitor);
  }
  if (tally.sessions[0] !== sessionId) tally.sessions = newestOf([sessionId], tally.sessions);
}

/** One tally of several, given from the oldest to the newest. */
export function addTallies(tallies: Iterable<Tally>): Tally {
  const total = newTally();
  for (const tally of tallies) {
    total.count += tally.count;
    total.values += tally.values;
    total.sum += tally.sum;
    total.min = Math.min(total.min, tally.min);
    total.max = Math.max(total.max, tally.max);
    total.sessions = newestOf(tally.sessions, total.sessions);
    if (tally.visitors === undefined) continue;
    total.visitors ??= new Set();
    for (const visitor of tally.visitors) total.visitors.add(visitor);
  }
  return total;
}

/** How many there are: visitors where those are counted, else occurrences. */
export const countOf = ({ visitors, count }: Sums): number => visitors?.size ?? count;

function newestOf(newer: readonly string[], older: readonly string[]): string[] {
  return [...new Set([...newer, ...older])].slice(0, alertLimits.sessionsNamedMax);
}

const partsPerWindow = 60;
const cellMsMin = 1_000;

/** A window slides by a sixtieth of itself, and not by less than a second. */
export const cellMsOf = (windowMs: number): number =>
  Math.max(cellMsMin, Math.round(windowMs / partsPerWindow));
