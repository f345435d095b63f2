/** The built product as a process of its own, for benches: starts it, asks it, reads its memory, stops it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import type { Status } from '../core/contract/status.ts';

const startWaitMsMax = 120_000;
const pollMs = 20;

export interface Product {
  port: number;
  child: ChildProcess;
  /** From the start of the process to the first answer that says it is up. */
  startedAfterMs: number;
  status(): Promise<Status>;
  /** The most memory that it has had so far; 0 where the kernel does not say. */
  memoryMbMax(): number;
  memoryMb(): number;
  /** The time of processors that it has used so far, all threads together; 0 where the kernel does not say. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export function launcher(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'canister.mjs'))) folder = dirname(folder);
  return join(folder, 'canister.mjs');
}

/** @returns the write key */
export function createDataset(folder: string, slug = 'bench'): string {
  const command = [launcher(), 'dataset', 'create', slug, '--data', folder, '--json'];
  const made: unknown = JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }));
  return (made as { writeKey: string }).writeKey;
}

/** Starts the server on a data folder, without a limit to the rate of a dataset but for what `environment` says. */
export async function startProduct(
  folder: string,
  environment: Record<string, string> = {},
): Promise<Product> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [launcher(), 'serve', '--data', folder], {
    env: {
      ...process.env,
      PORT: String(port),
      CANISTER_HOST: '127.0.0.1',
      CANISTER_DATASET_RATE_MAX: '0',
      CANISTER_VISITOR_RATE_MAX: '0',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitFor(`http://127.0.0.1:${port}/healthz`);
  const status = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/api/status`)).json()) as Status;
  return {
    port,
    child,
    startedAfterMs: Math.round(performance.now() - startedAt),
    status,
    memoryMbMax: () => memoryMb(child.pid, 'VmHWM'),
    memoryMb: () => memoryMb(child.pid, 'VmRSS'),
    cpuMs: () => cpuMs(child.pid),
    stop: () => stop(child),
  };
}

export async function waitFor(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < startWaitMsMax; waitedMs += pollMs) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await pause(pollMs);
  }
  throw new Error(`${url} did not answer within ${startWaitMsMax} ms`);
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Counts in the database itself. Rows of the log are pruned once sessions are stored; the ids of its hits stay. */
export async function countAccepted(folder: string, slug = 'bench'): Promise<number> {
  const client = createClient({ url: `file:${join(folder, 'hits.db')}` });
  try {
    const sql = 'SELECT count(*) FROM recent_hit WHERE dataset = ?';
    const [result] = await client.batch([{ sql, args: [slug] }], 'read');
    return Number(result?.rows[0]?.[0]);
  } finally {
    client.close();
  }
}

/** The answer of one SELECT over the views of a dataset, asked through the command line on a stopped data folder. */
export function askSql(folder: string, sql: string, slug = 'bench'): Record<string, unknown>[] {
  const command = [launcher(), 'query', '--dataset', slug, '--data', folder, '--json', sql];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }));
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function memoryMb(pid: number | undefined, field: 'VmHWM' | 'VmRSS'): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1_024);
  } catch {
    // Not Linux, or the process has ended.
    return 0;
  }
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const msPerTick = 10;

function cpuMs(pid: number | undefined): number {
  try {
    // The name of the program, which may hold anything, stands in brackets before the figures.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    // Not Linux, or the process has ended.
    return 0;
  }
}
