/**
 * The commit protocol: the one place that knows in which order ended sessions become durable.
 * 1. seal and append to the long-term canister, one fsync a segment
 * 2. one DuckDB transaction: all rows and the position `low`; COMMIT; read the position back
 * 3. from time to time CHECKPOINT; only what a checkpoint holds may be pruned from the inbox
 * A crash between any two steps is repaired by taking the inbox again from `low`: a session has the same id again,
 * its later canister record counts, and hits that are stored already are skipped.
 */
import type { AnalyticsStore, Position } from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import type { RulesInForce } from '../canisters/enriched-canister.ts';
import type { LongTermCanister, Report } from '../canisters/long-term.ts';
import { rebuildTables } from '../canisters/rebuild.ts';
import { retain } from '../canisters/retention.ts';
import type { HitRules } from '../contract/hit-rules.ts';
import type { RebuildResult, RetentionRules } from '../contract/upkeep.ts';
import { createDimensionLimits } from '../events/dimension-limits.ts';
import { failPoint } from '../fail-point.ts';
import { usualEnrichment } from '../hits/enrichment.ts';
import { withBehaviour } from '../sessions/enrich-session.ts';
import type { EndedSession } from '../sessions/sessionizer.ts';
import { createGate } from './gate.ts';

export interface SessionCommit {
  /**
   * Stores a batch of ended sessions. A batch may be given while another is being stored: it is sealed meanwhile, and
   * goes into the tables behind it.
   * @param low the new inbox position, where the sessions come from the inbox
   * @param before the storing of what lies before that position: when it fails, so does this
   */
  store(ended: readonly EndedSession[], low?: number, before?: Promise<unknown>): Promise<Position>;
  /** Writes what is stored into the DuckDB file itself; afterwards the inbox may be pruned up to the position. */
  checkpoint(): Promise<void>;
  /** Makes the tables anew out of the canister, read as given, where it is; storing waits meanwhile. */
  rebuild(
    acceptLoss: boolean,
    report?: Report,
    by?: { canister: LongTermCanister; rules: HitRules },
  ): Promise<RebuildResult>;
  /** What goes by these rules, and its going when `apply`; storing waits meanwhile. */
  retain(rules: RetentionRules, nowMs: number, apply: boolean): ReturnType<typeof retain>;
  /** Counts up whenever tables or segments were changed under the sessions that are stored. */
  changes(): number;
  /** Changes rows of sessions that were read when `changes` was this number; undefined when it is another by now. */
  amend<T>(changes: number, work: () => Promise<T>): Promise<T | undefined>;
  /** Does something while nothing is stored. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Storing would have to wait. */
  isPaused(): boolean;
}

export function createSessionCommit(stores: {
  canister: LongTermCanister;
  analytics: AnalyticsStore;
  /** Gives sessions the facts that count for their rows; the record keeps what it has. */
  applyPast: (sessions: readonly StoredSession[]) => Promise<StoredSession[]>;
  /** Says whose behaviour is a robot's. */
  rules?: Readonly<Pick<RulesInForce, 'current'>>;
}): SessionCommit {
  const { canister, analytics, applyPast, rules = { current: usualEnrichment } } = stores;
  let changes = 0;
  const changing = <T>(work: () => Promise<T>) =>
    gate.alone(async () => {
      changes += 1;
      return await work();
    });
  // A record without its row must not be met while tables are made of records.
  const gate = createGate();
  const limits = createDimensionLimits((hours) => analytics.dimensionValues(hours));
  /**
   * When the batch before has been sealed, and when it has been stored, well or not: its failure is met by whoever gave
   * it, and by those that name it as `before`; the others only follow it.
   */
  let sealing: Promise<unknown> = Promise.resolve();
  let storing: Promise<unknown> = Promise.resolve();

  function store(
    ended: readonly EndedSession[],
    low?: number,
    before?: Promise<unknown>,
  ): Promise<Position> {
    const [sealedBefore, storedBefore] = [sealing, storing];
    const sealed = sealedBefore.then(() => sealBatch(ended));
    sealing = sealed.catch(() => undefined);
    const stored = sealed.then(async (batch) => {
      await storedBefore;
      await before;
      const rows = await applyPast(batch);
      if (__FAIL_POINTS__) failPoint('tables-before-begin');
      return await analytics.store(rows, low);
    });
    storing = stored.catch(() => undefined);
    return stored;
  }

  async function sealBatch(ended: readonly EndedSession[]): Promise<StoredSession[]> {
    await limits.apply(ended.map(({ session: { facts }, eventSet: set }) => ({ facts, set })));
    // The inbox positions go with them: tables can be made anew of the canister alone.
    const kept = ended.map(({ session, endReason, firstSeq, lastSeq, devices }) =>
      withBehaviour({ ...session, endReason, firstSeq, lastSeq, devices }, rules.current),
    );
    const places = await canister.append(kept);
    return kept.map((session, index) => {
      const place = places[index];
      if (place === undefined) throw new Error('the canister gave a place short');
      const { firstSeq, lastSeq, devices } = session;
      return { session, place, firstSeq, lastSeq, devices };
    });
  }
  return {
    store: (...args) => gate.pass(() => store(...args)),
    checkpoint: () => analytics.checkpoint(),
    rebuild: (acceptLoss, report, by) =>
      changing(() => rebuildTables({ canister, analytics, acceptLoss, report, applyPast, ...by })),
    retain: (rules, nowMs, apply) =>
      changing(() => retain({ canister, analytics, rules, nowMs, apply })),
    changes: () => changes,
    amend: (known, work) => gate.pass(async () => (known === changes ? await work() : undefined)),
    alone: changing,
    isPaused: () => gate.isTaken(),
  };
}
