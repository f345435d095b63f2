/**
 * A recut: the session rules of a dataset applied again over its past. New sessions are made beside the old ones, in
 * segments and tables of their own, and come in their place only when somebody says so.
 */
import type { AnalyticsStore, FreshTables } from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import { Problem } from '../contract/problem.ts';
import { continuedReasons } from '../contract/session.ts';
import type { SessionRules } from '../contract/session-rules.ts';
import type { RecutSummary, SessionFigures } from '../contract/upkeep.ts';
import { Collector, type StoredWhole } from '../sessions/collected-session.ts';
import type { CanisterPlace, KeptSession, LongTermCanister, Report } from './long-term.ts';
import { DeviceRecut, type RecutCounts, type RecutOptions } from './recut-device.ts';
import {
  countMarked,
  forgetPast,
  orderPast,
  readMarks,
  readPast,
  type SegmentMarks,
} from './recut-past.ts';

const sessionsPerBatch = 2_000;
const hitsPerBatch = 20_000;

/** What a recut that lies beside knows of itself. */
export interface RecutPlan {
  summary: RecutSummary;
  /** Up to where the past was taken, and how many sessions that were. */
  marks: SegmentMarks;
  sessionsTaken: number;
}

/** The segments and tables beside. */
export interface RecutTarget {
  append(sessions: readonly KeptSession[]): Promise<CanisterPlace[]>;
  tables: FreshTables;
}

/** Where a recut lies until it is applied or discarded. A port; stores/ has it in a folder. */
export interface RecutPlace {
  /** The recut that lies there whole. */
  plan(): RecutPlan | undefined;
  /** Makes one in the place of what was there before. When `fill` throws, nothing lies there. */
  make(fill: (target: RecutTarget) => Promise<RecutPlan>): Promise<void>;
  /**
   * Adds to the recut and makes it whole at a position, then puts it in the place of what `close` lets go of, and its
   * rules in the settings: for a start after a kill one step, which has not happened or gets finished.
   */
  apply(options: {
    position: { epoch: number; low: number };
    removedHits: number;
    fill: (target: RecutTarget) => Promise<RecutSummary>;
    /** Closes the present files, calls `move`, and opens what is there then. */
    close: (move: () => void) => Promise<void>;
    /** Is told when the swap stopped half way: only a start can go on. */
    failed: (why: Error) => void;
  }): Promise<RecutSummary>;
  discard(): Promise<void>;
}

