/**
 * The events of one session while it is open. For each hit: first_hit, every_hit, then for each step every_step and
 * after_every_step, then after_every_hit; when it ends last_hit and session_end. A pure function of the hits in the
 * order in which they come, so that a replay fires the same events.
 */
import { Facts } from '../conditions/facts.ts';
import type { ConditionSession, EventOccurrence, View } from '../conditions/field-values.ts';
import type { History, HistoryCondition } from '../conditions/history.ts';
import type { Watcher } from '../conditions/matcher.ts';
import {
  type EventAction,
  type EventTrigger,
  eventLimits,
  eventTriggers,
  type Fact,
} from '../contract/event.ts';
import type { EndReason, SessionHit, WholeSession } from '../contract/session.ts';
import { HitValues } from './attributes.ts';
import type { CompiledEventSet, Stage } from './compile.ts';
import type { CompiledEvent } from './compiled-event.ts';
import { EventFailure } from './event-fault.ts';
import { SessionHistory } from './session-history.ts';

/** What the events of a hit want done with its session. */
export interface Wanted {
  close?: boolean;
  idleTimeoutMs?: number;
  /** The event that discards the session: nothing of it is to be stored. */
  discardedBy?: string;
}

/** Where events fire: what they see, and where in the session it stands. */
interface Moment {
  view: View;
  facts: Facts;
  hit: SessionHit;
  /** How many hits had come, this one included. */
  hitNumber: number;
}

/** What is known of one event in the session. */
interface Tracked {
  fired: number;
  kept: number;
  last: Fact | undefined;
}

const stageOf = Object.fromEntries(
  eventTriggers.map((trigger, index) => [trigger, index]),
) as Record<EventTrigger, number>;
const nothingWanted: Wanted = {};

export class SessionEvents implements History, Watcher<CompiledEvent> {
  readonly set: CompiledEventSet;
  readonly #session: WholeSession;
  #history: SessionHistory | undefined;
  #tracked: Map<CompiledEvent, Tracked> | undefined;
  /** For each stage the places of waiting definitions that something has come about for, ascending. */
  #woken: (number[] | undefined)[] | undefined;
  /** All firings, where a condition at the end counts them. */
  #occurrences: EventOccurrence[] | undefined;
  #hits = 0;
  #firings = 0;
  #failed: Set<CompiledEvent> | undefined;
  #wanted: Wanted = nothingWanted;
  /** What is being evaluated. */
  #stage = 0;
  #moment: Moment | undefined;
  discardedBy: string | undefined;

  /** @param session holds what the events write: facts, attributes and failures */
  constructor(set: CompiledEventSet, session: WholeSession) {
    this.set = set;
    this.#session = session;
    session.eventsVersion = set.version;
  }

  /** Takes a hit that has just come into the session. Whatever happens, the hit is in it: nothing is thrown. */
  take(hit: SessionHit): Wanted {
    this.#hits += 1;
    if (this.discardedBy !== undefined) return nothingWanted;
    this.#wanted = nothingWanted;
    try {
      this.#evaluate(hit);
    } catch (error) {
      this.#note('', this.#hits, `fault: ${(error as Error).message}`);
    }
    this.#failed = undefined;
    return this.#wanted;
  }

  #evaluate(hit: SessionHit): void {
    const { stages } = this.set;
    const moment = this.#momentOf(hit, this.#hits);
    if (this.#hits === 1) this.#run(stages[stageOf.first_hit], moment);
    this.#run(stages[stageOf.every_hit], moment);
    if (hit.steps !== undefined) this.#takeSteps(hit.steps, moment);
    this.#run(stages[stageOf.after_every_hit], moment);
  }

