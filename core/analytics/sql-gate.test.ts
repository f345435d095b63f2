import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openDuckDbAnalytics } from '../stores/duckdb-analytics.ts';
import type { AnalyticsStore } from './analytics-store.ts';

const canary = 'canary-7f3a';
const limits = { rowsMax: 1_000, deadlineMs: 20_000 };
let folder: string;
let store: AnalyticsStore;
/** Files with the canary, written before the statements are made. */
const outside = mkdtempSync(join(tmpdir(), 'canister-outside-'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-gate-'));
  for (const name of ['canary.txt', 'canary.csv', 'canary.json', 'canary.parquet', 'canary.sql'])
    writeFileSync(join(outside, name), `"${canary}"\n`);
  mkdirSync(join(outside, 'sub'));
  store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
  const id = '1'.padStart(32, '0');
  await store.store(
    [
      {
        session: {
          id,
          dataset: 'shop',
          visitor: 'v1',
          startedAt: 0,
          endedAt: 0,
          origin: 'tracker',
          userAgent: '',
          technology: technologyOf(''),
          acquisition: {},
          endReason: 'idle',
          hits: [
            {
              id,
              at: 0,
              type: 'page_view',
              origin: 'tracker',
              method: 'GET',
              host: 'shop.example',
              path: '/',
            },
          ],
        },
        firstSeq: 1,
        lastSeq: 1,
        place: { day: '1970-01-01', offset: 19, length: 10 },
      },
    ],
    5,
  );
  await store.checkpoint();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(outside, { recursive: true, force: true });
});

/** Everything that a statement could have changed. */
async function state(): Promise<unknown> {
  const rows = async (sql: string) => (await store.query(sql, [])).rows;
  return {
    sessions: await rows('SELECT * FROM store.sessions'),
    hits: await rows('SELECT * FROM store.hits'),
    position: await rows('SELECT * FROM store.position'),
    tables: await rows('SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL'),
    views: await rows('SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL'),
    settings: await rows(
      "SELECT name, value FROM duckdb_settings() WHERE name IN ('memory_limit', 'enable_external_access', 'lock_configuration', 'threads', 'search_path', 'TimeZone') ORDER BY ALL",
    ),
    databases: await rows('SELECT database_name FROM duckdb_databases() ORDER BY ALL'),
    inside: readdirSync(folder).sort(),
    outside: readdirSync(outside, { recursive: true })
      .sort()
      .map((name) => String(name)),
    canary: readFileSync(join(outside, 'canary.txt'), 'utf8'),
  };
}

