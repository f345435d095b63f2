/**
 * The long-term canister in files: `<day>.seg`, each a magic line and records of
 * length (u32) · session id (16 bytes) · sealed body · CRC-32 of all before it (u32).
 * A torn tail (the machine stopped while writing) is cut off, and kept beside, when the segment is next opened for
 * writing; a damaged record before sound ones is left where it is and stepped over.
 */
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CanisterPlace, DataKeys, LongTermCanister } from '../canisters/long-term.ts';
import { seal, unseal } from '../canisters/seal.ts';
import { Problem } from '../contract/problem.ts';
import type { ClosedSession } from '../contract/session.ts';

const magic = Buffer.from('CANISTER SEGMENT 1\n');
const headBytes = 4 + 16;
const tailBytes = 4;
const recordBytesMax = 64 * 1024 * 1024;
const openSegmentsMax = 8;

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
}): LongTermCanister {
  const { dataset, folder, keys } = options;
  mkdirSync(folder, { recursive: true });
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
      await syncFolder(folder);
      size = magic.length;
    } else {
      const sound = await soundSize(file, size);
      if (sound < size) await cutTail(file, sound, size, `${path(day)}.cut-${sound}`);
      size = sound;
    }
    const segment = { file, size, key };
    writing.set(day, segment);
    return segment;
  }

  async function appendDay(
    day: string,
    sessions: readonly ClosedSession[],
  ): Promise<CanisterPlace[]> {
    const segment = await segmentFor(day);
    const records: Buffer[] = [];
    const places: CanisterPlace[] = [];
    let offset = segment.size;
    for (const session of sessions) {
      const record = encodeRecord(session, segment.key, { dataset, day, offset });
      records.push(record);
      places.push({ day, offset, length: record.length });
      offset += record.length;
    }
    try {
      await writeAll(segment.file, Buffer.concat(records), segment.size);
      await segment.file.datasync();
    } catch (error) {
      // After a failed write or fsync the file is not trusted: the next append opens and checks it anew.
      writing.delete(day);
      await segment.file.close();
      throw error;
    }
    segment.size = offset;
    return places;
  }

  async function* records(
    day: string,
  ): AsyncGenerator<{ place: CanisterPlace; session: ClosedSession }> {
    const key = await keys(dataset, day);
    const file = await open(path(day), 'r');
    try {
      for await (const { offset, record } of readRecords(file, (await file.stat()).size)) {
        if (!isSound(record)) continue;
        const sessionId = record.toString('hex', 4, headBytes);
        const session = unseal(record.subarray(headBytes, -tailBytes), key, {
          dataset,
          day,
          offset,
          sessionId,
        });
        yield { place: { day, offset, length: record.length }, session };
      }
    } finally {
      await file.close();
    }
  }

  async function appendNow(sessions: readonly ClosedSession[]): Promise<CanisterPlace[]> {
    const places = new Map<ClosedSession, CanisterPlace>();
    for (const [day, ofDay] of groupByDay(sessions)) {
      const written = await appendDay(day, ofDay);
      ofDay.forEach((session, index) => {
        const place = written[index];
        if (place) places.set(session, place);
      });
    }
    return sessions.flatMap((session) => places.get(session) ?? []);
  }

  return {
    append(sessions) {
      // One after the other: live sessions and an import end at the same time, and both write at the segment's end.
      const result = appending.then(() => appendNow(sessions));
      appending = result.catch(() => undefined);
      return result;
    },
    async read(sessionId, { day, offset, length }) {
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
        return unseal(record.subarray(headBytes, -tailBytes), await keys(dataset, day), {
          dataset,
          day,
          offset,
          sessionId,
        });
      } finally {
        await file.close();
      }
    },
    async *scan() {
      const names = await readdir(folder);
      for (const name of names.filter((file) => file.endsWith('.seg')).sort())
        yield* records(name.slice(0, -4));
    },
    async close() {
      await appending;
      for (const segment of writing.values()) await segment.file.close();
      writing.clear();
    },
  };
}

function groupByDay(sessions: readonly ClosedSession[]): Map<string, ClosedSession[]> {
  const byDay = new Map<string, ClosedSession[]>();
  for (const session of sessions) {
    const day = new Date(session.endedAt).toISOString().slice(0, 10);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(session);
    else byDay.set(day, [session]);
  }
  return byDay;
}

function encodeRecord(
  session: ClosedSession,
  key: Buffer,
  at: { dataset: string; day: string; offset: number },
): Buffer {
  const body = seal(session, key, { ...at, sessionId: session.id });
  const record = Buffer.allocUnsafe(headBytes + body.length + tailBytes);
  record.writeUInt32LE(record.length, 0);
  record.write(session.id, 4, 'hex');
  body.copy(record, headBytes);
  record.writeUInt32LE(crc32(record.subarray(0, -tailBytes)), record.length - tailBytes);
  return record;
}

function isSound(record: Buffer): boolean {
  if (record.length < headBytes + tailBytes || record.readUInt32LE(0) !== record.length)
    return false;
  return crc32(record.subarray(0, -tailBytes)) === record.readUInt32LE(record.length - tailBytes);
}

/** Reads records, sound or not, until the end or until a length that leads nowhere. */
async function* readRecords(
  file: FileHandle,
  size: number,
): AsyncGenerator<{ offset: number; record: Buffer }> {
  const length = Buffer.alloc(4);
  let offset = magic.length;
  while (offset + headBytes + tailBytes <= size) {
    await file.read(length, 0, 4, offset);
    const bytes = length.readUInt32LE(0);
    if (bytes < headBytes + tailBytes || bytes > recordBytesMax || offset + bytes > size) return;
    const record = Buffer.alloc(bytes);
    await file.read(record, 0, bytes, offset);
    yield { offset, record };
    offset += bytes;
  }
}

async function soundSize(file: FileHandle, size: number): Promise<number> {
  let end = magic.length;
  for await (const { offset, record } of readRecords(file, size))
    if (isSound(record)) end = offset + record.length;
  return end;
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

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
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

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
    for await (const { offset, record } of readRecords(file, size)) {
      if (!isSound(record)) {
        unsound += 1;
        continue;
      }
      state.sound += 1;
      state.damaged += unsound;
      unsound = 0;
      state.tornBytes = size - offset - record.length;
    }
    return state;
  } finally {
    await file.close();
  }
}
