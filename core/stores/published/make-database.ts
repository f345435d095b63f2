/** A DuckDB file of its own for people to take away: the public views of some days, with the meaning of each column. */
import { rmSync } from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  commentStatements,
  publicViews,
  sqlText,
  type ViewName,
  viewNames,
} from '../../analytics/views.ts';
import type { MakeDatabase } from '../../desks/export-desk.ts';
import { sealFile } from './published-folder.ts';

/** Page views are hits: as a view they cost no room. */
const asView: ViewName = 'page_views';

export const makeDatabase: MakeDatabase = async (asked) => {
  const { file } = asked;
  try {
    const instance = await DuckDBInstance.create(file, { memory_limit: '1GB', threads: '2' });
    const connection = await instance.connect();
    try {
      await connection.run('SET preserve_insertion_order = false');
      await connection.run(`SET TimeZone = ${sqlText(asked.manifest.timeZone)}`);
      // Each of some hundred comments would wait for the disk by itself.
      await connection.run('BEGIN');
      const rows = await fill(connection, asked);
      await connection.run('COMMIT');
      await connection.run('CHECKPOINT');
      connection.closeSync();
      instance.closeSync();
      return { ...(await sealFile(file)), rows };
    } catch (error) {
      connection.closeSync();
      instance.closeSync();
      throw error;
    }
  } catch (error) {
    for (const left of [file, `${file}.wal`]) rmSync(left, { force: true });
    throw error;
  }
};

async function fill(
  connection: DuckDBConnection,
  { folder, manifest, range }: Parameters<MakeDatabase>[0],
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const view of viewNames) {
    const files = manifest.files.flatMap((one) => {
      const isIn = range === undefined || (one.day >= range.from && one.day < range.to);
      return one.view === view && isIn ? sqlText(`${folder}/${one.file}`) : [];
    });
    await connection.run(statementOf(view, files));
    for (const comment of commentStatements(view))
      await connection.run(
        view === asView ? comment : comment.replace('COMMENT ON VIEW', 'COMMENT ON TABLE'),
      );
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM "${view}"`);
    rows[view] = Number(counted.getRows()[0]?.[0]);
  }
  const { schemaVersion, timeZone, asOf } = manifest;
  await connection.run(
    `CREATE TABLE canister_export AS SELECT ${sqlText(schemaVersion)} AS schema_version, ${sqlText(timeZone)} AS time_zone,
       make_timestamptz(${asOf * 1_000}) AS as_of, ${day(range?.from)} AS from_day, ${day(range?.to)} AS to_day`,
  );
  return rows;
}

const day = (text: string | undefined) => (text === undefined ? 'NULL::DATE' : `DATE '${text}'`);

function statementOf(view: ViewName, files: readonly string[]): string {
  const names = publicViews[view].columns.map(({ name }) => `"${name}"`).join(', ');
  if (view === asView)
    return `CREATE VIEW "${view}" AS SELECT ${names} FROM hits WHERE type = 'page_view'`;
  if (files.length > 0)
    return `CREATE TABLE "${view}" AS SELECT ${names} FROM read_parquet([${files.join(', ')}], hive_partitioning = false)`;
  const columns = publicViews[view].columns.map(({ name, type }) => `"${name}" ${type}`);
  return `CREATE TABLE "${view}" (${columns.join(', ')})`;
}
