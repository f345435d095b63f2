/**
 * Makes the tables of a dataset anew out of its canister. Where the old tables can still be read, they say which
 * record counts; where they are gone, the last one of each session does.
 */
import type { AnalyticsStore, FreshTables } from '../analytics/analytics-store.ts';
import { fingerprintOf } from '../analytics/fingerprint.ts';
import type { StoredSession } from '../analytics/rows.ts';
import type { HitRules } from '../contract/hit-rules.ts';
import { Problem } from '../contract/problem.ts';
import type { RebuildResult } from '../contract/upkeep.ts';
import type { CanisterPlace, LongTermCanister, Report } from './long-term.ts';
import { placesOf } from './verify.ts';

const sessionsPerBatch = 2_000;
const hitsPerBatch = 50_000;
const dayMs = 86_400_000;
const offsetsPerDay = 2 ** 38;

/** Whether a record is the one of its session that counts. */
type Counts = (sessionId: string, place: CanisterPlace) => Promise<boolean>;

/** Gives sessions the facts that count for their rows, as backfills have made them. */
export type ApplyPast = (sessions: readonly StoredSession[]) => Promise<StoredSession[]>;

/**
 * New tables beside the present ones, put in their place when they hold every session. Commits must be paused.
 * @throws Problem `rebuild_loses` when sessions cannot be read from the canister any more, `tables_damaged` when the
 * present tables cannot say which sessions they hold; nothing was changed then
 */
export async function rebuildTables(options: {
  canister: LongTermCanister;
  analytics: AnalyticsStore;
  acceptLoss: boolean;
  report?: Report | undefined;
  applyPast: ApplyPast;
  /** The hit rules by which `canister` gives its sessions. */
  rules?: HitRules | undefined;
}): Promise<RebuildResult> {
  const { canister, analytics, acceptLoss, report = () => {}, applyPast, rules } = options;
  const before = await fingerprintOf(analytics.query);
  let after = before;
  const sessionsBefore = await countSessions(analytics.query);
  await analytics.remake(async (fresh) => {
    const rows = sessionsBefore;
    const counts = countsInTables(analytics);
    await fillFromCanister({
      canister,
      fresh,
      counts,
      applyPast,
      added: (done) => report(done, rows),
    });
    after = await fingerprintOf(fresh.query);
    const lost = sessionsBefore - (await countSessions(fresh.query));
    if (lost > 0 && !acceptLoss) {
      throw new Problem(
        'rebuild_loses',
        `${lost} of ${sessionsBefore} sessions cannot be read from the canister, so new tables would lose them. Nothing was changed. See which with: canister verify. To go on without them: --accept-loss`,
      );
    }
    if (rules !== undefined && rules.version > 0) await noteRules(fresh, rules);
    return true;
  });
  // What is remembered of the last checkpoint must not name more hits than there are now.
  await analytics.checkpoint();
  const equal = JSON.stringify(before) === JSON.stringify(after);
  return { before, after, equal };
}

/** Those that have excluded hits alone are among them: rules must not make sessions seem lost. */
async function countSessions(query: FreshTables['query']): Promise<number> {
  const { rows } = await query('SELECT count(*) FROM store.all_sessions', []);
  return Number(rows[0]?.[0]);
}

/** From now on sessions that are older than the rules are read by them. */
async function noteRules({ query }: FreshTables, rules: HitRules): Promise<void> {
  await query('INSERT INTO store.hit_rules SELECT $1::INTEGER, $2', [
    rules.version,
    JSON.stringify(rules),
  ]);
}

/** Tables out of nothing but the canister: the last record of each session counts. Gives the number of sessions. */
export async function fillFromNothing(
  canister: LongTermCanister,
  fresh: FreshTables,
  applyPast: ApplyPast,
  report: Report = () => {},
): Promise<number> {
  const last = new Map<string, number>();
  for await (const { sessionId, place } of canister.names()) last.set(sessionId, packed(place));
  const counts: Counts = async (sessionId, place) => last.get(sessionId) === packed(place);
  const added = (sessions: number) => report(sessions, last.size);
  return await fillFromCanister({ canister, fresh, counts, applyPast, added });
}

async function fillFromCanister(options: {
  canister: LongTermCanister;
  fresh: FreshTables;
  counts: Counts;
  applyPast: ApplyPast;
  added?: (sessions: number) => void;
}): Promise<number> {
  const { canister, fresh, counts, applyPast, added = () => {} } = options;
  let batch: StoredSession[] = [];
  let hits = 0;
  let sessions = 0;
  const flush = async () => {
    await fresh.add(await applyPast(batch));
    sessions += batch.length;
    added(sessions);
    batch = [];
    hits = 0;
  };
  for await (const stored of canister.scan()) {
    if (!(await counts(stored.session.id, stored.place))) continue;
    batch.push(stored);
    hits += stored.session.hits.length;
    if (batch.length >= sessionsPerBatch || hits >= hitsPerBatch) await flush();
  }
  await flush();
  return sessions;
}

function countsInTables(analytics: AnalyticsStore): Counts {
  let day = '';
  let places = new Map<number, string>();
  return async (sessionId, place) => {
    if (place.day !== day) {
      day = place.day;
      places = await placesOf(analytics, day);
    }
    return places.get(place.offset)?.includes(sessionId) ?? false;
  };
}

/** Day and offset in one number, which takes less memory than two in an object. */
const packed = ({ day, offset }: CanisterPlace) =>
  (Date.parse(`${day}T00:00:00Z`) / dayMs) * offsetsPerDay + offset;
