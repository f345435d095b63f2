/**
 * Opens the stores of a dataset so that they fit together. Tables that are gone, unreadable, or older than what the
 * inbox has forgotten are made anew out of the canister; where that loses hits, opening is refused.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnalyticsStore, MakeAnew, Position } from '../analytics/analytics-store.ts';
import type { ErasePlace } from '../canisters/erase-place.ts';
import type { DataKeys, LongTermCanister } from '../canisters/long-term.ts';
import { fillFromNothing } from '../canisters/rebuild.ts';
import type { RecutPlace } from '../canisters/recut.ts';
import type { IndexShelf } from '../canisters/session-index.ts';
import type { StoredCopies } from '../canisters/stored-copies.ts';
import { countedNoun } from '../contract/counted-noun.ts';
import { Problem } from '../contract/problem.ts';
import type { SessionRules } from '../contract/session-rules.ts';
import { failPoint } from '../fail-point.ts';
import { openPast, type PastStores } from '../past/past.ts';
import { copyFolder } from './copied-files.ts';
import { isDamage, putAside, tellingDamage } from './damaged-tables.ts';
import { type DatasetPaths, openDataFolder } from './data-folder.ts';
import { type DuckDbAnalytics, openDuckDbAnalytics } from './duckdb-analytics.ts';
import { makeTables, moveIntoPlace } from './duckdb-tables.ts';
import { openEraseFolder } from './erase-folder.ts';
import type { OpenLibsqlFile, SqlBatch } from './libsql-file.ts';
import { openIndexShelf } from './libsql-index-shelf.ts';
import { isHalfInPlace, openRecutFolder, type SwapStep } from './recut-folder.ts';
import type { SealBatch } from './segment-batch.ts';
import { openSegmentCanister } from './segment-canister.ts';
import { type EraseStep, type KeyChange, settleErasedSegments } from './segment-erase.ts';

/** Where a dataset stood at its last checkpoint. */
interface Remembered extends Position {
  hits: number;
}

export interface DatasetStoresOptions {
  slug: string;
  timeZone: string;
  paths: DatasetPaths;
  keys: DataKeys;
  /** Destroys the data key of a day that is removed. */
  dropKey: (dataset: string, day: string) => Promise<void>;
  /** Gives days new keys; without it nothing can be erased. */
  keyChange?: KeyChange | undefined;
  control: SqlBatch;
  /** Seals sessions elsewhere; without it, in this thread. */
  seal?: SealBatch | undefined;
  /** Opens the dataset although hits are lost. */
  acceptLoss: boolean;
  /** Puts the present tables aside, and makes others; when that fails, they are back in their place. */
  anew?: MakeAnew | undefined;
  /** Tells the administrator what was found and done. */
  say: (text: string) => void;
  /** Makes rules those of the dataset. */
  setRules: (rules: SessionRules) => Promise<void>;
  /** What was done to the past: tables that are made anew have it too. */
  past: PastStores;
  /** Opens the files of the session index; in this thread where it is not given. */
  openIndexFile?: OpenLibsqlFile | undefined;
  /** Called at each step of the swap of a recut. */
  reached?: ((step: SwapStep) => void) | undefined;
  /** Called at each step of the rewriting of a segment. */
  eraseReached?: ((step: EraseStep) => void) | undefined;
}

/** @throws Problem `hits_lost`, naming how many, or `key_missing`; nothing was changed then */
export async function openDatasetStores(options: DatasetStoresOptions): Promise<{
  analytics: AnalyticsStore;
  canister: LongTermCanister;
  recut: RecutPlace;
  indexShelf: IndexShelf;
  erasePlace: ErasePlace;
  past: PastStores;
  copies: StoredCopies;
}> {
  const { slug, paths, keys, dropKey, control, seal } = options;
  const folder = paths.canister;
  if (isHalfInPlace(paths.recut)) {
    const why = `A recut of ${slug} was being put in place, and could not be finished: ${paths.recut} cannot be moved or removed.`;
    throw new Problem('file_unreadable', why);
  }
  const change = options.keyChange;
  if (change !== undefined)
    await settleErasedSegments(slug, (day) => join(folder, `${day}.seg`), change);
  const reached = options.eraseReached;
  const canister = openSegmentCanister({
    ...{ dataset: slug, folder, keys, dropKey, seal, change, reached },
  });
  // With another master key nothing could be sealed beside what is there: better said now than when sessions end.
  const lastDay = (await canister.days()).at(-1);
  if (lastDay !== undefined) await keys(slug, lastDay);
  const remembered = await recall(control, slug);
  const analytics = tellingDamage(await openFitting(options, canister, remembered), slug);
  return {
    canister,
    recut: openRecutFolder(options),
    indexShelf: await openIndexShelf(paths.folder, options.openIndexFile),
    erasePlace: openEraseFolder(join(paths.folder, '..', '..'), paths),
    past: options.past,
    copies: {
      segments: (root) => copySegments(paths, openDataFolder(root).dataset(slug)),
      tables: (root) => analytics.copyTo(openDataFolder(root).dataset(slug).analyticsFile),
    },
    analytics: {
      ...analytics,
      async checkpoint() {
        // Read before, so that all of it is in the checkpoint.
        const present = await standing(analytics);
        if (__FAIL_POINTS__) failPoint('tables-before-checkpoint');
        await analytics.checkpoint();
        if (__FAIL_POINTS__) failPoint('tables-after-checkpoint');
        await remember(control, slug, present);
      },
    },
  };
}

/** The tables can be made anew of the segments: only whole files are of use. */
const copySegments = ({ canister }: DatasetPaths, copy: DatasetPaths) =>
  copyFolder(canister, copy.canister, (name) => name.endsWith('.seg'));