const file = (name: string) => join(outside, name);
const refused: string[] = [
  // Reading files and folders
  `SELECT * FROM read_text('${file('canary.txt')}')`,
  `SELECT * FROM read_blob('${file('canary.txt')}')`,
  `SELECT * FROM read_csv('${file('canary.csv')}')`,
  `SELECT * FROM read_csv_auto('${file('canary.csv')}')`,
  `SELECT * FROM sniff_csv('${file('canary.csv')}')`,
  `SELECT * FROM read_json('${file('canary.json')}')`,
  `SELECT * FROM read_ndjson_objects('${file('canary.json')}')`,
  `SELECT * FROM read_parquet('${file('canary.parquet')}')`,
  `SELECT * FROM parquet_metadata('${file('canary.parquet')}')`,
  `SELECT * FROM parquet_scan('${file('canary.parquet')}')`,
  `SELECT * FROM read_duckdb('${file('other.duckdb')}')`,
  `SELECT * FROM '${file('canary.csv')}'`,
  `SELECT * FROM "${file('canary.csv')}"`,
  `SELECT * FROM '${outside}/*.csv'`,
  `SELECT * FROM glob('${outside}/*')`,
  "SELECT * FROM READ_TEXT('/etc/passwd')",
  "SELECT * FROM main.read_text('/etc/passwd')",
  `WITH x AS (SELECT * FROM read_text('${file('canary.txt')}')) SELECT * FROM x`,
  `SELECT (SELECT content FROM read_text('${file('canary.txt')}'))`,
  `SELECT * FROM sessions WHERE EXISTS (SELECT 1 FROM read_text('${file('canary.txt')}'))`,
  `SELECT * FROM sessions, LATERAL (SELECT * FROM read_text('${file('canary.txt')}')) t`,
  `SELECT 1 UNION ALL SELECT content FROM read_text('${file('canary.txt')}')`,
  `SELECT * FROM sessions ORDER BY (SELECT content FROM read_text('${file('canary.txt')}'))`,
  `SELECT list_transform([1], x -> (SELECT content FROM read_text('${file('canary.txt')}')))`,
  `FROM read_text('${file('canary.txt')}')`,
  `DESCRIBE SELECT * FROM read_text('${file('canary.txt')}')`,
  `SUMMARIZE SELECT * FROM read_text('${file('canary.txt')}')`,
  `SELECT * FROM "${file('canary.csv')}", (WITH "${file('canary.csv')}" AS (SELECT 1) SELECT * FROM "${file('canary.csv')}") t`,
  `SELECT /* ; */ * FROM/**/read_text('${file('canary.txt')}') -- SELECT 1`,
  "SELECT getenv('HOME')",
  "SELECT * FROM 'https://example.com/x.csv'",
  "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
  // Writing files
  `COPY (SELECT 1) TO '${file('out.csv')}'`,
  `COPY sessions TO '${file('out.parquet')}'`,
  `COPY sessions FROM '${file('canary.csv')}'`,
  `EXPORT DATABASE '${file('export')}'`,
  `IMPORT DATABASE '${outside}'`,
  `EXPLAIN ANALYZE COPY (SELECT 1) TO '${file('out.csv')}'`,
  // Other databases, extensions, settings
  `ATTACH '${file('other.duckdb')}' AS other`,
  'DETACH analytics',
  'USE information_schema',
  'INSTALL httpfs',
  'LOAD httpfs',
  "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
  'SET enable_external_access = true',
  "SET memory_limit = '1TB'",
  'SET threads = 64',
  "SET SESSION search_path = 'store'",
  'RESET memory_limit',
  'PRAGMA enable_profiling',
  `PRAGMA profiling_output = '${file('profile.json')}'`,
  'SET VARIABLE x = 1',
  // Changing data
  'INSERT INTO store.sessions SELECT * FROM store.sessions',
  'UPDATE store.position SET low = 0',
  'DELETE FROM store.hits',
  'TRUNCATE store.hits',
  'DROP VIEW sessions',
  'DROP TABLE store.sessions',
  'CREATE TABLE t AS SELECT 1',
  'CREATE TEMP TABLE t AS SELECT 1',
  'CREATE OR REPLACE VIEW sessions AS SELECT 1',
  'CREATE MACRO sum(x) AS 0',
  'ALTER TABLE store.sessions ADD COLUMN x INTEGER',
  'CREATE SCHEMA x',
  'CREATE SEQUENCE s',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'CHECKPOINT',
  'FORCE CHECKPOINT',
  'VACUUM',
  'ANALYZE',
  'CALL pragma_version()',
  'PREPARE p AS SELECT 1',
  'EXECUTE p',
  'EXPLAIN SELECT 1',
  "COMMENT ON VIEW sessions IS 'x'",
  // Several statements, tricks
  'SELECT 1; DROP VIEW sessions',
  'SELECT 1; SELECT 2',
  ';',
  '',
  '-- nothing',
  'SELECT 1 /*',
  'not sql',
  '\u0000',
  "SELECT * FROM query('DROP VIEW sessions')",
  "SELECT * FROM query_table('duckdb_settings')",
  `SELECT * FROM json_execute_serialized_sql('{}')`,
  "SELECT json_serialize_plan('SELECT 1')",
  'PIVOT sessions ON visitor_id USING count(*)',
  // What is not for analysts
  'SELECT * FROM store.position',
  'SELECT segment_offset FROM store.sessions',
  'SELECT * FROM "STORE"."sessions"',
  'SELECT * FROM analytics.store.sessions',
  'SELECT * FROM histogram_values(store.sessions, first_seq)',
  'SELECT * FROM duckdb_settings()',
  'SELECT * FROM duckdb_databases()',
  'SELECT * FROM duckdb_secrets()',
  'SELECT * FROM duckdb_logs',
  'SELECT * FROM pg_catalog.pg_tables',
  'SELECT * FROM pragma_database_size()',
  "SELECT * FROM pragma_storage_info('store.sessions')",
  "SELECT current_setting('memory_limit')",
  "SELECT getvariable('x')",
  'SHOW DATABASES',
  'SHOW ALL TABLES',
  'SELECT * FROM sqlite_master',
  "SELECT * FROM which_secret('x', 's3')",
  'SELECT * FROM truncate_duckdb_logs()',
  "SELECT write_log('x')",
  'SELECT * FROM test_all_types()',
  // What nothing bounds
  'WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r',
  "SELECT repeat('a', 1000000000)",
  "SELECT length(lpad('a', 2000000000, 'b'))",
  "SELECT printf('%1000000000d', 1)",
  "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
  "SELECT bitstring('1', 2000000000)",
  'SELECT len(range(1000000000))',
  'SELECT list_sum(generate_series(1, 500000000))',
  'SELECT range((SELECT 1000000000))',
  'SELECT len(list_resize([1], 2000000000))',
  'SELECT [1].list_resize(2000000000)',
  'SELECT sleep_ms(100000)',
];

const harmless: string[] = [
  'SELECT 1',
  'SELECT version()',
  'FROM sessions',
  'SHOW TABLES',
  'DESCRIBE sessions',
  'SUMMARIZE sessions',
  'SELECT * FROM information_schema.columns',
  'VALUES (1), (2)',
  'WITH x AS (SELECT * FROM hits) SELECT count(*) FROM x',
  'SELECT count(*) FROM range(1000000)',
  'SELECT unnest(range(10))',
  "SELECT regexp_matches(repeat_safe, '(a+)+$') FROM (SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' AS repeat_safe)",
  "SELECT 'read_text(''/etc/passwd'')' AS text",
  'SELECT "read_text" FROM (SELECT 1 AS read_text)',
  'SELECT s.* FROM sessions s JOIN hits USING (session_id) QUALIFY row_number() OVER () = 1',
  `SELECT ${'('.repeat(200)}1${')'.repeat(200)}`,
];

