/**
 * The long-term canister in files: `<day>.seg`, each a magic line and records (segment-records.ts). A torn tail (the machine stopped while writing) is cut off, and kept beside, when the segment is next opened for
 * writing; a damaged record before sound ones is left where it is and stepped over.
 */
import { type FileHandle, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CanisterPlace,
  CheckedRecord,
  DataKeys,
  KeptSession,
  LongTermCanister,
  SessionPiece,
} from '../canisters/long-term.ts';
import { unseal } from '../canisters/seal.ts';
import { Problem } from '../contract/problem.ts';
import type { ClosedSession } from '../contract/session.ts';
import { failPoint } from '../fail-point.ts';
import type { StoredWhole } from '../sessions/collected-session.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';
import { plainOf, type SealBatch, sealBatch } from './segment-batch.ts';
import { groupByDay } from './segment-days.ts';
import { type EraseStep, eraseFromSegment, type KeyChange } from './segment-erase.ts';
import {
  blankId,
  isSound,
  segmentMagic as magic,
  readStretches,
  sealedBodyOf,
  sessionIdOf,
  soundSize,
} from './segment-records.ts';

const openSegmentsMax = 8;
/** Small enough to be opened without holding others up for long. */
const pieceBytes = 128 * 1024;
const segmentName = /^(\d{4}-\d{2}-\d{2})\.seg$/;

interface Segment {
  file: FileHandle;
  size: number;
  key: Buffer;
}

