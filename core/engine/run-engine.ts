/** Makes an engine of its stores: one loop that drives the pipeline, and the answers to what others ask. */

import { engineFacts } from '../alerts/engine-facts.ts';
import { runAnalysis } from '../analytics/run-analysis.ts';
import { runQuery } from '../analytics/run-query.ts';
import type { Report } from '../canisters/long-term.ts';
import type { ActiveLimits } from '../canisters/room.ts';
import { verifyCanister } from '../canisters/verify.ts';
import type { Clock } from '../clock.ts';
import { type ImportProgress, importOptionsSchema } from '../contract/import.ts';
import { Problem } from '../contract/problem.ts';
import type { SessionLimits } from '../contract/session.ts';
import type { RebuildResult, VerifyResult } from '../contract/upkeep.ts';
import { isDiskFull } from '../disk-full.ts';
import { compileEventSet } from '../events/compile.ts';
import { type EventSets, memoryEventSets } from '../events/event-sets.ts';
import type { PlaceOf } from '../hits/enrichment.ts';
import { createEventJobs } from '../past/event-jobs.ts';
import { createPipeline } from '../pipeline.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import { copyStores } from './copy-stores.ts';
import type { DatasetEngine, OpenStores } from './dataset-engine.ts';
import { openDatasetEvents } from './dataset-events.ts';
import { createDurationBook } from './duration-book.ts';
import type { Engine, UpkeepTask } from './engine.ts';
import { engineFigures } from './engine-figures.ts';
import { driveEngine } from './engine-loop.ts';
import { accountForHits } from './hit-account.ts';
import { excludedHits, excludedHours, tryHitRules, useHitRules } from './hit-rules-desk.ts';
import { createImportDesk } from './import-desk.ts';
import { inOrder } from './in-order.ts';
import { createIndexDesk } from './index-desk.ts';
import { createJobList, refuseOpenJobs } from './job-list.ts';
import { createOpenDatasets, type HoldingRules } from './open-datasets.ts';
import { createPublishDesk } from './publish-desk.ts';
import { readSession } from './read-session.ts';
import { rebuildDataset } from './rebuild-dataset.ts';
import { beginRecut, placeOf, putRecutInPlace } from './recut-dataset.ts';
import { createRetentionDesk } from './retention-desk.ts';
import { searchSessions } from './search-sessions.ts';
import type { SetAside } from './set-aside.ts';
import { createUpkeepDesk } from './upkeep-desk.ts';
import { createVisitorDesk, type ErasureStores } from './visitor-desk.ts';

export interface EngineOptions {
  inbox: InboxSource;
  /** The hits that were set aside; they go back, or for good, while the engine stands still. */
  setAside: Pick<SetAside, 'replay' | 'remove'>;
  clock: Clock;
  /** Takes the machine's clock as it is, where `clock` has its own mind about it. */
  followClock?: () => void;
  openStores: OpenStores;
  /** The published events; without it only the standard ones are there. */
  eventSets?: EventSets;
  datasets: readonly DatasetConfig[];
  /** Puts a new master key in place; gives the number of data keys that it opens. */
  rotateKeys: () => Promise<number>;
  /** Copies `hits.db` and `control.db` into a folder; without it there are no backups. */
  copyDatabases?: (root: string) => Promise<void>;
  badLinesFile: (slug: string, stamp: string) => string;
  /** Adds what was stored of an import to the dataset's counters. */
  importEnded: (slug: string, stored: ImportProgress) => Promise<void>;
  /** How long to wait when the inbox is empty. 0: the caller drives the engine by `step`. */
  pollMs: number;
  /** How long the inbox keeps what is stored: until the next checkpoint. */
  checkpointEveryMs: number;
  /** What the active sessions of all datasets may hold together. */
  active: ActiveLimits;
  /** What one session may hold, where it is not the usual. */
  sessionLimits?: SessionLimits;
  /** Says where addresses are; without it nobody knows. */
  placeOf?: PlaceOf | undefined;
  /** How many rows of the inbox a step reads at the most, where it is not the usual number. */
  rowsPerStepMax?: number;
  /** How many sessions are stored together under load, where it is not the usual number. */
  sessionsPerCommitMax?: number;
  /** Who asks for it can have a visitor erased; without it nobody can. */
  erasures?: ErasureStores;
  /** Datasets that fail are held, and the others go on; without it their failure is that of the engine. */
  holding?: HoldingRules;
  /** Called when a step fails: what is stored is safe, but the process should start again. */
  failed: (why: Error) => void;
}

