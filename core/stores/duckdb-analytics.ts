/**
 * The analytics of a dataset in one DuckDB file. All writing goes through one connection and one transaction at a
 * time; a COMMIT is believed only after the position was read back, because DuckDB answers ok for aborted ones.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  AnalyticsStore,
  FreshTables,
  Position,
  StoredFigures,
} from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import { seenInstants } from '../analytics/seen-sql.ts';
import type { Manifest } from '../contract/published.ts';
import { failPoint, isPlanted } from '../fail-point.ts';
import { inTurn } from '../in-turn.ts';
import { copyDurably } from './copied-files.ts';
import { removeBackfilled, removeFacts, replaceFacts } from './duckdb-facts.ts';
import { copyDuckDbFile } from './duckdb-file.ts';
import {
  dimensionValues,
  knownHits,
  query,
  readHitRules,
  sessionsByDevice,
  storedDays,
  storedFigures,
  unfinished,
} from './duckdb-lookups.ts';
import { stopAtDeadline } from './duckdb-search.ts';
import {
  checkpoint,
  makeTables,
  moveIntoPlace,
  openTables,
  readPosition,
} from './duckdb-tables.ts';
import { fitting, publishDays } from './published/publish-days.ts';
import {
  createSweeper,
  emptyPublishedFolder,
  emptyUnlessWhole,
  readManifest,
} from './published/published-folder.ts';
import { dayReader, quarterSql } from './published/unpublished-days.ts';
import { createTableReaders } from './table-readers.ts';

const idsPerRemoval = 1_000;

export interface DuckDbAnalytics extends AnalyticsStore {
  /** Copies the tables as they are, with everything that was written before. */
  copyTo(file: string): Promise<void>;
}

/**
 * @param file path of `analytics.duckdb`, made when missing
 * @param timeZone the dataset's, in which SQL casts instants to days
 */
