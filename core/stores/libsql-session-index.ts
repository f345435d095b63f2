/**
 * The session index in a libSQL file: each different value of a field once in a stretch of sessions, its text in lower
 * case in an FTS5 trigram index, and for each value the sessions that have it. The number of a value begins with that of
 * its field, so that a search looks at the values of one field only.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import type { InStatement, InValue } from '@libsql/client';
import type { IndexedSession, IndexedThrough, IndexFile } from '../canisters/session-index.ts';
import { fieldsOf } from '../canisters/session-index.ts';
import { foldCase, wellFormed } from '../conditions/folded-text.ts';
import { type IndexRules, indexLimits, indexRulesSchema } from '../contract/search.ts';
import type { OpenLibsqlFile, SqlBatch } from './libsql-file.ts';

const indexMigrations = [
  `CREATE TABLE state (rules TEXT NOT NULL, is_serving INTEGER NOT NULL)
  --> statement-breakpoint
  CREATE TABLE indexed_through (day TEXT PRIMARY KEY, first_byte INTEGER NOT NULL)
  --> statement-breakpoint
  CREATE TABLE session (number INTEGER PRIMARY KEY, id BLOB NOT NULL, day TEXT NOT NULL)
  --> statement-breakpoint
  CREATE TABLE value (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, value TEXT NOT NULL)
  --> statement-breakpoint
  CREATE TABLE posting (value INTEGER NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (value, session)) WITHOUT ROWID
  --> statement-breakpoint
  CREATE VIRTUAL TABLE value_text USING fts5(value, content='', contentless_delete=1, tokenize='trigram case_sensitive 1')`,
];

/** Values of one field lie side by side: so many numbers each. */
const valuesPerField = 2 ** 40;
const hashBytes = 12;
/**
 * A value is known again among so many sessions, one after the other. The hashes of all others are never touched: a
 * transaction writes as much in a file of a million sessions as in a small one.
 */
const sessionsPerStretch = 2 ** 17;
/** FTS5 of trigrams finds nothing shorter. */
const literalLengthMin = 3;
const rowsPerStatement = 250;
const valuesFoundMax = 20_000;
const valuesCheckedMax = 5_000;
/** Values whose sessions are removed in one transaction. */
const valuesPerSweep = 20_000;

const { sessionsFoundMax, valuesScannedMax } = indexLimits;

/** A file as its shelf has it. */
export interface OwnIndexFile extends IndexFile {
  readonly path: string;
  readonly wasServing: boolean;
  /** From now on it is the one that answers, also after a start. */
  serve(): Promise<void>;
}

