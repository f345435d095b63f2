/** The inbox in memory, for tests: the same outcomes and the same counters, with everything open to look at. */

import { Problem } from '../../core/contract/problem.ts';
import { receiptTime } from '../../core/contract/receipt-time.ts';
import { type Inbox, type InboxHit, type InboxLimits, inboxLimits } from './inbox.ts';
import { createTallyBook, type HourTally } from './tally-book.ts';

/** A row of the log. */
export interface MemoryInboxRow extends InboxHit {
  seq: number;
  receivedAt: number;
}

export interface MemoryInbox extends Inbox {
  readonly rows: MemoryInboxRow[];
  /** All counters so far. */
  counts(): HourTally[];
  /** While set, `append` rejects with this problem, as a store that is down would. */
  failure: 'inbox_full' | 'inbox_failed' | undefined;
}

export function createMemoryInbox(options: {
  clock: () => number;
  limits?: Partial<InboxLimits>;
}): MemoryInbox {
  const limits = { ...inboxLimits, ...options.limits };
  const rows: MemoryInboxRow[] = [];
  const seen = new Set<string>();
  const book = createTallyBook();
  const count = (dataset: string, outcome: HourTally['outcome'], reason = '') =>
    book.add([{ dataset, outcome, reason, count: 1 }], options.clock());

  const inbox: MemoryInbox = {
    rows,
    failure: undefined,
    async append(hits) {
      const failure =
        inbox.failure ?? (hits.length > limits.waitingHitsMax ? 'inbox_full' : undefined);
      for (const { dataset } of hits) {
        count(dataset, 'received');
        if (failure) count(dataset, 'bad', failure);
      }
      if (failure) throw new Problem(failure, 'The inbox does not take hits now.');
      return hits.map((hit) => {
        const key = `${hit.dataset}\n${hit.hitId.join()}`;
        const outcome = seen.has(key) ? 'duplicate' : 'accepted';
        count(hit.dataset, outcome);
        if (outcome === 'accepted') {
          seen.add(key);
          const receivedAt = receiptTime(options.clock(), rows.at(-1)?.receivedAt ?? 0);
          rows.push({ ...hit, seq: rows.length + 1, receivedAt });
        }
        return outcome;
      });
    },
    count: (tallies) => book.add(tallies, options.clock()),
    async flush() {},
    counts() {
      const tallies = book.take();
      book.putBack(tallies);
      return tallies;
    },
  };
  return inbox;
}
