/** The inbox as the engine reads it: the log of everything accepted, in order. A port; stores/ has it over libSQL. */

/** What somebody told the engine to do: it lies among the hits, so that a replay does it again at the same place. */
export type InboxCommand =
  | { do: 'end_session'; sessionId: string }
  /** Sessions that begin from here on are evaluated by this version of the dataset's events. */
  | { do: 'use_events'; version: number };

/** A session that an event has discarded, by the positions of its hits. */
export interface DiscardedHits {
  event: string;
  seqs: readonly number[];
}

/** A row of the inbox. Without a dataset it is a heartbeat, which only moves the engine's clock on. */
export interface InboxRow {
  seq: number;
  dataset: string | undefined;
  receivedAt: number;
  body: Uint8Array | undefined;
  /** The body is an `InboxCommand`. No hit can pass for one: a command is a row without a hit id. */
  isCommand?: true;
}

export interface InboxSource {
  /** The rows behind `after`, oldest first, at most `limit`. */
  take(after: number, limit: number): Promise<InboxRow[]>;
  /** How many hits are behind `after`. */
  waiting(after: number): Promise<number>;
  /** Says that rows were removed which nobody had read, or that rows are read again: what waits is counted anew. */
  countAnew(): void;
  /**
   * What the inbox knows of the hits of each dataset, all at one moment: how many were accepted (imports left out),
   * how many lie behind the position given for the dataset, and how many up to there were set aside.
   */
  account(
    readThrough: ReadonlyMap<string, number>,
  ): Promise<Map<string, { accepted: number; waiting: number; setAside: number }>>;
  /** When the first hit behind `after` was received; undefined when there is none. */
  waitingSince(after: number): Promise<number | undefined>;
  /** Appends a heartbeat: no later row is older than `nowMs`. */
  heartbeat(nowMs: number): Promise<void>;
  /** Appends a command. It is durable when this resolves. */
  command(dataset: string, command: InboxCommand, nowMs: number): Promise<void>;
  /** Appends the command `use_events` and remembers from which position on it holds, in one batch. */
  useEvents(dataset: string, version: number, nowMs: number): Promise<void>;
  /** The version of the events that is in force at a position, and the last one; undefined where none was ever used. */
  eventVersions(
    dataset: string,
    atSeq: number,
  ): Promise<{ inForce: number | undefined; last: number | undefined }>;
  /**
   * Takes the hits of discarded sessions out of the inbox and counts them as excluded instead of accepted, in one
   * batch: a hit that is not there any more was counted before.
   */
  exclude(dataset: string, sessions: readonly DiscardedHits[]): Promise<void>;
  /** Makes sure that all later rows have positions behind `seq`, also in an inbox that is older or new. */
  startAbove(seq: number): Promise<void>;
  /** Keeps a row that could not be processed, with the reason. Doing it twice is doing it once. */
  setAside(row: InboxRow, reason: string): Promise<void>;
  /** Forgets the rows of a dataset (undefined: heartbeats) up to `through`. */
  prune(dataset: string | undefined, through: number): Promise<void>;
  /** Forgets the ids of hits accepted before `beforeMs`: their retries are no longer expected. */
  forgetIds(beforeMs: number): Promise<void>;
}
