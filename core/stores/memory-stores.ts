/**
 * The engine's stores in memory, over a disk that outlives the process: what a crash keeps and what it loses is
 * decided by whoever holds the disk. Every call passes named moments, at which it can be made to fail.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { hitRows, type StoredSession } from '../analytics/rows.ts';
import type { KeptSession, LongTermCanister } from '../canisters/long-term.ts';
import { type ClosedSession, continuedReasons } from '../contract/session.ts';
import { hourOf } from '../events/dimension-limits.ts';
import type { InboxRow, InboxSource } from '../sources/inbox-source.ts';
import {
  appendToInbox,
  type DatasetDisk,
  isHit,
  type MemoryDisk,
  type MemoryTables,
} from './memory-disk.ts';

/** Passed at each moment; throwing there is a crash or a failing disk. */
export type Moment = (name: string) => Promise<void>;

export function memoryInbox(disk: MemoryDisk, moment: Moment): InboxSource {
  return {
    async take(after, limit) {
      await moment('inbox-before-take');
      return disk.inbox.filter(({ seq }) => seq > after).slice(0, limit);
    },
    async waiting(after) {
      return disk.inbox.filter((row) => row.seq > after && isHit(row)).length;
    },
    // It is counted each time.
    countAnew() {},
    async startAbove(seq) {
      await moment('inbox-before-start');
      disk.lastSeq = Math.max(disk.lastSeq, seq);
    },
    async waitingSince(after) {
      return disk.inbox.find((row) => row.seq > after && isHit(row))?.receivedAt;
    },
    async account(readThrough) {
      return new Map(
        [...readThrough].map(([slug, through]) => {
          const own = disk.inbox.filter((row) => row.dataset === slug && isHit(row));
          const aside = [...disk.setAside.values()].filter(({ dataset }) => dataset === slug);
          return [
            slug,
            {
              accepted: disk.accepted.get(slug) ?? 0,
              waiting: own.filter(({ seq }) => seq > through).length,
              setAside: aside.filter(({ seq }) => seq <= through).length,
            },
          ];
        }),
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
    async useEvents(dataset, version, nowMs) {
      await moment('inbox-before-events');
      const body = Buffer.from(JSON.stringify({ do: 'use_events', version }));
      const { seq } = appendToInbox(disk, { dataset, body, isCommand: true }, nowMs);
      disk.eventVersions.push({ dataset, fromSeq: seq, version });
      await moment('inbox-after-events');
    },
    async eventVersions(slug, atSeq) {
      const own = disk.eventVersions.filter(({ dataset }) => dataset === slug);
      const inForce = own.filter(({ fromSeq }) => fromSeq <= atSeq).at(-1)?.version;
      return { inForce, last: own.at(-1)?.version };
    },
    async exclude(dataset, sessions) {
      await moment('inbox-before-exclude');
      const seqs = new Set(sessions.flatMap((session) => session.seqs));
      const goes = (row: InboxRow) => row.dataset === dataset && seqs.has(row.seq);
      const gone = disk.inbox.filter(goes).length;
      disk.inbox = disk.inbox.filter((row) => !goes(row));
      disk.accepted.set(dataset, (disk.accepted.get(dataset) ?? 0) - gone);
      await moment('inbox-after-exclude');
    },
    async setAside({ seq, dataset }, reason) {
      await moment('inbox-before-set-aside');
      disk.setAside.set(seq, { seq, dataset, reason });
      await moment('inbox-after-set-aside');
    },
    async prune(dataset, through) {
      await moment('inbox-before-prune');
      const goes = (row: { dataset: string | undefined; seq: number }) =>
        row.dataset === dataset && row.seq <= through;
      const half = disk.inbox.filter(goes).length / 2;
      let gone = 0;
      // Pruned in two transactions, so that a crash can come between them.
      disk.inbox = disk.inbox.filter((row) => !goes(row) || ++gone > half);
      await moment('inbox-mid-prune');
      disk.inbox = disk.inbox.filter((row) => !goes(row));
      await moment('inbox-after-prune');
    },
    async forgetIds() {
      await moment('inbox-before-forget');
    },
  };
}

/** The care of what is stored, but for retention, is for real files. */
function notInMemory(): never {
  throw new Error('stores in memory are not checked or made anew');
}

export function memoryCanister(disk: DatasetDisk, moment: Moment): LongTermCanister {
  /** As when a segment is opened for writing: a torn tail is cut off. */
  function segmentOf(day: string) {
    const records = disk.segments.get(day) ?? [];
    while (records.length > 0 && records.at(-1)?.session === undefined) records.pop();
    disk.segments.set(day, records);
    return records;
  }
  return {
    async append(sessions) {
      await moment('canister-before-append');
      const places = [];
      const days = new Set<string>();
      for (const session of sessions) {
        await moment('canister-mid-append');
        const day = new Date(session.endedAt).toISOString().slice(0, 10);
        const records = segmentOf(day);
        places.push({ day, offset: records.length, length: 1 });
        const { lineage: _, ...kept } = session;
        records.push({ session: structuredClone(kept), isSynced: false });
        days.add(day);
      }
      for (const day of days) {
        await moment('canister-before-fsync');
        for (const record of segmentOf(day)) record.isSynced = true;
      }
      await moment('canister-after-fsync');
      return places;
    },
    async read(sessionId, { day, offset }) {
      const kept: KeptSession | undefined = disk.segments.get(day)?.[offset]?.session;
      if (kept?.id !== sessionId) throw new Error(`there is no record of ${sessionId}`);
      const { firstSeq: _first, lastSeq: _last, devices: _devices, ...session } = kept;
      return session as ClosedSession;
    },
    async days() {
      return [...disk.segments.keys()].sort();
    },
    async segments() {
      return [...disk.segments]
        .map(([day, { length }]) => ({ day, bytes: length }))
        .sort((a, b) => (a.day < b.day ? -1 : 1));
    },
    erase: notInMemory,
    async remove(day) {
      await moment('canister-before-remove');
      disk.segments.delete(day);
      await moment('canister-after-remove');
    },
    readWhole: notInMemory,
    scan: notInMemory,
    pieces: notInMemory,
    names: notInMemory,
    check: notInMemory,
    async close() {},
  };
}

export function memoryAnalytics(disk: DatasetDisk, moment: Moment): AnalyticsStore {
  const unasked = async (): Promise<never> => {
    throw new Error('tables in memory answer no SQL');
  };

  /** A transaction: before its end nothing of it is there; at its end a crash may leave all of it or nothing. */
  async function commit(next: MemoryTables): Promise<void> {
    await moment('tables-before-commit');
    disk.committing = next;
    await moment('tables-mid-commit');
    disk.committed = next;
    disk.committing = undefined;
    await moment('tables-after-commit');
  }

  return {
    async resume() {
      await moment('tables-before-resume');
      const { sessions, position } = disk.committed;
      const closedThrough = new Map<string, number>();
      for (const stored of sessions) {
        if (stored.lastSeq <= position.low) continue;
        for (const device of keysOf(stored))
          closedThrough.set(device, Math.max(stored.lastSeq, closedThrough.get(device) ?? 0));
      }
      return { position, closedThrough };
    },
    async unfinished(origin) {
      const { sessions } = disk.committed;
      const continued = new Set(sessions.map(({ session }) => session.continues));
      const found = new Map<string, { id: string; endedAt: number }>();
      for (const stored of sessions) {
        const { id, endedAt, endReason, origin: own } = stored.session;
        if (own !== origin || !continuedReasons.includes(endReason) || continued.has(id)) continue;
        for (const device of keysOf(stored))
          if (endedAt > (found.get(device)?.endedAt ?? 0)) found.set(device, { id, endedAt });
      }
      return found;
    },
    async store(sessions, low) {
      await moment('tables-before-begin');
      const { position, removed } = disk.committed;
      const next = { epoch: position.epoch + 1, low: low ?? position.low };
      const all = [...disk.committed.sessions, ...structuredClone([...sessions])];
      await commit({ sessions: all, removed, position: next });
      return next;
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
    async dimensionValues(hours) {
      return disk.committed.sessions.flatMap(({ session }) =>
        (session.facts ?? []).flatMap(({ event, at, dimensions = {} }) =>
          hours.includes(hourOf(at))
            ? Object.entries(dimensions).map(([dimension, value]) => ({
                hour: hourOf(at),
                event,
                dimension,
                value,
              }))
            : [],
        ),
      );
    },
    async storedDays() {
      const { sessions, position } = disk.committed;
      const dayOf = new Map(sessions.map(({ session, place }) => [session.id, place.day]));
      return [...new Set(sessions.map(({ place }) => place.day))].map((day) => {
        const own = sessions.filter(({ place }) => place.day === day);
        return {
          day,
          sessions: own.length,
          hits: own.reduce((sum, { session }) => sum + session.hits.length, 0),
          isNeeded: own.some(
            ({ lastSeq, session }) =>
              lastSeq > position.low || (dayOf.get(session.continues ?? '') ?? '') > day,
          ),
        };
      });
    },
    async removeDays(days) {
      await moment('tables-before-removal');
      const { sessions, removed, position } = disk.committed;
      const goes = ({ place }: StoredSession) => days.includes(place.day);
      await commit({
        sessions: sessions.filter((stored) => !goes(stored)),
        removed: [...removed, ...sessions.filter(goes)],
        position: { ...position, epoch: position.epoch + 1 },
      });
    },
    remake: notInMemory,
    epoch: () => disk.committed.position.epoch,
    figures: notInMemory,
    replace: notInMemory,
    eraseSessions: notInMemory,
    replaceFacts: notInMemory,
    removeFacts: notInMemory,
    removeBackfilled: notInMemory,
    query: unasked,
    search: unasked,
    publish: notInMemory,
    isUnpublished: () => false,
    publishedDays: () => [],
    async close() {},
  };
}

const keysOf = ({ session, devices = [] }: StoredSession) => new Set([session.visitor, ...devices]);

/** Where the text of a session names the one that it continues. */
export const continuesCell = 4;

/** Everything that was ever stored as sorted texts, places left out: the same hits must give the same. */
export function tableTexts({ sessions, removed }: MemoryTables): string[] {
  return [...sessions, ...removed]
    .flatMap(({ session, firstSeq, lastSeq, devices }) => [
      JSON.stringify([
        session.id,
        session.visitor,
        session.userId,
        session.endReason,
        session.continues,
        devices,
        firstSeq,
        lastSeq,
      ]),
      ...hitRows(session, 0).map((row) => JSON.stringify(row)),
    ])
    .sort();
}
