/**
 * The inbox over libSQL, by group commit: hits gather while one batch is under way, and the next batch takes them all.
 * A lone hit is committed at once. Every write is one `batch` in write mode, the only call that libSQL does not lose.
 */
import type { Client, ResultSet } from '@libsql/client/web';
import { Problem } from '../../core/contract/problem.ts';
import { receiptTime } from '../../core/contract/receipt-time.ts';
import { areShort, freshStatements } from './fresh-statements.ts';
import { type Inbox, type InboxHit, type InboxLimits, inboxLimits, type Outcome } from './inbox.ts';
import { askStatements, batchStatements, rememberedAt } from './inbox-statements.ts';
import { createTallyBook, type HourTally } from './tally-book.ts';

/**
 * Retries come in swarms: so many batches after one that held a duplicate go the long way at once, which tells
 * duplicates apart, instead of failing on the short way before.
 */
const longWayBatches = 50;

export interface LibsqlInboxOptions {
  /** A libSQL client, or whoever stands for the one that owns the file. */
  client: Pick<Client, 'batch'>;
  clock: () => number;
  limits?: Partial<InboxLimits>;
}

/** Hits of one `append` call, which stay together in one batch. */
interface Waiting {
  hits: InboxHit[];
  bytes: number;
  since: number;
  resolve: (outcomes: Outcome[]) => void;
  reject: (problem: Problem) => void;
}

export function createLibsqlInbox({ client, clock, ...options }: LibsqlInboxOptions): Inbox {
  const limits = { ...inboxLimits, ...options.limits };
  const tallies = createTallyBook();
  let waiting: Waiting[] = [];
  let waitingHits = 0;
  let waitingBytes = 0;
  let lastReceivedAt = 0;
  let longWay = 0;
  let working: Promise<void> | undefined;
  let countTimer: ReturnType<typeof setTimeout> | undefined;

  function work(): void {
    working ??= commitAll().finally(() => {
      working = undefined;
      if (waiting.length > 0) work();
    });
  }

  /** Commits batch after batch until nothing waits; ends early when counters alone could not be stored. */
  async function commitAll(): Promise<void> {
    let answer = () => {};
    let failed = false;
    await turn();
    while (waiting.length > 0 || (!tallies.isEmpty && !failed)) {
      const committing = commitGroup(takeGroup(), tallies.take());
      // The store has work again before the hits of the last batch are answered.
      answer();
      const [committed] = await Promise.all([committing, turn()]);
      answer = committed.answer;
      failed = committed.failed;
    }
    answer();
    if (failed) countLater();
  }

  function takeGroup(): Waiting[] {
    let hits = 0;
    let end = 0;
    for (const one of waiting) {
      if (hits + one.hits.length > limits.hitsPerBatchMax) break;
      hits += one.hits.length;
      waitingBytes -= one.bytes;
      end += 1;
    }
    const group = waiting.slice(0, end);
    waiting = waiting.slice(end);
    waitingHits -= hits;
    return group;
  }

  /** Gives how to answer the group; never rejects. */
  async function commitGroup(
    group: Waiting[],
    counted: HourTally[],
  ): Promise<{ answer: () => void; failed: boolean }> {
    const hits = group.flatMap((one) => one.hits);
    lastReceivedAt = receiptTime(clock(), lastReceivedAt);
    try {
      const isShort = longWay === 0 && areShort(hits);
      const id = crypto.getRandomValues(new Uint8Array(16));
      const batch = { id, hits, counted, receivedAtMs: lastReceivedAt };
      const outcomes = await commit(client, batch, isShort);
      if (outcomes.includes('duplicate')) longWay = longWayBatches;
      else longWay = Math.max(0, longWay - 1);
      return { failed: false, answer: () => resolveAll(group, outcomes) };
    } catch (cause) {
      tallies.putBack(counted);
      for (const one of group) refuse(one.hits, 'inbox_failed');
      const detail = 'The store did not take the hits. Send them again with the same ids.';
      const problem = new Problem('inbox_failed', detail, { cause });
      return {
        failed: true,
        answer: () => {
          for (const one of group) one.reject(problem);
        },
      };
    }
  }

  function refuse(hits: readonly InboxHit[], reason: 'inbox_full' | 'inbox_failed'): void {
    for (const { dataset } of hits) {
      tallies.add(
        [
          { dataset, outcome: 'received', reason: '', count: 1 },
          { dataset, outcome: 'bad', reason, count: 1 },
        ],
        clock(),
      );
    }
    countLater();
  }

  function countLater(): void {
    countTimer ??= setTimeout(() => {
      countTimer = undefined;
      if (!tallies.isEmpty) work();
    }, limits.countFlushMs);
  }

  function isFull(hits: number, bytes: number, now: number): boolean {
    const oldest = waiting[0];
    return (
      waitingHits + hits > limits.waitingHitsMax ||
      waitingBytes + bytes > limits.waitingBytesMax ||
      (oldest !== undefined && now - oldest.since > limits.waitMsMax)
    );
  }

  function appendGroup(hits: InboxHit[]): Promise<Outcome[]> {
    const bytes = hits.reduce((sum, hit) => sum + hit.body.byteLength, 0);
    const since = clock();
    if (isFull(hits.length, bytes, since)) {
      refuse(hits, 'inbox_full');
      const detail = 'More hits are waiting than can be stored now. Send them again later.';
      return Promise.reject(new Problem('inbox_full', detail));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ hits, bytes, since, resolve, reject });
      waitingHits += hits.length;
      waitingBytes += bytes;
      work();
    });
  }

  async function appendGroups(hits: InboxHit[]): Promise<Outcome[]> {
    const groups: Promise<Outcome[]>[] = [];
    for (let start = 0; start < hits.length; start += limits.hitsPerBatchMax) {
      groups.push(appendGroup(hits.slice(start, start + limits.hitsPerBatchMax)));
    }
    return (await Promise.all(groups)).flat();
  }

  return {
    append(hits) {
      if (hits.length === 0) return Promise.resolve([]);
      return hits.length <= limits.hitsPerBatchMax ? appendGroup(hits) : appendGroups(hits);
    },
    count(added) {
      tallies.add(added, clock());
      countLater();
    },
    async flush() {
      clearTimeout(countTimer);
      countTimer = undefined;
      while (working) await working;
      if (!tallies.isEmpty) work();
      while (working) await working;
      if (!tallies.isEmpty) {
        throw new Problem('inbox_failed', 'The store did not take the counters.');
      }
    },
  };
}

