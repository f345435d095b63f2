/** The long-term canister: ended sessions, whole and sealed, in segments by day. This is the port; stores/ has the files. */
import type { ClosedSession } from '../contract/session.ts';

/** Where a stored session lies: the day of its segment (UTC, `YYYY-MM-DD`), and the record's first byte and length. */
export interface CanisterPlace {
  day: string;
  offset: number;
  length: number;
}

export interface LongTermCanister {
  /** Appends sessions and resolves when they are on the disk: one fsync a segment, places in the order given. */
  append(sessions: readonly ClosedSession[]): Promise<CanisterPlace[]>;
  /** @throws Problem `key_missing` or `file_unreadable` when the record is damaged */
  read(sessionId: string, place: CanisterPlace): Promise<ClosedSession>;
  /** Every readable session, in the order of writing; a session written twice comes twice, the later one counts. */
  scan(): AsyncIterable<{ place: CanisterPlace; session: ClosedSession }>;
  close(): Promise<void>;
}

/** Gives the key that seals a dataset's sessions of one day, making it at first use. */
export type DataKeys = (dataset: string, day: string) => Promise<Buffer>;
