/**
 * A whole core in one thread over a temporary folder, made of the constructors that production uses: libSQL files,
 * segments, DuckDB. Time stands still unless a test moves it, and nothing runs unless a test asks for a step.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { LongTermCanister } from '../canisters/long-term.ts';
import type { ActiveLimits } from '../canisters/room.ts';
import type { Clock } from '../clock.ts';
import type { Dataset, DatasetInput } from '../contract/dataset.ts';
import type { ReceivedHit } from '../contract/hit.ts';
import type { ImportInput, ImportSummary } from '../contract/import.ts';
import { retentionRulesSchema } from '../contract/upkeep.ts';
import { type RunningEngine, runEngine } from '../engine/run-engine.ts';
import type { EventSets } from '../events/event-sets.ts';
import type { PlaceOf } from '../hits/enrichment.ts';
import type { DatasetConfig, Datasets } from '../settings/datasets.ts';
import type { InboxSource } from '../sources/inbox-source.ts';
import type { VisitorHits } from '../sources/visitor-hits.ts';
import { databaseCopier } from '../stores/backup-folder.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { finishRemovals, openDatasetRemoval } from '../stores/dataset-removal.ts';
import { lastLow, openDatasetStores } from '../stores/dataset-stores.ts';
import { openPastStores } from '../stores/libsql-backfills.ts';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { openLibsqlDatasets } from '../stores/libsql-datasets.ts';
import { openLibsqlErasures } from '../stores/libsql-erasures.ts';
import { openLibsqlEventSets } from '../stores/libsql-events.ts';
import { type LibsqlFile, openLibsqlFile } from '../stores/libsql-file.ts';
import { openLibsqlInboxSource } from '../stores/libsql-inbox.ts';
import { openLibsqlSetAside } from '../stores/libsql-set-aside.ts';
import { openLibsqlVisitorHits } from '../stores/libsql-visitor-hits.ts';
import { openKeyring } from '../stores/master-key.ts';
import { controlMigrations, hitsMigrations } from '../stores/migrations/migrations.ts';
import { type SwapStep, settleRecut } from '../stores/recut-folder.ts';
import type { EraseStep } from '../stores/segment-erase.ts';

/** Saturday, 21 November 2026, 10:00 UTC. */
export const worldStartMs = Date.UTC(2026, 10, 21, 10);
const neverMs = 1e12;
const roomy: ActiveLimits = { bytesMax: 1e9, sessionsMax: 1e6 };

export interface Stores {
  analytics: AnalyticsStore;
  canister: LongTermCanister;
}

export interface WorldOptions {
  /** A big number by default: nothing is checkpointed before the test says so. */
  checkpointEveryMs?: number;
  /** Small numbers make the short-term canister run over. */
  active?: ActiveLimits;
  /** Puts something between the engine and its stores, such as a fault. */
  wrapStores?: (stores: Stores, slug: string) => Stores;
  wrapInbox?: (inbox: InboxSource) => InboxSource;
  /** The clock of the engine, made of that of the world. */
  wrapClock?: (clock: Clock) => Clock;
  acceptLoss?: boolean;
  /** The published events. */
  eventSets?: EventSets;
  /** A dataset that fails is held, and opened again after so long; without it its failure is that of the engine. */
  retryHeldAfterMs?: number;
  /** Called at each step of a swap of recuts. */
  swapReached?: (step: SwapStep) => void;
  /** Called at each step of the rewriting of a segment. */
  eraseReached?: (step: EraseStep) => void;
  wrapVisitorHits?: (hits: VisitorHits) => VisitorHits;
  /** Says where addresses are. */
  placeOf?: PlaceOf;
  /** Takes what the administrator is told. */
  said?: string[];
}

/** A hit as the inbox holds it; everything left out gets a valid value. */
export type TestHit = Partial<ReceivedHit> & { dataset?: string };

