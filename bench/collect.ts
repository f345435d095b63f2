/**
 * How many single hits a second the built product takes, against a bare Hono route in the same run, and whether every
 * accepted answer is a stored row. The load comes from a process of its own, over plain keep-alive sockets.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { createClient } from '@libsql/client';
import { Hono } from 'hono';
import { generateLoad, type Load, type LoadOptions } from './load.ts';

const rounds = 3;
const startWaitMsMax = 60_000;
const roleVariable = 'BENCH_COLLECT_ROLE';
const loadVariable = 'BENCH_COLLECT_LOAD';

/** Measured rates and times, and hits that were answered as accepted but are not in the database (must be 0). */
export interface CollectResult {
  requestsPerSecond: number;
  bareRequestsPerSecond: number;
  ratio: number;
  p50Ms: number;
  p99Ms: number;
  bareP99Ms: number;
  accepted: number;
  stored: number;
  lost: number;
  connections: number;
  secondsPerRound: number;
  rounds: { collector: Load; bare: Load }[];
}

/**
 * Runs the comparison: medians of alternating rounds. `BENCH_SECONDS` (default 5) is the length of one round,
 * `BENCH_CONNECTIONS` (default 64) how many senders there are. Takes a minute; prints nothing.
 */
export async function collect(): Promise<CollectResult> {
  const role = process.env[roleVariable];
  if (role === 'load') return sendLoad();
  if (role === 'bare') return serveBare(Number(process.env.PORT));
  const seconds = Number(process.env.BENCH_SECONDS ?? 5);
  const connections = Number(process.env.BENCH_CONNECTIONS ?? 64);
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  const writeKey = createDataset(folder);
  const children: ChildProcess[] = [];
  try {
    const [port, barePort] = [await freePort(), await freePort()];
    const product = startProduct(folder, port);
    children.push(product, startSelf('bare', { PORT: String(barePort) }));
    await Promise.all([
      waitFor(`http://127.0.0.1:${port}/healthz`),
      waitFor(`http://127.0.0.1:${barePort}/`),
    ]);
    const measure = (to: number, time: number) =>
      runLoad({ port: to, writeKey, seconds: time, connections });
    const warm = [await measure(port, 1), await measure(barePort, 1)][0];
    const measured: CollectResult['rounds'] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        collector: await measure(port, seconds),
        bare: await measure(barePort, seconds),
      });
    }
    await stop(product);
    const accepted = [...measured.map((one) => one.collector), warm].reduce(
      (sum, load) => sum + (load?.accepted ?? 0),
      0,
    );
    const stored = await countStored(folder);
    return {
      ...summary(measured),
      accepted,
      stored,
      lost: accepted - stored,
      connections,
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
  return {
    requestsPerSecond,
    bareRequestsPerSecond,
    ratio: Math.round((requestsPerSecond / bareRequestsPerSecond) * 1_000) / 1_000,
    p50Ms: median(collector.map((load) => load.p50Ms)),
    p99Ms: median(collector.map((load) => load.p99Ms)),
    bareP99Ms: median(bare.map((load) => load.p99Ms)),
  };
}

/** The baseline: the same server and router, and nothing behind them. */
function serveBare(port: number): Promise<never> {
  const app = new Hono();
  app.get('/', (c) => c.text('ready'));
  app.post('/hits', (c) => c.json({ accepted: 1 }, 202));
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
  return new Promise(() => {});
}

function launcher(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'canister.mjs'))) folder = dirname(folder);
  return join(folder, 'canister.mjs');
}

/** @returns the write key */
function createDataset(folder: string): string {
  const command = [launcher(), 'dataset', 'create', 'bench', '--data', folder, '--json'];
  const made: unknown = JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }));
  return (made as { writeKey: string }).writeKey;
}

function startProduct(folder: string, port: number): ChildProcess {
  return spawn(process.execPath, [launcher(), 'serve', '--data', folder], {
    env: {
      ...process.env,
      PORT: String(port),
      CANISTER_HOST: '127.0.0.1',
      CANISTER_DATASET_RATE_MAX: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Starts this bench once more, in another role. */
function startSelf(role: 'load' | 'bare', environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [launcher(), '--program', 'bench', 'collect'], {
    env: { ...process.env, ...environment, [roleVariable]: role },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function runLoad(load: LoadOptions): Promise<Load> {
  const child = startSelf('load', { [loadVariable]: JSON.stringify(load) });
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as Load));
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${code}`)));
  });
}

/** The other end of `runLoad`: measures, reports to the parent and ends. */
async function sendLoad(): Promise<never> {
  const load = await generateLoad(JSON.parse(process.env[loadVariable] ?? '{}'));
  return new Promise(() => process.send?.(load, undefined, {}, () => process.exit(0)));
}

async function waitFor(url: string): Promise<void> {
  const waitMs = 100;
  for (let waitedMs = 0; waitedMs < startWaitMsMax; waitedMs += waitMs) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  throw new Error(`${url} did not answer within ${startWaitMsMax} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Counts in the database itself. Rows of the log are pruned once sessions are stored; the ids of its hits stay. */
async function countStored(folder: string): Promise<number> {
  const client = createClient({ url: `file:${join(folder, 'hits.db')}` });
  try {
    const sql = "SELECT count(*) FROM recent_hit WHERE dataset = 'bench'";
    const [result] = await client.batch([sql], 'read');
    return Number(result?.rows[0]?.[0]);
  } finally {
    client.close();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
