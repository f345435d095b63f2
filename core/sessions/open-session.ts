/** A session while it is open, and the store of open sessions as the sessionizer needs it. */
import type { Session } from '../contract/session.ts';

/** A session that still takes hits. Times are engine time (arrival, or log time), not the page's clock. */
export interface OpenSession {
  session: Session;
  /** The device whose hits it takes. */
  device: string;
  firstAt: number;
  lastAt: number;
  /** Inbox positions of the first and the last hit; 0 where hits do not come from the inbox. */
  firstSeq: number;
  lastSeq: number;
  bytes: number;
}

/** The open sessions of one dataset, at most one a device. */
export interface ActiveStore {
  get(device: string): OpenSession | undefined;
  byId(sessionId: string): OpenSession | undefined;
  open(session: OpenSession): void;
  touch(session: OpenSession): void;
  close(session: OpenSession): void;
  idleSince(beforeMs: number): Iterable<OpenSession>;
  values(): Iterable<OpenSession>;
}
