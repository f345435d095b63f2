/**
 * When the hits of a collected session came, as far as that can still be known. Sessions are cut by the times of
 * arrival, but what is kept of a hit is its own time, which is earlier where it waited in the browser. The rules by
 * which the session was collected say more: within it no gap was longer than its idle timeout, and it ended by one.
 */
import type { SessionHit } from '../contract/session.ts';
import type { CollectedSession } from '../sessions/collected-session.ts';

export interface TimedHit {
  hit: SessionHit;
  /** Place among the hits of the collected session. */
  place: number;
  arrivedAt: number;
}

/**
 * @param earliestMs no hit of the session came before
 * @param dayOf gives the day of an instant in the dataset's time zone
 * @returns the hits in the order in which they came
 */
export function timeHits(
  { session, rules }: CollectedSession,
  earliestMs: number,
  dayOf: (instantMs: number) => string,
): TimedHit[] {
  const timed = session.hits.map((hit, place) => ({ hit, place, arrivedAt: hit.at }));
  // The hit that ended the session came last, whatever its page's clock says.
  timed.sort((a, b) => Number(a.hit.closeSession ?? false) - Number(b.hit.closeSession ?? false));
  const last = timed.at(-1);
  if (last === undefined) return [];
  last.arrivedAt = session.endedAt;
  const lastDay = rules.cutAtMidnight ? dayOf(last.arrivedAt) : undefined;
  let next = last.arrivedAt;
  for (const one of timed.toReversed()) {
    one.arrivedAt = Math.max(one.arrivedAt, next - rules.idleTimeoutMs);
    if (lastDay !== undefined && dayOf(one.arrivedAt) !== lastDay) one.arrivedAt = next;
    next = one.arrivedAt;
  }
  for (const one of timed) one.arrivedAt = Math.max(one.arrivedAt, earliestMs);
  return timed;
}
