/** The disk of the stores in memory: what is written, what of it an fsync holds, and what a power cut makes of it. */
import type { Position } from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import { receiptTime } from '../contract/receipt-time.ts';
import type { ClosedSession } from '../contract/session.ts';
import type { InboxRow } from '../sources/inbox-source.ts';

/** What the tables of one dataset hold, and what retention has taken out of them. */
export interface MemoryTables {
  sessions: StoredSession[];
  removed: StoredSession[];
  position: Position;
}

/** A record of a segment; without a session it is torn. */
export interface MemoryRecord {
  session?: ClosedSession;
  isSynced: boolean;
}

/** The files of one dataset. `checkpointed` is what remains of the tables when their write-ahead log is lost. */
export interface DatasetDisk {
  segments: Map<string, MemoryRecord[]>;
  committed: MemoryTables;
  checkpointed: MemoryTables;
  /** A transaction whose end is being written. */
  committing: MemoryTables | undefined;
}

export interface MemoryDisk {
  inbox: InboxRow[];
  /** Every row that was ever appended. */
  log: InboxRow[];
  setAside: Map<number, { seq: number; dataset: string | undefined; reason: string }>;
  datasets: Map<string, DatasetDisk>;
  /** Hits accepted since the beginning, by dataset. */
  accepted: Map<string, number>;
  /** From which position on which version of a dataset's events is in force. */
  eventVersions: { dataset: string; fromSeq: number; version: number }[];
  lastSeq: number;
  lastReceivedAt: number;
}

export function newMemoryDisk(slugs: readonly string[]): MemoryDisk {
  const empty = (): MemoryTables => ({
    sessions: [],
    removed: [],
    position: { epoch: 0, low: 0 },
  });
  const dataset = (): DatasetDisk => ({
    segments: new Map(),
    committed: empty(),
    checkpointed: empty(),
    committing: undefined,
  });
  return {
    inbox: [],
    log: [],
    setAside: new Map(),
    datasets: new Map(slugs.map((slug) => [slug, dataset()])),
    accepted: new Map(),
    eventVersions: [],
    lastSeq: 0,
    lastReceivedAt: 0,
  };
}

export function datasetDisk(disk: MemoryDisk, slug: string): DatasetDisk {
  const found = disk.datasets.get(slug);
  if (found === undefined) throw new Error(`the disk has no dataset ${slug}`);
  return found;
}

export const isHit = ({ dataset, isCommand }: InboxRow) => dataset !== undefined && !isCommand;

/** Appends a row as the collector does: the next number, and the time that it counts as received. */
export function appendToInbox(
  disk: MemoryDisk,
  row: Pick<InboxRow, 'dataset' | 'body' | 'isCommand'>,
  nowMs: number,
): InboxRow {
  disk.lastSeq += 1;
  disk.lastReceivedAt = receiptTime(nowMs, disk.lastReceivedAt);
  const appended = { ...row, seq: disk.lastSeq, receivedAt: disk.lastReceivedAt };
  disk.inbox.push(appended);
  disk.log.push(appended);
  const { dataset } = row;
  if (dataset !== undefined && isHit(appended))
    disk.accepted.set(dataset, (disk.accepted.get(dataset) ?? 0) + 1);
  return appended;
}

/** The process is gone. A transaction whose end was being written is there or not: `chance` decides. */
export function endTransactions(disk: MemoryDisk, chance: () => boolean): void {
  for (const dataset of disk.datasets.values()) {
    if (dataset.committing !== undefined && chance()) dataset.committed = dataset.committing;
    dataset.committing = undefined;
  }
}

/**
 * The power goes: of what no fsync holds a part is gone and the next record torn, and a write-ahead log may not be
 * readable any more.
 * @returns whether a log was lost
 * @param whole gives a whole number from its first to its second argument
 */
export function losePower(
  disk: MemoryDisk,
  whole: (least: number, most: number) => number,
  losesLog: () => boolean,
): boolean {
  let lost = false;
  for (const dataset of disk.datasets.values()) {
    for (const records of dataset.segments.values()) {
      const synced = records.findLastIndex(({ isSynced }) => isSynced) + 1;
      if (synced === records.length) continue;
      records.splice(whole(synced, records.length));
      if (whole(0, 1) === 1) records.push({ isSynced: false });
    }
    if (!losesLog()) continue;
    lost ||= dataset.committed !== dataset.checkpointed;
    dataset.committed = dataset.checkpointed;
  }
  return lost;
}
