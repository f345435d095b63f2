/**
 * Cuts the past of one device anew: its collected sessions go hit by hit through the sessionizer under new rules.
 * Where a collected session ended for a reason that no rule of a dataset sets (the page, a hand, a limit, memory,
 * another user), it ends again: what was known at that moment is not known any more.
 */
import { dayFinder } from '../contract/calendar.ts';
import type { ClosedSession, EndReason, SessionHit } from '../contract/session.ts';
import { continuedReasons } from '../contract/session.ts';
import type { SessionRules } from '../contract/session-rules.ts';
import type { CompiledEventSet } from '../events/compile.ts';
import { replaySession } from '../events/replay.ts';
import type { Enrichment } from '../hits/enrichment.ts';
import { closePolicy } from '../sessions/close-policy.ts';
import {
  type CollectedPart,
  isAsCollected,
  type Lineage,
  type Regained,
  runsOf,
  type StoredWhole,
} from '../sessions/collected-session.ts';
import { withBehaviour } from '../sessions/enrich-session.ts';
import { type AnyHit, withAllHits, withHitsApart } from '../sessions/excluded-hits.ts';
import { sessionId } from '../sessions/session-key.ts';
import { type EndedSession, Sessionizer } from '../sessions/sessionizer.ts';
import { hitContext } from './recut-context.ts';
import { type TimedHit, timeHits } from './recut-times.ts';
import { ShortTermCanister } from './short-term.ts';

export interface RecutCounts {
  unchanged: number;
  split: number;
  joined: number;
}

export interface RecutOptions {
  dataset: string;
  timeZone: string;
  rules: SessionRules;
  userKey: (userId: string) => string;
  ownHosts: (host: string) => boolean;
  /** Hit rules: whose behaviour is a robot's, and where hits come from. */
  enrichment: Enrichment;
  /** By which the events of sessions that were cut anew are evaluated. */
  eventSet?: CompiledEventSet | undefined;
}

/** Where a hit comes from: its collected session, its number among the hits in their order of coming. */
interface Source {
  collected: Regained;
  /** How many collected sessions were taken before. */
  order: number;
  number: number;
  presentId: string;
}

export class DeviceRecut {
  readonly #options: RecutOptions;
  readonly #dayOf: (instantMs: number) => string;
  readonly #active = new ShortTermCanister();
  readonly #sessionizer: Sessionizer;
  readonly #sources = new Map<string, Source>();
  readonly #present = new Map<string, { sessions: number; joined: boolean }>();
  readonly #out: (session: StoredWhole) => void;
  readonly #continues: string | undefined;
  #taken = 0;
  #before: { rawId: string; id: string; endReason: EndReason } | undefined;
  #last: { collected: Regained; arrivedAt: number } | undefined;

