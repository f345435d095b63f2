/**
 * The analytics of a dataset in one DuckDB file. All writing goes through one connection and one transaction at a
 * time; a COMMIT is believed only after the position was read back, because DuckDB answers ok for aborted ones.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, type DuckDBValue, listValue } from '@duckdb/node-api';
import type {
  AnalyticsStore,
  ContinuedSession,
  FreshTables,
  Position,
  SqlResult,
  StoredDay,
} from '../analytics/analytics-store.ts';
import {
  type Cell,
  deviceRows,
  eventRows,
  excludedHitRows,
  hitRows,
  type StoredSession,
  sessionRow,
  sessionValueRows,
} from '../analytics/rows.ts';
import {
  analyticsMigrations,
  storeTables,
  storeViews,
  type TableColumn,
} from '../analytics/tables.ts';
import { viewStatements } from '../analytics/views.ts';
import { type HitRules, hitRulesSchema } from '../contract/hit-rules.ts';
import { Problem } from '../contract/problem.ts';
import type { Manifest } from '../contract/published.ts';
import { type ClosedSession, continuedReasons, type HitOrigin } from '../contract/session.ts';
import { createGate } from '../engine/gate.ts';
import type { StoredValue } from '../events/dimension-limits.ts';
import { failPoint, isPlanted } from '../fail-point.ts';
import { removeBackfilled, removeFacts, replaceFacts } from './duckdb-facts.ts';
import { copyDuckDbFile, openDuckDbFile } from './duckdb-file.ts';
import { appendRows } from './duckdb-rows.ts';
import { stopAtDeadline } from './duckdb-search.ts';
import { instantValue, toJson } from './duckdb-values.ts';
import { syncFolder } from './durable-folder.ts';
import { fitting, publishDays } from './published/publish-days.ts';
import { createSweeper, readManifest } from './published/published-folder.ts';
import { dayReader, openUnpublishedDays, quarterSql } from './published/unpublished-days.ts';

const hourMs = 3_600_000;
const idsPerRemoval = 1_000;

/**
 * @param file path of `analytics.duckdb`, made when missing
 * @param timeZone the dataset's, in which SQL casts instants to days
 */