describe('a hostile statement is refused, and changes nothing', () => {
  test.each(refused)('%j', async (sql) => {
    const before = await state();
    const error = await store.ask(sql, limits).then(
      (answer) => answer,
      (why: unknown) => why,
    );
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toMatch(/^sql_(invalid|not_select|forbidden)$/);
    expect((error as Problem).message).not.toContain(canary);
    expect(await state()).toEqual(before);
  });
});

describe('a harmless statement runs, and changes nothing', () => {
  test.each(harmless)('%j', async (sql) => {
    const before = await state();
    const answer = await store.ask(sql, limits);
    expect(JSON.stringify(answer)).not.toContain(canary);
    expect(answer.rows.length).toBeGreaterThan(0);
    expect(await state()).toEqual(before);
  });
});

test.each([
  '('.repeat(20_000),
  `SELECT ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
  `SELECT ${'NOT '.repeat(16_000)}true`,
  `SELECT 1${'+1'.repeat(30_000)}`,
])('a statement that is nested too deeply is refused or answered, and the store goes on: %#', async (sql) => {
  await store.ask(sql, limits).catch((error) => expect(error).toBeInstanceOf(Problem));
  expect((await store.ask('SELECT 1', limits)).rows).toEqual([[1]]);
});

describe('an answer', () => {
  test('is cut at its number of rows, and says so only then', async () => {
    const ask = (rowsMax: number) => store.ask('SELECT * FROM range(10)', { ...limits, rowsMax });
    expect(await ask(9)).toMatchObject({ truncated: true, rows: { length: 9 } });
    expect(await ask(10)).toMatchObject({ truncated: false, rows: { length: 10 } });
    expect(
      (await store.ask('SELECT * FROM range(1000000000000)', { ...limits, rowsMax: 3 })).rows,
    ).toEqual([[0], [1], [2]]);
  });

  test('holds JSON values, and names for columns that have the same one', async () => {
    const answer = await store.ask(
      `SELECT 1 AS x, 2 AS x, 9007199254740993 AS big, 1.5::DECIMAL(4,1) AS price, 'nan'::DOUBLE AS nan, NULL AS none,
        TIMESTAMPTZ '2026-11-21 10:00:00+00' AS "at", TIMESTAMP '2026-11-21 10:00:00' AS local, DATE '2026-11-21' AS day,
        [1, 2] AS list, {'a': 1, 'b': [true]} AS struct, '00000000-0000-0000-0000-000000000001'::UUID AS id, 'infinity'::TIMESTAMPTZ AS never`,
      limits,
    );
    expect(answer.columns.map(({ name }) => name)).toEqual([
      'x',
      'x:1',
      'big',
      'price',
      'nan',
      'none',
      'at',
      'local',
      'day',
      'list',
      'struct',
      'id',
      'never',
    ]);
    expect(answer.rows).toEqual([
      [
        1,
        2,
        '9007199254740993',
        1.5,
        'NaN',
        null,
        '2026-11-21T10:00:00.000Z',
        '2026-11-21T10:00:00.000',
        '2026-11-21',
        [1, 2],
        { a: 1, b: [true] },
        '00000000-0000-0000-0000-000000000001',
        null,
      ],
    ]);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  test('that takes too long is stopped at its deadline, and the store goes on', async () => {
    const slow =
      'SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = hash(a.range) % 11';
    await expect(store.ask(slow, { rowsMax: 1, deadlineMs: 100 })).rejects.toMatchObject({
      code: 'sql_too_slow',
    });
    expect((await store.ask('SELECT count(*) FROM sessions', limits)).rows).toEqual([[1]]);
  });

  test('may be asked for while another one runs', async () => {
    const slow = store.ask(
      'SELECT count(*) FROM range(100000000000) a WHERE hash(a.range) % 11 = 3',
      { rowsMax: 1, deadlineMs: 500 },
    );
    expect((await store.ask('SELECT 7', limits)).rows).toEqual([[7]]);
    await expect(slow).rejects.toMatchObject({ code: 'sql_too_slow' });
  });
});

test('a refusal says what was wrong and where', async () => {
  const said = (sql: string) =>
    store.ask(sql, limits).catch((error: Problem) => `${error.code}: ${error.message}`);
  expect(await said('SELECT 1 FROM nowhere')).toBe(
    'sql_invalid: There is no view called "nowhere". The views are sessions, hits, page_views, events, session_values.',
  );
  expect(await said('SELEC 1')).toMatch(/^sql_invalid: .*syntax error.*\(at character 1\)/s);
  expect(await said('DELETE FROM hits')).toBe(
    'sql_not_select: Only SELECT can be run here: the data is read, never changed.',
  );
  expect(await said('SELECT nothing FROM hits')).toMatch(/^sql_invalid: .*nothing/s);
  expect(await said('SELECT 1; SELECT 2; SELECT 3')).toContain('this text has 3');
});
