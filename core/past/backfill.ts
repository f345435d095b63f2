/**
 * Runs a published event over the past: some thousand sessions after the other, each in one transaction. The cursor
 * moves only behind a checkpoint, and doing sessions twice is doing them once; so killed anywhere, it goes on.
 */
import type { StoredSession } from '../analytics/rows.ts';
import { countPast, pastOf, rangeOf } from '../canisters/past.ts';
import type { EventSet } from '../contract/event.ts';
import type { DatasetEngine } from '../engine/dataset-engine.ts';
import { writesOf } from '../events/dependencies.ts';
import type { BackfillBook, BackfillCursor, BackfillRecord } from '../settings/backfills.ts';
import { versionOf } from './past-rules.ts';

export const backfillLimits = {
  /** Sessions whose rows are replaced in one transaction. */
  sessionsPerTransaction: 2_000,
  /** A checkpoint costs some tenths of a second; what lies between two is done again after a crash. */
  sessionsPerCheckpoint: 10_000,
} as const;

export interface BackfillWork {
  dataset: DatasetEngine;
  book: BackfillBook;
  /** Tells how far it is; its cursor is the durable one. */
  record: BackfillRecord;
  /** The set that the event is published in. */
  set: EventSet;
  /** Asked between pieces. */
  stopped: () => boolean;
}

/** Sessions that were read and not written yet. */
interface Batch {
  sessions: StoredSession[];
  unreadable: number;
  through: BackfillCursor;
}

/**
 * Goes on behind the cursor of the record.
 * @returns whether it came to the end; false when it was stopped
 */
export async function runBackfill(work: BackfillWork): Promise<boolean> {
  const { dataset, book, record, stopped } = work;
  const { slug, timeZone } = dataset.config;
  const { sessionsPerTransaction, sessionsPerCheckpoint } = backfillLimits;
  const range = rangeOf(record, timeZone);
  let reached = record.cursor;
  let sinceCheckpoint = 0;

  async function keep(): Promise<void> {
    await dataset.commit.checkpoint();
    if (reached) record.cursor = reached;
    await book.save(slug, record);
    sinceCheckpoint = 0;
  }

  /** False when tables or segments were changed since the batch was read: it must be read again. */
  async function write(
    { sessions, unreadable, through }: Batch,
    changes: number,
  ): Promise<boolean> {
    const written = await dataset.commit.amend(changes, () => replaceFacts(work, sessions));
    if (written === undefined) return false;
    const { counts } = record;
    record.counts = {
      ...counts,
      sessionsDone: counts.sessionsDone + sessions.length + unreadable,
      sessionsFired: counts.sessionsFired + written.fired,
      facts: counts.facts + written.facts,
      unreadable: counts.unreadable + unreadable,
    };
    reached = through;
    sinceCheckpoint += sessions.length;
    if (sinceCheckpoint >= sessionsPerCheckpoint) await keep();
    return true;
  }

  /** Does a segment from where it stands; false when it must be begun again, or was stopped. */
  async function runDay(day: string): Promise<boolean> {
    const changes = dataset.commit.changes();
    let batch: Batch | undefined;
    for await (const piece of pastOf(dataset, range, day, reached)) {
      if (stopped()) return false;
      const { sessions = [], unreadable = 0 } = batch ?? {};
      batch = {
        sessions: sessions.concat(piece.sessions),
        unreadable: unreadable + piece.unreadable,
        through: piece.through,
      };
      if (batch.sessions.length >= sessionsPerTransaction) {
        if (!(await write(batch, changes))) return false;
        batch = undefined;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return batch === undefined || (await write(batch, changes));
  }

  const days = await countPast(dataset.analytics, range);
  const total = days.reduce((sum, { sessions }) => sum + sessions, 0);
  record.counts = { ...record.counts, sessionsTotal: total };
  const recuts = dataset.past.recuts();
  for (const { day } of days) {
    if (record.cursor && day < record.cursor.day) continue;
    while (!(await runDay(day))) {
      // All places are others now.
      if (dataset.past.recuts() !== recuts) return await runBackfill(work);
      if (!stopped()) continue;
      await keep();
      return false;
    }
  }
  await keep();
  return true;
}

/** Puts the rows that the event has by the rules of the past in the place of those that are there. */
async function replaceFacts(
  { dataset, record, set }: BackfillWork,
  sessions: readonly StoredSession[],
): Promise<{ fired: number; facts: number }> {
  const { event, version } = record;
  const definition = set.events.find(({ name }) => name === event);
  const older = sessions.filter((stored) => versionOf(stored) < version);
  const now = await dataset.past.apply(older);
  await dataset.analytics.replaceFacts(
    now,
    event,
    definition === undefined ? [] : [...writesOf(definition)],
  );
  let [fired, facts] = [0, 0];
  for (const { session } of now) {
    const count = (session.facts ?? []).filter((fact) => fact.event === event).length;
    facts += count;
    if (count > 0) fired += 1;
  }
  return { fired, facts };
}
