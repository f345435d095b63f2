/**
 * Runs an event over past sessions without writing anything: how often it would have fired, in which sessions, and
 * what that changes against the published definition of its name.
 */
import { countPast, pastOf, rangeOf } from '../canisters/past.ts';
import type { EventSet } from '../contract/event.ts';
import { type DryRun, eventLifeLimits } from '../contract/event-life.ts';
import type { ClosedSession } from '../contract/session.ts';
import type { DatasetEngine } from '../engine/dataset-engine.ts';
import { type CompiledEventSet, compileEventSet } from '../events/compile.ts';
import { closureOf } from '../events/dependencies.ts';
import { replaySession } from '../events/replay.ts';

/** `set` has the event as it is tried; `published` is the set in force, where it has an active event of this name. */
export interface DryRunAsked {
  event: string;
  set: EventSet;
  published?: EventSet;
  from?: string;
  to?: string;
}

const none = () => ({ count: 0, sessions: [] as string[] });

/** A dry run before its first session. */
export function newDryRun(number: number, { event, published, from, to }: DryRunAsked): DryRun {
  return {
    number,
    event,
    state: 'waiting',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    sessionsTotal: 0,
    sessionsDone: 0,
    unreadable: 0,
    occurrences: 0,
    fired: none(),
    ...(published && {
      published: {
        version: published.version,
        occurrences: 0,
        sessions: 0,
        gained: none(),
        lost: none(),
      },
    }),
    faultCount: 0,
    faults: [],
  };
}

/** An event ready to be tried, and as it is published. */
export interface Trial {
  asked: DryRunAsked;
  tried: CompiledEventSet;
  present: CompiledEventSet | undefined;
}

/** @throws Problem `event_invalid` */
export function compileTrial(asked: DryRunAsked, timeZone: string): Trial {
  const { event, set, published } = asked;
  // Nothing but what the event needs: that is all that has to be evaluated.
  const tried = compileEventSet(activated(closureOf(set, event), event), { timeZone });
  const present = published && compileEventSet(closureOf(published, event), { timeZone });
  return { asked, tried, present };
}

/**
 * Fills `result` while it goes over the sessions, oldest first, letting others work after each piece.
 * @param stopped asked between pieces
 */
export async function runDryRun(
  dataset: DatasetEngine,
  { asked, tried, present }: Trial,
  result: DryRun,
  stopped: () => boolean,
): Promise<void> {
  const { timeZone } = dataset.config;
  const range = rangeOf(asked, timeZone);
  const days = await countPast(dataset.analytics, range);
  result.sessionsTotal = days.reduce((sum, { sessions }) => sum + sessions, 0);
  for (const { day } of days) {
    for await (const { sessions, unreadable } of pastOf(dataset, range, day, undefined)) {
      if (stopped()) return;
      for (const { session } of sessions) look(result, session, asked.event, tried, present);
      result.sessionsDone += sessions.length + unreadable;
      result.unreadable += unreadable;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function look(
  result: DryRun,
  session: ClosedSession,
  event: string,
  tried: CompiledEventSet,
  present: CompiledEventSet | undefined,
): void {
  const { facts, faults } = replaySession(tried, session);
  const count = facts.filter((fact) => fact.event === event).length;
  result.occurrences += count;
  if (count > 0) note(result.fired, session.id);
  result.faultCount += faults.length;
  for (const fault of faults)
    if (result.faults.length < eventLifeLimits.faultsListed)
      result.faults.push({ session: session.id, ...fault });
  if (present === undefined || result.published === undefined) return;
  const before = replaySession(present, session).facts.filter((fact) => fact.event === event);
  result.published.occurrences += before.length;
  if (before.length > 0) result.published.sessions += 1;
  if (count > 0 && before.length === 0) note(result.published.gained, session.id);
  if (count === 0 && before.length > 0) note(result.published.lost, session.id);
}

function note(list: { count: number; sessions: string[] }, session: string): void {
  list.count += 1;
  if (list.sessions.length < eventLifeLimits.sessionsListed) list.sessions.push(session);
}

/** An event that is switched off is tried as if it were on. */
const activated = (set: EventSet, event: string): EventSet => ({
  ...set,
  events: set.events.map((one) => (one.name === event ? { ...one, active: true } : one)),
});
