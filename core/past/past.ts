/** What was done to the past of one dataset, and the rules that follow from it. */
import type { StoredSession } from '../analytics/rows.ts';
import type { EventSet } from '../contract/event.ts';
import { type BackfillBook, type BackfillRecord, nothingCounted } from '../settings/backfills.ts';
import { createPastRules, type PastRules } from './past-rules.ts';

/** Where that is kept. */
export interface PastStores {
  backfills: BackfillBook;
  /** A published set; undefined for a version that was never published. */
  readSet: (version: number) => Promise<EventSet | undefined>;
}

export interface Past {
  /** All backfills and removals, oldest first; whoever changes one calls `refresh`. */
  readonly records: BackfillRecord[];
  readonly stores: PastStores | undefined;
  /** The sessions with the facts that count now. */
  apply(sessions: readonly StoredSession[]): Promise<StoredSession[]>;
  refresh(): void;
  /** Records have other places now: what is under way begins again, what was stopped half way is no more. */
  begunAgain(): Promise<void>;
  /** How often that has happened since the start. */
  recuts(): number;
}

/** @param stores absent where nothing is ever done to the past */
export async function openPast(
  slug: string,
  timeZone: string,
  stores: PastStores | undefined,
): Promise<Past> {
  const records = (await stores?.backfills.list(slug)) ?? [];
  const readSet = stores?.readSet ?? (async () => undefined);
  const make = (): PastRules => createPastRules({ changes: records, timeZone, readSet });
  let rules = make();
  let recuts = 0;
  return {
    records,
    stores,
    apply: (sessions) => rules.apply(sessions),
    refresh() {
      rules = make();
    },
    recuts: () => recuts,
    async begunAgain() {
      recuts += 1;
      for (const record of records) {
        if (record.cursor === undefined || record.state === 'done') continue;
        delete record.cursor;
        record.counts = { ...nothingCounted };
        await stores?.backfills.save(slug, record);
      }
      rules = make();
    },
  };
}
