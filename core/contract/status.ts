/** The state of the running system, as status pages and `canister doctor` show it. */

/** Hits of one dataset since it exists: `received = accepted + duplicate + excluded + bad` holds at all times. */
export interface HitCounts {
  received: number;
  accepted: number;
  duplicate: number;
  excluded: number;
  bad: number;
}

export interface DatasetStatus {
  slug: string;
  counts: HitCounts;
  activeSessions: number;
  storedSessions: number;
  storedHits: number;
  /** Epoch milliseconds of the newest stored or active hit; absent before the first. */
  lastHitAt?: number;
}

export interface Status {
  version: string;
  startedAt: number;
  /** Hits in the inbox that the engine has not read yet. */
  waitingHits: number;
  datasets: DatasetStatus[];
  /** Hits that named no dataset, or one that does not exist: refused, but counted. */
  unassigned: HitCounts;
}
