/**
 * The short-term canister: the active sessions of one dataset, in memory. It keeps two orders: by latest hit, so
 * that idle sessions are found without looking at the others, and by age, so that the oldest first hit is at hand.
 */
import type { ActiveSession, ActiveSessions, Session } from '../contract/session.ts';
import type { ActiveStore, OpenSession } from '../sessions/open-session.ts';

export class ShortTermCanister implements ActiveStore {
  readonly #byKey = new Map<string, OpenSession>();
  readonly #byId = new Map<string, OpenSession>();
  /** In the order of the latest hits: the first entry has been idle for the longest time. */
  readonly #byLatestHit = new Set<OpenSession>();
  /** The same for sessions that have an idle timeout of their own, by that timeout. */
  readonly #byOwnTimeout = new Map<number, Set<OpenSession>>();
  /** In the order of opening: the first entry has the smallest `firstSeq`. */
  readonly #byAge = new Set<OpenSession>();
  /** Moves on with every change, so that a viewer can ask whether there is news. */
  version = 0;
  /** What all hits of the active sessions weigh. */
  bytes = 0;

  get size(): number {
    return this.#byAge.size;
  }

  get(key: string): OpenSession | undefined {
    return this.#byKey.get(key);
  }

  byId(sessionId: string): OpenSession | undefined {
    return this.#byId.get(sessionId);
  }

  open(session: OpenSession): void {
    // A key that another session has stays with it: the hits of a device never lie in two open sessions.
    for (const key of session.keys) if (!this.#byKey.has(key)) this.#byKey.set(key, session);
    this.#byId.set(session.session.id, session);
    this.#byLatestHit.add(session);
    this.#byAge.add(session);
    this.bytes += session.bytes;
    this.version += 1;
  }

  addKey(session: OpenSession, key: string): void {
    if (session.keys.includes(key)) return;
    session.keys.push(key);
    this.#byKey.set(key, session);
  }

  /** Says that a session got a hit of so many bytes: it is now the one that has been idle for the shortest time. */
  touch(session: OpenSession, bytes: number): void {
    session.bytes += bytes;
    this.bytes += bytes;
    const peers = this.#peersOf(session);
    peers.delete(session);
    peers.add(session);
    this.version += 1;
  }

  setIdleTimeout(session: OpenSession, idleTimeoutMs: number): void {
    this.#peersOf(session).delete(session);
    session.idleTimeoutMs = idleTimeoutMs;
    this.#peersOf(session).add(session);
  }

  #peersOf({ idleTimeoutMs }: OpenSession): Set<OpenSession> {
    if (idleTimeoutMs === undefined) return this.#byLatestHit;
    const peers = this.#byOwnTimeout.get(idleTimeoutMs) ?? new Set();
    this.#byOwnTimeout.set(idleTimeoutMs, peers);
    return peers;
  }

  close(session: OpenSession): void {
    for (const key of session.keys) if (this.#byKey.get(key) === session) this.#byKey.delete(key);
    this.#byId.delete(session.session.id);
    this.#peersOf(session).delete(session);
    this.#byAge.delete(session);
    this.bytes -= session.bytes;
    this.version += 1;
  }

  /** The idle sessions, longest idle first; then those with an idle timeout of their own. */
  *idleSince(nowMs: number, idleTimeoutMs: number): Generator<OpenSession> {
    yield* idleAmong(this.#byLatestHit, nowMs - idleTimeoutMs);
    for (const [ownMs, peers] of this.#byOwnTimeout) yield* idleAmong(peers, nowMs - ownMs);
  }

  /** Inbox position of the oldest session's first hit; undefined when no session is open. */
  oldestFirstSeq(): number | undefined {
    for (const open of this.#byAge) return open.firstSeq;
    return undefined;
  }

  *values(): Generator<OpenSession> {
    yield* this.#byLatestHit;
    for (const peers of this.#byOwnTimeout.values()) yield* peers;
  }

  /** The time of the latest hit of all; undefined when no session is open. */
  latestHitAt(): number | undefined {
    let latest: number | undefined;
    for (const { session } of this.values())
      if (latest === undefined || session.endedAt > latest) latest = session.endedAt;
    return latest;
  }

  /** The live list: newest activity first, at most `limit` sessions. */
  list(limit: number): ActiveSessions {
    // Who has only excluded hits is nobody who is looked at.
    const all = [...this.values()].filter(({ session }) => session.hits.length > 0);
    const robots = all.reduce(
      (count, { session }) => count + (session.technology.robot === undefined ? 0 : 1),
      0,
    );
    const newest = all.sort((a, b) => b.lastAt - a.lastAt).slice(0, limit);
    return { total: all.length, robots, sessions: newest.map(({ session }) => brief(session)) };
  }
}

/** Of sessions in the order of their latest hits those whose last hit is before `beforeMs`. */
function* idleAmong(sessions: Iterable<OpenSession>, beforeMs: number): Generator<OpenSession> {
  for (const open of sessions) {
    // A late log line can hide idle sessions behind its own for a while: they end later, but never differently.
    if (open.lastAt >= beforeMs) return;
    yield open;
  }
}

function brief(session: Session): ActiveSession {
  const { hits } = session;
  const pages = hits.filter((hit) => hit.type === 'page_view');
  const last = pages.at(-1) ?? hits.at(-1);
  return {
    id: session.id,
    startedAt: session.startedAt,
    lastHitAt: session.endedAt,
    hits: hits.length,
    pageViews: pages.length,
    entryPath: (pages[0] ?? hits[0])?.path ?? '',
    lastPath: last?.path ?? '',
    lastTitle: last?.title,
    referrerHost: session.acquisition.referrerHost,
    source: session.acquisition.source,
    country: session.country,
    technology: session.technology,
  };
}