  /**
   * @param out called for each new session
   * @param continues the stored session that a limit closed and that the device's first one continues, if not its own
   */
  constructor(
    options: RecutOptions & { origin: 'tracker' | 'log' },
    out: (session: StoredWhole) => void,
    continues?: string,
  ) {
    const { dataset, rules, timeZone, userKey, origin } = options;
    this.#options = options;
    this.#dayOf = dayFinder(timeZone);
    this.#out = out;
    this.#continues = continues;
    const policy = closePolicy(rules.idleTimeoutMs, { ...rules, timeZone });
    this.#sessionizer = new Sessionizer({
      dataset,
      canister: this.#active,
      policy: { ...policy, ...(origin === 'log' ? { keepsFirstUser: true } : {}) },
      userKey,
      ended: (ended) => this.#end(ended),
    });
  }

  /** Takes the next collected session of the device. */
  take(collected: Regained): void {
    const timed = timeHits(collected, this.#earliestMs(), this.#dayOf);
    const [first] = timed;
    if (first === undefined) return;
    if (this.#last) this.#endBetween(this.#last, first.arrivedAt);
    this.#taken += 1;
    for (const [number, one] of timed.entries()) this.#feed(collected, one, number);
    this.#last = { collected, arrivedAt: timed.at(-1)?.arrivedAt ?? first.arrivedAt };
  }

  /** Ends what is open as it ended when it was collected. */
  finish(): RecutCounts {
    if (this.#last) {
      const { collected, arrivedAt } = this.#last;
      this.#endOpen(collected.session.endReason, arrivedAt);
    }
    const counts = { unchanged: 0, split: 0, joined: 0 };
    for (const { sessions, joined } of this.#present.values()) {
      if (sessions > 1) counts.split += 1;
      if (joined) counts.joined += 1;
      if (sessions === 1 && !joined) counts.unchanged += 1;
    }
    return counts;
  }

  #feed(collected: Regained, { hit, place, arrivedAt }: TimedHit, number: number): void {
    const presentId = collected.presentIds[place] ?? collected.session.id;
    this.#sources.set(hit.id, { collected, order: this.#taken, number, presentId });
    const { excludedBy } = hit as AnyHit;
    this.#sessionizer.take({
      hit,
      excludedBy,
      rulesVersion: collected.session.rulesVersion,
      context: hitContext(collected, hit, number, this.#options),
      arrivedAt,
      seq: 0,
      bytes: JSON.stringify(hit).length,
    });
  }

  /** A session that ended by being idle was idle for so long: the next hit came after that, whatever its own time. */
  #earliestMs(): number {
    if (this.#last === undefined) return Number.NEGATIVE_INFINITY;
    const { arrivedAt, collected } = this.#last;
    const { endReason } = collected.session;
    const wasIdle = endReason === 'idle' || endReason === 'end_of_log';
    return wasIdle ? arrivedAt + collected.rules.idleTimeoutMs + 1 : arrivedAt;
  }

  /** Between two collected sessions: ends the open one where the new rules do not decide it by themselves. */
  #endBetween(last: { collected: Regained; arrivedAt: number }, nextMs: number): void {
    const { endReason } = last.collected.session;
    const { rules } = this.#options;
    if (endReason === 'idle') return;
    if (endReason === 'midnight' && !rules.cutAtMidnight) return;
    if (endReason === 'campaign' && !rules.cutOnNewCampaign) return;
    if (endReason === 'end_of_log') {
      if (nextMs - last.arrivedAt > rules.idleTimeoutMs) this.#endOpen(endReason, last.arrivedAt);
      return;
    }
    const cameFromOutside = endReason === 'ended_by_hand' || endReason === 'memory';
    this.#endOpen(endReason, cameFromOutside ? last.arrivedAt : nextMs);
  }

  #open() {
    for (const open of this.#active.values()) return open;
    return undefined;
  }

  #endOpen(reason: EndReason, nowMs: number): void {
    const open = this.#open();
    if (open) this.#sessionizer.end(open.session.id, reason, nowMs);
  }

  #end({ session: apart, endReason }: EndedSession): void {
    const session = withAllHits(apart);
    const sources = session.hits.map((hit) => {
      const source = this.#sources.get(hit.id);
      if (source === undefined) throw new Error(`the hit ${hit.id} came from nowhere`);
      this.#sources.delete(hit.id);
      return source;
    });
    const parts = this.#partsOf(sources);
    const [first] = parts;
    if (first === undefined) return;
    const whole: ClosedSession = withBehaviour(
      {
        ...session,
        id: this.#idOf(session.id, first, session.hits),
        visitor: session.userId === undefined ? first.session.visitor : session.visitor,
        continues: this.#continuedBy(session.continues, first),
        endReason,
      },
      this.#options.enrichment,
    );
    this.#before = { rawId: session.id, id: whole.id, endReason };
    this.#count(sources);
    const lineage: Lineage = this.#lineageOf(whole, parts, sources);
    const collected = sources[0]?.collected.session;
    const isSame = lineage.parts === undefined && collected !== undefined;
    this.#out({
      session: withHitsApart(isSame ? collected : this.#withEvents(whole)),
      firstSeq: Math.min(...parts.map(({ firstSeq }) => firstSeq)),
      lastSeq: Math.max(...parts.map(({ lastSeq }) => lastSeq)),
      devices: [...new Set(parts.flatMap(({ devices }) => devices))],
      lineage,
    });
  }

  /** Other hits in a session, other events. One that would be discarded stays: a recut loses nothing. */
  #withEvents(session: ClosedSession): ClosedSession {
    const { eventSet } = this.#options;
    if (eventSet === undefined) return session;
    const { facts, attributes, faults } = replaySession(eventSet, withHitsApart(session));
    return {
      ...session,
      eventsVersion: eventSet.version,
      ...(facts.length > 0 ? { facts } : {}),
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
      ...(faults.length > 0 ? { eventFaults: faults } : {}),
    };
  }

  /** The parts of collected sessions, in the order in which those were taken. */
  #partsOf(sources: readonly Source[]): CollectedPart[] {
    const found = new Map<number, { collected: Regained; from: number; places: number[] }>();
    for (const [place, { collected, order, number }] of sources.entries()) {
      const known = found.get(order) ?? { collected, from: number, places: [] };
      found.set(order, known);
      known.places.push(place);
      known.from = Math.min(known.from, number);
    }
    return [...found]
      .sort(([a], [b]) => a - b)
      .map(([, { collected, from, places }]) => {
        const { session, firstSeq, lastSeq, devices, rules } = collected;
        const { hits, ...head } = session;
        const range = { from, count: places.length, total: hits.length };
        return { session: head, firstSeq, lastSeq, devices, rules, ...range, runs: runsOf(places) };
      });
  }

  #lineageOf(whole: ClosedSession, parts: CollectedPart[], sources: readonly Source[]) {
    const [only, another] = parts;
    const collected = sources[0]?.collected;
    if (only === undefined || collected === undefined) throw new Error('a session has no hits');
    const isSame = another === undefined && isAsCollected(whole, collected.session);
    return isSame ? { rules: only.rules } : { rules: this.#options.rules, parts };
  }

  /**
   * A session that begins as a collected one keeps its name. The name of that came from the hit that arrived first,
   * which need not be the first in time, so that a later piece must not take it.
   */
  #idOf(rawId: string, first: CollectedPart, hits: readonly SessionHit[]): string {
    if (first.from === 0) return first.session.id;
    return rawId === first.session.id
      ? sessionId(this.#options.dataset, `recut\0${hits[0]?.id}`)
      : rawId;
  }

  #continuedBy(raw: string | undefined, first: CollectedPart): string | undefined {
    const before = this.#before;
    if (before === undefined) {
      const own = first.from === 0 ? first.session.continues : undefined;
      return own === undefined ? undefined : (this.#continues ?? own);
    }
    const wasCut = raw !== undefined || (first.from === 0 && first.session.continues !== undefined);
    return wasCut && continuedReasons.includes(before.endReason) ? before.id : undefined;
  }

  #count(sources: readonly Source[]): void {
    const present = new Set(sources.map(({ presentId }) => presentId));
    for (const id of present) {
      const known = this.#present.get(id) ?? { sessions: 0, joined: false };
      this.#present.set(id, {
        sessions: known.sessions + 1,
        joined: known.joined || present.size > 1,
      });
    }
  }
}
