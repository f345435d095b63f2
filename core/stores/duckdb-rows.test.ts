import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { Cell } from '../analytics/rows.ts';
import type { TableColumn } from '../analytics/tables.ts';
import { appendRows } from './duckdb-rows.ts';

const columns: readonly TableColumn[] = [
  { name: 'number', type: 'INTEGER', meaning: '' },
  { name: 'id', type: 'UUID', meaning: '' },
  { name: 'text', type: 'VARCHAR', meaning: '' },
  { name: 'time', type: 'TIMESTAMPTZ', meaning: '' },
  { name: 'size', type: 'BIGINT', meaning: '' },
  { name: 'share', type: 'DOUBLE', meaning: '' },
  { name: 'yes', type: 'BOOLEAN', meaning: '' },
];

/** Writes rows, and reads them as DuckDB writes values as text. */
async function throughTable(rows: readonly Cell[][], rowsExpected = rows.length) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const defined = columns.map(({ name, type }) => `"${name}" ${type}`);
  await connection.run(`CREATE TABLE kept (${defined.join(', ')})`);
  appendRows(await connection.createAppender('kept'), columns, rows, rowsExpected);
  const result = await connection.runAndReadAll(
    `SELECT number, id::VARCHAR, text, epoch_us("time")::VARCHAR, size::VARCHAR, share, yes, strlen(text)::INTEGER
     FROM kept ORDER BY rowid`,
  );
  connection.closeSync();
  return result.getRows();
}

test('Values at the borders of their types come back as they were', async () => {
  const texts = [
    '',
    'twelve bytes',
    'thirteen byte',
    'ü',
    'zwölf Zeiche',
    '日本語日本語',
    '\ud83d\ude00',
    'x'.repeat(5_000),
  ];
  const ids = [
    '0'.repeat(32),
    'f'.repeat(32),
    `8${'0'.repeat(31)}`,
    '0123456789abcdefFEDCBA9876543210',
  ];
  const times = [
    0, 1, -1, 1_763_683_200_123, -62_135_596_800_000, 8_640_000_000_000_000, 4_294_967_296,
  ];
  const sizes = [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const rows = Array.from({ length: 60 }, (_, index): Cell[] => [
    index % 2 === 0 ? 2_147_483_647 : -2_147_483_647,
    ids[index % ids.length],
    texts[index % texts.length],
    times[index % times.length],
    sizes[index % sizes.length],
    index / 7,
    index % 3 === 0,
  ]);
  const dashed = (id: string) =>
    id.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const read = await throughTable(rows);
  for (const [index, [number, id, text, time, size, share, yes]] of rows.entries()) {
    const micros = String(BigInt(time as number) * 1_000n);
    const bytes = Buffer.byteLength(text as string);
    const expected = [number, dashed(id as string), text, micros, String(size), share, yes, bytes];
    expect(read[index]).toEqual(expected);
  }
});

test('Empty cells stay empty over several chunks, and hold nothing of the chunk before', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index): Cell[] =>
    index < 2_048 || index % 5 === 0
      ? [
          index,
          index.toString(16),
          index % 2 ? 'short' : 'a longer text',
          index,
          index,
          index,
          true,
        ]
      : [index, undefined, undefined, undefined, undefined, undefined, undefined],
  );
  const read = await throughTable(rows);
  expect(read).toHaveLength(5_000);
  for (const [index, row] of read.entries()) {
    if (index < 2_048 || index % 5 === 0) {
      expect(row[0]).toBe(index);
      expect(Number.parseInt(String(row[1]).replaceAll('-', ''), 16)).toBe(index);
      expect(row[2]).toBe(index % 2 ? 'short' : 'a longer text');
    } else expect(row).toEqual([index, null, null, null, null, null, null, null]);
  }
});

test('More rows than were expected are written all the same', async () => {
  const rows = Array.from({ length: 100 }, (_, index): Cell[] => [index, 'a', 'b', 1, 2, 3, true]);
  expect((await throughTable(rows, 7)).map(([number]) => number)).toEqual(rows.map(([n]) => n));
});

test('A cell of the wrong type is text or empty', async () => {
  const odd = [1.5, 'ab', 7, Number.NaN, 2 ** 60, Number.POSITIVE_INFINITY, 'yes'];
  const [row] = await throughTable([odd]);
  expect(row?.slice(0, 7)).toEqual([
    null,
    '00000000-0000-0000-0000-0000000000ab',
    '7',
    null,
    null,
    null,
    false,
  ]);
  await expect(throughTable([[1, 'no id']])).rejects.toThrow('no id');
});

test('What kept the first rows from being written is said, not what it led to', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TABLE once (number INTEGER PRIMARY KEY)');
  const [number] = columns as [TableColumn];
  await connection.run('BEGIN');
  const appender = await connection.createAppender('once');
  // More than an appender holds back until it is closed.
  const rows = Array.from({ length: 400_000 }, (): Cell[] => [7]);
  expect(() => appendRows(appender, [number], rows, rows.length)).toThrow(/duplicate key/i);
  connection.closeSync();
});

test('Rows of a transaction that was rolled back are not written later, when their appender goes', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TABLE once (number INTEGER PRIMARY KEY)');
  await connection.run('CREATE TABLE kept (number INTEGER)');
  const [number] = columns as [TableColumn];
  await connection.run('BEGIN');
  const appender = await connection.createAppender('kept');
  await expect(connection.run('INSERT INTO once VALUES (7), (7)')).rejects.toThrow(
    /duplicate key/i,
  );
  expect(() => appendRows(appender, [number], [[1], [2]], 2)).toThrow(/aborted/);
  await connection.run('ROLLBACK');
  appender.closeSync();
  const result = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM kept');
  expect(result.getRows()).toEqual([[0]]);
  connection.closeSync();
});