  #takeSteps(steps: NonNullable<SessionHit['steps']>, moment: Moment): void {
    const every = this.set.stages[stageOf.every_step];
    const after = this.set.stages[stageOf.after_every_step];
    if (every === undefined && after === undefined) return;
    const { hit, hitNumber } = moment;
    const { session, taken } = moment.view;
    for (const step of steps) {
      const view: View = { session, hit, hitNumber, step, taken };
      const facts = new Facts(this.set.table, view, moment.facts.history, moment.facts);
      const ofStep = { view, facts, hit, hitNumber };
      this.#run(every, ofStep);
      this.#run(after, ofStep);
    }
  }

  /** The session has ended: no hit comes any more. */
  end(endReason: EndReason): void {
    placeInOrder(this.#session);
    const hit = this.#session.hits.at(-1);
    if (this.discardedBy !== undefined || hit === undefined) return;
    try {
      this.#evaluateEnd(hit, endReason);
    } catch (error) {
      this.#note('', this.#session.hits.length, `fault: ${(error as Error).message}`);
    }
  }

  #evaluateEnd(hit: SessionHit, endReason: EndReason): void {
    const session = this.#session;
    const { stages, countsAtEnd } = this.set;
    const [last, end] = [stages[stageOf.last_hit], stages[stageOf.session_end]];
    if (last === undefined && end === undefined) return;
    session.endReason = endReason;
    const hitNumber = session.hits.length;
    this.#run(last, this.#momentOf(hit, hitNumber));
    if (end === undefined) return;
    const whole: ConditionSession = countsAtEnd
      ? { ...session, events: this.#occurrences ?? [] }
      : session;
    const view: View = { session: whole };
    const facts = new Facts(this.set.table, view, this);
    this.#run(end, { view, facts, hit, hitNumber });
  }

  #momentOf(hit: SessionHit, hitNumber: number): Moment {
    const taken = new HitValues(this.set.attributes, hit, (attribute, reason) =>
      this.#attributeFailed(attribute, reason, hitNumber),
    );
    const view: View = { session: this.#session, hit, hitNumber, taken };
    return { view, facts: new Facts(this.set.table, view, this), hit, hitNumber };
  }

  /** It is made when the first event fires, which may be in the middle of a hit. */
  holds(condition: HistoryCondition): boolean | undefined {
    return (this.#history ?? noHistory(this.set)).holds(condition);
  }

  #run(stage: Stage | undefined, moment: Moment): void {
    if (stage === undefined || this.discardedBy !== undefined) return;
    this.#stage = stageOf[stage.trigger];
    this.#moment = moment;
    stage.matcher.tell(moment.facts, this);
    this.#moment = undefined;
  }

  holding(event: CompiledEvent): boolean {
    if (this.#moment !== undefined) this.#fire(event, this.#moment);
    return this.discardedBy === undefined;
  }

  failing(event: CompiledEvent, error: unknown): void {
    this.#fail(event, this.#moment?.hitNumber ?? this.#hits, error);
  }

  wokenAfter(after: number): number {
    const woken = this.#woken?.[this.#stage];
    if (woken === undefined) return Number.POSITIVE_INFINITY;
    // What stands up to there has been looked at, and waits again.
    while (woken.length > 0 && (woken[0] as number) <= after) woken.shift();
    return woken[0] ?? Number.POSITIVE_INFINITY;
  }

  #wake(condition: number): void {
    for (const { stage, place } of this.set.wakes.get(condition) ?? []) {
      this.#woken ??= [];
      this.#woken[stage] ??= [];
      const woken = this.#woken[stage];
      const at = woken.findIndex((other) => other >= place);
      if (at < 0) woken.push(place);
      else if (woken[at] !== place) woken.splice(at, 0, place);
    }
  }

  #fire(event: CompiledEvent, moment: Moment): void {
    const { definition } = event;
    const { view, hit, hitNumber } = moment;
    this.#tracked ??= new Map();
    const tracked = this.#tracked.get(event) ?? { fired: 0, kept: 0, last: undefined };
    if (definition.track === 'first' && tracked.fired > 0) return;
    if (this.#failed?.has(event)) return;
    let fact: Fact;
    let written: [attribute: string, value: string | undefined][];
    try {
      fact = this.#factOf(event, view, { hit, hitNumber });
      written = event.writes.map(({ attribute, next }) => [
        attribute,
        next(view, this.#session.attributes?.[attribute]?.[0]),
      ]);
    } catch (error) {
      this.#fail(event, hitNumber, error);
      return;
    }
    // A failing one throws while its values are asked for, or says so here.
    if (this.#failed?.has(event)) return;
    this.#firings += 1;
    tracked.fired += 1;
    this.#tracked.set(event, tracked);
    this.#keep(fact, definition.track === 'last', tracked);
    this.#write(written, moment.facts);
    for (const action of definition.actions) this.#act(action, definition.name);
    this.#tell(fact, definition.track === 'last');
  }

  #factOf(
    event: CompiledEvent,
    view: View,
    { hit, hitNumber }: { hit: SessionHit; hitNumber: number },
  ): Fact {
    const { name, buildingBlock, actions } = event.definition;
    const alert = actions.find((action) => action.do === 'raise_alert');
    const fact: Fact = {
      event: name,
      number: this.#firings + 1,
      hitNumber,
      hitId: hit.id,
      at: hit.at,
      ...event.record(view),
    };
    if (event.dimensions.length > 0) {
      fact.dimensions = Object.fromEntries(
        event.dimensions.map((dimension) => [dimension.name, dimension.read(view)]),
      );
    }
    if (alert !== undefined) fact.alert = alert.severity;
    if (buildingBlock) fact.buildingBlock = true;
    return fact;
  }

  #keep(fact: Fact, replaces: boolean, tracked: Tracked): void {
    this.#session.facts ??= [];
    const { facts } = this.#session;
    if (replaces && tracked.last !== undefined) {
      const before = facts.lastIndexOf(tracked.last);
      if (before >= 0) facts.splice(before, 1);
      tracked.kept -= 1;
    }
    tracked.last = fact;
    const { factsPerSessionMax, occurrencesPerSessionMax } = eventLimits;
    if (facts.length >= factsPerSessionMax || tracked.kept >= occurrencesPerSessionMax) return;
    facts.push(fact);
    tracked.kept += 1;
  }

  #write(written: readonly [string, string | undefined][], facts: Facts): void {
    for (const [attribute, value] of written) {
      if (value === undefined) continue;
      this.#session.attributes ??= {};
      this.#session.attributes[attribute] = [value];
      facts.forgetAttributes();
    }
  }

  #act(action: EventAction, event: string): void {
    if (action.do === 'close_session') this.#wanted = { ...this.#wanted, close: true };
    else if (action.do === 'change_timeout') {
      this.#wanted = { ...this.#wanted, idleTimeoutMs: action.idleTimeoutMs };
    } else if (action.do === 'discard_session') {
      this.discardedBy = event;
      this.#wanted = { ...this.#wanted, discardedBy: event };
    }
  }

  /** Lets conditions know of a firing. */
  #tell(fact: Fact, replaces: boolean): void {
    const { history, countsAtEnd } = this.set;
    if (!countsAtEnd && !history.parts.has(fact.event)) return;
    const occurrence: EventOccurrence = {
      name: fact.event,
      number: fact.number,
      hitNumber: fact.hitNumber,
      at: fact.at,
      value: fact.valueNumber,
      text: fact.valueText,
    };
    if (countsAtEnd) {
      this.#occurrences ??= [];
      if (replaces) {
        this.#occurrences = this.#occurrences.filter(({ name }) => name !== fact.event);
      }
      this.#occurrences.push(occurrence);
    }
    this.#history ??= new SessionHistory(history);
    this.#history.occur(this.#session, occurrence, replaces, (condition) => this.#wake(condition));
  }

  #attributeFailed(attribute: string, reason: string, hitNumber: number): void {
    for (const event of this.set.users.get(attribute) ?? []) {
      this.#fail(event, hitNumber, new EventFailure(`attribute ${attribute}: ${reason}`));
    }
  }

  /** Sets the event aside for this hit. */
  #fail(event: CompiledEvent, hitNumber: number, error: unknown): void {
    this.#failed ??= new Set();
    if (this.#failed.has(event)) return;
    this.#failed.add(event);
    const isExpected = error instanceof EventFailure;
    const reason = `${isExpected ? '' : 'fault: '}${(error as Error).message}`;
    this.#note(event.definition.name, hitNumber, reason);
  }

  #note(event: string, hitNumber: number, said: string): void {
    const fault = { event, hitNumber, reason: said.slice(0, 300) };
    const { failures } = this.set;
    failures.count += 1;
    failures.last = fault;
    this.#session.eventFaults ??= [];
    const faults = this.#session.eventFaults;
    if (faults.length < eventLimits.faultsPerSessionMax) faults.push(fault);
  }
}

/** One for all sessions of a set in which nothing has fired yet. */
const noHistories = new WeakMap<CompiledEventSet, SessionHistory>();
function noHistory(set: CompiledEventSet): SessionHistory {
  let none = noHistories.get(set);
  if (none === undefined) {
    none = new SessionHistory(set.history);
    noHistories.set(set, none);
  }
  return none;
}

/** Hits have their place in the order of time; until now they were counted as they came. */
function placeInOrder({ course, facts = [], eventFaults = [] }: WholeSession): void {
  const order = course?.order;
  if (order === undefined) return;
  for (const one of [...facts, ...eventFaults]) {
    one.hitNumber = order[one.hitNumber - 1] ?? one.hitNumber;
  }
}
