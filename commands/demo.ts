/**
 * Fills a new data folder with two generated weeks of traffic: the last one, and one to compare it with. Every hit goes
 * the real way, through collector, inbox and engine; only the time is handed in, so that a week takes seconds.
 */
import { Hono } from 'hono';
import { createCollector } from '../collector-edge/app.ts';
import { createLibsqlInbox } from '../collector-edge/inbox/libsql-inbox.ts';
import { usualActiveLimits } from '../core/canisters/room.ts';
import type { Clock } from '../core/clock.ts';
import { createDefinitionDesk } from '../core/desks/definition-desk.ts';
import { type RunningEngine, runEngine } from '../core/engine/run-engine.ts';
import { openDataFolder } from '../core/stores/data-folder.ts';
import { openDuckDbAnalytics } from '../core/stores/duckdb-analytics.ts';
import { lockDataFolder } from '../core/stores/folder-lock.ts';
import { openLibsqlDatasets } from '../core/stores/libsql-datasets.ts';
import { openLibsqlDefinitions } from '../core/stores/libsql-definitions.ts';
import { openLibsqlFile } from '../core/stores/libsql-file.ts';
import { openLibsqlInboxSource } from '../core/stores/libsql-inbox.ts';
import { openLibsqlSetAside } from '../core/stores/libsql-set-aside.ts';
import { openKeyring } from '../core/stores/master-key.ts';
import { controlMigrations, hitsMigrations } from '../core/stores/migrations/migrations.ts';
import { openSegmentCanister } from '../core/stores/segment-canister.ts';
import { generateTraffic, holdBack, type SeedRequest } from '../core/testing/seed.ts';
import { defineDemo } from './demo-definitions.ts';

export const demoSlug = 'demo-shop';
const demoHost = 'shop.example';
const days = 14;
const dayMs = 86_400_000;
/** Requests that are sent together: as a page that was offline sends its hits, with the times that they had. */
const together = { requestsMax: 100, spanMsMax: 4 * 60_000 };
/** How far the engine may be behind, in handed-in time: each step stores what has ended. */
const stepMs = 60 * 60_000;

type Collector = Hono<{ Bindings: { address: string } }>;

/**
 * @param dataFolder a folder that does not exist yet
 * @param nowMs the end of the weeks, epoch milliseconds
 * @param progress called now and then with how much of the weeks is done, 0 to 1
 */
export async function fillWithDemo(
  dataFolder: string,
  nowMs: number,
  progress: (share: number) => void,
): Promise<void> {
  const startedAt = nowMs - days * dayMs;
  let now = startedAt;
  let steppedAt = startedAt;
  const { writeKey, engine, collector, close } = await openDemo(dataFolder, () => now, nowMs);
  let waiting: SeedRequest[] = [];

  async function sendWaiting(): Promise<void> {
    now = Math.max(now, waiting.at(-1)?.atMs ?? now);
    await Promise.all(waiting.map((request) => send(collector, holdBack(request, now))));
    waiting = [];
    if (now - steppedAt < stepMs) return;
    steppedAt = now;
    await engine.step();
    progress((now - startedAt) / (nowMs - startedAt));
  }

  const traffic = { endMs: nowMs, days, writeKey, host: `https://${demoHost}` };
  for (const request of generateTraffic(traffic)) {
    const spanMs = request.atMs - (waiting[0]?.atMs ?? request.atMs);
    if (spanMs > together.spanMsMax || waiting.length >= together.requestsMax) await sendWaiting();
    waiting.push(request);
  }
  await sendWaiting();
  now = nowMs;
  await close();
}

/** The product in one thread, over a clock that is handed in. */
async function openDemo(dataFolder: string, clock: Clock, endMs: number) {
  const folder = openDataFolder(dataFolder);
  const lock = await lockDataFolder(folder.root);
  const hits = await openLibsqlFile(folder.hitsFile, hitsMigrations);
  const control = await openLibsqlFile(folder.controlFile, controlMigrations);
  const datasets = openLibsqlDatasets({ control, hits, clock });
  const dataset = await datasets.create({
    slug: demoSlug,
    name: 'Demo shop (generated traffic)',
    timeZone: 'Europe/Berlin',
    hosts: [demoHost],
  });
  const desk = createDefinitionDesk(datasets, openLibsqlDefinitions(control, clock));
  await defineDemo(desk, demoSlug, { endMs, days, timeZone: dataset.timeZone });
  const [entry] = await datasets.entries();
  if (entry === undefined) throw new Error('the new dataset has no entry for collectors');
  const { keys, rotate } = await openKeyring({ file: folder.masterKeyFile, control, clock });
  const engine: RunningEngine = await runEngine({
    inbox: openLibsqlInboxSource(hits),
    setAside: openLibsqlSetAside(hits),
    clock,
    async openStores({ slug, timeZone }) {
      const paths = folder.dataset(slug);
      const canister = openSegmentCanister({ dataset: slug, folder: paths.canister, keys });
      return { canister, analytics: await openDuckDbAnalytics(paths.analyticsFile, timeZone) };
    },
    datasets: [{ ...dataset, addressSecret: entry.addressSecret }],
    rotateKeys: () => rotate(),
    badLinesFile: folder.badLinesFile,
    importEnded: async () => {},
    pollMs: 0,
    checkpointEveryMs: days * dayMs,
    active: usualActiveLimits,
    failed(error) {
      throw error;
    },
  });
  const inbox = createLibsqlInbox({ client: hits, clock });
  const collector: Collector = new Hono();
  collector.route(
    '/',
    createCollector({
      inbox,
      directory: { find: (writeKey) => (writeKey === dataset.writeKey ? entry : undefined) },
      clock,
      trackerScript: '',
      vitalsScript: '',
      peerAddress: (c) => (c.env as { address?: string }).address,
      trustedProxies: [],
    }),
  );
  const { writeKey } = dataset;
  const close = async () => {
    await inbox.flush();
    await engine.stop();
    hits.close();
    control.close();
    lock.release();
  };
  return { writeKey, engine, collector, close };
}

async function send(collector: Collector, request: SeedRequest): Promise<void> {
  const headers = {
    'User-Agent': request.userAgent,
    'Accept-Language': request.acceptLanguage,
    'Content-Type': 'text/plain',
  };
  const body = JSON.stringify(request.body);
  const response = await collector.request(
    '/hits',
    { method: 'POST', headers, body },
    { address: request.address },
  );
  if (response.status !== 202) {
    throw new Error(`the collector refused a generated hit: ${await response.text()}`);
  }
}
