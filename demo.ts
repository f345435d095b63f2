/**
 * Fills a data folder with a generated week of traffic. Every hit goes the real way, through collector, inbox and
 * engine; only the time is handed in, so that a week takes seconds.
 */
import { Hono } from 'hono';
import { createCollector } from './collector-edge/app.ts';
import { createLibsqlInbox } from './collector-edge/inbox/libsql-inbox.ts';
import type { Dataset } from './core/contract/dataset.ts';
import { runEngine } from './core/run-engine.ts';
import { lockDataFolder, openDataFolder } from './core/stores/data-folder.ts';
import { openDuckDbAnalytics } from './core/stores/duckdb-analytics.ts';
import { openLibsqlDatasets } from './core/stores/libsql-datasets.ts';
import { openLibsqlFile } from './core/stores/libsql-file.ts';
import { openLibsqlInboxSource } from './core/stores/libsql-inbox.ts';
import { openDataKeys, openMasterKey } from './core/stores/master-key.ts';
import { controlMigrations, hitsMigrations } from './core/stores/migrations/migrations.ts';
import { openSegmentCanister } from './core/stores/segment-canister.ts';
import { generateTraffic } from './core/testing/seed.ts';

export const demoSlug = 'demo-shop';
const demoHost = 'https://shop.example';
const days = 7;
const requestsAtOnce = 100;
/** Requests handed in together lie at most this far apart. */
const togetherMs = 60_000;
/** How far the engine may be behind, in handed-in time: each step stores what has ended. */
const stepMs = 20 * 60_000;

/**
 * @param nowMs the end of the week, epoch milliseconds
 * @param progress called now and then with how much of the week is done, 0 to 1
 */
export async function fillWithDemo(
  dataFolder: string,
  nowMs: number,
  progress: (share: number) => void,
): Promise<void> {
  const folder = openDataFolder(dataFolder);
  const lock = lockDataFolder(folder.root);
  let now = nowMs - days * 86_400_000;
  const clock = () => now;
  const hits = await openLibsqlFile(folder.hitsFile, hitsMigrations);
  const control = await openLibsqlFile(folder.controlFile, controlMigrations);
  const datasets = openLibsqlDatasets({ control, hits, clock });
  const dataset = await makeDataset(datasets.list, () =>
    datasets.create({
      slug: demoSlug,
      name: 'Demo shop (generated traffic)',
      timeZone: 'Europe/Berlin',
      hosts: ['shop.example'],
    }),
  );
  const [entry] = await datasets.entries();
  if (dataset === undefined || entry === undefined) {
    lock.release();
    return;
  }
  const keys = openDataKeys({ control, masterKey: openMasterKey(folder.masterKeyFile), clock });
  const engine = await runEngine({
    inbox: openLibsqlInboxSource(hits),
    clock,
    async openStores(slug) {
      const paths = folder.dataset(slug);
      const canister = openSegmentCanister({ dataset: slug, folder: paths.canister, keys });
      return { canister, analytics: await openDuckDbAnalytics(paths.analyticsFile) };
    },
    datasets: [{ ...dataset, addressSecret: entry.addressSecret }],
    badLinesFile: folder.badLinesFile,
    pollMs: 0,
    failed: (error) => {
      throw error;
    },
  });
  const inbox = createLibsqlInbox({ client: hits, clock });
  const collector = new Hono<{ Bindings: { address: string } }>();
  collector.route(
    '/',
    createCollector({
      inbox,
      directory: { find: (writeKey) => (writeKey === dataset.writeKey ? entry : undefined) },
      clock,
      trackerScript: '',
      peerAddress: (c) => (c.env as { address?: string }).address,
      trustedProxies: [],
    }),
  );

  const startedAt = now;
  let steppedAt = now;
  let waiting: Promise<void>[] = [];
  for (const request of generateTraffic({
    endMs: nowMs,
    days,
    writeKey: dataset.writeKey,
    host: demoHost,
  })) {
    if (request.atMs - now > togetherMs || waiting.length >= requestsAtOnce) {
      await Promise.all(waiting);
      waiting = [];
      now = Math.max(now, request.atMs);
      if (now - steppedAt > stepMs) {
        await engine.step();
        steppedAt = now;
      }
      progress((now - startedAt) / (nowMs - startedAt));
    }
    now = Math.max(now, request.atMs);
    waiting.push(send(collector, request));
  }
  await Promise.all(waiting);
  now = nowMs;
  while (await engine.step());
  await inbox.flush();
  await engine.stop();
  hits.close();
  control.close();
  lock.release();
}

/** Makes the dataset, unless the folder was filled before. */
async function makeDataset(
  list: () => Promise<Dataset[]>,
  create: () => Promise<Dataset>,
): Promise<Dataset | undefined> {
  return (await list()).length > 0 ? undefined : await create();
}

async function send(
  collector: Hono<{ Bindings: { address: string } }>,
  request: { address: string; userAgent: string; acceptLanguage: string; body: unknown },
): Promise<void> {
  const response = await collector.request(
    '/hits',
    {
      method: 'POST',
      headers: {
        'User-Agent': request.userAgent,
        'Accept-Language': request.acceptLanguage,
        'Content-Type': 'text/plain',
      },
      body: JSON.stringify(request.body),
    },
    { address: request.address },
  );
  if (response.status !== 202)
    throw new Error(`the collector refused a generated hit: ${await response.text()}`);
}
