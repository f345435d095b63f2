/**
 * How long the server takes to be itself again: a million hits that lie in the inbox are taken up (as after a crash
 * with all of them unstored), and an empty data folder accepts its first hit. The rate is also given for a tenth of
 * the rows, in the same run: taking up must not grow faster than the inbox.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillInbox, shopHits } from './fill-inbox.ts';
import { createDataset, launcher, median, pause, startProduct } from './product.ts';

const pollMs = 20;
const starts = 5;

export interface RecoverResult {
  hits: number;
  /** From the start of the process until the last of the hits was read. */
  seconds: number;
  /** Time of processors a hit. */
  cpuUsPerHit: number;
  memoryMbMax: number;
  tenth: { hits: number; seconds: number; cpuUsPerHit: number };
  /** From the start of the process on an empty folder to the answer 202 for a first hit, medians. */
  firstHitAfterMs: number;
  startedAfterMs: number;
  /** The baseline: how long this Node takes to start and do nothing. */
  bareNodeMs: number;
}

/** `BENCH_HITS` (1,000,000) says how many hits lie in the inbox. */
export async function recover(): Promise<RecoverResult> {
  const hits = Number(process.env.BENCH_HITS ?? 1_000_000);
  const tenth = await takeUp(Math.round(hits / 10));
  const whole = await takeUp(hits);
  const first = [];
  for (let round = 0; round < starts; round += 1) first.push(await firstHit());
  return {
    hits: whole.hits,
    seconds: whole.seconds,
    cpuUsPerHit: whole.cpuUsPerHit,
    memoryMbMax: whole.memoryMbMax,
    tenth: { hits: tenth.hits, seconds: tenth.seconds, cpuUsPerHit: tenth.cpuUsPerHit },
    firstHitAfterMs: median(first.map((one) => one.firstHitAfterMs)),
    startedAfterMs: median(first.map((one) => one.startedAfterMs)),
    bareNodeMs: median(await Promise.all(Array.from({ length: starts }, bareNode))),
  };
}

async function takeUp(hitsMax: number) {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const writeKey = createDataset(folder);
    const hits = await fillInbox(folder, 'bench', shopHits(writeKey, Date.now(), hitsMax));
    const startedAt = performance.now();
    const product = await startProduct(folder);
    while ((await product.status()).waitingHits > 0) await pause(pollMs);
    const seconds = Math.round((performance.now() - startedAt) / 10) / 100;
    const memoryMbMax = product.memoryMbMax();
    const cpuUsPerHit = Math.round((product.cpuMs() * 10_000) / hits) / 10;
    await product.stop();
    return { hits, seconds, cpuUsPerHit, memoryMbMax };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstHit() {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const dataset = createDataset(folder);
    const startedAt = performance.now();
    const product = await startProduct(folder);
    const hit = {
      dataset,
      id: crypto.randomUUID(),
      type: 'page_view',
      url: 'https://shop.example/',
    };
    const answer = await fetch(`http://127.0.0.1:${product.port}/hits`, {
      method: 'POST',
      body: JSON.stringify(hit),
    });
    if (answer.status !== 202) throw new Error(`the first hit was answered ${answer.status}`);
    const firstHitAfterMs = Math.round(performance.now() - startedAt);
    await product.stop();
    return { firstHitAfterMs, startedAfterMs: product.startedAfterMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bareNode(): Promise<number> {
  const { spawnSync } = await import('node:child_process');
  const startedAt = performance.now();
  spawnSync(process.execPath, ['-e', '0'], { cwd: join(launcher(), '..') });
  return Math.round(performance.now() - startedAt);
}
