/**
 * Ten times the hits that a dataset may bring, for half a minute: how many of them are still taken, what the rest is
 * answered, what it does to memory, and how soon all is as before. The baseline is the same server under just the
 * rate that the dataset may bring, in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLoad } from './collect.ts';
import type { Load } from './load.ts';
import { countAccepted, createDataset, type Product, pause, startProduct } from './product.ts';

const rateMax = 2_000;
const times = 10;
const calmSeconds = 10;
const connections = 256;
const probeMsMax = 50;
const recoverMsMax = 60_000;

export interface OverloadResult {
  rateMax: number;
  normalPerSecond: number;
  offeredPerSecond: number;
  acceptedPerSecond: number;
  /** Accepted under overload over accepted before it. */
  ratio: number;
  refusedByStatus: Record<string, number>;
  p99Ms: number;
  memoryMb: { before: number; atEnd: number; max: number };
  /** Until a hit is accepted within 50 ms again and no hit waits for the engine. */
  recoveredAfterMs: number;
  lost: number;
}

/** `BENCH_SECONDS` (30) is how long the overload lasts. */
export async function overload(): Promise<OverloadResult> {
  const seconds = Number(process.env.BENCH_SECONDS ?? 30);
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const writeKey = createDataset(folder);
    const product = await startProduct(folder, { CANISTER_DATASET_RATE_MAX: String(rateMax) });
    const target = { port: product.port, writeKey, connections };
    const normal = await runLoad({ ...target, seconds: calmSeconds, perSecond: rateMax });
    const before = product.memoryMb();
    const load = await runLoad({ ...target, seconds, perSecond: rateMax * times });
    const atEnd = product.memoryMb();
    const { recoveredAfterMs, probes } = await recovered(product, writeKey);
    const max = product.memoryMbMax();
    await product.stop();
    const acceptedPerSecond = perSecond(load, seconds);
    const normalPerSecond = perSecond(normal, calmSeconds);
    return {
      rateMax,
      normalPerSecond,
      offeredPerSecond: load.requestsPerSecond,
      acceptedPerSecond,
      ratio: Math.round((acceptedPerSecond / normalPerSecond) * 100) / 100,
      refusedByStatus: load.refusedByStatus,
      p99Ms: load.p99Ms,
      memoryMb: { before, atEnd, max },
      recoveredAfterMs,
      lost: normal.accepted + load.accepted + probes - (await countAccepted(folder)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const perSecond = (load: Load, seconds: number) => Math.round(load.accepted / seconds);

async function recovered(product: Product, dataset: string) {
  const startedAt = performance.now();
  let probes = 0;
  while (performance.now() - startedAt < recoverMsMax) {
    const sentAt = performance.now();
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
    if (answer.status === 202) probes += 1;
    const isQuick = answer.status === 202 && performance.now() - sentAt < probeMsMax;
    if (isQuick && (await product.status()).waitingHits <= 1) break;
    await pause(100);
  }
  return { recoveredAfterMs: Math.round(performance.now() - startedAt), probes };
}