export async function openDuckDbAnalytics(
  file: string,
  timeZone = 'UTC',
): Promise<DuckDbAnalytics> {
  let tables = await openTables(file, timeZone);
  let { writer, position } = tables;
  const reading = createTableReaders();
  const searching = new Set<DuckDBConnection>();
  const writing = inTurn();
  const asking = inTurn();
  const publishing = inTurn();
  const published = join(dirname(file), 'published');
  const wasPublished = readManifest(published) !== undefined;
  // Disks lose files while nothing runs.
  emptyUnlessWhole(published);
  /** What is published is of another time zone or version, or was not whole: nothing that is stored says so. */
  let isOutdated = wasPublished && fitting(readManifest(published), timeZone) === undefined;
  const sweep = createSweeper(published, () => performance.now());
  const days = dayReader(timeZone);
  /** Every transaction makes another position. */
  let figures: { at: Position; asked: Promise<StoredFigures> } | undefined;

  const storeNow = (sessions: readonly StoredSession[], low: number | undefined) =>
    transact(async () => {
      const firstRow = await tables.append(sessions);
      const origins = new Set(sessions.map(({ session }) => session.origin));
      const changed = days.ofSessions(sessions);
      return (await tables.seen.added(origins, firstRow)) ? withDaysSeen(changed) : changed;
    }, low);

  /** Adds the days of the rows whose marks have changed. */
  async function withDaysSeen(changed: Set<string>): Promise<Set<string>> {
    const seen = `SELECT DISTINCT ${quarterSql('"at"')} FROM (${seenInstants})`;
    for (const day of await days.ofRows(writer, seen)) changed.add(day);
    return changed;
  }

  async function removeNow(column: 'segment_day' | 'session_id', chosen: readonly string[]) {
    const named = chosen.map((_, index) => `$${index + 1}`).join(', ');
    const values = [...chosen];
    const going = `FROM store.all_sessions WHERE ${column} IN (${named})`;
    await transact(async () => {
      const changed = await days.ofRows(
        writer,
        `SELECT DISTINCT ${quarterSql('started_at')} ${going}
         UNION SELECT DISTINCT ${quarterSql('"at"')} FROM store.hits WHERE session_id IN (SELECT session_id ${going})`,
        values,
      );
      const counted = `INSERT INTO store.removed SELECT coalesce(sum(hits), 0) ${going} AND origin = 'tracker'`;
      await writer.run(counted, values);
      await tables.seen.removing(`s.${column} IN (${named})`, values);
      for (const table of [
        'session_devices',
        'events',
        'session_values',
        'hits',
        'excluded_hits',
      ]) {
        const rows = `DELETE FROM store.${table} WHERE session_id IN (SELECT session_id ${going})`;
        await writer.run(rows, values);
      }
      for (const table of ['sessions', 'excluded_sessions'])
        await writer.run(`DELETE FROM store.${table} WHERE ${column} IN (${named})`, values);
      return (await tables.seen.removed()) ? withDaysSeen(changed) : changed;
    }, undefined);
  }

  async function eraseNow(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += idsPerRemoval)
      await removeNow('session_id', ids.slice(from, from + idsPerRemoval));
    // What was removed still lies in free blocks of the file.
    const aside = `${file}.making`;
    rmSync(aside, { force: true });
    rmSync(`${aside}.wal`, { force: true });
    await reading.alone(async () => {
      await checkpoint(writer);
      tables.close();
      try {
        await copyDuckDbFile(file, aside);
        moveIntoPlace(aside, file);
      } finally {
        tables = await openTables(file, timeZone);
        ({ writer, position } = tables);
      }
    });
    // Its days are made anew out of these tables.
    emptyPublishedFolder(published);
  }

  const amend = async (change: () => Promise<Iterable<string>>) =>
    void (await transact(change, undefined));

  /** The days of the events that a clause names. */
  const daysOfEvents = (clause: string, values: string[]) =>
    days.ofRows(
      writer,
      `SELECT DISTINCT ${quarterSql('"at"')} FROM store.events WHERE ${clause}`,
      values,
    );

  /** @param change gives the days, of the dataset's time zone, whose rows it has changed */
  async function transact(
    change: () => Promise<Iterable<string>>,
    low: number | undefined,
  ): Promise<Position> {
    const next = { epoch: position.epoch + 1, low: low ?? position.low };
    const move = `UPDATE store.position SET epoch = ${next.epoch}, low = ${next.low}`;
    if (__FAIL_POINTS__ && isPlanted('cursor-outside')) await writer.run(move);
    await writer.run('BEGIN');
    try {
      await tables.unpublished.mark(writer, await change(), next.epoch);
      if (__FAIL_POINTS__) failPoint('tables-mid-transaction');
      await writer.run(move);
      if (__FAIL_POINTS__) failPoint('tables-before-commit');
      await writer.run('COMMIT');
      if (__FAIL_POINTS__) failPoint('tables-after-commit');
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    const stored = await readPosition(writer);
    if (stored.epoch !== next.epoch || stored.low !== next.low) {
      throw new Error(
        `a transaction of ${file} did not come through: epoch ${stored.epoch} instead of ${next.epoch}`,
      );
    }
    position = stored;
    tables.unpublished.committed();
    return stored;
  }

  /** What has changed is written; the marks go when the manifest is on the disk, unless the file is another by then. */
  async function publishNow(
    asOf: number,
    since?: string,
  ): Promise<{ manifest: Manifest; written: string[] }> {
    const present = fitting(readManifest(published), timeZone);
    if (present !== undefined && present.since === since && !tables.unpublished.any()) {
      sweep(present);
      return { manifest: { ...present, asOf }, written: [] };
    }
    const { of, manifest, epoch, written } = await reading.pass(async () => {
      const of = tables;
      const connect = () => of.connect();
      return { of, ...(await publishDays({ connect, folder: published, timeZone, asOf, since })) };
    });
    await writing.run(async () => {
      if (of === tables) await tables.unpublished.clear(writer, epoch);
    });
    isOutdated = false;
    sweep(manifest);
    return { manifest, written };
  }

  /** Once nobody reads: either the old file is in place, whole, or the new one is. */
  async function replaceBy(move: () => void): Promise<void> {
    await reading.alone(async () => {
      try {
        await checkpoint(writer);
        tables.close();
        move();
      } finally {
        tables = await openTables(file, timeZone);
        ({ writer, position } = tables);
      }
    });
  }

  async function remake(fill: (fresh: FreshTables) => Promise<boolean>): Promise<void> {
    const aside = `${file}.making`;
    const removed = await writer.runAndReadAll('SELECT coalesce(sum(hits), 0) FROM store.removed');
    const removedHits = Number(removed.getRows()[0]?.[0] ?? 0);
    const wanted = await makeTables({ file: aside, timeZone, position, removedHits, fill });
    if (wanted) await replaceBy(() => moveIntoPlace(aside, file));
    else rmSync(aside, { force: true });
  }

  return {
    async resume() {
      const result = await writer.runAndReadAll(
        `SELECT device_id, max(last_seq) FROM (${sessionsByDevice}) WHERE last_seq > ${position.low} GROUP BY ALL`,
      );
      const closedThrough = new Map(
        result.getRows().map(([visitor, seq]) => [String(visitor), Number(seq)]),
      );
      const hitRules = await readHitRules(writer);
      return { position, closedThrough, ...(hitRules === undefined ? {} : { hitRules }) };
    },
    unfinished: (origin) => writing.run(() => unfinished(writer, origin)),
    store: (sessions, low) => writing.run(() => storeNow(sessions, low)),
    knownHits: (ids, fromMs, toMs) =>
      asking.run(() => reading.pass(() => knownHits(tables.asker, ids, fromMs, toMs))),
    dimensionValues: (hours) =>
      asking.run(() => reading.pass(() => dimensionValues(tables.asker, hours))),
    checkpoint: () => writing.run(() => checkpoint(writer)),
    epoch: () => position.epoch,
    figures() {
      if (figures?.at !== position) {
        const asked = reading.pass(() => storedFigures(tables.reader));
        figures = { at: position, asked };
        asked.catch(() => {
          figures = undefined;
        });
      }
      return figures.asked;
    },
    storedDays: () => reading.pass(() => storedDays(tables.reader)),
    replaceFacts: (sessions, event, fields) =>
      writing.run(() =>
        amend(async () => {
          await replaceFacts(writer, sessions, event, fields);
          return days.ofSessions(sessions);
        }),
      ),
    removeFacts: (event, version) =>
      writing.run(() =>
        amend(async () => {
          const changed = await daysOfEvents('event = $1 AND version < $2::INTEGER', [
            event,
            String(version),
          ]);
          await removeFacts(writer, event, version);
          return changed;
        }),
      ),
    removeBackfilled: (rows) =>
      writing.run(() =>
        amend(async () => {
          const { event, version } = rows;
          const changed = await daysOfEvents(
            'event = $1 AND version = $2::INTEGER AND backfilled',
            [event, String(version)],
          );
          await removeBackfilled(writer, rows);
          return changed;
        }),
      ),
    removeDays: (days) => writing.run(() => removeNow('segment_day', days)),
    // A publishing would lose its folder.
    eraseSessions: (ids) => publishing.run(() => writing.run(() => eraseNow(ids))),
    remake: (fill) => writing.run(() => remake(fill)),
    replace: (move) => writing.run(() => replaceBy(move)),
    query: (sql, values) => reading.pass(() => query(tables.reader, sql, values)),
    search: (sql, values, deadlineMs) =>
      reading.pass(() =>
        stopAtDeadline(
          () => tables.connect(),
          deadlineMs,
          (connection) => {
            searching.add(connection);
            return query(connection, sql, values).finally(() => searching.delete(connection));
          },
        ),
      ),
    publish: (asOf, since) => publishing.run(() => publishNow(asOf, since)),
    publishedDays: () => [...new Set(readManifest(published)?.files.map(({ day }) => day))].sort(),
    isUnpublished: () => isOutdated || tables.unpublished.any(),
    copyTo: (copy) =>
      writing.run(async () => {
        await checkpoint(writer);
        await copyDurably(file, copy);
      }),
    async close() {
      await publishing.idle();
      await writing.idle();
      await asking.idle();
      const interrupt = () => {
        tables.interrupt();
        for (const connection of searching) connection.interrupt();
      };
      await reading.close(interrupt, () => tables.close());
    },
  };
}