/** @param rules of a new file; one that is there keeps its own */
export async function openIndexFile(
  open: OpenLibsqlFile,
  path: string,
  rules?: IndexRules,
): Promise<OwnIndexFile> {
  const file = await open(path, indexMigrations);
  await file.batch(['PRAGMA cache_size = -65536'], 'read');
  const read = async (sql: string, args: InValue[] = []) =>
    (await file.batch([{ sql, args }], 'read'))[0]?.rows ?? [];
  const [known] = await read('SELECT rules, is_serving FROM state');
  if (known === undefined) {
    const args = [JSON.stringify(rules ?? {}), 0];
    await file.batch([insert('state (rules, is_serving)', 2, args)], 'write');
  }
  const inForce =
    known === undefined && rules !== undefined
      ? rules
      : indexRulesSchema.parse(JSON.parse(String(known?.[0] ?? '{}')));
  const fields = new Map(fieldsOf(inForce).map((name, place) => [name, place + 1]));
  const through = new Map(
    (await read('SELECT day, first_byte FROM indexed_through')).map((row) => [
      String(row[0]),
      Number(row[1]),
    ]),
  );
  const [last] = await read('SELECT coalesce(max(number), 0) FROM session');
  let sessions = Number(last?.[0]);
  const lastValues = new Map<number, number>();
  for (const field of fields.values()) {
    const [row] = await read('SELECT max(number) FROM value WHERE number < ?', [
      (field + 1) * valuesPerField,
    ]);
    lastValues.set(field, Math.max(Number(row?.[0] ?? 0), field * valuesPerField));
  }

  async function knownValues(hashes: readonly Buffer[]): Promise<Map<string, number>> {
    const statements: InStatement[] = [];
    for (let from = 0; from < hashes.length; from += rowsPerStatement) {
      const args = hashes.slice(from, from + rowsPerStatement);
      const sql = `SELECT hash, number FROM value WHERE hash IN (${args.map(() => '?').join(', ')})`;
      statements.push({ sql, args });
    }
    if (statements.length === 0) return new Map();
    const found = (await file.batch(statements, 'read')).flatMap(({ rows }) => rows);
    return new Map(found.map((row) => [keyOf(row[0] as ArrayBuffer), Number(row[1])]));
  }

  async function add(added: readonly IndexedSession[], cursors: IndexedThrough): Promise<void> {
    const hashes = new Map<string, { hash: Buffer; field: number; value: string }>();
    const stretch = Math.floor(sessions / sessionsPerStretch);
    const bySession = added.map(({ values }) =>
      values.flatMap(({ field: name, value }) => {
        const field = fields.get(name);
        if (field === undefined) return [];
        const text = wellFormed(value);
        const hash = hashOf(stretch, field, text);
        const key = hash.toString('latin1');
        hashes.set(key, { hash, field, value: text });
        return [key];
      }),
    );
    const numbers = await knownValues([...hashes.values()].map(({ hash }) => hash));
    const values: InValue[] = [];
    const texts: InValue[] = [];
    // Field by field, so that numbers rise: FTS5 writes out what it has gathered at each one that is no larger.
    const fresh = [...hashes].filter(([key]) => !numbers.has(key));
    for (const [key, { hash, field, value }] of fresh.sort((a, b) => a[1].field - b[1].field)) {
      const number = (lastValues.get(field) ?? 0) + 1;
      lastValues.set(field, number);
      numbers.set(key, number);
      values.push(number, hash, value);
      texts.push(number, foldCase(value));
    }
    const rows: InValue[] = [];
    const pairs: [number, number][] = [];
    for (const [index, { id, day }] of added.entries()) {
      sessions += 1;
      rows.push(sessions, Buffer.from(id, 'hex'), day);
      for (const key of bySession[index] ?? []) pairs.push([numbers.get(key) ?? 0, sessions]);
    }
    const postings = pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]).flat();
    await file.batch(
      [
        ...inserts('value (number, hash, value)', 3, values),
        ...inserts('value_text (rowid, value)', 2, texts),
        ...inserts('session (number, id, day)', 3, rows),
        ...inserts('posting (value, session)', 2, postings),
        ...[...cursors].map(([day, firstByte]) => ({
          sql: 'INSERT OR REPLACE INTO indexed_through (day, first_byte) VALUES (?, ?)',
          args: [day, firstByte],
        })),
      ],
      'write',
    );
    for (const [day, firstByte] of cursors) through.set(day, firstByte);
  }

  /** The sessions of the values that a SELECT gives; undefined where they, or the values, are too many. */
  async function sessionsOf(
    valuesSql: string,
    args: InValue[],
    postingsMax: number | undefined,
  ): Promise<string[] | undefined> {
    // One statement, and its ids as one text: a row for each would take ten times as long. What is too much is known
    // before any session is looked up.
    // A value is in one session at least.
    const valuesMax = Math.min(valuesFoundMax, postingsMax ?? valuesFoundMax);
    const isFew = [`(SELECT count(*) FROM meant) <= ${valuesMax}`];
    if (postingsMax !== undefined)
      isFew.push(
        `(SELECT count(*) FROM (SELECT 1 FROM posting WHERE value IN (SELECT * FROM meant) LIMIT ${postingsMax + 1})) <= ${postingsMax}`,
      );
    const [row] = await read(
      `WITH meant AS MATERIALIZED (${valuesSql} LIMIT ${valuesMax + 1}),
         few AS MATERIALIZED (SELECT ${isFew.join(' AND ')} AS is_few)
       SELECT (SELECT is_few FROM few), count(*), group_concat(id, '') FROM (
         SELECT DISTINCT hex(s.id) AS id FROM posting p JOIN session s ON s.number = p.session
         WHERE (SELECT is_few FROM few) AND p.value IN (SELECT * FROM meant) LIMIT ${sessionsFoundMax + 1})`,
      args,
    );
    if (Number(row?.[0]) !== 1 || Number(row?.[1]) > sessionsFoundMax) return undefined;
    const ids = String(row?.[2] ?? '').toLowerCase();
    return Array.from({ length: ids.length / 32 }, (_, at) => ids.slice(at * 32, at * 32 + 32));
  }

  /** The values that meet the test, of those that a SELECT gives; undefined where they are too many. */
  async function checked(
    sql: string,
    args: InValue[],
    max: number,
    meets: (value: string) => boolean,
  ) {
    const rows = await read(`${sql} LIMIT ${max + 1}`, args);
    if (rows.length > max) return undefined;
    return rows.flatMap((row) => (meets(String(row[1])) ? [Number(row[0])] : []));
  }

  /** The values of a field that meet a test; `literal` narrows them down where it is long enough. */
  async function valuesFor(
    field: number,
    literal: string | undefined,
    meets: (value: string) => boolean,
  ): Promise<number[] | undefined> {
    if (literal !== undefined && isLong(literal)) {
      const sql = `SELECT number, value FROM value WHERE number IN (${matching})`;
      return await checked(sql, matchOf(field, literal), valuesCheckedMax, meets);
    }
    const sql = 'SELECT number, value FROM value WHERE number > ? AND number < ?';
    return await checked(sql, boundsOf(field), valuesScannedMax, meets);
  }

  return {
    path,
    wasServing: Number(known?.[1] ?? 0) === 1,
    async serve() {
      await file.batch(['UPDATE state SET is_serving = 1'], 'write');
    },
    rules: inForce,
    through,
    add,
    async find({ field: name, literals = [undefined], meets, postingsMax }) {
      const field = fields.get(name);
      if (field === undefined) return undefined;
      const [only] = literals;
      if (meets === undefined && literals.length === 1 && only !== undefined && isLong(only))
        return await sessionsOf(matching, matchOf(field, only), postingsMax);
      const found = new Set<number>();
      for (const literal of literals) {
        const wanted = meets ?? ((value: string) => foldCase(value).includes(literal ?? ''));
        const values = await valuesFor(field, literal, wanted);
        if (values === undefined) return undefined;
        for (const value of values) found.add(value);
      }
      // Numbers that this program made: no text of a user is among them.
      const numbers = [...found].join(', ');
      return await sessionsOf(
        `SELECT number FROM value WHERE number IN (${numbers})`,
        [],
        postingsMax,
      );
    },
    async removeDays(days) {
      await removeDays(file, days);
      for (const day of days) through.delete(day);
    },
    async figures() {
      const [row] = await read(
        'SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM value)',
      );
      return { sessions: Number(row?.[0]), values: Number(row?.[1]), bytes: sizeOf(path) };
    },
    async close() {
      await file.close();
    },
  };
}

