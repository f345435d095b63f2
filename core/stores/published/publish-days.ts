/**
 * Writes the days that have changed as Parquet files and then the manifest. All files of one manifest are of one
 * moment of the tables. Killed anywhere, the old manifest and its files are still there.
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { instantSql, instantsOf } from '../../analytics/local-time.ts';
import { publicViews, sqlText, type ViewName, viewNames } from '../../analytics/views.ts';
import { addDays } from '../../contract/calendar.ts';
import type { Manifest, PublishedFile } from '../../contract/published.ts';
import { syncFolder } from '../durable-folder.ts';
import { beginMoment } from './one-moment.ts';
import {
  lastNumber,
  makePublishedFolder,
  readManifest,
  schemaVersion,
  sealFile,
  writeManifest,
} from './published-folder.ts';
import { dayReader, everyDay, quarterSql, readUnpublishedDays } from './unpublished-days.ts';

export interface PublishOptions {
  /** Gives a connection that nobody else uses; it is closed when all is written. */
  connect: () => Promise<DuckDBConnection>;
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

/** How much is held in memory: so many files are written at once, and rows wait for their group to be full. */
interface Effort {
  writers: number;
  rowsPerGroup: number;
  /** To keep the order of storing, DuckDB holds 122,880 rows however small the groups are. */
  inOrder: boolean;
}
const usualEffort: Effort = { writers: 2, rowsPerGroup: 122_880, inOrder: true };
/** For rows with long texts, of which so many do not fit. */
const sparingEffort: Effort = { writers: 1, rowsPerGroup: 2_048, inOrder: false };

export async function publishDays(options: PublishOptions): Promise<PublishResult> {
  makePublishedFolder(options.folder);
  try {
    return await publishMoment(options, usualEffort);
  } catch (error) {
    // The transaction is lost with it: everything is read again, and files of the same names are written over.
    if (!String(error).includes('Out of Memory')) throw error;
    return await publishMoment(options, sparingEffort);
  }
}

async function publishMoment(options: PublishOptions, effort: Effort): Promise<PublishResult> {
  const { connect, folder, timeZone, asOf, since } = options;
  const { connections, epoch, end } = await beginMoment(connect, effort.writers);
  try {
    const [connection] = connections as [DuckDBConnection];
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
    const number = lastNumber(folder) + 1;
    const asked = days.flatMap((day) =>
      viewNames.map((view) => ({ ...effort, folder, timeZone, view, day, number })),
    );
    const fresh = await writeFiles(connections, asked);
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
    await end();
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

async function storedDays(connection: DuckDBConnection, timeZone: string): Promise<string[]> {
  const instants = { sessions: 'started_at', hits: '"at"', events: '"at"' };
  const quarters = Object.entries(instants).map(
    ([table, column]) => `SELECT DISTINCT ${quarterSql(column)} FROM store.${table}`,
  );
  return [...(await dayReader(timeZone).ofRows(connection, quarters.join(' UNION ')))];
}

interface AskedFile extends Effort {
  folder: string;
  timeZone: string;
  view: ViewName;
  day: string;
  number: number;
}

/** Writes each file on the next connection that is free. After a failure none is begun any more. */
async function writeFiles(
  connections: readonly DuckDBConnection[],
  asked: readonly AskedFile[],
): Promise<PublishedFile[]> {
  const waiting = [...asked];
  const written: PublishedFile[] = [];
  const work = async (connection: DuckDBConnection) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const file = await writeDay(connection, next);
      if (file !== undefined) written.push(file);
    }
  };
  const ends = await Promise.allSettled(
    connections.map((connection) =>
      work(connection).catch((error) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return written;
}

/** Writes the rows of a view on a day, beside and then renamed; undefined where there are none. */
async function writeDay(
  connection: DuckDBConnection,
  { folder, timeZone, view, day, number, rowsPerGroup, inOrder }: AskedFile,
): Promise<PublishedFile | undefined> {
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
     TO ${sqlText(aside)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${rowsPerGroup}, PRESERVE_ORDER ${inOrder})`,
  );
  const rows = Number(result.getRows()[0]?.[0]);
  const { bytes, sha256 } = await sealFile(aside);
  renameSync(aside, join(folder, file));
  return { view, day, file, rows, bytes, sha256 };
}
