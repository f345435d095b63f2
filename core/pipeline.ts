/**
 * The way of a hit, in order: inbox → normalize → sessionize → (session ends) → commit → checkpoint → prune.
 * A pure function of inbox rows and of their times: the wall clock only decides when to write a heartbeat.
 */
import type { ActiveLimits } from './canisters/room.ts';
import type { Clock } from './clock.ts';
import type { ReceivedHit } from './contract/hit.ts';
import { receiptTime, wasSetBack } from './contract/receipt-time.ts';
import { createBatches, onStores } from './engine/batches.ts';
import type { DatasetEngine } from './engine/dataset-engine.ts';
import { createRoomMaker } from './engine/make-room.ts';
import { createSettling } from './engine/settling.ts';
import { normalizeHit, UnusableHit } from './hits/normalize-hit.ts';
import { inTurn } from './in-turn.ts';
import type { InboxCommand, InboxRow, InboxSource } from './sources/inbox-source.ts';

/** How many rows a step reads at the most. */
export const rowsPerStepUsual = 2_000;

export interface Pipeline {
  /** Takes one step; false when there was nothing to read. */
  step(): Promise<boolean>;
  /** Adds a dataset between two steps: the inbox is read again from its position, for it alone. */
  add(dataset: DatasetEngine): Promise<void>;
  /** Takes a dataset out between two steps: what is in memory of it is left, for it is in the inbox. */
  remove(slug: string): Promise<void>;
  /** Writes checkpoints and prunes, whether due or not. */
  settle(): Promise<void>;
  /** Does between two steps what sets a dataset back to its position: the inbox is read again from there, for it alone. */
  again<T>(dataset: DatasetEngine, work: () => Promise<T>): Promise<T>;
  /** Does something between two steps, while nothing moves. */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** The inbox position up to which rows were read. */
  readThrough(): number;
  /** Whether reading stands still until there is room in the short-term canister again. */
  isSpooling(): boolean;
  /** How many sessions had to end since the start because there was no room. */
  evictedSessions(): number;
}