async function openFitting(
  options: DatasetStoresOptions,
  canister: LongTermCanister,
  remembered: Remembered | undefined,
): Promise<DuckDbAnalytics> {
  const { slug, timeZone, paths, say, anew } = options;
  const file = paths.analyticsFile;
  if (anew !== undefined) {
    const { kept, putBack } = putAside(file);
    say(
      `The tables of the dataset ${slug} are kept as ${kept}. Making others out of its canister …`,
    );
    try {
      const analytics = await makeFitting(options, canister, remembered);
      anew.kept(kept);
      return analytics;
    } catch (error) {
      putBack();
      throw error;
    }
  }
  const present = existsSync(file) ? await openReadable(file, timeZone, say) : undefined;
  const found = present && (await standing(present));
  const isOld = (remembered?.low ?? 0) > (found?.low ?? 0);
  if (present !== undefined && !isOld) return present;
  if (present === undefined && !isOld && (await canister.days()).length === 0)
    return await openDuckDbAnalytics(file, timeZone);

  await present?.close();
  say(
    `The tables of the dataset ${slug} are ${present ? 'older than its inbox' : 'gone'}. Making them anew out of its canister …`,
  );
  return await makeFitting(options, canister, remembered);
}

async function makeFitting(
  options: DatasetStoresOptions,
  canister: LongTermCanister,
  remembered: Remembered | undefined,
): Promise<DuckDbAnalytics> {
  const { slug, timeZone, paths, say, control, anew } = options;
  const acceptLoss = options.acceptLoss || anew?.acceptLoss === true;
  const file = paths.analyticsFile;
  const aside = `${file}.making`;
  let sessions = 0;
  await makeTables({
    file: aside,
    timeZone,
    position: { epoch: (remembered?.epoch ?? 0) + 1, low: remembered?.low ?? 0 },
    async fill(fresh) {
      const { apply } = await openPast(slug, timeZone, options.past);
      sessions = await fillFromNothing(canister, fresh, apply, anew?.report);
      const { rows } = await fresh.query(
        'SELECT coalesce(sum(hits), 0) FROM store.all_sessions',
        [],
      );
      const lost = (remembered?.hits ?? 0) - Number(rows[0]?.[0]);
      if (lost > 0 && !acceptLoss) refuse(slug, lost, anew !== undefined);
      if (lost > 0) say(`${lost} hits of the dataset ${slug} are lost, as accepted.`);
      return true;
    },
  });
  moveIntoPlace(aside, file);
  say(`The tables of the dataset ${slug} are there again: ${countedNoun(sessions, 'session')}.`);
  const analytics = await openDuckDbAnalytics(file, timeZone);
  await remember(control, slug, await standing(analytics));
  return analytics;
}

function refuse(slug: string, lost: number, isRebuilt: boolean): never {
  const goOn = isRebuilt ? `rebuild --dataset ${slug} --accept-loss` : 'serve --accept-loss';
  throw new Problem(
    'hits_lost',
    `${lost} stored hits of the dataset ${slug} are neither in its tables nor readable in its canister: a segment is damaged, or files come from backups of different times. Nothing was changed. Put back the files of one backup, or go on without those hits: canister ${goOn}`,
  );
}

/** The inbox position up to which a dataset was stored at its last checkpoint; 0 without one. */
export async function lastLow(control: SqlBatch, slug: string): Promise<number> {
  return (await recall(control, slug))?.low ?? 0;
}

/** DuckDB names neither with a code. */
export function isClosedToUs(error: unknown): boolean {
  return /Could not set lock on file|Permission denied|Read-only file system/.test(
    (error as Error).message,
  );
}

/** Undefined when the file cannot be opened as it is: it is then kept under another name. */
async function openReadable(
  file: string,
  timeZone: string,
  say: (text: string) => void,
): Promise<DuckDbAnalytics | undefined> {
  let opened: DuckDbAnalytics | undefined;
  try {
    opened = await openDuckDbAnalytics(file, timeZone);
    // All that an engine reads of them before it goes on.
    await standing(opened);
    await opened.resume();
    await opened.unfinished('tracker');
    return opened;
  } catch (error) {
    await opened?.close();
    // Somebody else has it open, or it is another user's: nothing is wrong with the tables.
    if (error instanceof Problem || isClosedToUs(error)) throw error;
    // A disk that fails in another way may be well again.
    if (opened !== undefined && !isDamage(error)) throw error;
    const { kept } = putAside(file);
    say(`${file} cannot be read (${(error as Error).message}). It is kept as ${kept}.`);
    return undefined;
  }
}

async function standing(analytics: AnalyticsStore): Promise<Remembered> {
  const { rows } = await analytics.query(
    'SELECT epoch, low, (SELECT coalesce(sum(hits), 0) FROM store.all_sessions) FROM store.position',
    [],
  );
  const [epoch, low, hits] = rows[0] ?? [];
  return { epoch: Number(epoch), low: Number(low), hits: Number(hits) };
}

async function recall(control: SqlBatch, slug: string): Promise<Remembered | undefined> {
  const [found] = await control.batch(
    [{ sql: 'SELECT epoch, low, hits FROM dataset_position WHERE dataset = ?', args: [slug] }],
    'read',
  );
  const row = found?.rows[0];
  return row && { epoch: Number(row.epoch), low: Number(row.low), hits: Number(row.hits) };
}

async function remember(control: SqlBatch, slug: string, at: Remembered): Promise<void> {
  await control.batch(
    [
      {
        sql: `INSERT INTO dataset_position (dataset, epoch, low, hits) VALUES (?, ?, ?, ?)
          ON CONFLICT (dataset) DO UPDATE SET epoch = excluded.epoch, low = excluded.low, hits = excluded.hits`,
        args: [slug, at.epoch, at.low, at.hits],
      },
    ],
    'write',
  );
}
