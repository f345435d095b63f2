/**
 * The engine's stores in memory, over a disk that outlives the process: what a crash keeps and what it loses is
 * decided by whoever holds the disk. Every call passes named moments, at which it can be made to fail.
 */
import type { AnalyticsStore, Position } from '../analytics/analytics-store.ts';
import { hitRows, type StoredSession } from '../analytics/rows.ts';
import type { LongTermCanister } from '../canisters/long-term.ts';
import type { ClosedSession } from '../contract/session.ts';
import type { InboxRow, InboxSource } from '../sources/inbox-source.ts';

/** What the tables of one dataset hold. */
export interface MemoryTables {
  sessions: StoredSession[];
  position: Position;
}

/** What is on the disk. `checkpointed` is what remains of the tables when their write-ahead log is lost. */
export interface MemoryDisk {
  inbox: InboxRow[];
  setAside: Map<number, string>;
  records: ClosedSession[];
  committed: MemoryTables;
  checkpointed: MemoryTables;
  /** Hits accepted since the beginning, by dataset. */
  accepted: Map<string, number>;
  lastSeq: number;
  lastReceivedAt: number;
}

/** Passed at each moment; throwing there is a crash or a failing disk. */
export type Moment = (name: string) => Promise<void>;

export function newMemoryDisk(): MemoryDisk {
  const empty = (): MemoryTables => ({ sessions: [], position: { epoch: 0, low: 0 } });
  return {
    inbox: [],
    setAside: new Map(),
    records: [],
    committed: empty(),
    checkpointed: empty(),
    accepted: new Map(),
    lastSeq: 0,
    lastReceivedAt: 0,
  };
}

/** Appends a row as the collector does: the next number, and a time that never goes back. */
export function appendToInbox(
  disk: MemoryDisk,
  row: Pick<InboxRow, 'dataset' | 'body' | 'isCommand'>,
  nowMs: number,
): InboxRow {
  disk.lastSeq += 1;
  disk.lastReceivedAt = Math.max(disk.lastReceivedAt, nowMs);
  const appended = { ...row, seq: disk.lastSeq, receivedAt: disk.lastReceivedAt };
  disk.inbox.push(appended);
  const { dataset } = row;
  if (dataset !== undefined) disk.accepted.set(dataset, (disk.accepted.get(dataset) ?? 0) + 1);
  return appended;
}

const isHit = ({ dataset, isCommand }: InboxRow) => dataset !== undefined && !isCommand;

export function memoryInbox(disk: MemoryDisk, moment: Moment): InboxSource {
  return {
    async take(after, limit) {
      await moment('inbox-take');
      return disk.inbox.filter(({ seq }) => seq > after).slice(0, limit);
    },
    async waiting(after) {
      return disk.inbox.filter((row) => row.seq > after && isHit(row)).length;
    },
    async startAbove(seq) {
      disk.lastSeq = Math.max(disk.lastSeq, seq);
    },
    async waitingSince(after) {
      return disk.inbox.find((row) => row.seq > after && isHit(row))?.receivedAt;
    },
    async account(readThrough) {
      return new Map(
        [...readThrough].map(([slug, through]) => [
          slug,
          {
            accepted: disk.accepted.get(slug) ?? 0,
            waiting: disk.inbox.filter(({ dataset, seq }) => dataset === slug && seq > through)
              .length,
            setAside: [...disk.setAside.keys()].filter((seq) => seq <= through).length,
          },
        ]),
      );
    },
    async heartbeat(nowMs) {
      await moment('inbox-before-heartbeat');
      appendToInbox(disk, { dataset: undefined, body: undefined }, nowMs);
      await moment('inbox-after-heartbeat');
    },
    async command(dataset, command, nowMs) {
      await moment('inbox-before-command');
      const body = Buffer.from(JSON.stringify(command));
      appendToInbox(disk, { dataset, body, isCommand: true }, nowMs);
      await moment('inbox-after-command');
    },
    async setAside({ seq }, reason) {
      await moment('inbox-set-aside');
      disk.setAside.set(seq, reason);
    },
    async prune(dataset, through) {
      await moment('inbox-before-prune');
      const goes = (row: InboxRow) => row.dataset === dataset && row.seq <= through;
      const half = disk.inbox.filter(goes).length / 2;
      let gone = 0;
      // Pruned in two transactions, so that a crash can come between them.
      disk.inbox = disk.inbox.filter((row) => !goes(row) || ++gone > half);
      await moment('inbox-mid-prune');
      disk.inbox = disk.inbox.filter((row) => !goes(row));
      await moment('inbox-after-prune');
    },
    async forgetIds() {},
  };
}

