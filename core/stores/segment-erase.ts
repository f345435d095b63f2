/**
 * Takes sessions out of a segment: it is written anew beside, under a new data key, and put in the place of the old one
 * in one step. Every record stays at its place, for the tables name it; where a session is gone lies a blank.
 *
 * The new key lies under the name of `nextKeyDay` until the new segment is in place. Killed in between, the next
 * opening sees by the first record which of both keys is the right one.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataKeys } from '../canisters/long-term.ts';
import { syncFolder } from './durable-folder.ts';
import {
  aligned,
  type Erasing,
  type RecordSpan,
  type SegmentFormat,
  textsOf,
} from './segment-format.ts';
import { bytesAt, writeAt } from './segment-frame.ts';
import { readStretches } from './segment-stretches.ts';
import { formatOf } from './segment-versions.ts';

/** What changes the data key of a day. */
export interface KeyChange {
  keys: DataKeys;
  drop(dataset: string, day: string): Promise<void>;
  /** Puts the next key of a day in the place of its key. */
  promote(dataset: string, day: string): Promise<void>;
  /** The days that have a next key. */
  pending(dataset: string): Promise<string[]>;
}

/** Where the rewriting of a segment stands; tests end the process there. */
export type EraseStep = 'segment beside' | 'segment in place' | 'key in place';

export const nextKeyDay = (day: string) => `${day}.next`;
const making = (file: string) => `${file}.making`;

/**
 * Writes one segment anew without these sessions. Nothing may be appended to it meanwhile.
 * @returns how many times one of them lay there; 0 when there was none, and nothing was written then
 */
export async function eraseFromSegment(options: {
  dataset: string;
  day: string;
  file: string;
  ids: ReadonlySet<string>;
  change: KeyChange;
  reached?: ((step: EraseStep) => void) | undefined;
}): Promise<number> {
  const { dataset, day, file, ids, change, reached = () => {} } = options;
  const old = await open(file, 'r');
  try {
    const { size } = await old.stat();
    const { format } = await formatOf(old, size, file);
    let gone = 0;
    for await (const { record } of readStretches(old, format, size)) {
      if (record === undefined || format.isAnnex(record)) continue;
      gone += format.idsOf(record).filter((id) => ids.has(id)).length;
    }
    if (gone === 0) return 0;
    const from = await change.keys(dataset, day);
    const to = await change.keys(dataset, nextKeyDay(day));
    const fresh = await open(making(file), 'w', 0o600);
    try {
      const place = { dataset, day };
      await writeWithout({ old, fresh, format, size, place, from, to, ids });
      await fresh.datasync();
    } finally {
      await fresh.close();
    }
    reached('segment beside');
    renameSync(making(file), file);
    syncFolder(dirname(file));
    reached('segment in place');
    await change.promote(dataset, day);
    reached('key in place');
    return gone;
  } finally {
    await old.close();
  }
}

/** Damage is left out: what lay there is sealed under a key that goes, and zeros say as well that something did. */
async function writeWithout(options: {
  old: FileHandle;
  fresh: FileHandle;
  format: SegmentFormat;
  size: number;
  place: { dataset: string; day: string };
  from: Buffer;
  to: Buffer;
  ids: ReadonlySet<string>;
}): Promise<void> {
  const { old, fresh, format, size, place, from, to, ids } = options;
  let end = size;
  const readSpan = ({ offset, length }: RecordSpan) => bytesAt(old, offset, length);
  const erasing: Erasing = {
    from,
    to,
    ids,
    textsOf: (record, at) => textsOf(format, record, from, at, readSpan),
    async append(make) {
      const offset = aligned(end, format.alignment);
      const record = make(offset);
      await writeAt(fresh, record, offset);
      end = offset + record.length;
      return { offset, length: record.length };
    },
  };
  await fresh.truncate(size);
  await writeAt(fresh, format.magic, 0);
  for await (const { offset, record } of readStretches(old, format, size))
    if (record !== undefined)
      await writeAt(fresh, await format.anew(record, { ...place, offset }, erasing), offset);
}

/** Finishes what was killed while a segment was written anew. To be called before the canister is opened. */
export async function settleErasedSegments(
  dataset: string,
  fileOf: (day: string) => string,
  change: KeyChange,
): Promise<void> {
  for (const day of await change.pending(dataset)) {
    const file = fileOf(day);
    if (existsSync(making(file))) rmSync(making(file));
    else if (existsSync(file) && (await opensWith(file, dataset, day, change))) {
      await change.promote(dataset, day);
      continue;
    }
    await change.drop(dataset, nextKeyDay(day));
  }
}

/** Whether the records of a segment lie under the next key. */
async function opensWith(file: string, dataset: string, day: string, { keys }: KeyChange) {
  const next = await keys(dataset, nextKeyDay(day));
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { format } = await formatOf(handle, size, file);
    for await (const { offset, record } of readStretches(handle, format, size))
      if (record !== undefined && format.opens(record, next, { dataset, day, offset })) return true;
    return false;
  } finally {
    await handle.close();
  }
}