function resolveAll(group: readonly Waiting[], outcomes: readonly Outcome[]): void {
  let at = 0;
  for (const { hits, resolve } of group) {
    resolve(outcomes.slice(at, at + hits.length));
    at += hits.length;
  }
}

interface Batch {
  /** 16 random bytes, kept over a second try. */
  id: Uint8Array;
  hits: readonly InboxHit[];
  /** Other counters to take along. */
  counted: readonly HourTally[];
  receivedAtMs: number;
}

/**
 * Commits one batch and gives one outcome a hit. A failed batch is tried once more under the same batch id; when the
 * first try did commit and only its answer was lost, the second finds that and applies nothing.
 * @param isShort tries it as a batch without duplicates first
 */
async function commit(
  client: Pick<Client, 'batch'>,
  batch: Batch,
  isShort: boolean,
): Promise<Outcome[]> {
  const { id, hits, counted, receivedAtMs } = batch;
  const statements = () => batchStatements(id, hits, counted, receivedAtMs);
  // Asking in write mode waits for a first try that is still running on a remote server.
  const ask = () => client.batch(askStatements(id), 'write');
  const allAccepted = () => hits.map((): Outcome => 'accepted');
  let results: ResultSet[];
  try {
    if (isShort) {
      await client.batch(freshStatements(id, hits, counted, receivedAtMs), 'write');
      return allAccepted();
    }
    results = await client.batch(statements(), 'write');
  } catch (error) {
    if (isShort && isConflict(error)) return await commit(client, batch, false);
    const asked = await ask();
    if (asked[0]?.rows.length === 1) return outcomesOf(hits, asked[1]);
    results = await client.batch(statements(), 'write');
  }
  if (hits.length === 0 || results[rememberedAt]?.rowsAffected === hits.length)
    return allAccepted();
  return outcomesOf(hits, (await ask().catch(ask))[1]);
}

/** A hit, or the mark of the batch itself, is there already. */
const isConflict = (error: unknown) =>
  String((error as { code?: unknown }).code).startsWith('SQLITE_CONSTRAINT');

function outcomesOf(hits: readonly InboxHit[], ordinals: ResultSet | undefined): Outcome[] {
  const accepted = new Set(ordinals?.rows.map((row) => Number(row[0])));
  return hits.map((_, index) => (accepted.has(index) ? 'accepted' : 'duplicate'));
}

/**
 * Lets the event loop turn once: what was received in this turn joins the batch, and a tight loop over the driver,
 * whose calls block, would never let its memory go. Timers cost a millisecond where `setImmediate` costs nothing.
 */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
