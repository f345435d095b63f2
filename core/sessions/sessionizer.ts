/**
 * Groups hits into sessions: a pure function of the hits in their order and of engine time. A session takes the hits
 * of one device until a rule of the close policy ends it; the next hit then opens the next session. Who signs in on
 * two devices is one visitor with two sessions: what a session says of its client is said of one device.
 */

import {
  continuedReasons,
  type EndReason,
  type Session,
  type SessionHit,
} from '../contract/session.ts';
import type { CompiledEventSet } from '../events/compile.ts';
import { SessionEvents } from '../events/session-events.ts';
import type { HitContext, NormalizedHit } from '../hits/normalize-hit.ts';
import { type ClosePolicy, isIdle, reasonToClose } from './close-policy.ts';
import { excludedHit, timesOf } from './excluded-hits.ts';
import { insertInOrder } from './hit-order.ts';
import type { ActiveStore, OpenSession } from './open-session.ts';
import { sessionId } from './session-key.ts';

/** A session that has ended, ready to be stored. */
export interface EndedSession {
  session: Session;
  endReason: EndReason;
  firstSeq: number;
  lastSeq: number;
  /** The keys of the devices whose hits it holds. */
  devices: readonly string[];
  /** The event set that it was evaluated by. */
  eventSet?: CompiledEventSet | undefined;
  /** An event has discarded it: nothing of it is stored. `seqs` are the inbox positions of its hits. */
  discarded?: { event: string; seqs: readonly number[] } | undefined;
}

export interface ArrivingHit extends NormalizedHit {
  /** Engine time in epoch ms: when the hit arrived, or the time of its log line. */
  arrivedAt: number;
  /** Its place in the inbox; 0 where it does not come from the inbox. */
  seq: number;
  /** What it weighs against the session's size limit. */
  bytes: number;
}

/** Finds the stored session that a limit closed and that a device's hit at an instant continues, after a restart. */
export type FindContinued = (device: string, atMs: number) => string | undefined;

export class Sessionizer {
  readonly #dataset: string;
  readonly #canister: ActiveStore;
  readonly #policy: ClosePolicy;
  readonly #userKey: (userId: string) => string;
  readonly #ended: (session: EndedSession) => void;
  readonly #continued: FindContinued;
  readonly #eventSet: () => CompiledEventSet | undefined;

  constructor(options: {
    dataset: string;
    canister: ActiveStore;
    policy: ClosePolicy;
    /** Gives the visitor key of a signed-in user. */
    userKey: (userId: string) => string;
    /** Called for each session at its end. */
    ended: (session: EndedSession) => void;
    continued?: FindContinued;
    /** Gives the event set of sessions that begin now. */
    eventSet?: () => CompiledEventSet | undefined;
  }) {
    this.#dataset = options.dataset;
    this.#canister = options.canister;
    this.#policy = options.policy;
    this.#userKey = options.userKey;
    this.#ended = options.ended;
    this.#continued = options.continued ?? (() => undefined);
    this.#eventSet = options.eventSet ?? (() => undefined);
  }

  /** Puts a hit into its visitor's session, ending the one before where a rule says so. Gives the session that got it. */
  take(arriving: ArrivingHit): Session {
    const open = this.#join(arriving);
    open.seqs?.push(arriving.seq);
    // What is excluded is in no figure, and in no event either.
    const wanted = arriving.excludedBy === undefined ? open.events?.take(arriving.hit) : undefined;
    if (wanted?.idleTimeoutMs !== undefined) {
      this.#canister.setIdleTimeout(open, wanted.idleTimeoutMs);
    }
    if (arriving.hit.closeSession) this.#close(open, 'closed_by_page');
    else if (wanted?.close) this.#close(open, 'closed_by_event');
    return open.session;
  }

  /**
   * Ends one session at engine time `nowMs`, for a reason that no hit gives.
   * @returns false when it is not open
   */
  end(sessionId: string, reason: EndReason, nowMs: number): boolean {
    const open = this.#canister.byId(sessionId);
    if (open === undefined) return false;
    // When its timeout has passed it was over before, whether or not anybody has looked since.
    this.#close(open, isIdle(open, nowMs, this.#policy) ? 'idle' : reason);
    return true;
  }

  #join(arriving: ArrivingHit): OpenSession {
    const { context, arrivedAt, bytes } = arriving;
    const open = this.#find(context);
    if (open === undefined) return this.#open(arriving, this.#findContinued(context, arrivedAt));
    const reason = reasonToClose(open, arrivedAt, bytes, this.#policy, context);
    if (reason === undefined) {
      this.#add(open, arriving);
      return open;
    }
    this.#close(open, reason);
    return this.#open(arriving, continuedReasons.includes(reason) ? open.session.id : undefined);
  }

  #find({ visitor, visitorBefore }: HitContext): OpenSession | undefined {
    const open = this.#canister.get(visitor);
    return open ?? (visitorBefore === undefined ? undefined : this.#canister.get(visitorBefore));
  }

  #findContinued({ visitor, visitorBefore }: HitContext, atMs: number): string | undefined {
    const found = this.#continued(visitor, atMs);
    return (
      found ?? (visitorBefore === undefined ? undefined : this.#continued(visitorBefore, atMs))
    );
  }

