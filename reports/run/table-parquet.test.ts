/** Parquet files, read back by DuckDB, which knows nothing of who wrote them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerToParquet } from './table-parquet.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-parquet-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function readBack(file: Uint8Array, sql = 'SELECT * FROM FILE') {
  const path = join(folder, 'one.parquet');
  writeFileSync(path, file);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(sql.replace('FILE', `'${path}'`));
    return { types: result.columnTypes().map(String), rows: result.getRowsJson() };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const answer = (types: readonly string[], ...rows: unknown[][]) => ({
  columns: types.map((type, at) => ({ name: `column ${at}`, type })),
  rows,
});

test('Each value comes back in its type, empty ones among them', async () => {
  const types = [
    'BIGINT',
    'DOUBLE',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP WITH TIME ZONE',
    'TIMESTAMP',
    'VARCHAR',
    'VARCHAR[]',
  ];
  const row = [
    9007199254740991,
    0.1,
    true,
    '1969-12-31',
    '2026-11-21T10:00:00.123Z',
    '2026-11-21T10:00:00.123',
    '=1+1 "ü" 😀',
    ['a', 'b'],
  ];
  const none = types.map(() => null);
  const file = answerToParquet(answer(types, row, none));
  const { types: read } = await readBack(file);
  // The library writes instants in the time zone of the machine.
  const { rows } = await readBack(
    file,
    'SELECT * REPLACE (epoch_ms("column 4") AS "column 4") FROM FILE',
  );
  expect(read).toEqual([
    'BIGINT',
    'DOUBLE',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP WITH TIME ZONE',
    'TIMESTAMP',
    'VARCHAR',
    'VARCHAR',
  ]);
  expect(rows).toEqual([
    [
      '9007199254740991',
      0.1,
      true,
      '1969-12-31',
      '1795255200123',
      '2026-11-21 10:00:00.123',
      '=1+1 "ü" 😀',
      '["a","b"]',
    ],
    none,
  ]);
});

test('What does not fit its type makes the column wider, and loses nothing', async () => {
  // As the answer to SQL has them: whole numbers beyond 2^53 are texts.
  const huge = ['1', '170141183460469231731687303715884105727'];
  const { types, rows } = await readBack(
    answerToParquet(
      answer(
        ['HUGEINT', 'BIGINT', 'BIGINT', 'DATE'],
        [huge[0], 1, '9007199254740993', '2026-11-21'],
        [huge[1], 1.5, 2, 'infinity'],
      ),
    ),
  );
  expect(types).toEqual(['VARCHAR', 'DOUBLE', 'BIGINT', 'VARCHAR']);
  expect(rows).toEqual([
    ['1', 1, '9007199254740993', '2026-11-21'],
    ['170141183460469231731687303715884105727', 1.5, '2', 'infinity'],
  ]);
});

test('A table without rows has its columns all the same, and many rows are all there', async () => {
  const none = await readBack(answerToParquet(answer(['BIGINT', 'VARCHAR'])));
  expect(none).toEqual({ types: ['BIGINT', 'VARCHAR'], rows: [] });
  const many = Array.from({ length: 10_000 }, (_, at) => [at, `text ${at % 7}`]);
  const { rows } = await readBack(
    answerToParquet(answer(['BIGINT', 'VARCHAR'], ...many)),
    'SELECT count(*), sum("column 0"), count(DISTINCT "column 1") FROM FILE',
  );
  expect(rows).toEqual([['10000', '49995000', '7']]);
});
