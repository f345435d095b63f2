import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DuckDbFile, openDuckDbFile } from './duckdb-file.ts';

let folder: string;
let file: string;
const opened: DuckDbFile[] = [];
async function open(path = file): Promise<DuckDbFile> {
  const database = await openDuckDbFile(path);
  opened.push(database);
  return database;
}
const closeAll = () => {
  for (const database of opened.splice(0)) database.close();
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-duckdb-'));
  file = join(folder, 'deep/analytics.duckdb');
});
afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true, force: true });
});

const numbersIn = async (connection: DuckDBConnection) =>
  (await connection.runAndReadAll('SELECT x FROM a ORDER BY x')).getRows().map(([x]) => x);

/** The folder as a killed process leaves it: 1 is in the file itself, 2 only in the write-ahead log. */
async function image(): Promise<string> {
  const connection = await (await open()).connect();
  await connection.run('CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1); CHECKPOINT');
  await connection.run('INSERT INTO a VALUES (2)');
  const copy = join(folder, 'copy/analytics.duckdb');
  cpSync(join(file, '..'), join(copy, '..'), { recursive: true });
  expect(existsSync(`${copy}.wal`)).toBe(true);
  return copy;
}

test('a file is opened once in a process, under whatever name, and again when it was closed', async () => {
  await open();
  await expect(open()).rejects.toThrow('open in this process already');
  await expect(open(relative(process.cwd(), file))).rejects.toThrow('open in this process already');
  closeAll();
  const connection = await (await open()).connect();
  await connection.run('SELECT 1');
});

test('a file that another process owns is refused', async () => {
  const connection = await (await open()).connect();
  await connection.run('CREATE TABLE a (x INTEGER); CHECKPOINT');
  const other = `
    const { DuckDBInstance } = require('@duckdb/node-api');
    DuckDBInstance.create(process.argv[1]).then(() => console.log('opened'), (error) => console.log(error.message));`;
  const answer = execFileSync(process.execPath, ['-e', other, file], { encoding: 'utf8' });
  // The same words are what turns it into a problem here.
  expect(answer).toMatch(/could not set lock/i);
});

describe('after a crash', () => {
  test('what was committed is there', async () => {
    const connection = await (await open(await image())).connect();
    expect(await numbersIn(connection)).toEqual([1, 2]);
  });

  test('a write-ahead log with a tail of zeros is set aside, and the file opens at its checkpoint', async () => {
    const copy = await image();
    writeFileSync(`${copy}.wal`, Buffer.concat([readFileSync(`${copy}.wal`), Buffer.alloc(4_096)]));
    const damaged = readFileSync(`${copy}.wal`);
    const database = await open(copy);
    expect(database.setAside).toBe(`${copy}.wal.unreadable`);
    expect(readFileSync(`${copy}.wal.unreadable`)).toEqual(damaged);
    const connection = await database.connect();
    expect(await numbersIn(connection)).toEqual([1]);
    await connection.run('INSERT INTO a VALUES (3)');
    expect(await numbersIn(connection)).toEqual([1, 3]);
  });

  test('a second damaged log does not take the place of the first', async () => {
    const copy = await image();
    writeFileSync(`${copy}.wal.unreadable`, 'the first');
    writeFileSync(`${copy}.wal`, Buffer.concat([readFileSync(`${copy}.wal`), Buffer.alloc(4_096)]));
    expect((await open(copy)).setAside).toBe(`${copy}.wal.unreadable-2`);
    expect(readFileSync(`${copy}.wal.unreadable`, 'utf8')).toBe('the first');
  });

  test('the log stays where it is when it is the file that does not open', async () => {
    const copy = await image();
    writeFileSync(copy, Buffer.alloc(readFileSync(copy).length, 'x'));
    const before = readFileSync(`${copy}.wal`);
    await expect(open(copy)).rejects.toThrow();
    expect(readdirSync(join(copy, '..')).sort()).toEqual([
      'analytics.duckdb',
      'analytics.duckdb.wal',
    ]);
    expect(readFileSync(`${copy}.wal`)).toEqual(before);
  });
});

test('nothing outside the file can be reached from SQL, and no statement changes that', async () => {
  const canary = join(folder, 'canary.csv');
  writeFileSync(canary, 'canary\n1\n');
  const connection = await (await open()).connect();
  for (const sql of [
    `SELECT * FROM read_text('${canary}')`,
    `SELECT * FROM '${canary}'`,
    `SELECT * FROM glob('${folder}/*')`,
    `COPY (SELECT 1) TO '${folder}/out.csv'`,
    `ATTACH '${folder}/other.duckdb'`,
    'SET enable_external_access = true',
    "SET memory_limit = '8GB'",
    'INSTALL httpfs',
    'LOAD httpfs',
    `EXPORT DATABASE '${folder}/export'`,
  ]) {
    await expect(connection.run(sql), sql).rejects.toThrow();
  }
  expect(readdirSync(folder).sort()).toEqual(['canary.csv', 'deep']);
});
