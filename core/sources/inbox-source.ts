/** The inbox as the engine reads it: the log of everything accepted, in order. A port; stores/ has it over libSQL. */

/** A row of the inbox. Without a dataset it is a heartbeat, which only moves the engine's clock on. */
export interface InboxRow {
  seq: number;
  dataset: string | undefined;
  receivedAt: number;
  body: Uint8Array | undefined;
}

export interface InboxSource {
  /** The rows behind `after`, oldest first, at most `limit`. */
  take(after: number, limit: number): Promise<InboxRow[]>;
  /** How many rows are behind `after`. */
  waiting(after: number): Promise<number>;
  /** Appends a heartbeat: no later row is older than `nowMs`. */
  heartbeat(nowMs: number): Promise<void>;
  /** Makes sure that all later rows have positions behind `seq`, also in an inbox that is older or new. */
  startAbove(seq: number): Promise<void>;
  /** Keeps a row that could not be processed, with the reason. Doing it twice is doing it once. */
  setAside(row: InboxRow, reason: string): Promise<void>;
  /** Forgets the rows of a dataset (undefined: heartbeats) up to `through`. */
  prune(dataset: string | undefined, through: number): Promise<void>;
  /** Forgets the ids of hits accepted before `beforeMs`: their retries are no longer expected. */
  forgetIds(beforeMs: number): Promise<void>;
}
