/** The file of a dataset's tables: opened and brought up to date, filled with sessions, made anew beside and put in place. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FreshTables, Position } from '../analytics/analytics-store.ts';
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
import { analyticsMigrations, storeTables, storeViews } from '../analytics/tables.ts';
import { viewStatements } from '../analytics/views.ts';
import { Problem } from '../contract/problem.ts';
import type { ClosedSession } from '../contract/session.ts';
import { type DuckDbFile, openDuckDbFile } from './duckdb-file.ts';
import { query } from './duckdb-lookups.ts';
import { appendRows } from './duckdb-rows.ts';
import { openSeenMarks } from './duckdb-seen.ts';
import { syncFolder } from './durable-folder.ts';
import { openUnpublishedDays } from './published/unpublished-days.ts';

const checkpointRetryMs = 20;
const checkpointWaitMsMax = 10_000;

/** The connections to a file that is up to date. */
export async function openTables(file: string, timeZone: string) {
  const database = await openDuckDbFile(file, timeZone, join(dirname(file), 'published'));
  const writer = await database.connect();
  try {
    return await readTables(file, database, writer);
  } catch (error) {
    // Tables that are damaged are made anew under the same name, which only a closed file gives up.
    writer.closeSync();
    database.close();
    throw error;
  }
}

async function readTables(file: string, database: DuckDbFile, writer: DuckDBConnection) {
  await migrate(writer, file);
  let lastRow = await lastSessionRow(writer);
  const seen = await openSeenMarks(writer);
  const position = await readPosition(writer);
  const unpublished = await openUnpublishedDays(writer);
  const reader = await database.connect();
  const asker = await database.connect();
  return {
    writer,
    /** Gives the number of the first session; its marks of what both tracker and log saw are still to be made. */
    async append(sessions: readonly StoredSession[]): Promise<number> {
      const firstRow = lastRow + 1;
      // A number that a rollback leaves unused is not missed.
      lastRow += sessions.length;
      await appendSessions(writer, sessions, firstRow);
      return firstRow;
    },
    seen,
    reader,
    asker,
    position,
    unpublished,
    connect: () => database.connect(),
    /** Breaks off what others have asked. */
    interrupt() {
      asker.interrupt();
      reader.interrupt();
    },
    close() {
      asker.closeSync();
      reader.closeSync();
      writer.closeSync();
      database.close();
    },
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
  const { writer, close } = tables;
  try {
    const fresh = freshTables(tables);
    const wanted = await fill(fresh);
    await fresh.finish();
    await writer.run(`UPDATE store.position SET epoch = ${position.epoch}, low = ${position.low}`);
    await writer.run(`INSERT INTO store.removed VALUES (${removedHits})`);
    await checkpoint(writer);
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
  const tables = await openTables(file, timeZone);
  const { writer, close } = tables;
  try {
    const fresh = freshTables(tables);
    const result = await fill(fresh);
    await fresh.finish();
    await writer.run(`UPDATE store.position SET epoch = ${position.epoch}, low = ${position.low}`);
    await writer.run(`UPDATE store.removed SET hits = ${removedHits}`);
    await checkpoint(writer);
    return result;
  } finally {
    close();
  }
}

/** What both tracker and log saw is marked once for all that was added, as soon as somebody asks. */
function freshTables({ append, reader, seen }: Awaited<ReturnType<typeof openTables>>) {
  let firstRow: number | undefined;
  const origins = new Set<string>();
  async function finish(): Promise<void> {
    if (firstRow === undefined) return;
    await seen.added(origins, firstRow);
    firstRow = undefined;
  }
  return {
    async add(sessions: readonly StoredSession[]) {
      for (const { session } of sessions) origins.add(session.origin);
      const row = await append(sessions);
      firstRow ??= row;
    },
    async query(sql: string, values: readonly Cell[]) {
      await finish();
      return await query(reader, sql, values);
    },
    finish,
  };
}

/**
 * Writes the write-ahead log into the file. A transaction that was committed may still be cleaned up by the thread of
 * another connection; DuckDB takes it for one that writes and refuses, so it is asked again for a while.
 */
export async function checkpoint(writer: DuckDBConnection): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += checkpointRetryMs) {
    try {
      await writer.run('CHECKPOINT');
      return;
    } catch (error) {
      const isBusy = String(error).includes('other write transactions active');
      if (!isBusy || waitedMs >= checkpointWaitMsMax) throw error;
    }
    await sleep(checkpointRetryMs);
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

export async function readPosition(connection: DuckDBConnection): Promise<Position> {
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
  const rows = sessions.map((session, index) => sessionRow(session, firstRow + index));
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
    yield* hitRows(session, number);
    number += 1;
  }
}
