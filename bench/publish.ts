/**
 * A day of a million hits as Parquet, and ten million hits as one DuckDB file, against the plain statements that copy
 * the same rows. Rows are made by DuckDB itself.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { AnalyticsStore } from '../core/analytics/analytics-store.ts';
import { systemClock } from '../core/clock.ts';
import { openDuckDbAnalytics } from '../core/stores/duckdb-analytics.ts';
import { makeDatabase } from '../core/stores/published/make-database.ts';
import { median } from './product.ts';
import { fillAnalytics } from './query-data.ts';

interface Taken {
  ms: number;
  /** Time of processors, all threads together: it says the same on a machine that is busy with other work. */
  cpuMs: number;
}

const views = ['sessions', 'hits', 'page_views', 'events'];

/**
 * `BENCH_HITS` (10,000,000) and `BENCH_DAY_HITS` (1,000,000) say how many hits, `BENCH_ROUNDS` (3) how often each is
 * done: the median is told. `BENCH_FOLDER` keeps what was built for the next run.
 */
export async function publish(): Promise<object> {
  const kept = process.env.BENCH_FOLDER;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    // All hits fall on one day, then ten times as many over two months.
    const dayHits = Number(process.env.BENCH_DAY_HITS ?? 1_000_000);
    const day = await measure(join(folder, 'day'), dayHits, true);
    const allHits = Number(process.env.BENCH_HITS ?? 10_000_000);
    const all = await measure(join(folder, 'all'), allHits, false);
    return { day, all, goal: { dayPublishMs: 3_000, allDuckdbMs: 20_000 } };
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, hits: number, isOneDay: boolean): Promise<object> {
  const rounds = Array.from({ length: Number(process.env.BENCH_ROUNDS ?? 3) });
  const file = join(folder, 'analytics.duckdb');
  const [published, taken] = [join(folder, 'published'), join(folder, 'taken.duckdb')];
  const isBuilt = existsSync(file);
  mkdirSync(folder, { recursive: true });
  const store = await openDuckDbAnalytics(file);
  if (!isBuilt) await build(store, hits, isOneDay);
  const publishing: Taken[] = [];
  const exporting: Taken[] = [];
  let figures = {};
  for (const _ of rounds) {
    rmSync(published, { recursive: true, force: true });
    rmSync(taken, { force: true });
    const [{ manifest, written }, publishTook] = await timed(() => store.publish(systemClock()));
    const asked = { file: taken, folder: published, manifest, range: undefined };
    const [made, exportTook] = await timed(() => makeDatabase(asked));
    publishing.push(publishTook);
    exporting.push(exportTook);
    const publishedBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    const sizes = { publishedBytes, duckdbBytes: made.bytes, duckdbRows: made.rows };
    figures = { days: written.length, ...sizes };
  }
  // One process must not have the file open twice.
  await store.close();
  const bare: Taken[][] = [];
  for (const _ of rounds) bare.push(await copyBare(folder));
  const baseline = {
    parquet: middle(bare.map(([parquet]) => parquet as Taken)),
    duckdb: middle(bare.map(([, duckdb]) => duckdb as Taken)),
  };
  const ours = { publish: middle(publishing), duckdb: middle(exporting) };
  const memoryMbMax = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { ...figures, ...ours, baseline, memoryMbMax };
}

async function build(store: AnalyticsStore, hits: number, isOneDay: boolean): Promise<void> {
  await fillAnalytics(store, hits);
  if (isOneDay) {
    // The same rows, moved onto one day in their order.
    const moved = (column: string) =>
      `make_timestamptz(epoch_us(TIMESTAMPTZ '2026-11-21 00:00:00+00') + (epoch_us(${column}) - epoch_us(TIMESTAMPTZ '2026-10-01 00:00:00+00')) // 62)`;
    await store.query(`UPDATE store.hits SET "at" = ${moved('"at"')}`, []);
    await store.query(
      `UPDATE store.sessions SET started_at = ${moved('started_at')}, ended_at = ${moved('ended_at')}`,
      [],
    );
  }
  await store.checkpoint();
}

/** The views as one Parquet file each, and as tables of a new file: one plain statement a view, and nothing else. */
async function copyBare(folder: string): Promise<[parquet: Taken, duckdb: Taken]> {
  const aside = join(folder, 'bare');
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside);
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${join(folder, 'analytics.duckdb')}' AS store_file (READ_ONLY)`);
    const [, parquet] = await timed(async () => {
      for (const view of views)
        await connection.run(
          `COPY store_file."${view}" TO '${join(aside, view)}.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
        );
    });
    await connection.run('SET preserve_insertion_order = false');
    const [, duckdb] = await timed(async () => {
      await connection.run(`ATTACH '${join(aside, 'taken.duckdb')}' AS fresh`);
      for (const view of views.filter((one) => one !== 'page_views'))
        await connection.run(`CREATE TABLE fresh."${view}" AS FROM store_file."${view}"`);
      await connection.run('CHECKPOINT fresh');
      await connection.run('DETACH fresh');
    });
    return [parquet, duckdb];
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(aside, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, Taken]> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const ms = Math.round(performance.now() - startedAt);
  return [result, { ms, cpuMs: Math.round((user + system) / 1_000) }];
}

const middle = (all: readonly Taken[]): Taken => ({
  ms: median(all.map(({ ms }) => ms)),
  cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
});