/** The care of what is stored is for real files. */
function notInMemory(): never {
  throw new Error('stores in memory are not checked, made anew or trimmed');
}

export function memoryCanister(disk: MemoryDisk, moment: Moment): LongTermCanister {
  return {
    async append(sessions) {
      await moment('canister-before-append');
      const places = [];
      for (const session of sessions) {
        await moment('canister-mid-append');
        places.push({ day: 'memory', offset: disk.records.length, length: 1 });
        const { firstSeq: _first, lastSeq: _last, devices: _devices, ...kept } = session;
        disk.records.push(structuredClone(kept));
      }
      await moment('canister-after-fsync');
      return places;
    },
    async read(sessionId, { offset }) {
      const session = disk.records[offset];
      if (session?.id !== sessionId) throw new Error(`there is no record of ${sessionId}`);
      return session;
    },
    scan: notInMemory,
    names: notInMemory,
    days: notInMemory,
    segments: notInMemory,
    remove: notInMemory,
    check: notInMemory,
    async close() {},
  };
}

export function memoryAnalytics(disk: MemoryDisk, moment: Moment): AnalyticsStore {
  const unasked = async (): Promise<never> => {
    throw new Error('tables in memory answer no SQL');
  };
  return {
    async resume() {
      await moment('tables-resume');
      const { sessions, position } = disk.committed;
      const closedThrough = new Map<string, number>();
      for (const { session, lastSeq, devices = [] } of sessions) {
        if (lastSeq <= position.low) continue;
        for (const device of [session.visitor, ...devices])
          closedThrough.set(device, Math.max(lastSeq, closedThrough.get(device) ?? 0));
      }
      return { position, closedThrough };
    },
    unfinished: async () => new Map(),
    async store(sessions, low) {
      await moment('tables-before-begin');
      const { position } = disk.committed;
      const next: MemoryTables = {
        sessions: [...disk.committed.sessions, ...structuredClone([...sessions])],
        position: { epoch: position.epoch + 1, low: low ?? position.low },
      };
      await moment('tables-before-commit');
      disk.committed = next;
      await moment('tables-after-commit');
      return next.position;
    },
    async knownHits(ids) {
      const stored = new Set(
        disk.committed.sessions.flatMap(({ session }) => session.hits.map((hit) => hit.id)),
      );
      return new Set(ids.filter((id) => stored.has(id)));
    },
    async checkpoint() {
      await moment('tables-before-checkpoint');
      disk.checkpointed = disk.committed;
      await moment('tables-after-checkpoint');
    },
    remake: notInMemory,
    removeDays: notInMemory,
    query: unasked,
    ask: unasked,
    async close() {},
  };
}

/** The tables as sorted texts, places left out: two histories with the same hits must give the same. */
export function tableTexts({ sessions }: MemoryTables): string[] {
  return sessions
    .flatMap(({ session, firstSeq, lastSeq }) => [
      JSON.stringify([
        session.id,
        session.visitor,
        session.endReason,
        session.continues,
        firstSeq,
        lastSeq,
      ]),
      ...hitRows(session).map((row) => JSON.stringify(row)),
    ])
    .sort();
}
