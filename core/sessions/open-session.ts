/** A session while it is open, and the store of open sessions as the sessionizer needs it. */
import type { Session, SessionHit } from '../contract/session.ts';
import type { SessionEvents } from '../events/session-events.ts';

/** A session that still takes hits. Times are engine time (arrival, or log time), not the page's clock. */
export interface OpenSession {
  session: Session;
  /** The keys of the devices whose hits it has taken: several where the salt turned meanwhile. */
  devices: string[];
  /** The keys by which hits find it: its devices, and what the first was called before the salt turned. */
  keys: string[];
  firstAt: number;
  lastAt: number;
  /** Inbox positions of the first and the last hit; 0 where hits do not come from the inbox. */
  firstSeq: number;
  lastSeq: number;
  bytes: number;
  /** Fires its events; absent where the dataset has none. */
  events?: SessionEvents | undefined;
  /** Its own idle timeout, where an event has changed it. */
  idleTimeoutMs?: number;
  /** Its hits as they came, where that is not the order of their time. */
  arrived?: SessionHit[];
  /** The inbox positions of its hits, where an event may discard it. */
  seqs?: number[];
}

/** The open sessions of one dataset, at most one a device. */
export interface ActiveStore {
  get(key: string): OpenSession | undefined;
  byId(sessionId: string): OpenSession | undefined;
  open(session: OpenSession): void;
  /** Lets hits of one more key find the session. */
  addKey(session: OpenSession, key: string): void;
  /** The session got a hit of so many bytes. */
  touch(session: OpenSession, bytes: number): void;
  close(session: OpenSession): void;
  /** Gives the session an idle timeout of its own. */
  setIdleTimeout(session: OpenSession, idleTimeoutMs: number): void;
  /** The sessions that are idle at `nowMs` for longer than their own idle timeout, or else this one. */
  idleSince(nowMs: number, idleTimeoutMs: number): Iterable<OpenSession>;
  values(): Iterable<OpenSession>;
}