/** Opens the canister of a dataset in `folder`, which is made when missing. */
export function openSegmentCanister(options: {
  dataset: string;
  folder: string;
  keys: DataKeys;
  /** Destroys the key of a day whose segment goes. */
  dropKey?: (dataset: string, day: string) => Promise<void>;
  /** Seals elsewhere; without it, here. */
  seal?: SealBatch | undefined;
  /** Gives days new keys; without it nothing can be erased. */
  change?: KeyChange | undefined;
  /** Called at each step of the rewriting of a segment. */
  reached?: ((step: EraseStep) => void) | undefined;
}): LongTermCanister {
  const { dataset, folder, keys, dropKey, seal = async (batch) => sealBatch(batch) } = options;
  const { change, reached } = options;
  makeFolder(folder);
  const writing = new Map<string, Segment>();
  const path = (day: string) => join(folder, `${day}.seg`);
  let appending: Promise<unknown> = Promise.resolve();

  async function segmentFor(day: string): Promise<Segment> {
    const known = writing.get(day);
    if (known) {
      writing.delete(day);
      writing.set(day, known);
      return known;
    }
    if (writing.size >= openSegmentsMax) await closeOldest(writing);
    const key = await keys(dataset, day);
    const file = await openForAppend(path(day));
    let { size } = await file.stat();
    if (size < magic.length) {
      await file.truncate(0);
      await file.write(magic, 0, magic.length, 0);
      size = magic.length;
    } else {
      const sound = await soundSize(file, size);
      if (sound < size) await cutTail(file, sound, size, `${path(day)}.cut-${sound}`);
      size = sound;
    }
    // Also where the segment was there: whoever made it may have been killed before its name was durable.
    syncFolder(folder);
    const segment = { file, size, key };
    writing.set(day, segment);
    return segment;
  }

  async function appendDay(
    day: string,
    sessions: readonly KeptSession[],
  ): Promise<CanisterPlace[]> {
    const segment = await segmentFor(day);
    const { bytes, lengths } = await seal({
      dataset,
      day,
      key: segment.key,
      offset: segment.size,
      ids: sessions.map(({ id }) => id),
      ...plainOf(sessions),
    });
    let offset = segment.size;
    const places = lengths.map((length): CanisterPlace => {
      const place = { day, offset, length };
      offset += length;
      return place;
    });
    try {
      await writeAll(segment.file, bytes, segment.size);
      if (__FAIL_POINTS__) failPoint('canister-before-fsync');
      await segment.file.datasync();
      if (__FAIL_POINTS__) failPoint('canister-after-fsync');
    } catch (error) {
      // After a failed write or fsync the file is not trusted: the next append opens and checks it anew.
      writing.delete(day);
      await segment.file.close();
      throw error;
    }
    segment.size = offset;
    return places;
  }

  /** The stretches of a day's segment, as far as they are written. */
  async function* stretches(day: string, starts: readonly number[] = []) {
    const file = await open(path(day), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return;
    try {
      // What is being appended at this moment is not there yet.
      const size = writing.get(day)?.size ?? (await file.stat()).size;
      for await (const stretch of readStretches(file, size, starts))
        if (stretch.record === undefined || sessionIdOf(stretch.record) !== blankId) yield stretch;
    } finally {
      await file.close();
    }
  }

  function openRecord(record: Buffer, key: Buffer, day: string, offset: number) {
    const place = { dataset, day, offset, sessionId: sessionIdOf(record) };
    return unseal(sealedBodyOf(record), key, place) as KeptSession;
  }

  async function* check(day: string, starts: readonly number[]): AsyncGenerator<CheckedRecord> {
    const key = await keys(dataset, day);
    for await (const { offset, length, record } of stretches(day, starts)) {
      const place = { day, offset, length };
      if (record === undefined) {
        yield { place, damage: 'the bytes were changed: no record with the right checksum' };
        continue;
      }
      const sessionId = sessionIdOf(record);
      try {
        const { id } = openRecord(record, key, day, offset);
        if (id === sessionId) yield { place, sessionId };
        else yield { place, sessionId, damage: `it holds the session ${id}` };
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        yield {
          place,
          sessionId,
          damage: 'the seal does not open: changed, moved, or another key',
        };
      }
    }
  }

  async function* pieces(
    day: string,
    places: readonly CanisterPlace[],
  ): AsyncGenerator<SessionPiece> {
    const through = places.at(-1)?.offset;
    if (through === undefined) return;
    const file = await open(path(day), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) {
      yield { sessions: [], unreadable: places.length, through: { day, offset: through } };
      return;
    }
    try {
      const key = await keys(dataset, day);
      for (const together of neighbours(places, pieceBytes)) {
        const start = together[0]?.offset ?? 0;
        const last = together.at(-1) as CanisterPlace;
        const bytes = Buffer.allocUnsafe(last.offset + last.length - start);
        await file.read(bytes, 0, bytes.length, start);
        const sessions = together.flatMap((place) => {
          const record = bytes.subarray(place.offset - start, place.offset - start + place.length);
          const kept = readable(() => openRecord(record, key, day, place.offset));
          return kept ? [{ place, ...apart(kept) }] : [];
        });
        const unreadable = together.length - sessions.length;
        yield { sessions, unreadable, through: { day, offset: last.offset } };
      }
    } finally {
      await file.close();
    }
  }

  async function days(): Promise<string[]> {
    const names = await readdir(folder);
    return names.flatMap((name) => segmentName.exec(name)?.[1] ?? []).sort();
  }

  async function appendNow(sessions: readonly KeptSession[]): Promise<CanisterPlace[]> {
    const places = new Map<KeptSession, CanisterPlace>();
    for (const [day, ofDay] of groupByDay(sessions)) {
      const written = await appendDay(day, ofDay);
      ofDay.forEach((session, index) => {
        const place = written[index];
        if (place) places.set(session, place);
      });
    }
    return sessions.flatMap((session) => places.get(session) ?? []);
  }

  async function readWhole(
    sessionId: string,
    { day, offset, length }: CanisterPlace,
  ): Promise<StoredWhole> {
    const file = await open(path(day), 'r').catch((cause) => {
      const message = `The segment ${path(day)} of session ${sessionId} cannot be opened.`;
      throw new Problem('file_unreadable', message, { cause });
    });
    try {
      const record = Buffer.alloc(length);
      await file.read(record, 0, length, offset);
      if (!isSound(record)) {
        throw new Problem(
          'file_unreadable',
          `The record of session ${sessionId} in ${path(day)} is damaged.`,
        );
      }
      const place = { dataset, day, offset, sessionId };
      const kept = unseal(sealedBodyOf(record), await keys(dataset, day), place) as KeptSession;
      return apart(kept);
    } finally {
      await file.close();
    }
  }

  return {
    append(sessions) {
      // One after the other: live sessions and an import end at the same time, and both write at the segment's end.
      const result = appending.then(() => appendNow(sessions));
      appending = result.catch(() => undefined);
      return result;
    },
    read: async (sessionId, place) => (await readWhole(sessionId, place)).session,
    readWhole,
    days,
    async segments() {
      const all = (await days()).map(async (day) => ({ day, bytes: (await stat(path(day))).size }));
      return await Promise.all(all);
    },
    async remove(day) {
      await writing.get(day)?.file.close();
      writing.delete(day);
      // The key first: killed before the file is gone, the next run finds the segment and takes it.
      await dropKey?.(dataset, day);
      await rm(path(day), { force: true });
      syncFolder(folder);
    },
    erase(day, ids) {
      // Behind what is being appended; the segment is opened anew for what comes after.
      const result = appending.then(async () => {
        await writing.get(day)?.file.close();
        writing.delete(day);
        if (change === undefined) throw new Error('this canister cannot change its keys');
        return await eraseFromSegment({ dataset, day, file: path(day), ids, change, reached });
      });
      appending = result.catch(() => undefined);
      return result;
    },
    check,
    pieces,
    async *names() {
      for (const day of await days()) {
        for await (const { offset, length, record } of stretches(day))
          if (record) yield { place: { day, offset, length }, sessionId: sessionIdOf(record) };
      }
    },
    async *scan() {
      for (const day of await days()) {
        const key = await keys(dataset, day);
        for await (const { offset, length, record } of stretches(day)) {
          const kept = record && readable(() => openRecord(record, key, day, offset));
          if (kept) yield { place: { day, offset, length }, ...apart(kept) };
        }
      }
    },
    async close() {
      await appending;
      for (const segment of writing.values()) await segment.file.close();
      writing.clear();
    },
  };
}

/** Cuts ascending places into runs that span at most so many bytes; a larger record is a run of its own. */
function* neighbours(places: readonly CanisterPlace[], bytesMax: number) {
  let run: CanisterPlace[] = [];
  for (const place of places) {
    const start = run[0]?.offset ?? place.offset;
    if (run.length > 0 && place.offset + place.length - start > bytesMax) {
      yield run;
      run = [];
    }
    run.push(place);
  }
  if (run.length > 0) yield run;
}

/** The session and what the canister keeps beside it. */
function apart({ firstSeq = 0, lastSeq = 0, devices = [], lineage, ...session }: KeptSession) {
  return { session: session as ClosedSession, firstSeq, lastSeq, devices, lineage };
}

/** What the work gives; undefined where a record does not open. */
function readable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Nothing that was ever promised is in a torn tail; but should it be damage instead, the bytes are still there. */
async function cutTail(file: FileHandle, from: number, to: number, keptAs: string): Promise<void> {
  const tail = Buffer.alloc(to - from);
  await file.read(tail, 0, tail.length, from);
  await writeFile(keptAs, tail, { mode: 0o600 });
  await file.truncate(from);
}

async function openForAppend(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return await open(path, 'wx+', 0o600);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, at + written))
      .bytesWritten;
  }
}

async function closeOldest(segments: Map<string, Segment>): Promise<void> {
  for (const [day, segment] of segments) {
    segments.delete(day);
    await segment.file.close();
    return;
  }
}

/** What a segment file holds, found without a key: records by their checksums, and bytes behind the last sound one. */
export interface SegmentState {
  sound: number;
  /** Records that do not fit their checksum, before sound ones. */
  damaged: number;
  tornBytes: number;
}

/** Reads a segment from end to end and changes nothing. */
export async function inspectSegment(path: string): Promise<SegmentState> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const state: SegmentState = { sound: 0, damaged: 0, tornBytes: size };
    let unsound = 0;
    if (size >= magic.length) state.tornBytes = size - magic.length;
    for await (const { offset, length, record } of readStretches(file, size)) {
      if (record === undefined) {
        unsound += 1;
        continue;
      }
      state.sound += 1;
      state.damaged += unsound;
      unsound = 0;
      state.tornBytes = size - offset - length;
    }
    return state;
  } finally {
    await file.close();
  }
}
