/**
 * A `hits.db` with damaged pages: what can be read of it is copied into a new one. A hit in it may be in no session yet,
 * and is nowhere else.
 */
import type { InStatement, InValue, ResultSet, Row } from '@libsql/client';
import { createClient } from '@libsql/client/sqlite3';
import { explainUnusable, isDamaged } from './data-unusable.ts';
import { openLibsqlFile, type SqlBatch } from './libsql-file.ts';
import { hitsMigrations } from './migrations/migrations.ts';

const rowsPerCopy = 200;
/** So many keys, one after the other, are tried in vain: those of all the pages below one that is damaged. */
const unreadMax = 50_000;
/** Where the last key cannot be read, no row may follow. */
const unreadAtEndMax = 2_000;

/** Its triggers make it of the counters by the hour. */
const madeByTriggers = 'hit_total';

interface Column {
  name: string;
  type: string;
}

/**
 * The driver keeps a closed file open until its objects are collected, and removes the log then by its name, whatever
 * file that is of by now. So this runs in a thread that ends, before either file gets another name.
 * @param copy the new file; nothing is there under its name
 * @returns how many hits were copied; undefined where the file is sound, and then there is no new one
 * @throws Problem `data_unusable`; the damaged file holds what it held
 */
export async function salvageHits(file: string, copy: string): Promise<number | undefined> {
  const damaged = createClient({ url: `file:${file}`, concurrency: 1 });
  try {
    // A file that was cut short is read as far as it goes.
    await damaged.batch(['PRAGMA writable_schema = ON'], 'read');
    if (await isSound(damaged)) return undefined;
    const fresh = await openLibsqlFile(copy, hitsMigrations);
    try {
      const hits = await copyAll(damaged, fresh);
      // Closing leaves the log to the end of the thread; the file is given its name without it.
      await fresh.scrub();
      return hits;
    } finally {
      fresh.close();
    }
  } catch (error) {
    throw explainUnusable(error, file);
  } finally {
    damaged.close();
  }
}

