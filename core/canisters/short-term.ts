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
  /** In the order of opening: the first entry has the smallest `firstSeq`. */
  readonly #byAge = new Set<OpenSession>();
  /** Moves on with every change, so that a viewer can ask whether there is news. */
  version = 0;
  /** What all hits of the active sessions weigh. */
  bytes = 0;

  get size(): number {
    return this.#byLatestHit.size;
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
    this.#byLatestHit.delete(session);
    this.#byLatestHit.add(session);
    this.version += 1;
  }

  close(session: OpenSession): void {
    for (const key of session.keys) if (this.#byKey.get(key) === session) this.#byKey.delete(key);
    this.#byId.delete(session.session.id);
    this.#byLatestHit.delete(session);
    this.#byAge.delete(session);
    this.bytes -= session.bytes;
    this.version += 1;
  }

  /** The sessions whose last hit is before `beforeMs`, longest idle first. */
  *idleSince(beforeMs: number): Generator<OpenSession> {
    for (const open of this.#byLatestHit) {
      // A late log line can hide idle sessions behind its own for a while: they end later, but never differently.
      if (open.lastAt >= beforeMs) return;
      yield open;
    }
  }

  /** Inbox position of the oldest session's first hit; undefined when no session is open. */
  oldestFirstSeq(): number | undefined {
    for (const open of this.#byAge) return open.firstSeq;
    return undefined;
  }

  values(): Iterable<OpenSession> {
    return this.#byLatestHit;
  }

  /** The live list: newest activity first, at most `limit` sessions. */
  list(limit: number): ActiveSessions {
    const all = [...this.#byLatestHit];
    const robots = all.reduce(
      (count, { session }) => count + (session.technology.robot === undefined ? 0 : 1),
      0,
    );
    const newest = all.sort((a, b) => b.lastAt - a.lastAt).slice(0, limit);
    return { total: all.length, robots, sessions: newest.map(({ session }) => brief(session)) };
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