export interface RecutStores {
  canister: LongTermCanister;
  analytics: AnalyticsStore;
  place: RecutPlace;
  /** Does something while nothing is stored. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Makes a recut beside, and says what it moves. @param rulesBefore those in force */
export async function makeRecut(
  stores: RecutStores,
  options: RecutOptions,
  rulesBefore: SessionRules,
  report: Report,
): Promise<RecutSummary> {
  const { analytics, canister, place, alone } = stores;
  let summary: RecutSummary | undefined;
  try {
    await place.make(async (target) => {
      const [marks, total, before] = await alone(async () => {
        const read = await readMarks(analytics.query);
        const sessions = await orderPast(analytics.query, read, 'before');
        return [read, sessions, await figuresOf(analytics.query)] as const;
      });
      const counts = await cutPast({ canister, analytics, target }, options, rulesBefore, (done) =>
        report(done, total),
      );
      const after = await figuresOf(target.tables.query);
      refuseLoss(before, after);
      const { rules } = options;
      summary = { rulesBefore, rules, before, after, ...counts, applied: false };
      return { summary, marks, sessionsTaken: total };
    });
  } finally {
    await forgetPast(analytics.query);
  }
  if (summary === undefined) throw new Error('the recut was made without a summary');
  return summary;
}

/**
 * Takes into the recut what was stored since it was made, and puts it in place. Storing must be paused.
 * @throws Problem `recut_unknown`, `recut_stale`; nothing was changed then
 */
export async function applyRecut(
  { analytics, canister, place }: Omit<RecutStores, 'alone'>,
  options: Omit<RecutOptions, 'rules'>,
  failed: (why: Error) => void,
): Promise<RecutSummary> {
  const { plan, rulesBefore } = await planOf(analytics, place);
  const { rules } = plan.summary;
  const late = await orderPast(analytics.query, plan.marks, 'behind');
  const before = await figuresOf(analytics.query);
  const { rows } = await analytics.query(
    'SELECT epoch, low, (SELECT coalesce(sum(hits), 0) FROM store.removed) FROM store.position',
    [],
  );
  const [epoch = 0, low = 0, removedHits = 0] = (rows[0] ?? []).map(Number);
  return await place.apply({
    position: { epoch: epoch + 1, low },
    removedHits,
    async fill(target) {
      const stores = { canister, analytics, target };
      const counts =
        late > 0 ? await cutPast(stores, { ...options, rules }, rulesBefore, () => {}) : undefined;
      const after = await figuresOf(target.tables.query);
      refuseLoss(before, after);
      const sum = (name: keyof RecutCounts) => plan.summary[name] + (counts?.[name] ?? 0);
      const moved = { unchanged: sum('unchanged'), split: sum('split'), joined: sum('joined') };
      return { ...plan.summary, before, after, ...moved, applied: true };
    },
    async close(move) {
      await forgetPast(analytics.query);
      await canister.close();
      await analytics.replace(move);
    },
    failed,
  });
}

async function planOf(analytics: AnalyticsStore, place: RecutPlace) {
  const plan = place.plan();
  if (plan === undefined) {
    throw new Problem(
      'recut_unknown',
      'There is no recut to apply. Make one with: canister recut --dataset SLUG --idle-timeout-ms MS',
    );
  }
  const found = await countMarked(analytics.query, plan.marks);
  if (found !== plan.sessionsTaken) {
    throw new Problem(
      'recut_stale',
      `Of the ${plan.sessionsTaken} sessions that the recut was made of, ${found} are left: retention or a rebuild has removed the others. Nothing was changed. Make the recut again.`,
    );
  }
  return { plan, rulesBefore: plan.summary.rulesBefore };
}

/** Cuts what `orderPast` has fixed, device by device, into the target. */
async function cutPast(
  stores: { canister: LongTermCanister; analytics: AnalyticsStore; target: RecutTarget },
  options: RecutOptions,
  rulesBefore: SessionRules,
  taken: (sessions: number) => void,
): Promise<RecutCounts> {
  const { canister, analytics, target } = stores;
  const counts: RecutCounts = { unchanged: 0, split: 0, joined: 0 };
  const batch = startBatch(target);
  let device: { key: string; collector: Collector; recut: DeviceRecut } | undefined;
  let done = 0;
  const finish = () => {
    if (device === undefined) return;
    for (const collected of device.collector.rest()) device.recut.take(collected);
    const found = device.recut.finish();
    for (const name of ['unchanged', 'split', 'joined'] as const) counts[name] += found[name];
  };
  for await (const { origin, device: key, stored } of readPast(analytics.query, canister)) {
    if (device?.key !== `${origin} ${key}`) {
      finish();
      const before = await continuedIn(target.tables, stored);
      const recut = new DeviceRecut({ ...options, origin }, batch.add, before);
      device = { key: `${origin} ${key}`, collector: new Collector(rulesBefore), recut };
    }
    for (const collected of device.collector.take(stored)) device.recut.take(collected);
    done += 1;
    await batch.flushIfFull();
    taken(done);
  }
  finish();
  await batch.flush();
  return counts;
}

/** New sessions on their way into the target. */
function startBatch(target: RecutTarget) {
  let waiting: StoredWhole[] = [];
  let hits = 0;
  async function flush(): Promise<void> {
    const sessions = waiting;
    waiting = [];
    hits = 0;
    if (sessions.length === 0) return;
    const places = await target.append(
      sessions.map(({ session, ...kept }): KeptSession => ({ ...session, ...kept })),
    );
    const stored = sessions.map(({ lineage: _, ...session }, index): StoredSession => {
      const place = places[index];
      if (place === undefined) throw new Error('the recut gave a place short');
      return { ...session, place };
    });
    await target.tables.add(stored);
  }
  return {
    add(session: StoredWhole): void {
      waiting.push(session);
      hits += session.session.hits.length;
    },
    async flushIfFull(): Promise<void> {
      if (waiting.length >= sessionsPerBatch || hits >= hitsPerBatch) await flush();
    },
    flush,
  };
}

/** The session of the target that a limit closed last for a device, by the keys of a session that continues it. */
async function continuedIn(
  tables: FreshTables,
  { session, devices }: StoredWhole,
): Promise<string | undefined> {
  if (session.continues === undefined) return undefined;
  const keys = [session.visitor, ...devices];
  const named = (list: readonly unknown[], from: number) =>
    list.map((_, index) => `$${from + index}`).join(', ');
  const ofDevice = named(keys, 2 + continuedReasons.length);
  const { rows } = await tables.query(
    `SELECT replace(session_id::VARCHAR, '-', '') FROM store.all_sessions
     WHERE origin = $1 AND end_reason IN (${named(continuedReasons, 2)})
       AND (visitor_id IN (${ofDevice})
         OR session_id IN (SELECT session_id FROM store.session_devices WHERE device_id IN (${ofDevice})))
     ORDER BY first_seq DESC, started_at DESC LIMIT 1`,
    [session.origin, ...continuedReasons, ...keys],
  );
  return rows[0] === undefined ? undefined : String(rows[0][0]);
}

async function figuresOf(query: FreshTables['query']): Promise<SessionFigures> {
  const { rows } = await query(
    `SELECT count(*), coalesce(sum(hits), 0)::BIGINT, coalesce(avg(is_bounce::INTEGER), 0), coalesce(avg(duration_ms), 0)
     FROM store.all_sessions`,
    [],
  );
  const [sessions = 0, hits = 0, bounceRate = 0, mean = 0] = (rows[0] ?? []).map(Number);
  return { sessions, hits, bounceRate, durationMsMean: Math.round(mean) };
}

/** A last look before anything is put in place. */
function refuseLoss(before: SessionFigures, after: SessionFigures): void {
  if (before.hits !== after.hits)
    throw new Error(
      `the recut holds ${after.hits} hits instead of ${before.hits}; it was not made`,
    );
}
