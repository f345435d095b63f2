/**
 * The process in which analyst SQL runs: one statement, and then it ends. It is started under limits of the operating
 * system, with no environment, and reads nothing but the published files of one dataset. Until its order comes it
 * waits, warm.
 */
import { createInterface } from 'node:readline';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import { checkAnalystSql } from '../../analytics/sql-gate.ts';
import { sqlText } from '../../analytics/views.ts';
import { Problem } from '../../contract/problem.ts';
import { instantValue, toJson } from '../duckdb-values.ts';
import type { BoundValue, ChildMessage, ChildOrder } from './child-messages.ts';

const progressEveryMs = 200;
/** Rows go out in pieces of about so many bytes. */
const pieceBytes = 65_536;

/** In the order in which they must be set; what is not known is an error, so nothing is left open silently. */
const settings = {
  memory_limit: '256MB',
  threads: '1',
  max_expression_depth: '250',
  max_temp_directory_size: '0KB',
  temp_directory: '',
  autoload_known_extensions: 'false',
  autoinstall_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
};

const say = (message: ChildMessage) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function openWarm(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  // Loads what the first statement would otherwise wait for.
  await connection.run(
    `SELECT json_serialize_sql('SELECT 1'), TIMESTAMPTZ '2026-11-21 10:00:00+00'::DATE`,
  );
  return connection;
}

/** The views of the dataset; afterwards nothing outside of its files can be reached, and no setting changed. */
async function enclose(connection: DuckDBConnection, order: ChildOrder): Promise<void> {
  const { folder, timeZone, views } = order;
  await connection.run(`SET GLOBAL TimeZone = ${sqlText(timeZone)}`);
  await connection.run(`SET GLOBAL allowed_directories = [${sqlText(`${folder}/`)}]`);
  for (const view of views) await connection.run(viewSql(folder, view));
  await connection.run('SET GLOBAL enable_external_access = false');
  await connection.run('SET GLOBAL lock_configuration = true');
}

function viewSql(folder: string, { name, columns, files }: ChildOrder['views'][number]): string {
  if (files.length === 0) {
    const none = columns.map((column) => `NULL::${column.type} AS "${column.name}"`);
    return `CREATE VIEW "${name}" AS SELECT ${none.join(', ')} WHERE false`;
  }
  const paths = files.map((file) => sqlText(`${folder}/${file}`));
  return `CREATE VIEW "${name}" AS SELECT ${columns.map((column) => `"${column.name}"`).join(', ')}
    FROM read_parquet([${paths.join(', ')}], hive_partitioning = false)`;
}

async function run(connection: DuckDBConnection, order: ChildOrder): Promise<boolean> {
  const { sql, rowsMax, bytesMax } = order;
  const parsed = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  checkAnalystSql(String(parsed.getRows()[0]?.[0]));
  const statement = await connection.prepare(sql);
  bindAll(statement, order.parameters);
  const result = await statement.stream();
  const names = result.deduplicatedColumnNames();
  say({
    columns: result
      .columnTypes()
      .map((type, index) => ({ name: names[index] ?? '', type: String(type) })),
  });
  let [rows, bytes] = [0, 0];
  let piece: string[] = [];
  let pieceLength = 0;
  const flush = () => {
    // The rows are JSON already.
    if (piece.length > 0) process.stdout.write(`{"rows":[${piece.join(',')}]}\n`);
    piece = [];
    pieceLength = 0;
  };
  for await (const chunk of result.yieldRows()) {
    for (const row of chunk) {
      const text = JSON.stringify(row.map(toJson));
      bytes += text.length;
      if (rows === rowsMax || bytes > bytesMax) {
        flush();
        return true;
      }
      rows += 1;
      piece.push(text);
      pieceLength += text.length;
      if (pieceLength > pieceBytes) flush();
    }
    flush();
  }
  flush();
  return false;
}

type Statement = Awaited<ReturnType<DuckDBConnection['prepare']>>;

/** @throws Problem `sql_invalid` when a parameter has no value, or a value no parameter */
function bindAll(statement: Statement, parameters: Record<string, BoundValue>): void {
  const names = Array.from({ length: statement.parameterCount }, (_, at) =>
    statement.parameterName(at + 1),
  );
  const missing = names.filter((name) => !Object.hasOwn(parameters, name));
  if (missing.length > 0) {
    const said = missing.map((name) => `$${name}`).join(', ');
    throw new Problem('sql_invalid', `The query has parameters without a value: ${said}.`);
  }
  for (const name of names) {
    const bound = parameters[name] as BoundValue;
    const at = statement.parameterIndex(name);
    if (bound.value === null) statement.bindNull(at);
    else statement.bindValue(at, ...duckDbValueOf(bound));
  }
}

const dayMs = 86_400_000;

function duckDbValueOf({ type, value }: BoundValue): [DuckDBValue, DuckDBType] {
  const text = String(value);
  if (type === 'integer') return [BigInt(text), BIGINT];
  if (type === 'number') return [Number(text), DOUBLE];
  if (type === 'boolean') return [text === 'true', BOOLEAN];
  if (type === 'date') return [new DuckDBDateValue(Math.floor(Date.parse(text) / dayMs)), DATE];
  if (type === 'instant') return [instantValue(Date.parse(text)), TIMESTAMPTZ];
  return [text, VARCHAR];
}

async function obey(connection: DuckDBConnection, order: ChildOrder): Promise<void> {
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, order.deadlineMs);
  const progress = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage >= 0) say({ progress: Math.min(1, percentage / 100) });
  }, progressEveryMs);
  try {
    await enclose(connection, order);
    say({ end: { truncated: await run(connection, order) } });
  } catch (error) {
    say({ problem: describe(error, isLate, order) });
  } finally {
    clearTimeout(deadline);
    clearInterval(progress);
  }
}

function describe(error: unknown, isLate: boolean, { deadlineMs, folder }: ChildOrder) {
  if (error instanceof Problem) return { code: error.code, detail: error.message };
  if (isLate) {
    const detail = `The query was stopped after ${deadlineMs / 1000} s. Ask for fewer days or rows.`;
    return { code: 'sql_too_slow' as const, detail };
  }
  // Where the files lie is nobody's concern.
  const detail = (error as Error).message.replaceAll(folder, 'published');
  const isFull = /out of memory|bad_alloc|could not allocate|failed to allocate/i.test(detail);
  return { code: isFull ? ('sql_too_large' as const) : ('sql_invalid' as const), detail };
}

// Whoever started it is gone.
process.stdin.on('end', () => process.exit(0));
// The order may come while the database is still being opened.
const lines = createInterface({ input: process.stdin });
const ordered = new Promise<string>((resolve) => lines.once('line', resolve));
const warm = await openWarm();
say({ ready: true });
await obey(warm, JSON.parse(await ordered) as ChildOrder);
// What was written to a pipe may still be under way.
process.stdout.write('', () => process.exit(0));
