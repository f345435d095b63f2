/**
 * The port through which hits become durable. A driver promises: what `append` resolved is on disk, a hit id counts
 * once however often it is sent, and the counters never disagree with the rows.
 */

/** A hit on its way into the log. */
export interface InboxHit {
  /** The dataset's slug. */
  dataset: string;
  /** 16 bytes, made by the sender. */
  hitId: Uint8Array;
  /** A `ReceivedHit` as UTF-8 JSON. */
  body: Uint8Array;
}

/** What became of hits that never reach `append`, and that they were received. */
export interface HitTally {
  /** The dataset's slug, '' where it is unknown. */
  dataset: string;
  outcome: 'received' | 'accepted' | 'duplicate' | 'excluded' | 'bad';
  /** The rule or the problem code; '' where there is nothing to say. */
  reason: string;
  count: number;
}

export type Outcome = 'accepted' | 'duplicate';

export interface Inbox {
  /**
   * Resolves when the hits are durable, one outcome a hit, in order. It counts them itself: as received, and as
   * accepted or duplicate in the very transaction that stores them, or as bad when it rejects.
   * @throws Problem `inbox_full` when too much is waiting, `inbox_failed` when the store did not take them
   */
  append(hits: InboxHit[]): Promise<Outcome[]>;
  /** Adds to the counters, which are durable with the next commit or within a second. */
  count(tallies: HitTally[]): void;
  /** Waits until everything handed in is durable, counters included. */
  flush(): Promise<void>;
}

/** How much may wait. A request that would exceed it is refused with `inbox_full`. */
export interface InboxLimits {
  hitsPerBatchMax: number;
  waitingHitsMax: number;
  waitingBytesMax: number;
  waitMsMax: number;
  /** How long counters may stay in memory when no hit takes them along. */
  countFlushMs: number;
}

export const inboxLimits: InboxLimits = {
  hitsPerBatchMax: 1_000,
  waitingHitsMax: 20_000,
  waitingBytesMax: 32 * 1024 * 1024,
  waitMsMax: 2_000,
  countFlushMs: 1_000,
};
