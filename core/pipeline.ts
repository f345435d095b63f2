/**
 * The way of a hit, in order: inbox → normalize → sessionize → (session ends) → commit → checkpoint → prune.
 * A pure function of inbox rows and of their times: the wall clock only decides when to write a heartbeat.
 */
import {
  type ActiveLimits,
  activeMarks,
  evictionOrder,
  fillOf,
  isAbove,
} from './canisters/room.ts';
import type { Clock } from './clock.ts';
import type { ReceivedHit } from './contract/hit.ts';
import type { DatasetEngine } from './engine/dataset-engine.ts';
import { normalizeHit, UnusableHit } from './hits/normalize-hit.ts';
import type { EndedSession } from './sessions/sessionizer.ts';
import type { InboxCommand, InboxRow, InboxSource } from './sources/inbox-source.ts';

export const pipelineLimits = {
  rowsPerStepMax: 2_000,
  sessionsPerCommitMax: 2_000,
  hitsPerCommitMax: 50_000,
  checkpointEveryHits: 200_000,
  /** How long a retry of a hit is expected: its id is remembered as long. */
  retryMsMax: 48 * 60 * 60 * 1000,
} as const;

/** One is sealed while the one before it goes into the tables. */
export const batchesUnderWayMax = 2;

interface Batch {
  ended: EndedSession[];
  /** The inbox position that is stored with them. */
  low: number;
  isStored: boolean;
}

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
  const {
    rowsPerStepMax = pipelineLimits.rowsPerStepMax,
    sessionsPerCommitMax = pipelineLimits.sessionsPerCommitMax,
  } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let readThrough = Math.min(
    ...[...datasets.values()].map(({ low }) => low),
    Number.MAX_SAFE_INTEGER,
  );
  if (readThrough === Number.MAX_SAFE_INTEGER) readThrough = 0;
  let engineTime = 0;
  let settledAt = clock();
  let spooling = false;
  let ahead: { after: number; rows: Promise<InboxRow[]> } | undefined;
  let evicted = 0;
  /** What is being stored while the next rows are read: some batches a dataset, the first of what has ended. */
  const storing = new Map<DatasetEngine, { batch: Batch; work: Promise<void> }[]>();
  /** A checkpoint and pruning beside the reading of a backlog. */
  let settling: { work: Promise<void>; isDone: boolean } | undefined;
  let working: Promise<unknown> = Promise.resolve();

  /** One at a time: a dataset must not come in the middle of a step. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = working.then(work);
    working = result.catch(() => undefined);
    return result;
  }

  /** The same once nothing is being stored either. */
  const standing = <T>(work: () => Promise<T>) =>
    exclusively(async () => {
      await allStored();
      await settledBeside();
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
    engineTime = Math.max(engineTime, row.receivedAt);
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

  /** Stores that fail are passed over until their dataset is put aside; the others go on. */
  async function onStores(dataset: DatasetEngine, work: () => Promise<void>): Promise<void> {
    if (dataset.failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (dataset.failure === undefined) throw error;
    }
  }

  const fill = () => fillOf(datasets.values());

  /**
   * Makes room when a row has filled the short-term canister, and stores what had to go before the next row is read:
   * so no later hit was ever judged by an eviction that a crash could undo, and a replay ends the same sessions.
   * One dataset leaves after the other, each in one commit. A crash between two of them leaves a fill that is still
   * above the high mark, and the replay goes on with the next one; below it nobody else had to go.
   */
  async function makeRoom(): Promise<void> {
    spooling = true;
    // What is idle goes first: whether somebody has looked for it since must make no difference.
    for (const dataset of datasets.values()) dataset.sessionizer.closeIdle(engineTime);
    // Also what a full disk did not let be stored when room was made last.
    for (const dataset of datasets.values())
      if (dataset.ended.length > 0) await onStores(dataset, () => commit(dataset));
    while (isAbove(fill(), active, activeMarks.high)) {
      const dataset = fullest();
      evictToLowMark(dataset);
      await onStores(dataset, () => commit(dataset));
    }
    spooling = false;
  }

  /** The dataset that holds most: it makes the room, and not the smaller ones beside it. */
  function fullest(): DatasetEngine {
    const shareOf = ({ active: { bytes, size } }: DatasetEngine) =>
      Math.max(bytes / active.bytesMax, size / active.sessionsMax);
    return [...datasets.values()].reduce((most, dataset) => {
      const more = shareOf(dataset) - shareOf(most);
      return more > 0 || (more === 0 && dataset.config.slug < most.config.slug) ? dataset : most;
    });
  }

  function evictToLowMark({ active: canister, sessionizer }: DatasetEngine): void {
    for (const { session } of [...canister.values()].sort(evictionOrder)) {
      if (!isAbove(fill(), active, activeMarks.low)) return;
      sessionizer.end(session.id, 'memory', engineTime);
      evicted += 1;
    }
  }

  /** Stores what has ended, after what is being stored already. */
  async function commit(dataset: DatasetEngine): Promise<void> {
    await stored(dataset);
    await commitNow(dataset);
  }

  /** The same beside the reading of the next rows: they change neither what has ended nor the position of it. */
  async function commitBeside(dataset: DatasetEngine): Promise<void> {
    const batches = storing.get(dataset) ?? [];
    storing.set(dataset, batches);
    // One that has failed takes those behind it along.
    while (batches.length >= batchesUnderWayMax) {
      await batches[0]?.work.catch(() => stored(dataset));
      batches.shift();
    }
    const batch = await nextBatch(dataset);
    if (batch === undefined) return;
    const work = storeBatch(dataset, batch, batches.at(-1)?.work);
    batches.push({ batch, work });
    // Its failure is met where it is waited for; until then those behind it fail with it.
    work.catch(() => undefined);
  }

  /** Waits for what is being stored beside. @throws the first failure; what was to be stored has still ended then */
  async function stored(dataset: DatasetEngine): Promise<void> {
    const works = (storing.get(dataset) ?? []).map(({ work }) => work);
    storing.delete(dataset);
    await Promise.allSettled(works);
    await Promise.all(works);
  }

  async function allStored(): Promise<void> {
    for (const dataset of [...storing.keys()]) await onStores(dataset, () => stored(dataset));
  }

  async function commitNow(dataset: DatasetEngine): Promise<void> {
    const batch = await nextBatch(dataset);
    if (batch !== undefined) await storeBatch(dataset, batch);
  }

  /** What has ended and is not being stored; undefined when there is nothing to store. */
  async function nextBatch(dataset: DatasetEngine): Promise<Batch | undefined> {
    // Both at one moment: hits up to `low` are in sessions that have ended by now.
    const oldest = dataset.active.oldestFirstSeq();
    const low = Math.max(dataset.low, oldest === undefined ? readThrough : oldest - 1);
    const ended = await discard(dataset, dataset.ended.slice(sessionsUnderWay(dataset)));
    if (ended.length === 0 && low === dataset.low) return undefined;
    return { ended, low, isStored: false };
  }

  /** @param before the batch before it, where that is being stored */
  async function storeBatch(
    dataset: DatasetEngine,
    batch: Batch,
    before?: Promise<void>,
  ): Promise<void> {
    const { ended, low } = batch;
    const position = await dataset.commit.store(ended, low, before);
    // Batches are stored in their order: these are the first of all that have ended.
    dataset.ended.splice(0, ended.length);
    batch.isStored = true;
    dataset.low = position.low;
    dataset.hitsSinceCheckpoint += hitsOf(ended);
    for (const [visitor, seq] of dataset.closedThrough)
      if (seq <= position.low) dataset.closedThrough.delete(visitor);
  }

  const sessionsUnderWay = (dataset: DatasetEngine) =>
    (storing.get(dataset) ?? [])
      .filter(({ batch }) => !batch.isStored)
      .reduce((sum, { batch }) => sum + batch.ended.length, 0);

  /**
   * Before the position moves on: hits of a discarded session are counted once, and do not come again.
   * @param waiting those that have ended; gives the kept ones
   */
  async function discard(dataset: DatasetEngine, waiting: EndedSession[]): Promise<EndedSession[]> {
    const discarded = waiting.flatMap((ended) => ended.discarded ?? []);
    if (discarded.length === 0) return waiting;
    await inbox.exclude(dataset.config.slug, discarded);
    for (const ended of waiting)
      if (ended.discarded !== undefined) dataset.ended.splice(dataset.ended.indexOf(ended), 1);
    return waiting.filter((ended) => ended.discarded === undefined);
  }

  async function settle(): Promise<void> {
    await settledBeside();
    await settleStored(commit);
  }

  /** The same for what is stored already, beside the reading of the next rows: they lie behind all that is pruned. */
  function settleBeside(): void {
    const work = settleStored();
    const beside = { work, isDone: false };
    settling = beside;
    const done = () => {
      beside.isDone = true;
    };
    // Its failure is met by the next step.
    work.then(done, done);
  }

  /** Waits for that. @throws its failure, once: it is due again */
  async function settledBeside(): Promise<void> {
    const beside = settling;
    settling = undefined;
    await beside?.work;
  }

  /** @param prepare what a dataset does before its checkpoint */
  async function settleStored(prepare?: (dataset: DatasetEngine) => Promise<void>): Promise<void> {
    for (const dataset of [...datasets.values()]) {
      if (dataset.commit.isPaused()) continue;
      await onStores(dataset, async () => {
        await prepare?.(dataset);
        // What is stored beside the checkpoint is the next one's.
        const { low, hitsSinceCheckpoint } = dataset;
        if (low === dataset.lowCheckpointed && hitsSinceCheckpoint === 0) return;
        await dataset.commit.checkpoint();
        await inbox.prune(dataset.config.slug, low);
        // Only now: a pruning that failed is due again, also where no hit comes any more.
        dataset.lowCheckpointed = low;
        dataset.hitsSinceCheckpoint -= hitsSinceCheckpoint;
      });
    }
    const through = Math.min(
      readThrough,
      ...[...datasets.values()].map(({ lowCheckpointed }) => lowCheckpointed),
    );
    await inbox.prune(undefined, through);
    await inbox.forgetIds(engineTime - pipelineLimits.retryMsMax);
    settledAt = clock();
  }

  /** Whether enough has ended for a batch, besides what is being stored. */
  function isFull(dataset: DatasetEngine): boolean {
    const ended = dataset.ended.slice(sessionsUnderWay(dataset));
    return ended.length >= sessionsPerCommitMax || hitsOf(ended) >= pipelineLimits.hitsPerCommitMax;
  }

  const isSettlingDue = () =>
    clock() - settledAt > checkpointEveryMs ||
    [...datasets.values()].some(
      ({ hitsSinceCheckpoint }) => hitsSinceCheckpoint > pipelineLimits.checkpointEveryHits,
    );

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
    if (spooling) await makeRoom();
    if (settling?.isDone) await settledBeside();
    const rows = await takeRows();
    for (const row of rows) {
      const taking = takeRow(row);
      if (taking !== undefined) await taking;
      if (isAbove(fill(), active, activeMarks.high)) await makeRoom();
    }
    for (const dataset of datasets.values()) {
      dataset.sessionizer.closeIdle(engineTime);
      // Under load batches grow; when the inbox is read to its end, what has ended is stored at once.
      // While the tables are made anew, what has ended waits here, and the other datasets go on.
      const isSpent = rows.length < rowsPerStepMax && !dataset.commit.isPaused();
      if (isSpent) {
        await onStores(dataset, () => stored(dataset));
        if (dataset.ended.length > 0) await onStores(dataset, () => commit(dataset));
      } else if (isFull(dataset)) await onStores(dataset, () => commitBeside(dataset));
    }
    if (isSettlingDue()) {
      if (rows.length < rowsPerStepMax) await settle();
      else if (settling === undefined) {
        // Also what is little: it would wait for as long as there is a backlog of other datasets.
        for (const dataset of datasets.values())
          if (!dataset.commit.isPaused()) await onStores(dataset, () => commitBeside(dataset));
        settleBeside();
      }
    }
    if (rows.length > 0) return true;
    const nowMs = clock();
    if ([...datasets.values()].some((dataset) => dataset.sessionizer.isIdleDue(nowMs)))
      await inbox.heartbeat(nowMs);
    return false;
  }

  return {
    step: () => exclusively(step),
    settle: () => standing(settle),
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
        if (dataset) await stored(dataset).catch(() => undefined);
        await settledBeside().catch(() => undefined);
        // Stores that failed may fail to close, too; there is nothing in them that is not elsewhere.
        await dataset?.close().catch(() => undefined);
      }),
    between: standing,
    readThrough: () => readThrough,
    isSpooling: () => spooling,
    evictedSessions: () => evicted,
  };
}

const hitsOf = (ended: DatasetEngine['ended']) =>
  ended.reduce((sum, { session }) => sum + session.hits.length, 0);
