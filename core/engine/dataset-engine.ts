/** Everything of one dataset that the engine keeps at hand: its active sessions, its stores, and where the inbox stands. */
import { WatchBook } from '../alerts/watch-book.ts';
import type { AnalyticsStore, MakeAnew } from '../analytics/analytics-store.ts';
import { enrichedCanister, type RulesInForce } from '../canisters/enriched-canister.ts';
import type { ErasePlace } from '../canisters/erase-place.ts';
import { openSessionIndex, type SessionIndex } from '../canisters/index-sessions.ts';
import type { LongTermCanister } from '../canisters/long-term.ts';
import type { RecutPlace } from '../canisters/recut.ts';
import type { IndexShelf } from '../canisters/session-index.ts';
import { ShortTermCanister } from '../canisters/short-term.ts';
import type { StoredCopies } from '../canisters/stored-copies.ts';
import { type HitRules, usualHitRules } from '../contract/hit-rules.ts';
import { type SessionLimits, sessionLimits } from '../contract/session.ts';
import { compileEnrichment, type PlaceOf } from '../hits/enrichment.ts';
import { hostMatcher } from '../hits/referrer.ts';
import { userKeys } from '../hits/user-key.ts';
import { openPast, type Past, type PastStores } from '../past/past.ts';
import { closePolicy } from '../sessions/close-policy.ts';
import { type EndedSession, Sessionizer } from '../sessions/sessionizer.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import type { DatasetEvents } from './dataset-events.ts';
import { createSessionCommit, type SessionCommit } from './session-commit.ts';

/** Opens the stores of a dataset, where it is said with other tables than are there. */
export type OpenStores = (
  config: DatasetConfig,
  anew?: MakeAnew,
) => Promise<{
  analytics: AnalyticsStore;
  canister: LongTermCanister;
  recut?: RecutPlace | undefined;
  indexShelf?: IndexShelf | undefined;
  erasePlace?: ErasePlace | undefined;
  past?: PastStores | undefined;
  copies?: StoredCopies | undefined;
}>;

export interface DatasetEngine {
  config: DatasetConfig;
  ownHosts: (host: string) => boolean;
  analytics: AnalyticsStore;
  /** Long-term, as it is read under the hit rules of the tables. */
  canister: LongTermCanister;
  /** The same with its records as they were written. */
  rawCanister: LongTermCanister;
  /** What is made of its hits. */
  rules: RulesInForce;
  /** Where a recut lies until it is applied or discarded; absent where stores are in memory. */
  recut?: RecutPlace | undefined;
  /** Where an erasure notes what is to go; absent where stores are in memory. */
  erasePlace?: ErasePlace | undefined;
  /** Copies its stores; absent where they are in memory. */
  copies?: StoredCopies | undefined;
  /** The values that search looks up; absent where stores are in memory. */
  index?: SessionIndex | undefined;
  commit: SessionCommit;
  /** What backfills have done and do to stored sessions. */
  past: Past;
  /** What a session may hold. */
  limits: SessionLimits;
  openEvents: OpenEvents | undefined;
  active: ShortTermCanister;
  sessionizer: Sessionizer;
  /** What alerts watch of it. */
  watched: WatchBook;
  /** Its events; absent where none are evaluated. */
  events: DatasetEvents | undefined;
  /** Sessions that have ended and wait for the next batch. */
  ended: EndedSession[];
  /** The last inbox row of the dataset that was read. */
  readThrough: number;
  /** Every inbox hit up to here is stored. */
  low: number;
  /** What of it a checkpoint holds. */
  lowCheckpointed: number;
  hitsSinceCheckpoint: number;
  /** Device → last inbox hit that is stored beyond `low`: taking the inbox again skips up to it. */
  closedThrough: Map<string, number>;
  /** Why its stores cannot be used any more: it is passed over, and put aside after the step. */
  failure?: Error;
  close(): Promise<void>;
}

/** Opens the events of a dataset as they are in force behind an inbox position. */
export type OpenEvents = (config: DatasetConfig, low: number) => Promise<DatasetEvents>;

