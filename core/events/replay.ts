/** The events of a stored session: the same engine as while it was open, over its hits in the order in which they came. */
import type { EventFault, Fact } from '../contract/event.ts';
import type { ClosedSession, SessionHit, WholeSession } from '../contract/session.ts';
import { insertInOrder } from '../sessions/hit-order.ts';
import type { CompiledEventSet } from './compile.ts';
import { SessionEvents } from './session-events.ts';

export interface Replayed {
  facts: Fact[];
  attributes: Record<string, string[]>;
  /** One of the events would have discarded the session. */
  discarded: boolean;
  faults: EventFault[];
}

/**
 * @param session stays as it is; what its events recorded while it was open plays no part
 * Where a session ended stands: events that close it or change its timeout are recorded, and change nothing.
 */
export function replaySession(set: CompiledEventSet, session: ClosedSession): Replayed {
  const {
    endReason,
    facts: _facts,
    attributes: _attributes,
    eventFaults: _faults,
    ...rest
  } = session;
  const { order, signedIn } = session.course ?? {};
  const growing: WholeSession = { ...rest, hits: [] };
  const first = session.hits[(order?.[0] ?? 1) - 1];
  if (first !== undefined) growing.startedAt = growing.endedAt = first.at;
  if (signedIn !== undefined) {
    growing.visitor = signedIn.visitor;
    growing.userId = undefined;
  }
  const events = new SessionEvents(set, growing);
  for (let number = 1; number <= session.hits.length; number += 1) {
    const hit = session.hits[(order?.[number - 1] ?? number) - 1] as SessionHit;
    insertInOrder(growing.hits, hit);
    growing.startedAt = Math.min(growing.startedAt, hit.at);
    growing.endedAt = Math.max(growing.endedAt, hit.at);
    if (signedIn !== undefined && number > signedIn.afterHits) {
      growing.visitor = session.visitor;
      growing.userId = session.userId;
    }
    events.take(hit);
    if (events.discardedBy !== undefined) break;
  }
  events.end(endReason);
  return {
    facts: growing.facts ?? [],
    attributes: growing.attributes ?? {},
    discarded: events.discardedBy !== undefined,
    faults: growing.eventFaults ?? [],
  };
}
