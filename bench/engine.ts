/**
 * How many hits a second go from the inbox into canister and tables: a data folder whose inbox is full is given to
 * the built server, and the clock runs from its first answer until every session is stored. The baseline is what no
 * engine could be faster than: reading the same inbox through the same driver and parsing each hit, and nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLibsqlFile } from '../core/stores/libsql-file.ts';
import { openLibsqlInboxSource } from '../core/stores/libsql-inbox.ts';
import { hitsMigrations } from '../core/stores/migrations/migrations.ts';
import { fillInbox, shopHits } from './fill-inbox.ts';
import { askSql, createDataset, median, pause, startProduct } from './product.ts';

const rowsPerRead = 2_000;
const pollMs = 100;

export interface EngineResult {
  hits: number;
  sessions: number;
  hitsPerSecond: number;
  /** Reading the inbox and parsing alone. */
  readingHitsPerSecond: number;
  ratio: number;
  /** Time of processors a hit, the start of the server included: steadier than a rate on a machine that others use. */
  cpuUsPerHit: number;
  memoryMbMax: number;
  /** Accepted hits that are not in the tables, and hits that are there twice: must be 0. */
  lost: number;
  twice: number;
  rounds: { seconds: number; hitsPerSecond: number; cpuUsPerHit: number; memoryMbMax: number }[];
}

/** `BENCH_HITS` (400,000) says how many hits, `BENCH_ROUNDS` (3) how often. */
export async function engine(): Promise<EngineResult> {
  const hitsMax = Number(process.env.BENCH_HITS ?? 400_000);
  const rounds: EngineResult['rounds'] = [];
  const readings: number[] = [];
  let last = { hits: 0, sessions: 0, lost: 0, twice: 0 };
  for (let round = 0; round < Number(process.env.BENCH_ROUNDS ?? 3); round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
    try {
      const writeKey = createDataset(folder);
      const nowMs = Date.now() - 86_400_000;
      const hits = await fillInbox(folder, 'bench', shopHits(writeKey, nowMs, hitsMax));
      readings.push(await readAlone(folder));
      const product = await startProduct(folder);
      const startedAt = performance.now();
      let status = await product.status();
      while (status.waitingHits > 0 || (status.datasets[0]?.activeSessions ?? 0) > 0) {
        await pause(pollMs);
        status = await product.status();
      }
      const seconds = (performance.now() - startedAt + product.startedAfterMs) / 1_000;
      const memoryMbMax = product.memoryMbMax();
      const cpuUsPerHit = Math.round((product.cpuMs() * 10_000) / hits) / 10;
      await product.stop();
      rounds.push({
        seconds,
        hitsPerSecond: Math.round(hits / seconds),
        cpuUsPerHit,
        memoryMbMax,
      });
      last = { hits, ...countRows(folder, hits) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const hitsPerSecond = median(rounds.map((one) => one.hitsPerSecond));
  const readingHitsPerSecond = median(readings);
  return {
    ...last,
    hitsPerSecond,
    readingHitsPerSecond,
    ratio: Math.round((hitsPerSecond / readingHitsPerSecond) * 100) / 100,
    cpuUsPerHit: median(rounds.map((one) => one.cpuUsPerHit)),
    memoryMbMax: median(rounds.map((one) => one.memoryMbMax)),
    rounds,
  };
}

function countRows(folder: string, accepted: number) {
  const [row] = askSql(
    folder,
    'SELECT count(*)::INTEGER AS hits, count(DISTINCT hit_id)::INTEGER AS ids, (SELECT count(*)::INTEGER FROM sessions) AS sessions FROM hits',
  ) as { hits: number; ids: number; sessions: number }[];
  const { hits = 0, ids = 0, sessions = 0 } = row ?? {};
  return { sessions, lost: accepted - ids, twice: hits - ids };
}

async function readAlone(folder: string): Promise<number> {
  const file = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
  const inbox = openLibsqlInboxSource(file);
  const decoder = new TextDecoder();
  const startedAt = performance.now();
  let hits = 0;
  for (let after = 0; ; ) {
    const rows = await inbox.take(after, rowsPerRead);
    for (const { body } of rows) if (body && JSON.parse(decoder.decode(body)).id) hits += 1;
    const end = rows.at(-1)?.seq;
    if (end === undefined) break;
    after = end;
  }
  file.close();
  return Math.round(hits / ((performance.now() - startedAt) / 1_000));
}