export async function openDuckDbAnalytics(file: string, timeZone = 'UTC'): Promise<AnalyticsStore> {
  let tables = await openTables(file, timeZone);
  let { writer, position } = tables;
  const reading = createGate();
  const writing = oneAtATime();
  const asking = oneAtATime();
  const publishing = oneAtATime();
  const published = join(dirname(file), 'published');
  const sweep = createSweeper(published, () => performance.now());
  const days = dayReader(timeZone);

  const storeNow = (sessions: readonly StoredSession[], low: number | undefined) =>
    transact(async () => {
      await tables.append(sessions);
      return days.ofSessions(sessions);
    }, low);

  async function removeNow(column: 'segment_day' | 'session_id', chosen: readonly string[]) {
    const named = chosen.map((_, index) => `$${index + 1}`).join(', ');
    const values = [...chosen];
    const going = `FROM store.all_sessions WHERE ${column} IN (${named})`;
    await transact(async () => {
      const changed = await days.ofRows(
        writer,
        `SELECT DISTINCT ${quarterSql('started_at')} ${going}
         UNION SELECT DISTINCT ${quarterSql('"at"')} FROM store.hits WHERE session_id IN (SELECT session_id ${going})`,
        values,
      );
      const counted = `INSERT INTO store.removed SELECT coalesce(sum(hits), 0) ${going} AND origin = 'tracker'`;
      await writer.run(counted, values);
      for (const table of [
        'session_devices',
        'events',
        'session_values',
        'hits',
        'excluded_hits',
      ]) {
        const rows = `DELETE FROM store.${table} WHERE session_id IN (SELECT session_id ${going})`;
        await writer.run(rows, values);
      }
      for (const table of ['sessions', 'excluded_sessions'])
        await writer.run(`DELETE FROM store.${table} WHERE ${column} IN (${named})`, values);
      return changed;
    }, undefined);
  }

  async function eraseNow(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += idsPerRemoval)
      await removeNow('session_id', ids.slice(from, from + idsPerRemoval));
    // What was removed still lies in free blocks of the file.
    const aside = `${file}.making`;
    rmSync(aside, { force: true });
    rmSync(`${aside}.wal`, { force: true });
    await reading.alone(async () => {
      await writer.run('CHECKPOINT');
      tables.close();
      try {
        await copyDuckDbFile(file, aside);
        moveIntoPlace(aside, file);
      } finally {
        tables = await openTables(file, timeZone);
        ({ writer, position } = tables);
      }
    });
  }

  const amend = async (change: () => Promise<Iterable<string>>) =>
    void (await transact(change, undefined));

  /** The days of the events that a clause names. */
  const daysOfEvents = (clause: string, values: string[]) =>
    days.ofRows(
      writer,
      `SELECT DISTINCT ${quarterSql('"at"')} FROM store.events WHERE ${clause}`,
      values,
    );

  /** @param change gives the days, of the dataset's time zone, whose rows it has changed */
  async function transact(
    change: () => Promise<Iterable<string>>,
    low: number | undefined,
  ): Promise<Position> {
    const next = { epoch: position.epoch + 1, low: low ?? position.low };
    const move = `UPDATE store.position SET epoch = ${next.epoch}, low = ${next.low}`;
    if (__FAIL_POINTS__ && isPlanted('cursor-outside')) await writer.run(move);
    await writer.run('BEGIN');
    try {
      await tables.unpublished.mark(writer, await change(), next.epoch);
      if (__FAIL_POINTS__) failPoint('tables-mid-transaction');
      await writer.run(move);
      if (__FAIL_POINTS__) failPoint('tables-before-commit');
      await writer.run('COMMIT');
      if (__FAIL_POINTS__) failPoint('tables-after-commit');
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    const stored = await readPosition(writer);
    if (stored.epoch !== next.epoch || stored.low !== next.low) {
      throw new Error(
        `a transaction of ${file} did not come through: epoch ${stored.epoch} instead of ${next.epoch}`,
      );
    }
    position = stored;
    tables.unpublished.committed();
    return stored;
  }

  /** What has changed is written; the marks go when the manifest is on the disk, unless the file is another by then. */
  async function publishNow(
    asOf: number,
    since?: string,
  ): Promise<{ manifest: Manifest; written: string[] }> {
    const present = fitting(readManifest(published), timeZone);
    if (present !== undefined && present.since === since && !tables.unpublished.any()) {
      sweep(present);
      return { manifest: { ...present, asOf }, written: [] };
    }
    const { of, manifest, epoch, written } = await reading.pass(async () => {
      const connection = await tables.connect();
      try {
        const made = await publishDays({ connection, folder: published, timeZone, asOf, since });
        return { of: tables, ...made };
      } finally {
        connection.closeSync();
      }
    });
    await writing.run(async () => {
      if (of === tables) await tables.unpublished.clear(writer, epoch);
    });
    sweep(manifest);
    return { manifest, written };
  }

  /** Once nobody reads: either the old file is in place, whole, or the new one is. */
  async function replaceBy(move: () => void): Promise<void> {
    await reading.alone(async () => {
      try {
        await writer.run('CHECKPOINT');
        tables.close();
        move();
      } finally {
        tables = await openTables(file, timeZone);
        ({ writer, position } = tables);
      }
    });
  }

  async function remake(fill: (fresh: FreshTables) => Promise<boolean>): Promise<void> {
    const aside = `${file}.making`;
    const removed = await writer.runAndReadAll('SELECT coalesce(sum(hits), 0) FROM store.removed');
    const removedHits = Number(removed.getRows()[0]?.[0] ?? 0);
    const wanted = await makeTables({ file: aside, timeZone, position, removedHits, fill });
    if (wanted) await replaceBy(() => moveIntoPlace(aside, file));
    else rmSync(aside, { force: true });
  }

  return {
    async resume() {
      const result = await writer.runAndReadAll(
        `SELECT device_id, max(last_seq) FROM (${sessionsByDevice}) WHERE last_seq > ${position.low} GROUP BY ALL`,
      );
      const closedThrough = new Map(
        result.getRows().map(([visitor, seq]) => [String(visitor), Number(seq)]),
      );
      const hitRules = await readHitRules(writer);
      return { position, closedThrough, ...(hitRules === undefined ? {} : { hitRules }) };
    },
    unfinished: (origin) => writing.run(() => unfinished(writer, origin)),
    store: (sessions, low) => writing.run(() => storeNow(sessions, low)),
    knownHits: (ids, fromMs, toMs) =>
      asking.run(() => reading.pass(() => knownHits(tables.asker, ids, fromMs, toMs))),
    dimensionValues: (hours) =>
      asking.run(() => reading.pass(() => dimensionValues(tables.asker, hours))),
    checkpoint: () => writing.run(async () => void (await writer.run('CHECKPOINT'))),
    storedDays: () => reading.pass(() => storedDays(tables.reader)),
    replaceFacts: (sessions, event, fields) =>
      writing.run(() =>
        amend(async () => {
          await replaceFacts(writer, sessions, event, fields);
          return days.ofSessions(sessions);
        }),
      ),
    removeFacts: (event, version) =>
      writing.run(() =>
        amend(async () => {
          const changed = await daysOfEvents('event = $1 AND version < $2::INTEGER', [
            event,
            String(version),
          ]);
          await removeFacts(writer, event, version);
          return changed;
        }),
      ),
    removeBackfilled: (rows) =>
      writing.run(() =>
        amend(async () => {
          const { event, version } = rows;
          const changed = await daysOfEvents(
            'event = $1 AND version = $2::INTEGER AND backfilled',
            [event, String(version)],
          );
          await removeBackfilled(writer, rows);
          return changed;
        }),
      ),
    removeDays: (days) => writing.run(() => removeNow('segment_day', days)),
    eraseSessions: (ids) => writing.run(() => eraseNow(ids)),
    remake: (fill) => writing.run(() => remake(fill)),
    replace: (move) => writing.run(() => replaceBy(move)),
    query: (sql, values) => reading.pass(() => query(tables.reader, sql, values)),
    search: (sql, values, deadlineMs) =>
      reading.pass(() =>
        stopAtDeadline(
          () => tables.connect(),
          deadlineMs,
          (connection) => query(connection, sql, values),
        ),
      ),
    publish: (asOf, since) => publishing.run(() => publishNow(asOf, since)),
    publishedDays: () => [...new Set(readManifest(published)?.files.map(({ day }) => day))].sort(),
    isUnpublished: () => tables.unpublished.any(),
    async close() {
      await publishing.idle();
      await writing.idle();
      await asking.idle();
      tables.close();
    },
  };
}