export interface World {
  /** The engine of the running core; another one after `reopen`. */
  readonly engine: RunningEngine;
  readonly datasets: Datasets;
  readonly hits: LibsqlFile;
  readonly control: LibsqlFile;
  /** Where the data lies; another folder after `crash`. */
  readonly root: string;
  readonly now: () => number;
  /** Moves the time on, by milliseconds. */
  advance(ms: number): void;
  dataset(input: DatasetInput): Promise<Dataset>;
  /** Puts hits into the inbox as a collector does: one batch, at the present time. Gives their ids. */
  send(...hits: TestHit[]): Promise<string[]>;
  /** Puts any bytes into the inbox. */
  sendBody(dataset: string, body: Uint8Array): Promise<void>;
  /** Steps until there is nothing left to read and nothing left to end. */
  settle(): Promise<void>;
  /** The rows of a SELECT over the public views. */
  sql(slug: string, sql: string): Promise<unknown[][]>;
  /** The stores of a dataset as the engine has them. */
  stores(slug: string): Stores;
  importText(
    slug: string,
    files: Record<string, string | Uint8Array>,
    options?: ImportInput & { pieceBytes?: number },
  ): Promise<ImportSummary>;
  /** Ends like a killed process: the next `reopen` finds the files as they are at this moment. */
  crash(): Promise<void>;
  /** Starts the core again on what a crash or a stop left. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const base = mkdtempSync(join(tmpdir(), 'canister-world-'));
  let now = worldStartMs;
  let hitsSent = 0;
  let lives = 0;
  let root = join(base, 'life-0');
  let core = await openCore(root, () => now, options);

  const world: World = {
    get engine() {
      return core.engine;
    },
    get datasets() {
      return core.datasets;
    },
    get hits() {
      return core.hits;
    },
    get control() {
      return core.control;
    },
    get root() {
      return root;
    },
    now: () => now,
    advance(ms) {
      now += ms;
    },
    async dataset(input) {
      const dataset = await core.datasets.create(input);
      const config = (await configsOf(core.datasets)).find(({ slug }) => slug === dataset.slug);
      if (config) await core.engine.openDataset(config);
      return dataset;
    },
    async send(...hits) {
      const complete = hits.map((hit) => {
        hitsSent += 1;
        return completeHit(hit, hitsSent);
      });
      await append(
        core.hits,
        now,
        complete.map(({ dataset, ...hit }) => [dataset, Buffer.from(JSON.stringify(hit))]),
      );
      return complete.map(({ id }) => id.replaceAll('-', ''));
    },
    sendBody: (dataset, body) => append(core.hits, now, [[dataset, body]]),
    async settle() {
      // A step that finds nothing may write a heartbeat, which the next one reads.
      for (let quiet = 0; quiet < 2; quiet = (await core.engine.step()) ? 0 : quiet + 1);
    },
    sql: async (slug, sql) => (await world.stores(slug).analytics.query(sql, [])).rows,
    stores(slug) {
      const stores = core.stores.get(slug);
      if (stores === undefined) throw new Error(`the dataset ${slug} is not open`);
      return stores;
    },
    importText: (slug, files, { pieceBytes = 1 << 20, ...importOptions } = {}) =>
      importFiles(core.engine, slug, files, importOptions, pieceBytes),
    async crash() {
      lives += 1;
      const image = join(base, `life-${lives}`);
      // What a killed process leaves is what the files hold now: closing them properly would write more.
      cpSync(root, image, { recursive: true, filter: (path) => !path.endsWith('-shm') });
      await core.close();
      rmSync(root, { recursive: true });
      root = image;
    },
    async reopen() {
      await core.close();
      core = await openCore(root, () => now, options);
    },
    async close() {
      await core.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
  return world;
}

export interface Core {
  engine: RunningEngine;
  datasets: Datasets;
  hits: LibsqlFile;
  control: LibsqlFile;
  stores: ReadonlyMap<string, Stores>;
  /** Closes the files without storing anything. Doing it twice is doing it once. */
  close(): Promise<void>;
}

