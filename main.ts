/**
 * The composition root: puts collector, core, reports and console together, and the only file that sees all four.
 * Threads: this one answers HTTP, one owns libSQL, one runs the engine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { createCollectorParts } from './collector-edge/app.ts';
import { createLibsqlInbox } from './collector-edge/inbox/libsql-inbox.ts';
import { createRates, visitorRate } from './collector-edge/intake/rates.ts';
import { answerHitsDirectly, nodePeerAddress } from './collector-edge/node.ts';
import { createAlertDesk } from './core/alerts/alert-desk.ts';
import { systemClock } from './core/clock.ts';
import type { Config } from './core/config.ts';
import { createAlertSql } from './core/desks/alert-sql.ts';
import { createCountDesk } from './core/desks/count-desk.ts';
import { createDatasetDesk } from './core/desks/dataset-desk.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createEventDesk } from './core/desks/event-desk.ts';
import { createExportDesk } from './core/desks/export-desk.ts';
import { createLabelSessions } from './core/desks/label-sessions.ts';
import type { PublishedPlace } from './core/desks/published-now.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { keepQueriesWhole } from './core/desks/saved-query-desk.ts';
import { createSearchDesk } from './core/desks/search-desk.ts';
import { createSourceDesk } from './core/desks/source-desk.ts';
import { createSqlDesk } from './core/desks/sql-desk.ts';
import { inOrder } from './core/engine/in-order.ts';
import { createSteadyClock } from './core/engine/steady-clock.ts';
import { standardEventSet } from './core/events/standard-events.ts';
import { createApi } from './core/http/app.ts';
import { createOpenStreams } from './core/http/open-streams.ts';
import { sharedPages } from './core/http/shared-pages.ts';
import { unsubscribeRoutes } from './core/http/unsubscribe.ts';
import { startJobs } from './core/jobs.ts';
import { describeError, type Log } from './core/log.ts';
import { removeCommandToken, writeCommandToken } from './core/stores/command-token.ts';
import { openDataFolder } from './core/stores/data-folder.ts';
import { explainUnusable } from './core/stores/data-unusable.ts';
import { finishRemovals, openDatasetRemoval } from './core/stores/dataset-removal.ts';
import { readDiskRoom } from './core/stores/disk-room.ts';
import { lockDataFolder } from './core/stores/folder-lock.ts';
import { openLibsqlAlerts } from './core/stores/libsql-alerts.ts';
import { openLibsqlCounts } from './core/stores/libsql-counts.ts';
import { openLibsqlDatasets, publishDirectory } from './core/stores/libsql-datasets.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { openLibsqlEvents } from './core/stores/libsql-events.ts';
import { openLibsqlOutbox } from './core/stores/libsql-outbox.ts';
import { openLibsqlThread } from './core/stores/libsql-owner.ts';
import { openLibsqlReadTokens } from './core/stores/libsql-read-tokens.ts';
import { openLibsqlSavedQueries } from './core/stores/libsql-saved-queries.ts';
import { openLibsqlSavedSearches } from './core/stores/libsql-saved-searches.ts';
import { openLibsqlSetAside } from './core/stores/libsql-set-aside.ts';
import { openLibsqlSources } from './core/stores/libsql-sources.ts';
import { openLibsqlSubscriptions } from './core/stores/libsql-subscriptions.ts';
import { makeDatabase } from './core/stores/published/make-database.ts';
import { readManifest } from './core/stores/published/published-folder.ts';
import { settleRecut } from './core/stores/recut-folder.ts';
import { finishSalvaging, salvageInThread } from './core/stores/salvaged-file.ts';
import { createChildSandbox } from './core/stores/sandbox/child-sandbox.ts';
import { openSecretBox } from './core/stores/secret-box.ts';
import { refusePartOfFolder } from './core/stores/whole-folder.ts';
import { failingInbox } from './core/testing/failing-inbox.ts';
import {
  createReportDesk,
  createReportSource,
  createSharedReports,
  keepDefinitionsWhole,
} from './report-desk.ts';
import { alertMail } from './reports/email/alert-mail.ts';
import { chooseMailer } from './reports/email/mailers/choose-mailer.ts';
import { createDigestSender } from './reports/schedule/send-digest.ts';
import { findDiskLow } from './server/alarm-words.ts';
import { built, version } from './server/built.ts';
import { createDatasetsInForce } from './server/datasets-in-force.ts';
import { startEngineThread } from './server/engine-worker.ts';
import { type Listening, listenOn } from './server/http-server.ts';
import { openAccess } from './server/open-access.ts';
import { openBackups } from './server/open-backups.ts';
import { serveConsole } from './server/serve-console.ts';
import { serverJobs } from './server/server-jobs.ts';
import { createWatch } from './server/watch.ts';
import { createSubscriptionDesk } from './subscription-desk.ts';

export interface Canister {
  /** Everything that answers HTTP. In this process: `app.request(path, init, { inProcess: true })`. */
  app: Hono;
  /** The address that makes the first administrator; undefined when there is one. */
  firstLink(): Promise<string | undefined>;
  /** Listens on the port; 0 takes a free one. Gives the port. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens a data folder and starts everything but the listening.
 * @throws Problem `data_in_use`, `key_missing`, `data_newer`, `data_unusable`, `hits_lost`
 */
