/**
 * Analysts' SQL beside the collector: how soon a small query answers, and what eight of the worst do to the collector's
 * answers at a steady rate of hits. The baseline is the same rate of hits without a query, in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLoad } from './collect.ts';
import type { Load } from './load.ts';
import { createDataset, median, type Product, pause, startProduct } from './product.ts';

const fillSeconds = 5;
const calmSeconds = 10;
const hitsPerSecond = 500;
const connections = 32;
const smallQueries = 20;
const idleTimeoutMs = 2_000;
const storedWaitMsMax = 120_000;

const small = 'SELECT count(*) FROM sessions';
/** Processors, memory, temporary files, rows, and time without end. */
const worst = [
  'SELECT count(*) FROM hits a, hits b, hits c WHERE a.path <> b.path AND b.path <> c.path',
  'SELECT list(a.hit_id) FROM hits a, hits b',
  'SELECT a.*, b.* FROM hits a, hits b ORDER BY a.hit_id, b.hit_id DESC LIMIT 10 OFFSET 100000000',
  "SELECT string_agg(repeat(a.path, 1000), '') FROM hits a, hits b",
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n',
  "SELECT count(*) FROM hits a, hits b WHERE regexp_matches(a.path || b.path, '(a+)+b(.*)*c')",
  'SELECT count(DISTINCT (a.hit_id, b.hit_id)) FROM hits a, hits b',
  'SELECT sum(sqrt(i) * sin(i)) FROM range(100000000000) t(i)',
];

export interface SandboxResult {
  hits: number;
  /** From the question to the whole answer of a query of one row; the first one starts its process. */
  smallQuery: { firstMs: number; medianMs: number; maxMs: number };
  calm: Pick<Load, 'requestsPerSecond' | 'p50Ms' | 'p99Ms' | 'maxMs' | 'refused'>;
  beside: Pick<Load, 'requestsPerSecond' | 'p50Ms' | 'p99Ms' | 'maxMs' | 'refused'>;
  /** How the worst queries ended, by HTTP status and problem code. */
  ended: Record<string, number>;
}

/** `BENCH_SECONDS` (20) is how long the worst queries run. Takes a minute. */
export async function sandbox(): Promise<SandboxResult> {
  const seconds = Number(process.env.BENCH_SECONDS ?? 20);
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const writeKey = createDataset(folder);
    const product = await startProduct(folder, { CANISTER_IDLE_TIMEOUT_MS: String(idleTimeoutMs) });
    const target = { port: product.port, writeKey, connections };
    const filled = await runLoad({ ...target, seconds: fillSeconds });
    await stored(product);
    const times: number[] = [];
    for (let number = 0; number < smallQueries; number += 1) {
      const startedAt = performance.now();
      const answer = await ask(product, small);
      if (answer !== '200') throw new Error(`a small query was answered ${answer}`);
      times.push(Math.round(performance.now() - startedAt));
    }
    const calm = await runLoad({ ...target, seconds: calmSeconds, perSecond: hitsPerSecond });
    const ended: Record<string, number> = {};
    const endsAt = performance.now() + seconds * 1_000;
    const analysts = worst.map(async (sql) => {
      while (performance.now() < endsAt) {
        const how = await ask(product, sql);
        ended[how] = (ended[how] ?? 0) + 1;
        await pause(100);
      }
    });
    const beside = await runLoad({ ...target, seconds, perSecond: hitsPerSecond });
    await Promise.all(analysts);
    await product.stop();
    return {
      hits: filled.accepted,
      smallQuery: {
        firstMs: times[0] ?? 0,
        medianMs: median(times),
        maxMs: Math.max(...times),
      },
      calm: timesOf(calm),
      beside: timesOf(beside),
      ended,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const timesOf = ({ requestsPerSecond, p50Ms, p99Ms, maxMs, refused }: Load) => ({
  requestsPerSecond,
  p50Ms,
  p99Ms,
  maxMs,
  refused,
});

/** Waits until all sessions of the load have ended and are stored. */
async function stored(product: Product): Promise<void> {
  for (let waitedMs = 0; waitedMs < storedWaitMsMax; waitedMs += 200) {
    const { waitingHits, datasets } = await product.status();
    if (waitingHits === 0 && datasets.every(({ activeSessions }) => activeSessions === 0)) return;
    await pause(200);
  }
  throw new Error('the sessions were not stored in time');
}

async function ask({ port }: Product, sql: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/datasets/bench/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': 'bench' },
    body: JSON.stringify({ sql }),
  });
  const body = (await response.json()) as { code?: string };
  return body.code === undefined ? String(response.status) : `${response.status} ${body.code}`;
}
