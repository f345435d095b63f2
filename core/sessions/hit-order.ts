/** The order of hits in a session: that of their time; hits of the same time stay in the order of arrival. */
import type { SessionHit } from '../contract/session.ts';

/** Gives whether it went behind all others. */
export function insertInOrder(hits: SessionHit[], hit: SessionHit): boolean {
  let place = hits.length;
  while (place > 0 && (hits[place - 1]?.at ?? 0) > hit.at) place -= 1;
  const isLast = place === hits.length;
  if (isLast) hits.push(hit);
  else hits.splice(place, 0, hit);
  return isLast;
}
