/** The thread in which the engine runs: puts the real stores together and serves the engine on its port. */
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ActiveLimits } from '../canisters/room.ts';
import { systemClock } from '../clock.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import { databaseCopier } from '../stores/backup-folder.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { lastLow, openDatasetStores } from '../stores/dataset-stores.ts';
import { openGeoDatabase } from '../stores/geo-database.ts';
import { startIndexThread } from '../stores/index-owner.ts';
import { openPastStores } from '../stores/libsql-backfills.ts';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { openLibsqlDatasets } from '../stores/libsql-datasets.ts';
import { openLibsqlErasures } from '../stores/libsql-erasures.ts';
import { openLibsqlEventSets } from '../stores/libsql-events.ts';
import { openLibsqlInboxSource } from '../stores/libsql-inbox.ts';
import { libsqlOver } from '../stores/libsql-owner.ts';
import { openLibsqlSetAside } from '../stores/libsql-set-aside.ts';
import { openLibsqlVisitorHits } from '../stores/libsql-visitor-hits.ts';
import { openKeyring } from '../stores/master-key.ts';
import { sealInThread } from '../stores/seal-owner.ts';
import type { Engine } from './engine.ts';
import { runEngine } from './run-engine.ts';
import { createSteadyClock } from './steady-clock.ts';
import { type PackedError, packError, serveCalls } from './thread-port.ts';

export interface EngineThreadData {
  root: string;
  datasets: DatasetConfig[];
  active: ActiveLimits;
  /** A port of the libSQL thread. */
  libsql: MessagePort;
  /** Opens datasets although hits of them are lost. */
  acceptLoss: boolean;
  /** A file that says where addresses are. */
  geoDatabase: string | undefined;
}

/** What the thread tells besides answers: a sentence for the log, or why the engine takes no other step. */
export type EngineWords = { said: string } | { failed: PackedError };

const pollMs = 100;
const retryHeldAfterMs = 60_000;
// A test build does in a second what takes an hour otherwise.
const checkpointEveryMs = __FAIL_POINTS__ ? 200 : 60_000;

/** Taking hits goes before processing them: a hit that waits is on disk, a hit that is refused may be lost. */
const niceness = 5;

async function start(port: NonNullable<typeof parentPort>): Promise<void> {
  const { root, datasets, active, libsql, acceptLoss, geoDatabase } =
    workerData as EngineThreadData;
  const folder = openDataFolder(root);
  letOthersGoFirst();
  const files = libsqlOver(libsql);
  const steady = createSteadyClock(systemClock, () => performance.now());
  const { keys, drop, rotate, promote, pending } = await openKeyring({
    file: folder.masterKeyFile,
    control: files.control,
    clock: steady.now,
  });
  const seal = sealInThread(new URL('./seal-thread.js', import.meta.url));
  const openIndexFile = startIndexThread(new URL('./index-thread.js', import.meta.url));
  const settings = openLibsqlDatasets({ ...files, clock: systemClock });
  const engine: Engine = await runEngine({
    inbox: openLibsqlInboxSource(files.hits),
    clock: steady.now,
    followClock: steady.follow,
    openStores: ({ slug, timeZone }, anew) =>
      openDatasetStores({
        anew,
        slug,
        timeZone,
        paths: folder.dataset(slug),
        keys,
        dropKey: drop,
        keyChange: { keys, drop, promote, pending },
        control: files.control,
        seal,
        past: openPastStores(files.control, steady.now, slug),
        setRules: (rules) => settings.setRules(slug, rules),
        acceptLoss,
        openIndexFile,
        say: (text) => port.postMessage({ said: text } satisfies EngineWords),
      }),
    placeOf: geoDatabase === undefined ? undefined : openGeoDatabase(geoDatabase),
    eventSets: openLibsqlEventSets(files.control, steady.now),
    datasets,
    rotateKeys: () => rotate(),
    copyDatabases: databaseCopier(files),
    setAside: openLibsqlSetAside(files.hits),
    erasures: {
      book: openLibsqlErasures(files.control, steady.now),
      hits: openLibsqlVisitorHits(files.hits, files.control),
    },
    badLinesFile: folder.badLinesFile,
    importEnded: openLibsqlCounts(files.hits, steady.now).addImport,
    pollMs,
    checkpointEveryMs,
    active,
    holding: {
      retryAfterMs: retryHeldAfterMs,
      lastLow: (slug) => lastLow(files.control, slug),
    },
    // A thread that died of it would take calls into DuckDB with it, and they the process.
    failed: (why) => port.postMessage({ failed: packError(why) } satisfies EngineWords),
  });
  serveCalls(port, engine);
  port.postMessage('ready');
}

/** On Linux a thread has a priority of its own, and 0 means the thread that asks; elsewhere it would be the process. */
function letOthersGoFirst(): void {
  if (process.platform === 'linux') setPriority(0, niceness);
}

if (parentPort) await start(parentPort);
