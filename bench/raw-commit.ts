/**
 * The baseline of the store: the same rows into the same tables by the same thread, as fast as libSQL commits them in
 * groups. Nothing receives, judges, counts or answers, and nothing tells a duplicate.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InStatement, InValue } from '@libsql/client';
import type { Hit } from '../core/contract/hit.ts';
import { openLibsqlThread } from '../core/stores/libsql-owner.ts';
import { hitsOf, userAgent } from './load.ts';

const dataset = 'bench';
const client = {
  addressPrefix: '127.0.0.0',
  addressKey: '0123456789abcdef0123456789abcdef',
  userAgent,
};

export interface RawCommit {
  rowsPerSecond: number;
  /** What lies in the table afterwards, and what was acknowledged. */
  stored: number;
  acknowledged: number;
}

/**
 * Commits for so many seconds.
 * @param rowsPerBatch as many as senders wait for an answer at once
 */
export async function commitRaw(seconds: number, rowsPerBatch: number): Promise<RawCommit> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-raw-'));
  const { hits, close } = openLibsqlThread({
    threadUrl: new URL('./libsql-thread.js', import.meta.url),
    hitsFile: join(folder, 'hits.db'),
    controlFile: join(folder, 'control.db'),
    onDeath(why) {
      throw why;
    },
  });
  try {
    const nextHit = hitsOf(dataset);
    const nextBatch = () =>
      insertPlainly(Array.from({ length: rowsPerBatch }, nextHit), new Uint8Array(16));
    await hits.batch(nextBatch(), 'write');
    let acknowledged = rowsPerBatch;
    const startedAt = performance.now();
    while (performance.now() - startedAt < seconds * 1_000) {
      await hits.batch(nextBatch(), 'write');
      acknowledged += rowsPerBatch;
    }
    const rows = acknowledged - rowsPerBatch;
    const rowsPerSecond = Math.round((rows * 1_000) / (performance.now() - startedAt));
    const [counted] = await hits.batch(['SELECT count(*) FROM hit_inbox'], 'read');
    return { rowsPerSecond, acknowledged, stored: Number(counted?.rows[0]?.[0]) };
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two statements of many rows, which is the fastest way that libSQL was found to have. */
function insertPlainly(hits: readonly Hit[], batch: Uint8Array): InStatement[] {
  const receivedAt = Date.now();
  const log: InValue[] = [];
  const recent: InValue[] = [];
  hits.forEach(({ dataset, ...hit }, ordinal) => {
    const hitId = Buffer.from(hit.id.replaceAll('-', ''), 'hex');
    log.push(dataset, hitId, receivedAt, Buffer.from(JSON.stringify({ ...hit, client })));
    recent.push(dataset, hitId, batch, ordinal, receivedAt);
  });
  const rows = (row: string) => hits.map(() => row).join(', ');
  return [
    {
      sql: `INSERT INTO recent_hit (dataset, hit_id, batch, ordinal, received_at) VALUES ${rows('(?, ?, ?, ?, ?)')}`,
      args: recent,
    },
    {
      sql: `INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES ${rows('(?, ?, ?, ?)')}`,
      args: log,
    },
  ];
}
