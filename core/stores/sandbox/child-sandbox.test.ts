/** The hostile statements, and the harmless ones, each in a real child process under its real limits. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAnalystSql } from '../../analytics/sql-gate.ts';
import { Problem } from '../../contract/problem.ts';
import type { Manifest } from '../../contract/published.ts';
import type { Sandbox, SandboxOrder } from '../../desks/sandbox.ts';
import { placeOf, testSandbox } from '../../testing/sql-desk.ts';
import { createWorld, type World } from '../../testing/world.ts';

const canary = 'canary-7f3a';
const limits = { rowsMax: 1_000, deadlineMs: 20_000 };
let world: World;
let sandbox: Sandbox;
let manifest: Manifest;
/** Files with the canary, written before the statements are made. */
const outside = mkdtempSync(join(tmpdir(), 'canister-outside-'));

beforeAll(async () => {
  for (const name of ['canary.txt', 'canary.csv', 'canary.json', 'canary.parquet', 'canary.sql'])
    writeFileSync(join(outside, name), `"${canary}"\n`);
  mkdirSync(join(outside, 'sub'));
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  await world.send({ dataset: 'shop' });
  world.advance(3_600_000);
  await world.settle();
  await world.engine.publish('shop');
  manifest = placeOf(world).manifest('shop') as Manifest;
  sandbox = testSandbox({ childrenMax: 3, waitingMax: 500, waitMsMax: 1_000_000 });
  sandbox.keepWarm();
});
afterAll(async () => {
  await sandbox.close();
  await world.close();
  rmSync(outside, { recursive: true, force: true });
});

const folder = () => placeOf(world).folder('shop');

async function ask(sql: string, asked: Partial<SandboxOrder> = {}, signal?: AbortSignal) {
  const order = { sql, parameters: {}, folder: folder(), manifest, bytesMax: 1e7, ...limits };
  let columns: { name: string; type: string }[] = [];
  const rows: unknown[][] = [];
  for await (const part of sandbox.run({ ...order, ...asked }, signal)) {
    if ('columns' in part) columns = part.columns;
    if ('rows' in part) rows.push(...part.rows);
    if ('end' in part) return { columns, rows, truncated: part.end.truncated };
  }
  throw new Error('the answer has no end');
}

/** Everything that a statement could have changed. */
function state(): unknown {
  const tree = (of: string) =>
    readdirSync(of, { recursive: true, withFileTypes: true })
      .map((one) => {
        const path = join(one.parentPath, one.name);
        return [path, one.isFile() ? readFileSync(path).toString('base64') : ''];
      })
      .sort();
  return [tree(join(folder(), '..', 'published')), tree(outside)];
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
  'DETACH memory',
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
  'SELECT * FROM memory.store.sessions',
  'SELECT * FROM memory.main.sessions',
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
  'SELECT view_definition FROM information_schema.views',
  'SUMMARIZE "INFORMATION_SCHEMA"."VIEWS"',
  'SELECT sql FROM (WITH duckdb_views AS (SELECT 1) SELECT 1) a, duckdb_views b',
  'WITH x AS (WITH pg_settings AS (SELECT 1) SELECT 1) SELECT * FROM x, "PG_SETTINGS"',
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
  'SELECT table_name FROM information_schema.tables',
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

/** Those that pass the gate. */
async function passing(connection: DuckDBConnection, statements: string[]): Promise<string[]> {
  const passed: string[] = [];
  for (const sql of statements) {
    const parsed = await connection
      .runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql])
      .catch(() => undefined);
    if (parsed === undefined) continue;
    try {
      checkAnalystSql(String(parsed.getRows()[0]?.[0]));
      passed.push(sql);
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
    }
  }
  return passed;
}

test('A hostile statement does not pass the gate', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  expect(await passing(connection, refused)).toEqual([]);
  // What the database has by itself is found where a CTE of its name is out of reach.
  const own = await connection.runAndReadAll(
    "SELECT DISTINCT view_name FROM duckdb_views() WHERE schema_name <> 'information_schema'",
  );
  const names = own.getRows().map(([name]) => String(name));
  expect(names).toContain('sqlite_master');
  const taking = names.map((name) => `WITH "${name}" AS (FROM "${name}") FROM "${name}"`);
  expect(await passing(connection, taking)).toEqual([]);
  connection.closeSync();
});

/** Each needs a process: a sample of every kind, and all of them with HOSTILE=all. */
const tried = refused.filter((_, index) => process.env.HOSTILE === 'all' || index % 12 === 0);

test('A hostile statement is refused, and changes nothing', async () => {
  const before = state();
  await Promise.all(
    tried.map(async (sql) => {
      const error: unknown = await ask(sql).then(
        (answer) => answer,
        (why: unknown) => why,
      );
      expect([sql, error]).toEqual([sql, expect.any(Problem)]);
      const { code, message } = error as Problem;
      expect([sql, code]).toEqual([
        sql,
        expect.stringMatching(/^sql_(invalid|not_select|forbidden)$/),
      ]);
      expect(message).not.toContain(canary);
      expect(message).not.toContain(folder());
    }),
  );
  expect(state()).toEqual(before);
}, 600_000);

test('A harmless statement runs, and changes nothing', async () => {
  const before = state();
  await Promise.all(
    harmless.map(async (sql) => {
      const answer = await ask(sql);
      expect(JSON.stringify(answer)).not.toContain(canary);
      expect([sql, answer.rows.length > 0]).toEqual([sql, true]);
    }),
  );
  expect(state()).toEqual(before);
});