/** Opens the core of one data folder; the engine moves by steps only. */
export async function openCore(
  root: string,
  clock: () => number,
  options: WorldOptions,
): Promise<Core> {
  const { checkpointEveryMs = neverMs, active = roomy, wrapStores, wrapInbox } = options;
  const folder = openDataFolder(root);
  const hits = await openLibsqlFile(folder.hitsFile, hitsMigrations);
  const control = await openLibsqlFile(folder.controlFile, controlMigrations);
  const datasets = openLibsqlDatasets({ control, hits, clock });
  const { keys, drop, rotate, promote, pending } = await openKeyring({
    file: folder.masterKeyFile,
    control,
    clock,
  });
  const stores = new Map<string, Stores>();
  await finishRemovals(datasets, openDatasetRemoval({ hits, control, folder }));
  for (const { slug } of await datasets.list())
    await settleRecut(folder.dataset(slug), (rules) => datasets.setRules(slug, rules));
  const inbox = openLibsqlInboxSource(hits);
  const engine = await runEngine({
    inbox: wrapInbox?.(inbox) ?? inbox,
    clock: options.wrapClock?.(clock) ?? clock,
    placeOf: options.placeOf,
    eventSets: options.eventSets ?? openLibsqlEventSets(control, clock),
    async openStores({ slug, timeZone }, anew) {
      const real = await openDatasetStores({
        anew,
        slug,
        timeZone,
        paths: folder.dataset(slug),
        keys,
        dropKey: drop,
        keyChange: { keys, drop, promote, pending },
        control,
        past: openPastStores(control, clock, slug),
        acceptLoss: options.acceptLoss ?? false,
        say: (text) => options.said?.push(text),
        setRules: (rules) => datasets.setRules(slug, rules),
        reached: (step) => options.swapReached?.(step),
        eraseReached: (step) => options.eraseReached?.(step),
      });
      stores.set(slug, real);
      return {
        ...(wrapStores?.(real, slug) ?? real),
        recut: real.recut,
        past: real.past,
        erasePlace: real.erasePlace,
        copies: real.copies,
      };
    },
    datasets: await configsOf(datasets),
    rotateKeys: () => rotate(),
    copyDatabases: databaseCopier({ hits, control }),
    setAside: openLibsqlSetAside(hits),
    erasures: {
      book: openLibsqlErasures(control, clock),
      hits: (options.wrapVisitorHits ?? ((real) => real))(openLibsqlVisitorHits(hits, control)),
    },
    badLinesFile: folder.badLinesFile,
    importEnded: openLibsqlCounts(hits, clock).addImport,
    pollMs: 0,
    checkpointEveryMs,
    active,
    ...(options.retryHeldAfterMs === undefined
      ? {}
      : {
          holding: {
            retryAfterMs: options.retryHeldAfterMs,
            lastLow: (slug: string) => lastLow(control, slug),
          },
        }),
    failed(error) {
      throw error;
    },
  });
  let closed = false;
  return {
    engine,
    datasets,
    hits,
    control,
    stores,
    async close() {
      if (closed) return;
      closed = true;
      await engine.leaveJobs();
      for (const { analytics, canister } of stores.values()) {
        await analytics.close();
        await canister.close();
      }
      hits.close();
      control.close();
    },
  };
}

/** All datasets as the engine takes them. */
export async function configsOf(datasets: Datasets): Promise<DatasetConfig[]> {
  const entries = new Map((await datasets.entries()).map((entry) => [entry.slug, entry]));
  return (await datasets.list()).map(({ slug, ...settings }) => ({
    slug,
    hosts: settings.hosts,
    timeZone: settings.timeZone,
    idleTimeoutMs: settings.idleTimeoutMs,
    cutAtMidnight: settings.cutAtMidnight,
    cutOnNewCampaign: settings.cutOnNewCampaign,
    retention: retentionRulesSchema.parse(settings),
    index: settings.index,
    hitRules: settings.hitRules,
    addressSecret: entries.get(slug)?.addressSecret ?? '',
  }));
}

function completeHit(
  { dataset = 'shop', ...hit }: TestHit,
  number: number,
): ReceivedHit & { dataset: string } {
  return {
    id: `01979a00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,
    type: 'page_view',
    visitor: 'v1',
    url: 'https://shop.example/',
    client: {
      userAgent:
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    },
    ...hit,
    dataset,
  };
}

async function append(
  hits: LibsqlFile,
  receivedAt: number,
  rows: readonly (readonly [dataset: string, body: Uint8Array])[],
): Promise<void> {
  const sql = 'INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES (?, ?, ?, ?)';
  await hits.batch(
    rows.map(([dataset, body]) => ({ sql, args: [dataset, new Uint8Array(16), receivedAt, body] })),
    'write',
  );
}

async function importFiles(
  engine: RunningEngine,
  slug: string,
  files: Record<string, string | Uint8Array>,
  options: ImportInput,
  pieceBytes: number,
): Promise<ImportSummary> {
  const number = await engine.beginImport(slug, options);
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = Buffer.from(content);
      await engine.beginFile(number, name);
      for (let start = 0; start < bytes.length; start += pieceBytes)
        await engine.feedFile(number, bytes.subarray(start, start + pieceBytes));
      await engine.endFile(number);
    }
    return await engine.finishImport(number);
  } catch (error) {
    await engine.abandonImport(number);
    throw error;
  }
}
