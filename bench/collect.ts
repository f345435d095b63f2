/**
 * How many single hits a second the built product takes, against a bare Hono route and against raw group commits of
 * libSQL in the same run, and whether every accepted answer is a stored row. The load comes from a process of its own, over plain keep-alive sockets.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { generateLoad, type Load, type LoadOptions } from './load.ts';
import {
  countAccepted,
  createDataset,
  freePort,
  launcher,
  median,
  type Product,
  pause,
  startProduct,
  stop,
  waitFor,
} from './product.ts';
import { commitRaw, type RawCommit } from './raw-commit.ts';

const rounds = 3;
const roleVariable = 'BENCH_COLLECT_ROLE';
const optionsVariable = 'BENCH_COLLECT_OPTIONS';

/** Measured rates and times, and hits that were answered as accepted but are not in the database (must be 0). */
export interface CollectResult {
  requestsPerSecond: number;
  bareRequestsPerSecond: number;
  ratio: number;
  /** Rows a second that libSQL alone commits, in groups as large as there are connections. */
  rawRowsPerSecond: number;
  ratioToRaw: number;
  p50Ms: number;
  p99Ms: number;
  bareP99Ms: number;
  accepted: number;
  stored: number;
  lost: number;
  connections: number;
  /** How far the engine was behind when the last load had ended, and how long it took to catch up. */
  engineAtEnd: { waitingHits: number; lagMs: number; emptyAfterMs: number };
  secondsPerRound: number;
  rounds: { collector: Load; bare: Load; raw: RawCommit }[];
}

/**
 * Runs the comparison: medians of alternating rounds. `BENCH_SECONDS` (default 5) is the length of one round,
 * `BENCH_CONNECTIONS` (default 128) how many senders there are. Takes a minute; prints nothing.
 */
export async function collect(): Promise<CollectResult> {
  const role = process.env[roleVariable];
  if (role === 'load') return sendLoad();
  if (role === 'raw') return sendRaw();
  if (role === 'bare') return serveBare(Number(process.env.PORT));
  const seconds = Number(process.env.BENCH_SECONDS ?? 5);
  const connections = Number(process.env.BENCH_CONNECTIONS ?? 128);
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  const writeKey = createDataset(folder);
  const children: ChildProcess[] = [];
  try {
    const barePort = await freePort();
    const product = await startProduct(folder);
    const { port } = product;
    children.push(product.child, startSelf('bare', { PORT: String(barePort) }));
    await waitFor(`http://127.0.0.1:${barePort}/`);
    const measure = (to: number, time: number) =>
      runLoad({ port: to, writeKey, seconds: time, connections });
    const warm = [await measure(port, 1), await measure(barePort, 1)][0];
    const measured: CollectResult['rounds'] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        collector: await measure(port, seconds),
        bare: await measure(barePort, seconds),
        raw: await runRaw({ seconds, rowsPerBatch: connections }),
      });
    }
    const { waitingHits, lagMs } = await product.status();
    const emptyAfterMs = await emptied(product);
    await product.stop();
    const accepted = [...measured.map((one) => one.collector), warm].reduce(
      (sum, load) => sum + (load?.accepted ?? 0),
      0,
    );
    const stored = await countAccepted(folder);
    return {
      ...summary(measured),
      accepted,
      stored,
      lost: accepted - stored,
      connections,
      engineAtEnd: { waitingHits, lagMs, emptyAfterMs },
      secondsPerRound: seconds,
      rounds: measured,
    };
  } finally {
    await Promise.all(children.map(stop));
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(measured: CollectResult['rounds']) {
  const collector = measured.map((one) => one.collector);
  const bare = measured.map((one) => one.bare);
  const requestsPerSecond = median(collector.map((load) => load.requestsPerSecond));
  const bareRequestsPerSecond = median(bare.map((load) => load.requestsPerSecond));
  const rawRowsPerSecond = median(measured.map((one) => one.raw.rowsPerSecond));
  const ratioTo = (baseline: number) => Math.round((requestsPerSecond / baseline) * 1_000) / 1_000;
  return {
    requestsPerSecond,
    bareRequestsPerSecond,
    ratio: ratioTo(bareRequestsPerSecond),
    rawRowsPerSecond,
    ratioToRaw: ratioTo(rawRowsPerSecond),
    p50Ms: median(collector.map((load) => load.p50Ms)),
    p99Ms: median(collector.map((load) => load.p99Ms)),
    bareP99Ms: median(bare.map((load) => load.p99Ms)),
  };
}

async function emptied(product: Product): Promise<number> {
  const startedAt = performance.now();
  while ((await product.status()).waitingHits > 0) await pause(100);
  return Math.round(performance.now() - startedAt);
}

/** The baseline: the same server and router, and nothing behind them. */
function serveBare(port: number): Promise<never> {
  const app = new Hono();
  app.get('/', (c) => c.text('ready'));
  app.post('/hits', (c) => c.json({ accepted: 1 }, 202));
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
  return new Promise(() => {});
}

/** Starts this bench once more, in another role. */
function startSelf(
  role: 'load' | 'bare' | 'raw',
  environment: Record<string, string>,
): ChildProcess {
  return spawn(process.execPath, [launcher(), '--program', 'bench', 'collect'], {
    env: { ...process.env, ...environment, [roleVariable]: role },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export const runLoad = (load: LoadOptions): Promise<Load> => runSelf('load', load);

interface RawOptions {
  seconds: number;
  rowsPerBatch: number;
}

const runRaw = (raw: RawOptions): Promise<RawCommit> => runSelf('raw', raw);

/** Has a process of its own do its part and report. */
function runSelf<T>(role: 'load' | 'raw', options: object): Promise<T> {
  const child = startSelf(role, { [optionsVariable]: JSON.stringify(options) });
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as T));
    child.once('exit', (code) =>
      reject(new Error(`the process of the ${role} ended with code ${code}`)),
    );
  });
}

/** The other end of `runSelf`. */
const givenOptions = () => JSON.parse(process.env[optionsVariable] ?? '{}');

async function sendLoad(): Promise<never> {
  return report(await generateLoad(givenOptions()));
}

async function sendRaw(): Promise<never> {
  const { seconds, rowsPerBatch } = givenOptions() as RawOptions;
  return report(await commitRaw(seconds, rowsPerBatch));
}

const report = (measured: object): Promise<never> =>
  new Promise(() => process.send?.(measured, undefined, {}, () => process.exit(0)));
