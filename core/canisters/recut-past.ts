/** The past of a dataset in the order in which a recut needs it: device by device, each in the order of its hits. */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { Cell } from '../analytics/rows.ts';
import type { HitOrigin } from '../contract/session.ts';
import type { StoredWhole } from '../sessions/collected-session.ts';
import type { LongTermCanister } from './long-term.ts';

/** Day → the offset behind that of the last session in its segment: what is stored later lies there or behind. */
export type SegmentMarks = Readonly<Record<string, number>>;

export interface PastSession {
  origin: HitOrigin;
  /** One of the device's keys: the same for all its sessions. */
  device: string;
  stored: StoredWhole;
}

type Query = AnalyticsStore['query'];

const rowsPerPage = 500;
const readsAtOnce = 16;
const pairsPerInsert = 500;

/** Sessions with a key of their device: that of a user is no device's. */
const sessionsWithDevice = `
  SELECT s.*, CASE WHEN user_id IS NULL THEN visitor_id ELSE coalesce(known.device_id, visitor_id) END AS device_id
  FROM store.all_sessions s LEFT JOIN
    (SELECT session_id, min(device_id) AS device_id FROM store.session_devices GROUP BY ALL) known USING (session_id)`;

/** Where the tables stand now. */
export async function readMarks(query: Query): Promise<SegmentMarks> {
  const { rows } = await query(
    'SELECT segment_day, max(segment_offset) + 1 FROM store.all_sessions GROUP BY ALL',
    [],
  );
  return Object.fromEntries(rows.map(([day, end]) => [String(day), Number(end)]));
}

/** The condition that a session lies before the marks. */
const isMarked = `EXISTS (SELECT 1 FROM recut_marks m WHERE m.day = s.segment_day AND s.segment_offset < m.ends)`;

/**
 * Fixes which sessions are meant and in which order: those before the marks, or those behind. Storing must be paused.
 * @returns how many they are
 */
export async function orderPast(
  query: Query,
  marks: SegmentMarks,
  which: 'before' | 'behind',
): Promise<number> {
  await query('CREATE OR REPLACE TEMP TABLE recut_marks (day VARCHAR, ends BIGINT)', []);
  await insertPairs(query, 'recut_marks', Object.entries(marks));
  await query('CREATE OR REPLACE TEMP TABLE recut_device (device_id VARCHAR, root VARCHAR)', []);
  await insertPairs(query, 'recut_device', [...(await rootsOfDevices(query))]);
  await query(
    `CREATE OR REPLACE TEMP TABLE recut_past AS
     SELECT row_number() OVER (ORDER BY origin, device, first_seq, started_at, session_id) AS number,
       replace(session_id::VARCHAR, '-', '') AS session_id, origin, device, segment_day, segment_offset, segment_length
     FROM (SELECT s.* EXCLUDE (device), coalesce(root, device_id) AS device
           FROM (${sessionsWithDevice}) s LEFT JOIN recut_device USING (device_id)
           WHERE ${which === 'before' ? '' : 'NOT '}${isMarked})`,
    [],
  );
  const { rows } = await query('SELECT count(*) FROM recut_past', []);
  return Number(rows[0]?.[0]);
}

/** How many sessions lie before the marks: fewer than were there when those were read, if some have gone since. */
export async function countMarked(query: Query, marks: SegmentMarks): Promise<number> {
  await query('CREATE OR REPLACE TEMP TABLE recut_marks (day VARCHAR, ends BIGINT)', []);
  await insertPairs(query, 'recut_marks', Object.entries(marks));
  const { rows } = await query(`SELECT count(*) FROM store.all_sessions s WHERE ${isMarked}`, []);
  return Number(rows[0]?.[0]);
}

/** Reads what `orderPast` has fixed. @throws Problem `file_unreadable`, `key_missing` */
export async function* readPast(
  query: Query,
  canister: LongTermCanister,
): AsyncGenerator<PastSession> {
  for (let after = 0; ; after += rowsPerPage) {
    const { rows } = await query(
      `SELECT session_id, origin, device, segment_day, segment_offset, segment_length
       FROM recut_past WHERE number > $1 AND number <= $2 ORDER BY number`,
      [after, after + rowsPerPage],
    );
    if (rows.length === 0) return;
    for (let first = 0; first < rows.length; first += readsAtOnce) {
      const some = rows.slice(first, first + readsAtOnce);
      yield* await Promise.all(some.map((row) => readRow(canister, row)));
    }
  }
}

async function readRow(canister: LongTermCanister, row: unknown[]): Promise<PastSession> {
  const [id, origin, device, day, offset, length] = row;
  const place = { day: String(day), offset: Number(offset), length: Number(length) };
  const stored = await canister.readWhole(String(id), place);
  return { origin: origin as HitOrigin, device: String(device), stored };
}

/** Forgets what was fixed. */
export async function forgetPast(query: Query): Promise<void> {
  for (const table of ['recut_past', 'recut_device', 'recut_marks'])
    await query(`DROP TABLE IF EXISTS ${table}`, []);
}

/** Where the salt turned during a session, two keys are one device: gives one of them for both, and for all that follow. */
async function rootsOfDevices(query: Query): Promise<Map<string, string>> {
  const { rows } = await query(
    `SELECT s.device_id, d.device_id FROM (${sessionsWithDevice}) s JOIN store.session_devices d USING (session_id)
     WHERE d.device_id <> s.device_id ORDER BY ALL`,
    [],
  );
  const parents = new Map<string, string>();
  const rootOf = (device: string): string => {
    let root = device;
    for (
      let next = parents.get(root);
      next !== undefined && next !== root;
      next = parents.get(root)
    )
      root = next;
    return root;
  };
  for (const [one, other] of rows) parents.set(rootOf(String(one)), rootOf(String(other)));
  return new Map([...parents.keys()].map((device) => [device, rootOf(device)]));
}

async function insertPairs(
  query: Query,
  table: string,
  pairs: readonly (readonly [string, string | number])[],
): Promise<void> {
  for (let from = 0; from < pairs.length; from += pairsPerInsert) {
    const some = pairs.slice(from, from + pairsPerInsert);
    const places = some.map((_, index) => `($${index * 2 + 1}, $${index * 2 + 2})`);
    await query(`INSERT INTO ${table} VALUES ${places.join(', ')}`, some.flat() as Cell[]);
  }
}
