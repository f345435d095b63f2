/** The long-term canister: ended sessions, whole and sealed, in segments by day. This is the port; stores/ has the files. */
import type { ClosedSession } from '../contract/session.ts';
import type { Lineage, StoredWhole } from '../sessions/collected-session.ts';

/**
 * Where a stored session lies: the day of its segment (UTC, `YYYY-MM-DD`), an offset that is its own there and ascends in
 * the order of writing, and the bytes of the record that holds it. Several sessions may share a record: their lengths
 * do not add up, and the next session does not begin where one ends.
 */
export interface CanisterPlace {
  day: string;
  offset: number;
  length: number;
}

/**
 * A session as the canister keeps it: with its first and last inbox position (0 where it comes from a log), and the
 * keys of the devices whose hits it holds.
 */
export interface KeptSession extends ClosedSession {
  firstSeq?: number;
  lastSeq?: number;
  devices?: readonly string[];
  /** What a recut keeps: of which collected sessions it was made. */
  lineage?: Lineage | undefined;
}

/** A session in a segment, sound when there is no `damage`. Where nothing can be read, nobody is named. */
export interface CheckedRecord {
  place: CanisterPlace;
  sessionId?: string;
  damage?: string;
}

export interface LongTermCanister {
  /** Appends sessions and resolves when they are on the disk: one fsync a segment, places in the order given. */
  append(sessions: readonly KeptSession[]): Promise<CanisterPlace[]>;
  /** @throws Problem `key_missing` or `file_unreadable` when the record is damaged */
  read(sessionId: string, place: CanisterPlace): Promise<ClosedSession>;
  /** The same with all that is kept beside the session. */
  readWhole(sessionId: string, place: CanisterPlace): Promise<StoredWhole>;
  /** Every readable session, in the order of writing; a session written twice comes twice, the later one counts. */
  scan(): AsyncIterable<ScannedSession>;
  /**
   * The sessions at these places of one segment, ascending, read together and given in pieces of some hundred: faster
   * than one by one. What does not open is counted and left out.
   */
  pieces(day: string, places: readonly CanisterPlace[]): AsyncIterable<SessionPiece>;
  /** Place and id of every session in a record with the right checksum, in the order of `scan`, unopened. */
  names(): AsyncIterable<{ place: CanisterPlace; sessionId: string }>;
  /** The days that have a segment, oldest first. */
  days(): Promise<string[]>;
  /** The same with the size of each segment. */
  segments(): Promise<{ day: string; bytes: number }[]>;
  /** Removes a day's segment for good, and before it the key that opens copies of it. */
  remove(day: string): Promise<void>;
  /**
   * Takes these sessions out of a day's segment for good: the others are sealed anew, under a new key, at the same
   * places. Gives how many times one of them lay there.
   */
  erase(day: string, ids: ReadonlySet<string>): Promise<number>;
  /**
   * Reads everything in a day's segment and opens it.
   * @param starts offsets of sessions that are known to be there, ascending: damage hides none of them
   */
  check(day: string, starts: readonly number[]): AsyncIterable<CheckedRecord>;
  close(): Promise<void>;
}

export interface ScannedSession {
  place: CanisterPlace;
  session: ClosedSession;
  firstSeq: number;
  lastSeq: number;
  devices: readonly string[];
}

/** Is told how far long work is; throws when the work is to end. */
export type Report = (done: number, total: number) => void;

/** Sessions that lie together; `through` is the last place among them, opened or not, and `bytes` what was read. */
export interface SessionPiece {
  sessions: ScannedSession[];
  unreadable: number;
  through: { day: string; offset: number };
  bytes: number;
}

/** Gives the key that seals a dataset's sessions of one day, making it at first use. */
export type DataKeys = (dataset: string, day: string) => Promise<Buffer>;
