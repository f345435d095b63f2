/**
 * The hits of an import that are in sessions which are not stored yet, and the question which hits are stored already.
 * It is asked ahead, beside the work on the hits before: so a hit that is stored while an answer is under way counts
 * as pending until the hits that were asked for have been taken, for the answer may not know it.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { NormalizedHit } from '../hits/normalize-hit.ts';
import type { LinePlace } from './log-cut.ts';

export interface PendingHits {
  /** Which of these hits are stored. Once they have been taken, `taken` must be called, in the order of the questions. */
  ask(hits: readonly NormalizedHit[]): Promise<Set<string>>;
  taken(): void;
  has(id: string): boolean;
  /**
   * @param excludedBy the exclusion of the dataset that keeps it out of the figures
   * @param place where its line is
   */
  add(id: string, excludedBy: string | undefined, place: LinePlace | undefined): void;
  /**
   * The hit again, in a line that an earlier pull has left: that one stands for it from now on.
   * @returns whether a line that is new stood for it until now, and is the double of this one
   */
  claim(id: string, place: LinePlace): boolean;
  /** Hits are stored: their lines need not be read again. */
  stored(ids: readonly string[]): void;
  /** A hit will not be stored: its session was discarded. */
  discarded(id: string): void;
  /** Forgets the oldest beyond so many: nothing is ever stored in a dry run. */
  forget(keep: number): void;
  /** Gives what is left up, in whatever state the questions are: how many hits, and how many by each exclusion. */
  giveUp(): { hits: number; excludedBy: Map<string, number> };
}

export function createPendingHits({ knownHits }: Pick<AnalyticsStore, 'knownHits'>): PendingHits {
  const places = new Map<string, LinePlace | undefined>();
  const apart = new Map<string, string>();
  let asked = 0;
  let answered = 0;
  /** Stored while answers were under way; `asked` is how many questions had been asked by then. */
  let leaving: { ids: readonly string[]; asked: number }[] = [];

  function settle(id: string): void {
    const place = places.get(id);
    if (place !== undefined) place.pending -= 1;
    places.delete(id);
    apart.delete(id);
  }

  function settleThrough(question: number): void {
    let done = 0;
    for (const { ids, asked } of leaving) {
      if (asked > question) break;
      for (const id of ids) settle(id);
      done += 1;
    }
    leaving = leaving.slice(done);
  }

  return {
    ask(hits) {
      asked += 1;
      let from = Number.POSITIVE_INFINITY;
      let to = Number.NEGATIVE_INFINITY;
      const ids: string[] = [];
      for (const { hit } of hits) {
        from = Math.min(from, hit.at);
        to = Math.max(to, hit.at);
        ids.push(hit.id);
      }
      const known = knownHits(ids, from, to);
      // A failure is met where the answer is waited for.
      known.catch(() => undefined);
      return known;
    },
    taken() {
      answered += 1;
      settleThrough(answered);
    },
    has: (id) => places.has(id),
    add(id, excludedBy, place) {
      if (place !== undefined) place.pending += 1;
      places.set(id, place);
      if (excludedBy !== undefined) apart.set(id, excludedBy);
    },
    claim(id, place) {
      const before = places.get(id);
      if (before === undefined || before.isCounted) return false;
      before.pending -= 1;
      place.pending += 1;
      places.set(id, place);
      return true;
    },
    stored(ids) {
      leaving.push({ ids, asked });
      settleThrough(answered);
    },
    discarded: settle,
    forget(keep) {
      for (const id of places.keys()) {
        if (places.size <= keep) break;
        settle(id);
      }
    },
    giveUp() {
      settleThrough(Number.POSITIVE_INFINITY);
      const excludedBy = new Map<string, number>();
      for (const rule of apart.values()) excludedBy.set(rule, (excludedBy.get(rule) ?? 0) + 1);
      const hits = places.size;
      places.clear();
      apart.clear();
      return { hits, excludedBy };
    },
  };
}