/** Opens a dataset and reads where it stands. */
export async function openDatasetEngine(
  config: DatasetConfig,
  openStores: OpenStores,
  limits: SessionLimits = sessionLimits,
  openEvents?: OpenEvents,
  placeOf?: PlaceOf | undefined,
  anew?: MakeAnew,
): Promise<DatasetEngine> {
  const stores = await openStores(config, anew);
  const {
    analytics,
    canister: rawCanister,
    recut,
    erasePlace,
    past: pastStores,
    indexShelf: shelf,
    copies,
  } = stores;
  let index: SessionIndex | undefined;
  const close = async () => {
    await index?.settled();
    await shelf?.close();
    await analytics.close();
    await rawCanister.close();
  };
  try {
    const rules = await rulesOf(config, analytics, placeOf);
    const canister = enrichedCanister(rawCanister, rules);
    index = shelf && (await openSessionIndex({ shelf, analytics, canister, rules: config.index }));
    const past = await openPast(config.slug, config.timeZone, pastStores);
    return {
      ...(await startOf(config, analytics, limits, openEvents)),
      limits,
      openEvents,
      analytics,
      canister,
      rawCanister,
      rules,
      recut,
      erasePlace,
      copies,
      index,
      past,
      commit: createSessionCommit({ canister, analytics, applyPast: past.apply, rules }),
      close,
    };
  } catch (error) {
    // What stays open could not be opened again.
    await close();
    throw error;
  }
}

async function rulesOf(
  { hitRules = usualHitRules, timeZone }: DatasetConfig,
  analytics: AnalyticsStore,
  placeOf: PlaceOf | undefined,
): Promise<RulesInForce> {
  const compile = (rules: HitRules) => compileEnrichment(rules, { timeZone, placeOf });
  const { hitRules: ofTables } = await analytics.resume();
  return { current: compile(hitRules), tables: ofTables && compile(ofTables) };
}

/** What an administrator may change of a dataset that the engine must know. */
export type DatasetPart = Pick<DatasetConfig, 'hosts' | 'timeZone'>;

/** Whose pages are no referrers, in hits from now on. */
export function useHosts(dataset: DatasetEngine, hosts: readonly string[]): void {
  dataset.config = { ...dataset.config, hosts: [...hosts] };
  dataset.ownHosts = hostMatcher(dataset.config.hosts);
}

/** Begins again at what is stored, by other settings: as after a crash, active sessions come out of the inbox anew. */
export async function startAgain(dataset: DatasetEngine, config: DatasetConfig): Promise<void> {
  const { analytics, limits, openEvents, rules } = dataset;
  Object.assign(dataset, await startOf(config, analytics, limits, openEvents));
  // Other tables may have been made by other rules.
  const { hitRules } = await analytics.resume();
  rules.tables = hitRules && compileEnrichment(hitRules, { timeZone: config.timeZone });
}

/** Everything of a dataset that is in memory only, as its tables give it. */
async function startOf(
  config: DatasetConfig,
  analytics: AnalyticsStore,
  limits: SessionLimits,
  openEvents: OpenEvents | undefined,
): Promise<
  Omit<
    DatasetEngine,
    | 'analytics'
    | 'canister'
    | 'rawCanister'
    | 'rules'
    | 'recut'
    | 'erasePlace'
    | 'index'
    | 'commit'
    | 'past'
    | 'limits'
    | 'openEvents'
    | 'close'
  >
> {
  const { position, closedThrough } = await analytics.resume();
  const events = await openEvents?.(config, position.low);
  // The next hit of such a visitor is still in the inbox: it is the one that the limit did not let in.
  const unfinished = await analytics.unfinished('tracker');
  const active = new ShortTermCanister();
  const ended: EndedSession[] = [];
  const watched = new WatchBook();
  const sessionizer = new Sessionizer({
    dataset: config.slug,
    canister: active,
    policy: { ...closePolicy(config.idleTimeoutMs, config), ...limits },
    userKey: userKeys(config.addressSecret),
    ended(one) {
      ended.push(one);
      const isCounted = one.discarded === undefined && one.session.hits.length > 0;
      if (isCounted) watched.takeEnd(one.session, config.idleTimeoutMs);
    },
    eventSet: () => events?.current(),
    continued(device) {
      const found = unfinished.get(device)?.id;
      // It may be known by the keys of several devices, and is continued once.
      for (const [key, { id }] of unfinished) if (id === found) unfinished.delete(key);
      return found;
    },
  });
  return {
    config,
    ownHosts: hostMatcher(config.hosts),
    active,
    sessionizer,
    watched,
    events,
    ended,
    readThrough: position.low,
    low: position.low,
    // What was read may be in the write-ahead log alone: nothing is pruned before the first checkpoint.
    lowCheckpointed: 0,
    hitsSinceCheckpoint: 0,
    closedThrough,
  };
}
