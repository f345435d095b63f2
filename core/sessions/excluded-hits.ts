/**
 * Hits that exclusions keep out of the figures stay in their session, beside the others: so where a session begins and
 * ends does not depend on exclusions, and a hit comes back to where it was when the rules change.
 */
import type { ExcludedHit, Session, SessionHit } from '../contract/session.ts';

/** A hit with what says that it is excluded, if it is. */
export type AnyHit = SessionHit & Partial<Pick<ExcludedHit, 'excludedBy' | 'arrivedAt' | 'behind'>>;

type HitsOf = Pick<Session, 'hits' | 'excludedHits'>;
type Times = Pick<Session, 'startedAt' | 'endedAt'>;

/** How many hits it holds, those in no figure included. */
export const heldHits = ({ hits, excludedHits }: HitsOf): number =>
  hits.length + (excludedHits?.length ?? 0);

/** All its hits in the order of time; those of the same instant as they came. */
export function allHits({ hits, excludedHits }: HitsOf): readonly AnyHit[] {
  if (excludedHits === undefined || excludedHits.length === 0) return hits;
  const all: AnyHit[] = [];
  let next = 0;
  for (const excluded of excludedHits) {
    const { at, behind = 0 } = excluded;
    while (next < hits.length && (hits[next]?.at ?? at) < at) all.push(hits[next++] as SessionHit);
    while (hits[next]?.at === at && sameInstant(hits, next, at) < behind)
      all.push(hits[next++] as SessionHit);
    all.push(excluded);
  }
  return [...all, ...hits.slice(next)];
}

/** How many hits before a place are of this instant. */
function sameInstant(hits: readonly SessionHit[], place: number, at: number): number {
  let count = 0;
  while (hits[place - 1 - count]?.at === at) count += 1;
  return count;
}

/** The session with all its hits among the others, and their times: as a recut cuts it. */
export function withAllHits<T extends HitsOf & Times>(session: T): T {
  if (session.excludedHits === undefined) return session;
  const { excludedHits: _, ...rest } = session;
  const hits = [...allHits(session)];
  return { ...rest, hits, ...timesOf({ hits }) } as unknown as T;
}

/** The opposite of `withAllHits`. */
export function withHitsApart<T extends HitsOf & Times>(session: T): T {
  const hits = session.hits as readonly AnyHit[];
  if (hits.every(({ excludedBy }) => excludedBy === undefined)) return session;
  const apart: { hits: SessionHit[]; excludedHits: ExcludedHit[] } = { hits: [], excludedHits: [] };
  for (const hit of hits) {
    if (hit.excludedBy === undefined) apart.hits.push(hit);
    else apart.excludedHits.push(excludedHit(hit, hit.excludedBy, apart.hits));
  }
  return { ...session, ...apart, ...timesOf(apart) };
}

/** @param others the hits that count and came before it */
export function excludedHit(
  { behind: _, ...hit }: AnyHit,
  excludedBy: string,
  others: readonly SessionHit[],
): ExcludedHit {
  const before = others.findLastIndex(({ at }) => at <= hit.at) + 1;
  const behind = sameInstant(others, before, hit.at);
  return { ...hit, excludedBy, ...(behind > 0 ? { behind } : {}) };
}

/** The times of its first and last hit that counts; of all where none does. */
export function timesOf(session: HitsOf): Times {
  const { hits, excludedHits = [] } = session;
  const times = (hits.length > 0 ? hits : excludedHits).map(({ at }) => at);
  return {
    startedAt: times.reduce((a, b) => Math.min(a, b), times[0] ?? 0),
    endedAt: times.reduce((a, b) => Math.max(a, b), times[0] ?? 0),
  };
}