/** @param datasets the open datasets by slug; `add` adds to it */
export function createPipeline(options: {
  inbox: InboxSource;
  datasets: Map<string, DatasetEngine>;
  clock: Clock;
  checkpointEveryMs: number;
  active: ActiveLimits;
  /** How many rows a step reads at the most, where it is not the usual number. */
  rowsPerStepMax?: number | undefined;
  /** How many sessions are stored together under load, where it is not the usual number. */
  sessionsPerCommitMax?: number | undefined;
}): Pipeline {
  const { inbox, datasets, clock, checkpointEveryMs, active } = options;
  const { rowsPerStepMax = rowsPerStepUsual, sessionsPerCommitMax } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let readThrough = Math.min(
    ...[...datasets.values()].map(({ low }) => low),
    Number.MAX_SAFE_INTEGER,
  );
  if (readThrough === Number.MAX_SAFE_INTEGER) readThrough = 0;
  let engineTime = 0;
  let ahead: { after: number; rows: Promise<InboxRow[]> } | undefined;
  const batches = createBatches(inbox, () => readThrough, sessionsPerCommitMax);
  const room = createRoomMaker(datasets, active, batches);
  const settling = createSettling({
    inbox,
    datasets,
    batches,
    clock,
    checkpointEveryMs,
    reading: () => ({ through: readThrough, timeMs: engineTime }),
  });

  /** A dataset must not come in the middle of a step. */
  const { run: exclusively } = inTurn();

  /** The same once nothing is being stored either. */
  const standing = <T>(work: () => Promise<T>) =>
    exclusively(async () => {
      await batches.allStored();
      await settling.done();
      return await work();
    });

  function readAgain({ low }: DatasetEngine): void {
    inbox.countAnew();
    if (low >= readThrough) return;
    readThrough = low;
    engineTime = 0;
  }

  /** Without a promise for nearly every hit: there are many. */
  function takeRow(row: InboxRow): Promise<void> | undefined {
    readThrough = row.seq;
    if (wasSetBack(row.receivedAt, engineTime)) endBefore(row);
    engineTime = receiptTime(row.receivedAt, engineTime);
    const dataset = row.dataset === undefined ? undefined : datasets.get(row.dataset);
    const { body } = row;
    if (dataset === undefined || body === undefined || row.seq <= dataset.readThrough)
      return undefined;
    dataset.readThrough = row.seq;
    if (row.isCommand)
      return obey(body, row, dataset).catch((error) => setAside(row, error, dataset));
    try {
      takeHit(JSON.parse(decoder.decode(body)) as ReceivedHit, body.length, row, dataset);
      return undefined;
    } catch (error) {
      return setAside(row, error, dataset);
    }
  }

  /** By a clock that was set back, the idle timeout of what is active would come far too late, or never. */
  function endBefore({ seq }: InboxRow): void {
    for (const { readThrough, sessionizer } of datasets.values())
      if (readThrough < seq) sessionizer.closeIdle(Number.POSITIVE_INFINITY);
  }

  function takeHit(
    received: ReceivedHit,
    bytes: number,
    { seq, receivedAt }: InboxRow,
    { closedThrough, ownHosts, rules, sessionizer, watched }: DatasetEngine,
  ): void {
    if (seq <= (closedThrough.get(received.visitor) ?? 0)) return;
    const arrivedAt = received.receivedAt ?? receivedAt;
    const normalized = normalizeHit(received, arrivedAt, ownHosts, rules.current);
    // Part by part: spreading an object takes several times as long.
    const { hit, context, excludedBy, rulesVersion } = normalized;
    const session = sessionizer.take({
      hit,
      context,
      excludedBy,
      rulesVersion,
      arrivedAt,
      seq,
      bytes,
    });
    if (excludedBy === undefined) watched.takeHit(session, hit);
  }

  async function obey(body: Uint8Array, row: InboxRow, dataset: DatasetEngine): Promise<void> {
    const command = JSON.parse(decoder.decode(body)) as InboxCommand;
    if (command.do === 'use_events') await dataset.events?.use(command.version);
    else dataset.sessionizer.end(command.sessionId, 'ended_by_hand', row.receivedAt);
  }

  /** A row that cannot even be set aside, on a full disk for example, is read again by the next step. */
  async function setAside(row: InboxRow, why: unknown, dataset: DatasetEngine): Promise<void> {
    const reason = why instanceof UnusableHit ? why.message : `fault: ${(why as Error).message}`;
    try {
      await inbox.setAside(row, reason);
    } catch (error) {
      readThrough = row.seq - 1;
      dataset.readThrough = row.seq - 1;
      throw error;
    }
  }

  /** While there is a backlog, the next rows are read beside the work on these. */
  async function takeRows(): Promise<InboxRow[]> {
    const ready = ahead?.after === readThrough ? ahead.rows : undefined;
    ahead = undefined;
    const rows = await (ready ?? inbox.take(readThrough, rowsPerStepMax));
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerStepMax) return rows;
    ahead = { after: last.seq, rows: inbox.take(last.seq, rowsPerStepMax) };
    // A failure is met where the rows are waited for; they may never be.
    ahead.rows.catch(() => undefined);
    return rows;
  }

  async function step(): Promise<boolean> {
    // The last step broke off while room was made: no row is read before that is done.
    if (room.isUnderWay()) await room.make(engineTime);
    await settling.meet();
    const rows = await takeRows();
    for (const row of rows) {
      const taking = takeRow(row);
      if (taking !== undefined) await taking;
      if (room.isNeeded()) await room.make(engineTime);
    }
    for (const dataset of datasets.values()) {
      // Where the inbox is read again for another one, this one is further on.
      if (dataset.readThrough <= readThrough) dataset.sessionizer.closeIdle(engineTime);
      // Under load batches grow; when the inbox is read to its end, what has ended is stored at once.
      // While the tables are made anew, what has ended waits here, and the other datasets go on.
      const isSpent = rows.length < rowsPerStepMax && !dataset.commit.isPaused();
      if (isSpent) {
        await onStores(dataset, () => batches.stored(dataset));
        if (dataset.ended.length > 0) await onStores(dataset, () => batches.commit(dataset));
      } else if (batches.isFull(dataset))
        await onStores(dataset, () => batches.commitBeside(dataset));
    }
    if (settling.isDue()) {
      if (rows.length < rowsPerStepMax) await settling.now();
      else await settling.beside();
    }
    if (rows.length > 0) return true;
    const nowMs = clock();
    if ([...datasets.values()].some((dataset) => dataset.sessionizer.isIdleDue(nowMs)))
      await inbox.heartbeat(nowMs);
    return false;
  }

  return {
    step: () => exclusively(step),
    settle: () => standing(settling.now),
    add: (dataset) =>
      exclusively(async () => {
        datasets.set(dataset.config.slug, dataset);
        readAgain(dataset);
      }),
    again: (dataset, work) =>
      standing(async () => {
        const result = await work();
        // What was read ahead may be gone.
        ahead = undefined;
        readAgain(dataset);
        return result;
      }),
    remove: (slug) =>
      exclusively(async () => {
        const dataset = datasets.get(slug);
        datasets.delete(slug);
        inbox.countAnew();
        // Why its stores fail is known already.
        if (dataset) await batches.stored(dataset).catch(() => undefined);
        await settling.done().catch(() => undefined);
        // Stores that failed may fail to close, too; there is nothing in them that is not elsewhere.
        await dataset?.close().catch(() => undefined);
      }),
    between: standing,
    readThrough: () => readThrough,
    isSpooling: room.isUnderWay,
    evictedSessions: room.evictedSessions,
  };
}
