/** The analytics of one dataset: rows of ended sessions, and the position up to which the inbox is stored. A port. */
import type { Report } from '../canisters/long-term.ts';
import type { HitRules } from '../contract/hit-rules.ts';
import type { Manifest } from '../contract/published.ts';
import type { HitOrigin } from '../contract/session.ts';
import type { StoredValue } from '../events/dimension-limits.ts';
import type { Cell, StoredSession } from './rows.ts';

/** `low`: every inbox hit up to here is stored. `epoch` counts the batches. */
export interface Position {
  epoch: number;
  low: number;
}

export interface SqlResult {
  columns: { name: string; type: string }[];
  rows: unknown[][];
}

/** A stored session that a limit closed while its visitor went on. */
export interface ContinuedSession {
  id: string;
  endedAt: number;
}

/** What the tables hold of one segment of the canister. */
export interface StoredDay {
  day: string;
  sessions: number;
  hits: number;
  /**
   * By a session of it a replay of the inbox knows what to skip, or that a session of a later day was continued:
   * without it that one would seem to wait for its visitor.
   */
  isNeeded: boolean;
}

/** How much the tables hold. */
export interface StoredFigures {
  sessions: number;
  hits: number;
  /** When the last of the sessions ended, epoch milliseconds. */
  lastEndedAt?: number;
}

/** Tables that are made beside the present ones. */
export interface FreshTables {
  add(sessions: readonly StoredSession[]): Promise<void>;
  query(sql: string, values: readonly Cell[]): Promise<SqlResult>;
}

/** Tables that cannot be read are put aside, and others made out of the canister alone. */
export interface MakeAnew {
  /** Also where hits that were stored are in none of its records any more. */
  acceptLoss: boolean;
  report?: Report | undefined;
  /** Is told under which name the old ones are kept, once the new ones are in their place. */
  kept: (name: string) => void;
}

/** The rows that a backfill wrote; `cursor` is the place in the segments to which it came. */
export interface BackfilledRows {
  event: string;
  version: number;
  cursor?: { day: string; offset: number };
}

export interface AnalyticsStore {
  /** What a restart must know: the position, and for each visitor the last inbox hit that is already stored beyond it. */
  resume(): Promise<{
    position: Position;
    closedThrough: Map<string, number>;
    /** The hit rules by which the tables were made anew last; absent where they never were. */
    hitRules?: HitRules;
  }>;
  /** The stored sessions that a limit closed and whose next part is not stored yet, by visitor. */
  unfinished(origin: HitOrigin): Promise<Map<string, ContinuedSession>>;
  /**
   * Stores sessions and, when given, the new `low` in one transaction, and reads the position back.
   * @throws when the transaction did not come through; nothing of it is stored then
   */
  store(sessions: readonly StoredSession[], low: number | undefined): Promise<Position>;
  /** Which of these hit ids (32 hex digits), of hits between two instants, are stored. */
  knownHits(ids: readonly string[], fromMs: number, toMs: number): Promise<Set<string>>;
  /** The different dimension values of facts in these hours since 1970. */
  dimensionValues(hours: readonly number[]): Promise<StoredValue[]>;
  /** Writes everything into the file itself; only then may the inbox forget what is stored. */
  checkpoint(): Promise<void>;
  /**
   * Makes the tables anew beside the present ones, at the same position, and puts them in their place in one step
   * when `fill` says so. Until then, and when it throws, the present ones stay. Nothing is stored meanwhile.
   */
  remake(fill: (fresh: FreshTables) => Promise<boolean>): Promise<void>;
  /** Of the last transaction; another one means that the tables have changed. */
  epoch(): number;
  /** How much is stored; asked of the tables only when they have changed since. */
  figures(): Promise<StoredFigures>;
  /** The segments that sessions of the tables lie in. */
  storedDays(): Promise<StoredDay[]>;
  /**
   * Lets `move` put another file in the place of this one while nobody reads or writes, and goes on with what is there
   * then, whether `move` came through or not.
   */
  replace(move: () => void): Promise<void>;
  /**
   * Puts the facts of one event, and the values of these session attributes, in the place of those that stored
   * sessions have. Doing it twice is doing it once.
   */
  replaceFacts(
    sessions: readonly StoredSession[],
    event: string,
    fields: readonly string[],
  ): Promise<void>;
  /** Takes the facts of an event away that sets before `version` recorded. */
  removeFacts(event: string, version: number): Promise<void>;
  /** Takes away what a backfill wrote for sessions behind its cursor. */
  removeBackfilled(rows: BackfilledRows): Promise<void>;
  /** Removes the sessions of these segments, with their hits, in one transaction. */
  removeDays(days: readonly string[]): Promise<void>;
  /** Removes these sessions with all their rows, down to the bytes of the file: it is written anew. */
  eraseSessions(ids: readonly string[]): Promise<void>;
  /** Runs one of our own statements with bound values. */
  query(sql: string, values: readonly Cell[]): Promise<SqlResult>;
  /**
   * The same for statements whose time depends on what somebody asks: several at once, beside all others.
   * @throws Problem `search_too_slow` at the deadline
   */
  search(sql: string, values: readonly Cell[], deadlineMs: number): Promise<SqlResult>;
  /**
   * Writes the days that have changed since they were last published, as files that others read.
   * @param asOf the present instant: what is stored by then is in the files
   * @param since the first day that is published; files of days before it go
   */
  publish(asOf: number, since?: string): Promise<{ manifest: Manifest; written: string[] }>;
  /** The days that are published now, in their order. */
  publishedDays(): string[];
  /** Some day has changed since it was last published. */
  isUnpublished(): boolean;
  close(): Promise<void>;
}