export async function openCanister(
  config: Config,
  fatal: (why: Error) => void,
  log: Log,
): Promise<Canister> {
  // A library that takes a text of strangers, such as __proto__, for a key of its own would write into all objects of
  // this process. It fails instead, and alone.
  Object.preventExtensions(Object.prototype);
  const opened: (() => unknown)[] = [];
  try {
    return await composeCanister(config, fatal, log, opened);
  } catch (error) {
    // A thread that stays keeps a process alive that can do nothing, and the folder locked.
    for (const end of opened.reverse()) await end();
    throw explainUnusable(error, config.dataFolder);
  }
}

/** @param opened takes what has to be ended when the rest cannot be opened */
async function composeCanister(
  config: Config,
  fatal: (why: Error) => void,
  log: Log,
  opened: (() => unknown)[],
): Promise<Canister> {
  const folder = openDataFolder(config.dataFolder);
  const lock = await lockDataFolder(folder.root);
  opened.push(lock.release);
  const mended = (text: string) => log('warning', 'stores_mended', text);
  finishSalvaging(folder.hitsFile, mended);
  refusePartOfFolder(folder, config.acceptLoss === true);
  if (config.acceptLoss === true)
    await salvageInThread(built('./salvage-thread.js'), folder.hitsFile, mended);
  const libsql = openLibsqlThread({
    threadUrl: built('./libsql-thread.js'),
    hitsFile: folder.hitsFile,
    controlFile: folder.controlFile,
    onDeath: fatal,
  });
  opened.push(libsql.close);
  const steady = createSteadyClock(systemClock, () => performance.now());
  const clock = steady.now;
  const datasets = openLibsqlDatasets({ control: libsql.control, hits: libsql.hits, clock });
  const counts = openLibsqlCounts(libsql.hits, clock);
  const inForce = createDatasetsInForce(datasets, config);
  for (const { slug } of await datasets.list())
    await settleRecut(folder.dataset(slug), (rules) => datasets.setRules(slug, rules)).catch(
      // Its stores are then held, and say why.
      (error: Error) => log('error', 'recut_unsettled', error.message),
    );
  const removal = openDatasetRemoval({ ...libsql, folder });
  for (const slug of await finishRemovals(datasets, removal))
    mended(`The dataset ${slug} was being deleted. Nothing of it is left now.`);
  const configs = await inForce.read();
  await publishDirectory(libsql.hits, inForce.entries());
  const engine = await startEngineThread(
    {
      root: folder.root,
      datasets: configs,
      active: config.active,
      libsql: libsql.connect(),
      acceptLoss: config.acceptLoss === true,
      geoDatabase: config.geoDatabase,
    },
    fatal,
    mended,
  );
  opened.push(engine.terminate);

  const client = __FAIL_POINTS__ ? failingInbox(libsql.hits) : libsql.hits;
  const inbox = createLibsqlInbox({ client, clock });
  const { alertsLive, alertsPast, alertsCells } = engine.remote;
  const mailer = chooseMailer(config.mail, join(folder.root, 'outbox'));
  const consoleUrl = () => config.consoleUrl ?? `http://localhost:${listenedPort ?? config.port}`;
  const alertStore = openLibsqlAlerts(libsql.control, clock);
  const subscriptionStore = openLibsqlSubscriptions(libsql.control, clock);
  let listenedPort: number | undefined;
  const book = openLibsqlDefinitions(libsql.control, clock);
  const savedQueries = keepQueriesWhole(openLibsqlSavedQueries(libsql.control, clock), {
    book,
    alerts: alertStore,
  });
  const sandbox = createChildSandbox({ childFile: fileURLToPath(built('./sandbox-child.js')) });
  const place: PublishedPlace = {
    folder: (slug) => folder.dataset(slug).published,
    manifest: (slug) => readManifest(folder.dataset(slug).published),
  };
  const sql = createSqlDesk({ engine: engine.remote, sandbox, place, savedQueries });
  const alerts = createAlertDesk({
    store: alertStore,
    outbox: openLibsqlOutbox(libsql.control, clock),
    facts: { live: alertsLive, past: alertsPast, cells: alertsCells },
    sqlFacts: createAlertSql({ sql, savedQueries }),
    timeZone: inForce.timeZone,
    clock,
    random: Math.random,
    mailer,
    composeMail: alertMail,
    sendDigest: createDigestSender({ toSend: subscriptionStore.toSend, mailer, consoleUrl }),
    consoleUrl,
    outgoing: { privateNetworks: config.webhookPrivateNetworks },
  });
  const labelSessions = createLabelSessions({ sql, savedQueries, engine: engine.remote, clock });
  const queries = createQueryDesk(engine.remote, book, labelSessions);
  const definitions = keepDefinitionsWhole(createDefinitionDesk(datasets, book), {
    savedQueries,
    labelSessions,
  });
  const reportSource = createReportSource(queries, definitions, { sql, savedQueries });
  const subscriptions = createSubscriptionDesk({
    subscriptions: subscriptionStore,
    reports: reportSource,
    datasets,
    definitions,
    alerts: alertStore,
    clock,
    random: Math.random,
    consoleUrl,
  });
  const { masterKeyFile } = folder;
  const secretBox = openSecretBox({ masterKeyFile, control: libsql.control, clock });
  const sources = createSourceDesk({
    sources: openLibsqlSources(libsql.control, clock, secretBox),
    datasets,
    engine: engine.remote,
    clock,
    spoolFolder: join(folder.root, 'sources'),
    folders: config.sourceFolders,
    privateNetworks: config.sourcePrivateNetworks,
    diskLow: async () => findDiskLow(await readDiskRoom(folder.root), config.diskFreeBytesMin),
  });
  const commandToken = writeCommandToken(folder.root);
  const reports = createReportDesk(reportSource, systemClock);
  const access = await openAccess({
    control: libsql.control,
    clock,
    config,
    datasets,
    outbox: alerts.outbox,
    consoleUrl,
    commandToken,
    log,
    drawShared: createSharedReports(reports, datasets, clock),
  });
  const watch = createWatch({
    root: folder.root,
    config,
    clock,
    steady,
    hits: libsql.hits,
    engine: engine.remote,
    counts,
    lateChannels: alerts.lateChannels,
    log,
  });
  const stopJobs = startJobs(
    [
      ...watch.jobs,
      ...serverJobs({
        isServing: () => listenedPort !== undefined,
        publishDue: () => engine.remote.publishDue(),
        lookAtAlerts: () => alerts.look(watch.alarms()),
        makeDigests: () => subscriptions.runDue(),
        runSources: () => sources.runDue(),
        applyRetention: access.serverRetention.apply,
      }),
    ],
    watch.told,
  );
  opened.push(watch.stop, stopJobs);
  const exports = createExportDesk({
    engine: engine.remote,
    place,
    exportsFolder: (slug) => folder.dataset(slug).exports,
    makeDatabase,
    clock,
  });
  const collector = createCollectorParts({
    inbox,
    directory: inForce,
    clock,
    trackerScript: readFileSync(built('../tracker/tracker.js'), 'utf8'),
    vitalsScript: readFileSync(built('../tracker/vitals.js'), 'utf8'),
    peerAddress: nodePeerAddress,
    trustedProxies: config.trustedProxies,
    health: watch.health,
    readiness: watch.readiness,
    closed: watch.closed,
    heardTime(senderMs) {
      // When the engine has ended, that is told elsewhere.
      if (steady.hear(senderMs)) engine.remote.followClock().catch(() => undefined);
    },
    rates: createRates(clock, {
      client: { perSecond: config.clientRateMax, burst: config.clientRateMax * 4 },
      dataset: { perSecond: config.datasetRateMax, burst: config.datasetRateMax * 2 },
      visitor: visitorRate(config.visitorRateMax),
    }),
  });
  const { app } = collector;
  const answerDirectly = answerHitsDirectly(collector, (error) =>
    log('error', 'collector_failed', 'The collector failed', describeError(error)),
  );
  const { storage, backups } = openBackups({
    folder,
    config,
    datasets,
    engine: engine.remote,
    clock,
  });
  const streams = createOpenStreams();
  const shownCounts = createCountDesk(counts, engine.remote.excludedHours);
  // Behind the collector instead of beside it: what the others do with every request costs no hit anything.
  const behind = new Hono();
  app.notFound((c) => behind.fetch(c.req.raw, c.env));
  behind.route(
    '/',
    createApi({
      access,
      engine: engine.remote,
      datasets,
      version,
      startedAt: clock(),
      hitCounts: shownCounts.read,
      hourlyCounts: shownCounts.readHours,
      setAside: openLibsqlSetAside(libsql.hits),
      searches: createSearchDesk(engine.remote, book, alertStore, labelSessions),
      savedSearches: openLibsqlSavedSearches(libsql.control, clock),
      events: createEventDesk({
        book: openLibsqlEvents(libsql.control, clock),
        engine: engine.remote,
        standard: standardEventSet,
      }),
      alarms: watch.alarms,
      alerts,
      clock,
      log,
      disk: watch.disk,
      processMeasures: watch.processMeasures,
      reports,
      sharedLinks: access.sharedLinks,
      serverRetention: access.serverRetention,
      storage,
      backups,
      queries,
      sql,
      savedQueries,
      exports,
      tokens: openLibsqlReadTokens(libsql.control, clock),
      place,
      definitions,
      subscriptions,
      sources,
      streams,
      datasetsChanged: async () => void (await inForce.read()),
      idleTimeoutMs: config.idleTimeoutMs,
      datasetDesk: createDatasetDesk({
        datasets,
        engine: engine.remote,
        known: inForce.read,
        written: inbox.flush,
        removal,
        forgotten: alerts.watch.forget,
        sources,
        subscriptions,
      }),
      peerAddress: nodePeerAddress,
    }),
  );
  behind.route('/', unsubscribeRoutes(subscriptions));
  behind.route('/', sharedPages({ ...access, desk: access.sharedLinks, log }));
  serveConsole(behind, consoleUrl);

  let listening: Listening | undefined;
  return {
    app,
    firstLink: access.desk.firstLink,
    async listen(port, host) {
      listening = await listenOn(app, answerDirectly, port, host);
      listenedPort = listening.port;
      lock.announce(listening.port);
      sandbox.keepWarm();
      return listening.port;
    },
    close: () =>
      inOrder([
        watch.stop,
        streams.close,
        stopJobs,
        sources.stop,
        alerts.stop,
        () => listening?.stop(),
        sandbox.close,
        inbox.flush,
        backups.stop,
        () => engine.remote.stop(),
        engine.terminate,
        libsql.close,
        () => removeCommandToken(folder.root),
        lock.release,
      ]),
  };
}