/** The connections to a file that is up to date. */
async function openTables(file: string, timeZone: string) {
  const database = await openDuckDbFile(file, timeZone, join(dirname(file), 'published'));
  const writer = await database.connect();
  await migrate(writer, file).catch((error) => {
    writer.closeSync();
    database.close();
    throw error;
  });
  const reader = await database.connect();
  const asker = await database.connect();
  let lastRow = await lastSessionRow(writer);
  return {
    writer,
    async append(sessions: readonly StoredSession[]) {
      const firstRow = lastRow + 1;
      // A number that a rollback leaves unused is not missed.
      lastRow += sessions.length;
      await appendSessions(writer, sessions, firstRow);
    },
    reader,
    asker,
    position: await readPosition(writer),
    unpublished: await openUnpublishedDays(writer),
    connect: () => database.connect(),
    close() {
      asker.closeSync();
      reader.closeSync();
      writer.closeSync();
      database.close();
    },
  };
}

/** Runs work in the order of the calls, one after the other, whether the one before failed or not. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      const result = last.then(work, work);
      last = result.catch(() => undefined);
      return result;
    },
    idle: () => last,
  };
}

/**
 * Makes a whole file of tables and closes it, with nothing left in a write-ahead log.
 * @param fill gives false when the file is not wanted after all
 */
export async function makeTables(options: {
  file: string;
  timeZone: string;
  position: Position;
  /** Hits that retention has removed so far. */
  removedHits?: number;
  fill: (fresh: FreshTables) => Promise<boolean>;
}): Promise<boolean> {
  const { file, timeZone, position, removedHits = 0, fill } = options;
  // What a making that was killed has left.
  rmSync(file, { force: true });
  rmSync(`${file}.wal`, { force: true });
  const tables = await openTables(file, timeZone);
  const { writer, reader, append, close } = tables;
  try {
    const wanted = await fill({
      add: append,
      query: (sql, values) => query(reader, sql, values),
    });
    await writer.run(`UPDATE store.position SET epoch = ${position.epoch}, low = ${position.low}`);
    await writer.run(`INSERT INTO store.removed VALUES (${removedHits})`);
    await writer.run('CHECKPOINT');
    close();
    return wanted;
  } catch (error) {
    close();
    rmSync(file, { force: true });
    rmSync(`${file}.wal`, { force: true });
    throw error;
  }
}

/**
 * Adds to a file that `makeTables` has made, sets its position anew, and closes it.
 * @returns what `fill` gives
 */
