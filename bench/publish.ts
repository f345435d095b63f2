/** A day of a million hits as Parquet, and ten million hits as one DuckDB file. Rows are made by DuckDB itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { openDuckDbAnalytics } from '../core/stores/duckdb-analytics.ts';
import { makeDatabase } from '../core/stores/published/make-database.ts';
import { fillAnalytics } from './query-data.ts';

const dayHits = Number(process.env.DAY_HITS ?? 1_000_000);
const allHits = Number(process.env.HITS ?? 10_000_000);

export async function publish(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    // All hits fall on one day, then the same number over two months and many times as many.
    const day = await measure(join(folder, 'day'), dayHits, true);
    const all = await measure(join(folder, 'all'), allHits, false);
    return { day, all };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, hits: number, isOneDay: boolean): Promise<object> {
  const store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
  try {
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
    const publishing = performance.now();
    const { manifest, written } = await store.publish(systemClock());
    const publishMs = Math.round(performance.now() - publishing);
    const exporting = performance.now();
    const made = await makeDatabase({
      file: join(folder, 'taken.duckdb'),
      folder: join(folder, 'published'),
      manifest,
      range: undefined,
    });
    return {
      hits,
      days: written.length,
      publishMs,
      publishedBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
      duckdbMs: Math.round(performance.now() - exporting),
      duckdbBytes: made.bytes,
      duckdbRows: made.rows,
    };
  } finally {
    await store.close();
  }
}
