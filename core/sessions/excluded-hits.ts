/**
 * Hits that exclusions keep out of the figures stay in their session, beside the others: so where a session begins and
 * ends does not depend on exclusions, and a hit comes back to where it was when the rules change.
 */
import type { ExcludedHit, Session, SessionHit } from '../contract/session.ts';

/** A hit with what says that it is excluded, if it is. */
export type AnyHit = SessionHit & Partial<Pick<ExcludedHit, 'excludedBy' | 'arrivedAt'>>;

type HitsOf = Pick<Session, 'hits' | 'excludedHits'>;

/** How many hits it holds, those in no figure included. */
export const heldHits = ({ hits, excludedHits }: HitsOf): number =>
  hits.length + (excludedHits?.length ?? 0);

/** All its hits in the order of time. */
export function allHits({ hits, excludedHits }: HitsOf): readonly AnyHit[] {
  if (excludedHits === undefined || excludedHits.length === 0) return hits;
  return [...hits, ...excludedHits].sort((a, b) => a.at - b.at);
}

/** The session with all its hits among the others: as a recut cuts it. */
export function withAllHits<T extends HitsOf>(session: T): T {
  if (session.excludedHits === undefined) return session;
  const { excludedHits: _, ...rest } = session;
  return { ...rest, hits: allHits(session) } as unknown as T;
}

/** The opposite of `withAllHits`. */
export function withHitsApart<T extends HitsOf>(session: T): T {
  const hits = session.hits as readonly AnyHit[];
  if (hits.every(({ excludedBy }) => excludedBy === undefined)) return session;
  const isExcluded = (hit: AnyHit): hit is ExcludedHit => hit.excludedBy !== undefined;
  return {
    ...session,
    hits: hits.filter((hit) => !isExcluded(hit)),
    excludedHits: hits.filter(isExcluded),
  };
}

/** The times of its first and last hit that counts; of all where none does. */
export function timesOf(session: HitsOf): { startedAt: number; endedAt: number } {
  const { hits, excludedHits = [] } = session;
  const times = (hits.length > 0 ? hits : excludedHits).map(({ at }) => at);
  return {
    startedAt: times.reduce((a, b) => Math.min(a, b), times[0] ?? 0),
    endedAt: times.reduce((a, b) => Math.max(a, b), times[0] ?? 0),
  };
}