export async function extendTables<T>(options: {
  file: string;
  timeZone: string;
  position: Position;
  removedHits: number;
  fill: (fresh: FreshTables) => Promise<T>;
}): Promise<T> {
  const { file, timeZone, position, removedHits, fill } = options;
  const { writer, reader, append, close } = await openTables(file, timeZone);
  try {
    const result = await fill({
      add: append,
      query: (sql, values) => query(reader, sql, values),
    });
    await writer.run(`UPDATE store.position SET epoch = ${position.epoch}, low = ${position.low}`);
    await writer.run(`UPDATE store.removed SET hits = ${removedHits}`);
    await writer.run('CHECKPOINT');
    return result;
  } finally {
    close();
  }
}

/** Replaces a closed file by another one in one step. A write-ahead log of the old one must not meet the new one. */
export function moveIntoPlace(fresh: string, file: string): void {
  if (existsSync(`${file}.wal`)) {
    renameSync(`${file}.wal`, `${file}.wal.unreadable`);
    syncFolder(dirname(file));
  }
  renameSync(fresh, file);
  syncFolder(dirname(file));
}

async function query(
  reader: DuckDBConnection,
  sql: string,
  values: readonly Cell[],
): Promise<SqlResult> {
  const result = await reader.runAndReadAll(sql, values.map(toParameter));
  const names = result.deduplicatedColumnNames();
  const columns = result
    .columnTypes()
    .map((type, index) => ({ name: names[index] ?? '', type: String(type) }));
  return { columns, rows: result.getRows().map((row) => row.map(toJson)) };
}

async function storedDays(reader: DuckDBConnection): Promise<StoredDay[]> {
  const result = await reader.runAndReadAll(
    `SELECT s.segment_day, count(*), sum(s.hits), max(s.last_seq) > (SELECT low FROM store.position)
       OR coalesce(bool_or(before.segment_day > s.segment_day), false)
     FROM store.all_sessions s LEFT JOIN store.all_sessions before ON before.session_id = s.continues_session_id
     GROUP BY s.segment_day`,
  );
  return result.getRows().map(([day, sessions, hits, isNeeded]) => ({
    day: String(day),
    sessions: Number(sessions),
    hits: Number(hits),
    isNeeded: isNeeded === true,
  }));
}

async function migrate(connection: DuckDBConnection, file: string): Promise<void> {
  await connection.run('CREATE SCHEMA IF NOT EXISTS store');
  await connection.run('CREATE TABLE IF NOT EXISTS store.version (version INTEGER NOT NULL)');
  const found = (
    await connection.runAndReadAll('SELECT max(version) FROM store.version')
  ).getRows()[0]?.[0];
  const version = Number(found ?? 0);
  if (version > analyticsMigrations.length) {
    throw new Problem(
      'data_newer',
      `${file} was written by a newer version of Canister. Use that version, or a backup.`,
    );
  }
  for (let next = version; next < analyticsMigrations.length; next += 1) {
    const statements = [
      ...(analyticsMigrations[next] ?? []),
      `INSERT INTO store.version VALUES (${next + 1})`,
    ];
    await connection.run('BEGIN');
    for (const statement of statements) await connection.run(statement);
    await connection.run('COMMIT');
  }
  for (const statement of [...storeViews, ...viewStatements()]) await connection.run(statement);
}

/** Sessions under every key by which a hit may ask for them. */
const sessionsByDevice = `
  SELECT visitor_id AS device_id, * FROM store.all_sessions
  UNION ALL SELECT d.device_id, s.* FROM store.all_sessions s JOIN store.session_devices d USING (session_id)`;

async function readHitRules(connection: DuckDBConnection): Promise<HitRules | undefined> {
  const result = await connection.runAndReadAll('SELECT body FROM store.hit_rules LIMIT 1');
  const [body] = result.getRows()[0] ?? [];
  return body === undefined ? undefined : hitRulesSchema.parse(JSON.parse(String(body)));
}

async function readPosition(connection: DuckDBConnection): Promise<Position> {
  const [row] = (await connection.runAndReadAll('SELECT epoch, low FROM store.position')).getRows();
  if (row === undefined) throw new Error('the table store.position is empty');
  return { epoch: Number(row[0]), low: Number(row[1]) };
}

async function lastSessionRow(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll(
    'SELECT coalesce(max(session_row), 0) FROM store.sessions',
  );
  return Number(result.getRows()[0]?.[0]);
}

