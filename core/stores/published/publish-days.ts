/**
 * Writes the days that have changed as Parquet files and then the manifest. All files of one manifest are of one
 * moment: they are read in one transaction. Killed anywhere, the old manifest and its files are still there.
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { instantSql, instantsOf } from '../../analytics/local-time.ts';
import { publicViews, sqlText, type ViewName, viewNames } from '../../analytics/views.ts';
import { addDays } from '../../contract/calendar.ts';
import type { Manifest, PublishedFile } from '../../contract/published.ts';
import { syncFolder } from '../durable-folder.ts';
import {
  makePublishedFolder,
  readManifest,
  schemaVersion,
  sealFile,
  writeManifest,
} from './published-folder.ts';
import { dayReader, everyDay, quarterSql, readUnpublishedDays } from './unpublished-days.ts';

export interface PublishOptions {
  /** A connection that nobody else uses. */
  connection: DuckDBConnection;
  folder: string;
  timeZone: string;
  /** The instant of the manifest, epoch milliseconds. */
  asOf: number;
  /** The first day that is published; without it all are. */
  since?: string | undefined;
}

export interface PublishResult {
  manifest: Manifest;
  /** The last batch that the files hold. */
  epoch: number;
  written: string[];
}

export async function publishDays(options: PublishOptions): Promise<PublishResult> {
  const { connection, folder, timeZone, asOf, since } = options;
  makePublishedFolder(folder);
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    const before = fitting(readManifest(folder), timeZone);
    const marked = await readUnpublishedDays(connection);
    const isWhole = before === undefined || marked.has(everyDay);
    // A rule that has become longer brings days back.
    const wanted = new Set(isWhole ? [] : marked);
    const isLonger = before?.since !== undefined && (since ?? '') < before.since;
    if (isWhole || isLonger)
      for (const day of await storedDays(connection, timeZone))
        if (isWhole || day < (before?.since ?? '')) wanted.add(day);
    const days = [...wanted].filter((day) => day >= (since ?? '')).sort();
    const epoch = await readEpoch(connection);
    const number = (before?.number ?? readManifest(folder)?.number ?? 0) + 1;
    const fresh: PublishedFile[] = [];
    for (const day of days) {
      for (const view of viewNames) {
        const file = await writeDay(connection, { folder, timeZone, view, day, number });
        if (file !== undefined) fresh.push(file);
      }
    }
    for (const view of viewNames) syncFolder(join(folder, view));
    const kept = isWhole
      ? []
      : before.files.filter(({ day }) => !wanted.has(day) && day >= (since ?? ''));
    const manifest: Manifest = {
      schemaVersion,
      number,
      timeZone,
      asOf,
      ...(since !== undefined && { since }),
      views: viewNames.map(describeView),
      files: [...kept, ...fresh].sort(byViewAndDay),
    };
    writeManifest(folder, manifest);
    return { manifest, epoch, written: days };
  } finally {
    await connection.run('ROLLBACK');
  }
}

/** The manifest, where its files are what this program would write. */
export function fitting(manifest: Manifest | undefined, timeZone: string): Manifest | undefined {
  const fits = manifest?.schemaVersion === schemaVersion && manifest.timeZone === timeZone;
  return fits ? manifest : undefined;
}

function describeView(name: ViewName): Manifest['views'][number] {
  const { meaning, columns } = publicViews[name];
  return { name, meaning, columns: [...columns] };
}

const byViewAndDay = (a: PublishedFile, b: PublishedFile) =>
  viewNames.indexOf(a.view as ViewName) - viewNames.indexOf(b.view as ViewName) ||
  a.day.localeCompare(b.day);

async function readEpoch(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll('SELECT epoch FROM store.position');
  return Number(result.getRows()[0]?.[0]);
}

async function storedDays(connection: DuckDBConnection, timeZone: string): Promise<string[]> {
  const instants = { sessions: 'started_at', hits: '"at"', events: '"at"' };
  const quarters = Object.entries(instants).map(
    ([table, column]) => `SELECT DISTINCT ${quarterSql(column)} FROM store.${table}`,
  );
  return [...(await dayReader(timeZone).ofRows(connection, quarters.join(' UNION ')))];
}

/** Writes the rows of a view on a day, beside and then renamed; undefined where there are none. */
async function writeDay(
  connection: DuckDBConnection,
  asked: { folder: string; timeZone: string; view: ViewName; day: string; number: number },
): Promise<PublishedFile | undefined> {
  const { folder, timeZone, view, day, number } = asked;
  const { columns, ofDay } = publicViews[view];
  const { fromMs, toMs } = instantsOf({ from: day, to: addDays(day, 1) }, timeZone);
  const clause = ofDay(
    (column) => `${column} >= ${instantSql(fromMs)} AND ${column} < ${instantSql(toMs)}`,
  );
  const any = await connection.runAndReadAll(`SELECT 1 FROM "${view}" WHERE ${clause} LIMIT 1`);
  if (any.currentRowCount === 0) return undefined;
  const names = columns.flatMap(({ name }) => (name === 'day' ? [] : `"${name}"`));
  const file = `${view}/${day}.${number}.parquet`;
  const aside = join(folder, `${file}.making`);
  const result = await connection.runAndReadAll(
    `COPY (SELECT ${names.join(', ')}, DATE '${day}' AS day FROM "${view}" WHERE ${clause})
     TO ${sqlText(aside)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
  );
  const rows = Number(result.getRows()[0]?.[0]);
  const { bytes, sha256 } = await sealFile(aside);
  renameSync(aside, join(folder, file));
  return { view, day, file, rows, bytes, sha256 };
}