async function isSound(file: SqlBatch): Promise<boolean> {
  const [version] = await ask(file, 'PRAGMA user_version');
  // Its tables may hold what this version would leave behind.
  if (Number(version?.[0]) > hitsMigrations.length) return true;
  try {
    const [check] = await ask(file, 'PRAGMA quick_check(1)');
    return check?.[0] === 'ok';
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}

async function copyAll(damaged: SqlBatch, fresh: SqlBatch): Promise<number> {
  const tables = await ask(
    fresh,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> '${madeByTriggers}'`,
  );
  const [given] = await ask(
    damaged,
    "SELECT seq FROM sqlite_sequence WHERE name = 'hit_inbox'",
  ).catch(unreadable);
  const lastSeq = Number.isSafeInteger(given?.[0]) ? Number(given?.[0]) : undefined;
  if (lastSeq !== undefined) await startAbove(lastSeq, fresh);
  for (const { name } of tables) {
    const table = String(name);
    const known = table === 'hit_inbox' ? lastSeq : undefined;
    await copyReadable(table, damaged, fresh, known);
  }
  await fresh.batch([rememberIds, balanceHours], 'write');
  const [hits] = await ask(fresh, 'SELECT count(*) FROM hit_inbox WHERE hit_id IS NOT NULL');
  return Number(hits?.[0]);
}

/** A position is never given twice, also where the hits that had the last ones are lost. */
async function startAbove(seq: number, fresh: SqlBatch): Promise<void> {
  await fresh.batch(
    [
      { sql: 'INSERT INTO hit_inbox (seq, received_at) VALUES (?, 0)', args: [seq] },
      'DELETE FROM hit_inbox',
    ],
    'write',
  );
}

/** A hit that is in the inbox has come, also where the page with its id is lost. */
const rememberIds = `INSERT OR IGNORE INTO recent_hit (dataset, hit_id, batch, ordinal, received_at)
  SELECT dataset, hit_id, x'', 0, received_at FROM hit_inbox
  WHERE dataset IS NOT NULL AND hit_id IS NOT NULL ORDER BY seq`;

/** Of hits whose outcome is lost nobody knows that they came: an hour adds up by what is known of it. */
const balanceHours = `INSERT INTO hit_count (dataset, hour, outcome, reason, count)
  SELECT dataset, hour, 'received', '', sum(CASE outcome WHEN 'received' THEN -count ELSE count END) AS missing
  FROM hit_count GROUP BY dataset, hour HAVING missing <> 0
  ON CONFLICT (dataset, hour, outcome, reason) DO UPDATE SET count = count + excluded.count`;

/**
 * By the order in which rows lie, and never by an index. Where a range cannot be read, each half of it is tried.
 * @param lastKnown no row has a larger key, where that is known
 */
async function copyReadable(
  table: string,
  from: SqlBatch,
  to: SqlBatch,
  lastKnown: number | undefined,
): Promise<void> {
  const columns = await sharedColumns(table, from, to);
  if (columns.length === 0) return;
  const read = reader(table, columns, from);
  const names = columns.map(({ name }) => `"${name}"`);
  const sql = `INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${names.map(() => '?')})`;
  const [largest] = await ask(from, `SELECT max(rowid) FROM "${table}"`).catch(unreadable);
  const end = largest === undefined ? Number.MAX_SAFE_INTEGER : Number(largest[0]);
  const unreadLimit = largest === undefined ? unreadAtEndMax : unreadMax;
  let unread = 0;

  async function keep(rows: readonly Row[]): Promise<void> {
    const statements = rows.flatMap((row): InStatement[] => {
      const args = valuesOf(row, columns);
      return args === undefined ? [] : [{ sql, args }];
    });
    if (statements.length > 0) await to.batch(statements, 'write');
    if (rows.length > 0) unread = 0;
  }

  async function copy(first: number, last: number): Promise<void> {
    for (let next = first; next <= last && unread < unreadLimit; ) {
      // No more than there can be: looking for one further meets the page behind it.
      const limit = Math.min(rowsPerCopy + 1, last - next + 1);
      const rows = await read(next, last, 'ASC', limit);
      if (rows !== undefined) {
        // The key of the last one is believed when there was another behind it.
        const isMore = rows.length > rowsPerCopy;
        const sure = isMore ? rows.slice(0, rowsPerCopy) : rows;
        await keep(sure);
        next = Math.max(next, keyOf(sure.at(-1)) + 1);
        if (isMore) continue;
        if (next > last) return;
        // Something unreadable may look like the end: from behind there is more then.
        if ((await read(next, last, 'DESC', 1))?.length === 0) return;
      }
      if (next === last) {
        unread += 1;
        return;
      }
      const middle = next + Math.floor((last - next) / 2);
      await copy(next, middle);
      next = middle + 1;
    }
  }

  await copy(1, Math.min(end, lastKnown ?? end));
}

/** Gives rows of a range of keys; undefined where they cannot be read, or lie in no order. */
function reader(table: string, columns: readonly Column[], from: SqlBatch) {
  const quoted = columns.map(({ name }) => `"${name}"`);
  const types = quoted.map((name) => `typeof(${name})`).join(` || ' ' || `);
  // Bytes that are no text, given as one, end the process.
  const values = quoted.map(
    (name) => `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`,
  );
  return async (first: number, last: number, order: 'ASC' | 'DESC', limit: number) => {
    const sql = `SELECT rowid, ${types}, ${values} FROM "${table}" NOT INDEXED
      WHERE rowid BETWEEN ? AND ? ORDER BY rowid ${order} LIMIT ${limit}`;
    const rows = await ask(from, sql, [first, last]).catch((error) => {
      unreadable(error);
      return undefined;
    });
    if (rows === undefined || order === 'DESC') return rows;
    let before = first - 1;
    for (const key of rows.map(keyOf)) {
      if (key <= before || key > last) return undefined;
      before = key;
    }
    return rows;
  };
}

const keyOf = (row: Row | undefined) => Number(row?.[0] ?? 0);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined where a value is not what its column holds. */
function valuesOf(row: Row, columns: readonly Column[]): InValue[] | undefined {
  const types = String(row[1]).split(' ');
  try {
    return columns.map(({ type }, index) => {
      const value = row[index + 2] as InValue;
      if (types[index] === 'null') return null;
      if (types[index] !== type) throw new Error(`a ${types[index]} instead of a ${type}`);
      return type === 'text' ? decoder.decode(value as ArrayBuffer) : value;
    });
  } catch {
    return undefined;
  }
}

/** A file of before has fewer columns, or lacks the table. */
async function sharedColumns(table: string, from: SqlBatch, to: SqlBatch): Promise<Column[]> {
  const columnsOf = async (file: SqlBatch) =>
    (await ask(file, `PRAGMA table_info("${table}")`)).map(({ name, type }) => ({
      name: String(name),
      type: String(type).toLowerCase(),
    }));
  const there = new Set((await columnsOf(from)).map(({ name }) => name));
  return (await columnsOf(to)).filter(({ name }) => there.has(name));
}

async function ask(file: SqlBatch, sql: string, args: InValue[] = []): Promise<Row[]> {
  const [result]: ResultSet[] = await file.batch([{ sql, args }], 'read');
  return result?.rows ?? [];
}

/** Nothing, where what was read is damaged. @throws what went wrong besides, such as a disk that gives errors */
function unreadable(error: unknown): [] {
  const { code = '' } = error as { code?: string };
  // A length or a number that was damaged may be too large for anything.
  const isOfData = isDamaged(error) || /^SQLITE_(TOOBIG|NOMEM|RANGE)/.test(code);
  if (!isOfData && !(error instanceof RangeError)) throw error;
  return [];
}