async function appendSessions(
  connection: DuckDBConnection,
  sessions: readonly StoredSession[],
  firstRow: number,
): Promise<void> {
  if (sessions.length === 0) return;
  const write = async (table: keyof typeof storeTables, rows: Iterable<Cell[]>, count: number) => {
    if (count === 0) return;
    const appender = await connection.createAppender(table, 'store');
    appendRows(appender, storeTables[table], rows, count);
  };
  const whole = sessions.map(({ session }) => session);
  const hits = whole.reduce((sum, session) => sum + session.hits.length, 0);
  const rows = sessions.map((session, index) => numbered(sessionRow(session), firstRow + index));
  const isCounted = (index: number) => (sessions[index]?.session.hits.length ?? 0) > 0;
  const counted = rows.filter((_, index) => isCounted(index));
  await write('sessions', counted, counted.length);
  if (counted.length < sessions.length) {
    const others = rows.filter((_, index) => !isCounted(index));
    await write('excluded_sessions', others, others.length);
  }
  await write('hits', rowsOfHits(whole, firstRow), hits);
  // Most sessions have no rows in these.
  const devices = sessions.flatMap(deviceRows);
  await write('session_devices', devices, devices.length);
  const events = whole.flatMap(eventRows);
  await write('events', events, events.length);
  const excluded = whole.flatMap(excludedHitRows);
  await write('excluded_hits', excluded, excluded.length);
  const values = whole.flatMap(sessionValueRows);
  await write('session_values', values, values.length);
}

function* rowsOfHits(sessions: readonly ClosedSession[], firstRow: number): Generator<Cell[]> {
  let number = firstRow;
  for (const session of sessions) {
    for (const row of hitRows(session)) yield numbered(row, number);
    number += 1;
  }
}

/** With the number of the session, which is the last column. */
function numbered(row: Cell[], number: number): Cell[] {
  row.push(number);
  return row;
}

async function unfinished(
  connection: DuckDBConnection,
  origin: HitOrigin,
): Promise<Map<string, ContinuedSession>> {
  const result = await connection.runAndReadAll(
    `SELECT device_id, arg_max(session_id, ended_at)::VARCHAR, epoch_ms(max(ended_at)) FROM (${sessionsByDevice}) s
     WHERE origin = $1 AND end_reason IN (${quoted(continuedReasons)})
       AND NOT EXISTS (SELECT 1 FROM store.all_sessions next WHERE next.continues_session_id = s.session_id)
     GROUP BY ALL`,
    [origin],
  );
  return new Map(
    result
      .getRows()
      .map(([visitor, id, endedAt]) => [
        String(visitor),
        { id: String(id).replaceAll('-', ''), endedAt: Number(endedAt) },
      ]),
  );
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

const askedColumns: readonly TableColumn[] = [{ name: 'hit_id', type: 'UUID', meaning: '' }];

async function knownHits(
  connection: DuckDBConnection,
  ids: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<Set<string>> {
  const range = '"at" BETWEEN $1 AND $2';
  const bounds = [instantValue(fromMs), instantValue(toMs)];
  const any = await connection.runAndReadAll(
    `SELECT 1 FROM store.hits WHERE ${range} UNION ALL SELECT 1 FROM store.excluded_hits WHERE ${range} LIMIT 1`,
    bounds,
  );
  if (any.currentRowCount === 0) return new Set();
  await connection.run('CREATE OR REPLACE TEMP TABLE asked (hit_id UUID)');
  const asked = await connection.createAppender('asked');
  appendRows(asked, askedColumns, idRows(ids), ids.length);
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT hit_id::VARCHAR FROM store.hits SEMI JOIN asked USING (hit_id) WHERE ${range}
     UNION SELECT hit_id::VARCHAR FROM store.excluded_hits SEMI JOIN asked USING (hit_id) WHERE ${range}`,
    bounds,
  );
  return new Set(found.getRows().map(([id]) => String(id).replaceAll('-', '')));
}

function* idRows(ids: readonly string[]): Generator<Cell[]> {
  for (const id of ids) yield [id];
}

async function dimensionValues(
  connection: DuckDBConnection,
  hours: readonly number[],
): Promise<StoredValue[]> {
  const result = await connection.runAndReadAll(
    `SELECT DISTINCT hour, event, name, dimensions ->> ('$."' || name || '"')
     FROM (SELECT epoch_ms("at") // ${hourMs} AS hour, event, dimensions, unnest(json_keys(dimensions)) AS name
       FROM store.events WHERE dimensions IS NOT NULL AND list_contains($1, epoch_ms("at") // ${hourMs}))`,
    [listValue(hours.map(BigInt))],
  );
  return result.getRows().map(([hour, event, dimension, value]) => ({
    hour: Number(hour),
    event: String(event),
    dimension: String(dimension),
    value: String(value),
  }));
}

function toParameter(cell: Cell): DuckDBValue {
  return cell ?? null;
}
