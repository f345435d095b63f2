/**
 * Takes records out of a segment: it is written anew beside, under a new data key, and put in the place of the old
 * one in one step. Every record stays at its place, for the tables name it; where one is gone lies a blank.
 *
 * The new key lies under the name of `nextKeyDay` until the new segment is in place. Killed in between, the next
 * opening sees by the first record which of both keys is the right one.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataKeys } from '../canisters/long-term.ts';
import { reseal } from '../canisters/seal.ts';
import { syncFolder } from './durable-folder.ts';
import {
  blankId,
  encodeRecord,
  readStretches,
  sealedBodyOf,
  segmentMagic,
  sessionIdOf,
} from './segment-records.ts';

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
 * @returns how many records are gone; 0 when there was none of them, and nothing was written then
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
    let gone = 0;
    for await (const { record } of readStretches(old, size))
      if (record !== undefined && ids.has(sessionIdOf(record))) gone += 1;
    if (gone === 0) return 0;
    const from = await change.keys(dataset, day);
    const to = await change.keys(dataset, nextKeyDay(day));
    const fresh = await open(making(file), 'w', 0o600);
    try {
      await fresh.write(segmentMagic, 0, segmentMagic.length, 0);
      for await (const { offset, length, record } of readStretches(old, size)) {
        const bytes =
          record === undefined
            ? await bytesAt(old, offset, length)
            : moved(record, { dataset, day, offset }, from, to, ids);
        await fresh.write(bytes, 0, bytes.length, offset);
      }
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
    for await (const { offset, record } of readStretches(handle, (await handle.stat()).size)) {
      if (record === undefined) continue;
      const place = { dataset, day, offset, sessionId: sessionIdOf(record) };
      if (reseal(sealedBodyOf(record), next, next, place) !== undefined) return true;
    }
    return false;
  } finally {
    await handle.close();
  }
}

function moved(
  record: Buffer,
  place: { dataset: string; day: string; offset: number },
  from: Buffer,
  to: Buffer,
  ids: ReadonlySet<string>,
): Buffer {
  const sessionId = sessionIdOf(record);
  const body = sealedBodyOf(record);
  if (ids.has(sessionId) || sessionId === blankId)
    return encodeRecord(blankId, blankBody(body.length, to, place));
  // A body that does not open was lost before; it stays as it is, so that it is told of.
  const anew = reseal(body, from, to, { ...place, sessionId });
  return anew === undefined ? record : encodeRecord(sessionId, anew);
}

/** Sealed like others, so that it too says under which key the segment lies. */
function blankBody(
  length: number,
  key: Buffer,
  place: { dataset: string; day: string; offset: number },
): Buffer {
  return reseal(undefined, key, key, { ...place, sessionId: blankId }, length) as Buffer;
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, offset);
  return bytes;
}