/** The values of one field that contain a text. */
const matching =
  'SELECT rowid FROM value_text WHERE value_text MATCH ? AND rowid > ? AND rowid < ?';
const boundsOf = (field: number) => [field * valuesPerField, (field + 1) * valuesPerField];
const matchOf = (field: number, literal: string): InValue[] => [
  `"${literal.replaceAll('"', '""')}"`,
  ...boundsOf(field),
];
const isLong = (literal: string) => [...literal].length >= literalLengthMin;

/** Value by value, so that no transaction is long; the sessions go last, and with them the reason to look again. */
async function removeDays(file: SqlBatch, days: readonly string[]): Promise<void> {
  const named = days.map(() => '?').join(', ');
  const going = `SELECT number FROM session WHERE day IN (${named})`;
  for (let from = 0; ; ) {
    const [bound] = await file.batch(
      [
        {
          sql: `SELECT max(number) FROM (SELECT number FROM value WHERE number > ? ORDER BY number LIMIT ${valuesPerSweep})`,
          args: [from],
        },
      ],
      'read',
    );
    const to = bound?.rows[0]?.[0];
    if (to === null || to === undefined) break;
    const unused = `SELECT number FROM value WHERE number > ? AND number <= ?
      AND NOT EXISTS (SELECT 1 FROM posting WHERE posting.value = value.number)`;
    await file.batch(
      [
        {
          sql: `DELETE FROM posting WHERE value > ? AND value <= ? AND session IN (${going})`,
          args: [from, to, ...days],
        },
        { sql: `DELETE FROM value_text WHERE rowid IN (${unused})`, args: [from, to] },
        { sql: `DELETE FROM value WHERE number IN (${unused})`, args: [from, to] },
      ],
      'write',
    );
    from = Number(to);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await file.batch(
    [
      { sql: `DELETE FROM session WHERE day IN (${named})`, args: [...days] },
      { sql: `DELETE FROM indexed_through WHERE day IN (${named})`, args: [...days] },
    ],
    'write',
  );
}

/** Hashes of one stretch lie side by side. */
function hashOf(stretch: number, field: number, value: string): Buffer {
  const hash = createHash('sha256').update(`${field}\0${value}`).digest().subarray(0, hashBytes);
  const place = Buffer.alloc(4);
  place.writeUInt32BE(stretch);
  return Buffer.concat([place, hash]);
}

const keyOf = (hash: ArrayBuffer) => Buffer.from(hash).toString('latin1');

function inserts(into: string, columns: number, args: readonly InValue[]): InStatement[] {
  const statements: InStatement[] = [];
  const perStatement = rowsPerStatement * columns;
  for (let from = 0; from < args.length; from += perStatement)
    statements.push(insert(into, columns, args.slice(from, from + perStatement)));
  return statements;
}

function insert(into: string, columns: number, args: InValue[]): InStatement {
  const row = `(${Array(columns).fill('?').join(', ')})`;
  const sql = `INSERT INTO ${into} VALUES ${Array(args.length / columns)
    .fill(row)
    .join(', ')}`;
  return { sql, args };
}

function sizeOf(path: string): number {
  return ['', '-wal'].reduce(
    (sum, end) => sum + (existsSync(path + end) ? statSync(path + end).size : 0),
    0,
  );
}
