/** The hits of one visitor that are in no session yet, or beside them: in the inbox, set aside, and in messages. A port. */

/** A hit as it lies in the inbox, or set aside. What cannot be read has neither visitor nor user. */
export interface WaitingHit {
  seq: number;
  isSetAside: boolean;
  hit: { id?: string; visitor?: string; userId?: string };
}

export interface ErasedHits {
  inboxHits: number;
  setAsideHits: number;
  messages: number;
}

export interface VisitorHits {
  /** Every hit of the dataset that lies in the inbox or was set aside. */
  all(dataset: string): AsyncIterable<WaitingHit>;
  /**
   * Removes hits in one batch. Those of the inbox that are in no stored session count as excluded from then on, those
   * that were set aside as bad. The ids are forgotten with them. Commands that name one of the sessions go, and so do
   * messages that hold one of the texts.
   */
  erase(
    dataset: string,
    what: {
      inbox: readonly { seq: number; isStored: boolean }[];
      setAside: readonly number[];
      hitIds: readonly string[];
      sessionIds: readonly string[];
      texts: readonly string[];
    },
  ): Promise<ErasedHits>;
  /** Writes the databases anew, so that bytes of removed rows leave their files. */
  scrub(): Promise<void>;
}