test.each([
  '('.repeat(20_000),
  `SELECT ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
  `SELECT ${'NOT '.repeat(16_000)}true`,
  `SELECT 1${'+1'.repeat(30_000)}`,
])('a statement that is nested too deeply is refused or answered, and the store goes on: %#', async (sql) => {
  await ask(sql).catch((error) => expect(error).toBeInstanceOf(Problem));
  expect((await ask('SELECT 1')).rows).toEqual([[1]]);
});

describe('an answer', () => {
  test('is cut at its number of rows, and says so only then', async () => {
    const first = (rowsMax: number) => ask('SELECT * FROM range(10)', { rowsMax });
    expect(await first(9)).toMatchObject({ truncated: true, rows: { length: 9 } });
    expect(await first(10)).toMatchObject({ truncated: false, rows: { length: 10 } });
    expect((await ask('SELECT * FROM range(1000000000000)', { rowsMax: 3 })).rows).toEqual([
      [0],
      [1],
      [2],
    ]);
  });

  test('holds JSON values, and names for columns that have the same one', async () => {
    const answer = await ask(
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
    await expect(ask(slow, { rowsMax: 1, deadlineMs: 100 })).rejects.toMatchObject({
      code: 'sql_too_slow',
    });
    expect((await ask('SELECT count(*) FROM sessions')).rows).toEqual([[1]]);
  });

  test('may be asked for while another one runs', async () => {
    const slow = expect(
      ask('SELECT count(*) FROM range(100000000000) a WHERE hash(a.range) % 11 = 3', {
        deadlineMs: 500,
      }),
    ).rejects.toMatchObject({ code: 'sql_too_slow' });
    expect((await ask('SELECT 7')).rows).toEqual([[7]]);
    await slow;
  });
});

/** They pass the gate, and only the limits of the process and of its database hold them. */
test.each([
  'SELECT list(a.range::VARCHAR || b.range) FROM range(100000) a, range(10000) b',
  `SELECT string_agg('xxxxxxxxxxxxxxxx', '') FROM range(1000000000)`,
])('What wants too much memory is refused: %s', async (sql) => {
  await expect(ask(sql)).rejects.toMatchObject({ code: 'sql_too_large' });
});

test('Eight analysts at once: each gets their own answer, those of the others fail or take too long notwithstanding', async () => {
  const slow = 'SELECT count(*) FROM range(100000000000) a WHERE hash(a.range) % 11 = 3';
  const asked: [sql: string, code?: string][] = [
    ['SELECT 1'],
    [slow, 'sql_too_slow'],
    ['SELECT count(*) + 2 - 1 FROM sessions'],
    [`SELECT * FROM read_text('/etc/passwd')`, 'sql_forbidden'],
    ['SELECT 3'],
    ['SELECT 4 FROM nowhere', 'sql_invalid'],
    ['SELECT 5'],
    ['SELECT 6'],
  ];
  const answers = await Promise.allSettled(
    asked.map(([sql]) => ask(sql, sql === slow ? { deadlineMs: 300 } : {})),
  );
  expect(
    answers.map((one) => (one.status === 'fulfilled' ? one.value.rows : one.reason.code)),
  ).toEqual([[[1]], 'sql_too_slow', [[2]], 'sql_forbidden', [[3]], 'sql_invalid', [[5]], [[6]]]);
});

test('A query whose asker goes away is killed, and leaves its place to the next', async () => {
  const single = testSandbox({ childrenMax: 1 });
  const order = { parameters: {}, folder: folder(), manifest, bytesMax: 1e7, ...limits };
  const first = async (sql: string, signal?: AbortSignal) => {
    for await (const part of single.run({ ...order, sql }, signal))
      if ('rows' in part) return part.rows;
    return [];
  };
  const gone = new AbortController();
  const slow = expect(
    first('SELECT count(*) FROM range(100000000000) a WHERE hash(a.range) % 11 = 3', gone.signal),
  ).rejects.toThrow();
  setTimeout(() => gone.abort(), 50);
  await slow;
  expect(await first('SELECT 7')).toEqual([[7]]);
  await single.close();
});

test('Values are bound by their types, and never become SQL', async () => {
  const parameters: SandboxOrder['parameters'] = {
    path: { type: 'text', value: "'; DROP VIEW hits; --" },
    day: { type: 'date', value: '2026-11-21' },
    from: { type: 'instant', value: '2026-11-21T10:00:00+02:00' },
    big: { type: 'integer', value: '900719925474099300' },
    share: { type: 'number', value: 0.25 },
    flag: { type: 'boolean', value: true },
    none: { type: 'text', value: null },
  };
  const sql = `SELECT $path, $day + 1, $from, $big, $share, $flag, $none IS NULL,
    (SELECT count(*) FROM sessions WHERE day = $day AND started_at >= $from)`;
  expect((await ask(sql, { parameters })).rows).toEqual([
    [
      "'; DROP VIEW hits; --",
      '2026-11-22',
      '2026-11-21T08:00:00.000Z',
      '900719925474099300',
      0.25,
      true,
      true,
      1,
    ],
  ]);
  await expect(ask('SELECT $missing')).rejects.toMatchObject({
    code: 'sql_invalid',
    message: 'The query has parameters without a value: $missing.',
  });
});

test('a refusal says what was wrong and where', async () => {
  const said = (sql: string) =>
    ask(sql).catch((error: Problem) => `${error.code}: ${error.message}`);
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