  #add(open: OpenSession, arriving: ArrivingHit): void {
    const { context, arrivedAt, seq, bytes } = arriving;
    const { hits } = open.session;
    const known = hits.length;
    addHit(open, arriving);
    if (!open.devices.includes(context.visitor)) {
      open.devices.push(context.visitor);
      this.#canister.addKey(open, context.visitor);
    }
    if (open.session.userId === undefined && context.userId !== undefined) {
      const signedIn = { afterHits: known, visitor: open.session.visitor };
      open.session.course = { signedIn };
      open.session.userId = context.userId;
      open.session.visitor = this.#userKey(context.userId);
    }
    open.firstAt = Math.min(open.firstAt, arrivedAt);
    open.lastAt = Math.max(open.lastAt, arrivedAt);
    open.lastSeq = seq;
    this.#canister.touch(open, bytes);
  }

  /** Ends what has been idle for too long at engine time `nowMs`. */
  closeIdle(nowMs: number): void {
    for (const open of this.#canister.idleSince(nowMs, this.#policy.idleTimeoutMs))
      this.#close(open, 'idle');
  }

  /** Whether a session would end if engine time came to `nowMs`. */
  isIdleDue(nowMs: number): boolean {
    for (const _ of this.#canister.idleSince(nowMs, this.#policy.idleTimeoutMs)) return true;
    return false;
  }

  /** Ends everything: the log has no later line. What is idle already says so. */
  closeAll(nowMs: number): void {
    for (const open of this.#canister.values()) {
      this.#close(open, isIdle(open, nowMs, this.#policy) ? 'idle' : 'end_of_log');
    }
  }

  #open(arriving: ArrivingHit, continues: string | undefined): OpenSession {
    const { context, arrivedAt, seq, bytes } = arriving;
    const { visitor: device, visitorBefore, userId } = context;
    const visitor = userId === undefined ? device : this.#userKey(userId);
    const eventSet = this.#eventSet();
    const session = newSession(this.#dataset, arriving, visitor, continues);
    const open: OpenSession = {
      session,
      devices: [device],
      keys: visitorBefore === undefined ? [device] : [device, visitorBefore],
      firstAt: arrivedAt,
      lastAt: arrivedAt,
      firstSeq: seq,
      lastSeq: seq,
      bytes,
      events: eventSet && new SessionEvents(eventSet, session),
      ...(eventSet?.canDiscard ? { seqs: [] } : {}),
    };
    this.#canister.open(open);
    return open;
  }

  #close(open: OpenSession, endReason: EndReason): void {
    this.#canister.close(open);
    const { session, arrived, events, firstSeq, lastSeq, devices, seqs = [] } = open;
    if (arrived) session.course = { ...session.course, order: placesOf(arrived, session.hits) };
    events?.end(endReason);
    const event = events?.discardedBy;
    const discarded = event === undefined ? undefined : { event, seqs };
    const eventSet = events?.set;
    this.#ended({ session, endReason, firstSeq, lastSeq, devices, eventSet, discarded });
  }
}

/** The places of hits in their order of time, from 1. */
function placesOf(arrived: readonly SessionHit[], hits: readonly SessionHit[]): number[] {
  const places = new Map(hits.map((hit, index) => [hit, index + 1]));
  return arrived.map((hit) => places.get(hit) ?? 0);
}

/** Puts a hit among those of its session, or apart where an exclusion keeps it out of the figures. */
function addHit(open: OpenSession, { hit, excludedBy, arrivedAt }: ArrivingHit): void {
  const { session } = open;
  const { hits } = session;
  if (excludedBy !== undefined) {
    session.excludedHits ??= [];
    insertInOrder(session.excludedHits, excludedHit({ ...hit, arrivedAt }, excludedBy, hits));
    if (hits.length === 0) Object.assign(session, timesOf(session));
    return;
  }
  const isLast = insertInOrder(hits, hit);
  if (!isLast) open.arrived ??= hits.filter((other) => other !== hit);
  open.arrived?.push(hit);
  const isFirst = hits.length === 1;
  session.startedAt = isFirst ? hit.at : Math.min(session.startedAt, hit.at);
  session.endedAt = isFirst ? hit.at : Math.max(session.endedAt, hit.at);
}

function newSession(
  dataset: string,
  { hit, context, excludedBy, arrivedAt, rulesVersion }: ArrivingHit,
  visitor: string,
  continues: string | undefined,
): Session {
  return {
    id: sessionId(dataset, hit.id),
    dataset,
    visitor,
    userId: context.userId,
    startedAt: hit.at,
    endedAt: hit.at,
    origin: hit.origin,
    userAgent: context.userAgent,
    addressPrefix: context.addressPrefix,
    addressKey: context.addressKey,
    country: context.country,
    region: context.region,
    city: context.city,
    language: context.language,
    screenWidth: context.screenWidth,
    technology: context.technology,
    acquisition: context.acquisition(),
    continues,
    rulesVersion,
    hits: excludedBy === undefined ? [hit] : [],
    ...(excludedBy === undefined
      ? {}
      : { excludedHits: [excludedHit({ ...hit, arrivedAt }, excludedBy, [])] }),
  };
}
