/**
 * Reads a data folder after everything, past the program's own queries: the rows with plain SQL, the canister record
 * by record, the inbox and the counters row by row. What was sent is what must be there, once.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { createClient } from '@libsql/client';
import { systemClock } from '../../core/clock.ts';
import { openDataFolder } from '../../core/stores/data-folder.ts';
import { openLibsqlFile } from '../../core/stores/libsql-file.ts';
import { openKeyring } from '../../core/stores/master-key.ts';
import { controlMigrations } from '../../core/stores/migrations/migrations.ts';
import { openSegmentCanister } from '../../core/stores/segment-canister.ts';

export interface Audit {
  sent: number;
  stored: number;
  sessions: number;
  lost: number;
  twice: number;
  /** Stored, but never sent. */
  strange: number;
  /** Sessions of which rows and canister do not say the same. */
  mismatches: number;
  inboxLeft: number;
  /** What else is wrong, as sentences. */
  faults: string[];
}

/** @param sent slug → ids of the hits that were acknowledged */
export async function audit(
  data: string,
  sent: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Audit> {
  const total: Audit = {
    sent: 0,
    stored: 0,
    sessions: 0,
    lost: 0,
    twice: 0,
    strange: 0,
    mismatches: 0,
    inboxLeft: 0,
    faults: [],
  };
  const accepted = await readCounters(data, total);
  for (const [slug, ids] of sent) {
    const sessions = await readRows(data, slug);
    const stored = [...sessions.values()].flat();
    const known = new Set(stored);
    total.sent += ids.size;
    total.stored += stored.length;
    total.sessions += sessions.size;
    total.lost += [...ids].filter((id) => !known.has(id)).length;
    total.twice += stored.length - known.size;
    total.strange += [...known].filter((id) => !ids.has(id)).length;
    if (accepted.get(slug) !== stored.length)
      total.faults.push(`${slug}: ${accepted.get(slug)} hits counted, ${stored.length} stored`);
    const kept = await readCanister(data, slug);
    for (const [id, hits] of sessions)
      if (kept.get(id) !== [...hits].sort().join()) total.mismatches += 1;
  }
  return total;
}

export const isSound = (found: Audit) =>
  found.lost + found.twice + found.strange + found.mismatches + found.inboxLeft === 0 &&
  found.faults.length === 0;

/** Session → its hits, by the rows. */
async function readRows(data: string, slug: string): Promise<Map<string, string[]>> {
  const file = openDataFolder(data).dataset(slug).analyticsFile;
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const sessions = new Map<string, string[]>();
  const plain = (id: unknown) => String(id).replaceAll('-', '');
  for (const [id] of await read('SELECT session_id::VARCHAR FROM store.sessions')) {
    // A session with two rows has hits that no other row names: they count as a mismatch.
    sessions.set(sessions.has(plain(id)) ? `${plain(id)} again` : plain(id), []);
  }
  for (const [id, session] of await read(
    'SELECT hit_id::VARCHAR, session_id::VARCHAR FROM store.hits',
  )) {
    const hits = sessions.get(plain(session));
    if (hits) hits.push(plain(id));
    else sessions.set(`${plain(session)} without a row`, [plain(id)]);
  }
  connection.closeSync();
  instance.closeSync();
  return sessions;
}

/** Session → its hits, sorted, by the last record of it that opens. */
async function readCanister(data: string, slug: string): Promise<Map<string, string>> {
  const folder = openDataFolder(data);
  const control = await openLibsqlFile(folder.controlFile, controlMigrations);
  const { keys } = await openKeyring({ file: folder.masterKeyFile, control, clock: systemClock });
  const canister = openSegmentCanister({
    dataset: slug,
    folder: folder.dataset(slug).canister,
    keys,
  });
  const sessions = new Map<string, string>();
  for await (const { session } of canister.scan()) {
    const hits = session.hits.map(({ id }) => id.replaceAll('-', ''));
    sessions.set(session.id, hits.sort().join());
  }
  await canister.close();
  control.close();
  return sessions;
}

/** Slug → hits counted as accepted. What is left over, or does not add up, goes to `total`. */
async function readCounters(data: string, total: Audit): Promise<Map<string, number>> {
  const client = createClient({ url: `file:${openDataFolder(data).hitsFile}` });
  const [left, aside, counts] = await client.batch(
    [
      'SELECT count(*) FROM hit_inbox WHERE hit_id IS NOT NULL',
      'SELECT count(*) FROM set_aside',
      'SELECT dataset, outcome, sum(count) AS hits FROM hit_count GROUP BY dataset, outcome',
    ],
    'read',
  );
  client.close();
  total.inboxLeft = Number(left?.rows[0]?.[0]);
  const setAside = Number(aside?.rows[0]?.[0]);
  if (setAside > 0) total.faults.push(`${setAside} hits were set aside`);
  const open = new Map<string, number>();
  const accepted = new Map<string, number>();
  for (const row of counts?.rows ?? []) {
    const [slug, hits] = [String(row.dataset), Number(row.hits)];
    const sign = row.outcome === 'received' ? 1 : -1;
    open.set(slug, (open.get(slug) ?? 0) + sign * hits);
    if (row.outcome === 'accepted') accepted.set(slug, hits);
  }
  for (const [slug, hits] of open)
    if (hits !== 0)
      total.faults.push(`${slug}: the counters differ by ${hits} from what was received`);
  return accepted;
}