/** The engine, and its single step for callers that drive it themselves. */
export interface RunningEngine extends Engine {
  step(): Promise<boolean>;
  /** Stops work on the past where it stands, as a kill would: backfills go on at the next start. */
  leaveJobs(): Promise<void>;
  /** Reads every stored session and holds it against the tables. */
  verify(slug: string): Promise<VerifyResult>;
  /** Makes a dataset's tables anew out of its canister. @throws Problem `rebuild_loses` */
  rebuild(slug: string, acceptLoss: boolean): Promise<RebuildResult>;
}

export async function runEngine(options: EngineOptions): Promise<RunningEngine> {
  const { inbox, clock, openStores, badLinesFile, pollMs, checkpointEveryMs, active, failed } =
    options;
  const eventSets = options.eventSets ?? memoryEventSets();
  const commits = createDurationBook(() => performance.now());
  const jobs = createEventJobs();
  const shelf = createOpenDatasets({
    opened: jobs.resume,
    openStores,
    async openEvents(config, low) {
      const { inForce } = await inbox.eventVersions(config.slug, low);
      return await openDatasetEvents(config, eventSets, inForce);
    },
    clock,
    holding: options.holding,
    timed: (work) => commits.time(work),
    sessionLimits: options.sessionLimits,
    placeOf: options.placeOf,
  });
  const { open: datasets, find } = shelf;
  /** What only a start can mend. */
  let broken: Error | undefined;

  await shelf.openAll(options.datasets);
  await tellPublishedSets();
  // An inbox of an older backup would give positions again that count as stored: such hits would be skipped.
  await shelf.keepPositionsApart(inbox);
  const { rowsPerStepMax, sessionsPerCommitMax, copyDatabases } = options;
  const pipeline = createPipeline({
    inbox,
    datasets,
    clock,
    checkpointEveryMs,
    active,
    rowsPerStepMax,
    sessionsPerCommitMax,
  });
  const upkeep = createUpkeepDesk(clock);
  const publishing = createPublishDesk(clock, () => performance.now());
  const retention = createRetentionDesk(datasets, publishing, clock);
  const figures = engineFigures(inbox, shelf, pipeline, active, clock);
  const indexes = createIndexDesk({
    shelf,
    pipeline,
    clock,
    isBeside: pollMs > 0,
    progressed: () => loop.wake(),
  });
  const imports = createImportDesk({
    clock,
    badLinesFile,
    room: active,
    ended: options.importEnded,
  });
  const jobsOf = createJobList({ datasets, imports, upkeep, events: jobs });
  const visitors =
    options.erasures && createVisitorDesk({ stores: options.erasures, pipeline, imports, upkeep });
  for (const dataset of datasets.values()) visitors?.resume(dataset);
  const visitorDesk = () => {
    if (visitors) return visitors;
    throw new Error('this engine has no stores for erasures');
  };

  /** A set that was made durable, and then the machine stopped before hits were told. */
  async function tellPublishedSets(): Promise<void> {
    for (const slug of datasets.keys()) {
      const published = await eventSets.inForce(slug);
      if (published === undefined) continue;
      const { last } = await inbox.eventVersions(slug, 0);
      if (last !== published) await inbox.useEvents(slug, published, clock());
    }
  }

  const facts = engineFacts({
    find,
    between: (work) => pipeline.between(work),
    throughMs: async () => clock() - (await figures.lagMs()),
  });

  /** What an import stored does not come by the pipeline: what alerts watch is counted anew. */
  function countAnew(): void {
    for (const { watched } of datasets.values()) watched.clear();
  }

  async function rebuildTables(dataset: DatasetEngine, acceptLoss: boolean, report?: Report) {
    const versionBefore = dataset.rules.tables?.rules.version ?? 0;
    const options = { acceptLoss, report, shelf, pipeline, imports };
    const result = await rebuildDataset(dataset, options);
    countAnew();
    // The index holds what sessions were by the rules of before.
    if (dataset.index && dataset.rules.current.rules.version !== versionBefore)
      await indexes.change(dataset.config.slug, (index) => index.rebuild());
    return result;
  }

  function work(dataset: DatasetEngine, task: UpkeepTask, report: Report) {
    if (task.kind === 'verify') return verifyCanister(dataset, report);
    if (task.kind === 'rebuild') return rebuildTables(dataset, task.acceptLoss, report);
    if (task.kind === 'recut') return beginRecut(dataset, task.rules, report);
    const failed = (why: Error) => {
      broken = why;
    };
    return putRecutInPlace(dataset, { pipeline, imports, failed }).finally(countAnew);
  }

  /** After a step that failed nothing is known to be whole in memory: all of it comes again out of the inbox. */
  async function storeWhatHasEnded(): Promise<void> {
    if (broken) throw broken;
    await clearImports(true);
    while (await pipeline.step());
    await pipeline.settle();
    await shelf.tend(pipeline);
  }

  async function step(): Promise<boolean> {
    if (broken) throw broken;
    await shelf.tend(pipeline);
    const progressed = await pipeline.step();
    await retention.retainIfDue();
    const indexed = await indexes.step(progressed);
    await shelf.tend(pipeline);
    return progressed || indexed;
  }

  /** An import whose sender is gone, into stores that failed: what was stored stays, and its files can come again. */
  async function clearImports(everything: boolean): Promise<void> {
    await imports.clear(everything).catch((error) => {
      if (options.holding === undefined || isDiskFull(error)) throw error;
    });
  }

  const loop = driveEngine({
    step,
    beforeRest: () => clearImports(false),
    pollMs,
    clock,
    failed(why) {
      broken ??= why;
      failed(why);
    },
  });

  return {
    step,
    leaveJobs: () => jobs.stop(),
    async openDataset(config) {
      if (!datasets.has(config.slug)) await pipeline.add(await shelf.openOne(config));
    },
    async closeDataset(slug) {
      refuseOpenJobs(slug, await jobsOf(slug));
      await imports.alone(slug, () => shelf.close(slug, pipeline));
      for (const one of [imports, upkeep, jobs]) one.forget(slug);
    },
    async changeDataset(slug, { hosts, timeZone }) {
      if (shelf.timeZone(slug) === timeZone)
        return await pipeline.between(async () => shelf.useHosts(slug, hosts));
      refuseOpenJobs(slug, await jobsOf(slug));
      await imports.alone(slug, () => shelf.openAnew(slug, pipeline, { hosts, timeZone }));
      countAnew();
    },
    async activeSessions(slug, limit, sinceVersion) {
      const { active } = find(slug);
      return active.version === sinceVersion
        ? undefined
        : { version: active.version, active: active.list(limit) };
    },
    async endSession(slug, sessionId) {
      if (find(slug).active.byId(sessionId) === undefined) {
        throw new Problem(
          'session_unknown',
          `No active session has the id ${sessionId}. It may have ended already.`,
        );
      }
      await inbox.command(slug, { do: 'end_session', sessionId }, clock());
      loop.wake();
    },
    async publishEvents(slug, set) {
      const { events } = find(slug);
      events?.prepare(set);
      await inbox.useEvents(slug, set.version, clock());
      loop.wake();
    },
    session: async (slug, sessionId, unlessHits) => {
      const dataset = find(slug);
      const held = dataset.active.byId(sessionId)?.session.hits.length;
      if (held !== undefined && held === unlessHits) return undefined;
      return await readSession(dataset, sessionId);
    },
    figures: figures.figures,
    waitingHits: figures.waitingHits,
    measures: async () => ({
      lagMs: await figures.lagMs(),
      ...loop.state(),
      held: shelf.held(),
      commits: commits.read(),
    }),
    account: () => pipeline.between(() => accountForHits(inbox, datasets)),
    load: figures.load,
    alertsLive: facts.live,
    alertsPast: facts.past,
    alertsCells: facts.cells,
    async query(slug, query, definitions) {
      const { analytics, config } = find(slug);
      return await runQuery(analytics, query, config.timeZone, definitions);
    },
    async analyze(slug, analysis, definitions) {
      const { analytics, config } = find(slug);
      return await runAnalysis(analytics, analysis, config.timeZone, definitions);
    },
    publish: async (slug) => publishing.publish(find(slug)),
    publishDue: () => publishing.publishDue(datasets.values()),
    search: (slug, request, named) => searchSessions(find(slug), request, clock(), named),
    indexState: indexes.state,
    setIndex: (slug, rules) => indexes.change(slug, (index) => index.use(rules)),
    rebuildIndex: (slug) => indexes.change(slug, (index) => index.rebuild()),
    cancelIndex: (slug) => indexes.change(slug, (index) => index.cancel()),
    async useHitRules(slug, rules) {
      const dataset = find(slug);
      await pipeline.between(async () => useHitRules(dataset, rules, options.placeOf));
    },
    tryHitRules: async (slug, trial) => tryHitRules(find(slug), trial, options.placeOf),
    excludedHits: async (slug) => await excludedHits(find(slug)),
    excludedHours: async (slug) => await excludedHours(find(slug)),
    beginImport: async (slug, importOptions) =>
      await imports.begin(find(slug), importOptionsSchema.parse(importOptions)),
    beginFile: async (number, name) => imports.beginFile(number, name),
    feedFile: (number, bytes) => imports.feedFile(number, bytes),
    endFile: (number) => imports.endFile(number),
    finishImport: (number) => imports.finish(number).finally(countAnew),
    abandonImport: (number) => imports.abandon(number).finally(countAnew),
    pullLogs: (slug, importOptions, request) =>
      imports
        .pull(find(slug), importOptionsSchema.parse(importOptions), request)
        .finally(countAnew),
    verify: async (slug) => await verifyCanister(find(slug)),
    rebuild: async (slug, acceptLoss) => await rebuildTables(find(slug), acceptLoss),
    jobs: jobsOf,
    async beginUpkeep(slug, task) {
      const dataset = find(slug);
      return upkeep.begin(task.kind, slug, (report) => work(dataset, task, report));
    },
    readUpkeep: async (number) => upkeep.read(number),
    cancelUpkeep: (number) => upkeep.cancel(number),
    recut: async (slug) => placeOf(find(slug)).plan()?.summary,
    async discardRecut(slug) {
      const place = placeOf(find(slug));
      upkeep.refuseBusy(slug);
      await place.discard();
    },
    visitorSessions: (slug, choice) => visitorDesk().sessionsOf(find(slug), choice),
    visitorFigures: (slug, choice) => visitorDesk().figures(find(slug), choice),
    beginErasure: (slug, choice) => visitorDesk().begin(find(slug), choice),
    erasures: (slug) => visitorDesk().list(find(slug)),
    retain: async (slug, ...rest) => await retention.retain(find(slug), ...rest),
    async replaySetAside(slug, choice) {
      const hits = await pipeline.between(() => options.setAside.replay(slug, choice, clock()));
      loop.wake();
      return hits;
    },
    deleteSetAside: (slug, choice) => pipeline.between(() => options.setAside.remove(slug, choice)),
    async checkEvents(slug, set) {
      compileEventSet(set, { timeZone: find(slug).config.timeZone });
    },
    removeFacts: async (slug, event, version) => await jobs.removeFacts(find(slug), event, version),
    beginDryRun: async (slug, asked) => jobs.beginDryRun(find(slug), asked),
    dryRun: async (slug, number) => jobs.dryRun(slug, number),
    cancelDryRun: async (slug, number) => jobs.cancelDryRun(slug, number),
    beginBackfill: async (slug, asked) =>
      await jobs.beginBackfill(find(slug), { kind: 'replay', ...asked }),
    backfills: async (slug) => jobs.backfills(find(slug)),
    cancelBackfill: async (slug, number) => await jobs.cancelBackfill(find(slug), number),
    followClock: async () => options.followClock?.(),
    rotateKeys: () => options.rotateKeys(),
    copyStores: (root) => copyStores({ shelf, pipeline, upkeep, copyDatabases }, root),
    async stop() {
      const stopped = loop.stop();
      await upkeep.stop();
      await jobs.stop();
      await stopped;
      await indexes.done();
      await inOrder([
        storeWhatHasEnded,
        () => inOrder([...datasets.values()].map(({ close }) => close)),
      ]).finally(() => datasets.clear());
    },
  };
}
