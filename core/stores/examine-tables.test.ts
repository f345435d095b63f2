import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUnreadable } from './examine-tables.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-tables-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('One bit of one page is found, with the table, though every other page can be read', async () => {
  const file = join(folder, 'analytics.duckdb');
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run('CREATE SCHEMA store');
  for (const table of ['hits', 'sessions']) {
    const rows = `SELECT range AS id, hash('${table}' || range) AS mark, [range] AS list FROM range(20000)`;
    await connection.run(`CREATE TABLE store.${table} AS ${rows}`);
  }
  const wanted = await connection.runAndReadAll("SELECT hash('sessions' || 10000)");
  connection.closeSync();
  instance.closeSync();
  expect(await findUnreadable(file)).toBeUndefined();

  const bytes = readFileSync(file);
  const mark = Buffer.alloc(8);
  mark.writeBigUInt64LE(wanted.getRows()[0]?.[0] as bigint);
  const place = bytes.indexOf(mark);
  expect(place).toBeGreaterThan(0);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  expect(await findUnreadable(file)).toMatch(/^sessions: .*[Cc]orrupt database file/);
});
