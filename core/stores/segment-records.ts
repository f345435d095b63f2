/**
 * The records of a segment file: length (u32) · session id (16 bytes) · sealed body · CRC-32 of all before it (u32).
 * Reads them in their order. Damage is a stretch without a sound record: reading goes on behind it, at a place where
 * a record is known to begin, or where one is found, so that damage hides nothing but itself.
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export const segmentMagic = Buffer.from('CANISTER SEGMENT 1\n');
/** In the place of a session's id: its record was erased, and what lies there is a blank of the same length. */
export const blankId = '0'.repeat(32);
const headBytes = 4 + 16;
const tailBytes = 4;
const recordBytesMax = 64 * 1024 * 1024;
const searchBytes = 1024 * 1024;

/** A part of a segment: a sound record, or (without `record`) bytes that are none. */
export interface Stretch {
  offset: number;
  length: number;
  record?: Buffer;
}

export function encodeRecord(sessionId: string, body: Buffer): Buffer {
  const record = Buffer.allocUnsafe(headBytes + body.length + tailBytes);
  record.writeUInt32LE(record.length, 0);
  record.write(sessionId, 4, 'hex');
  body.copy(record, headBytes);
  record.writeUInt32LE(crc32(record.subarray(0, -tailBytes)), record.length - tailBytes);
  return record;
}

export const sessionIdOf = (record: Buffer) => record.toString('hex', 4, headBytes);
export const sealedBodyOf = (record: Buffer) => record.subarray(headBytes, -tailBytes);

export function isSound(record: Buffer): boolean {
  if (record.length < headBytes + tailBytes || record.readUInt32LE(0) !== record.length)
    return false;
  return crc32(record.subarray(0, -tailBytes)) === record.readUInt32LE(record.length - tailBytes);
}

/**
 * Everything behind the magic line, without gaps.
 * @param size how many bytes of the file count
 * @param starts offsets at which a record is known to begin, ascending
 */
export async function* readStretches(
  file: FileHandle,
  size: number,
  starts: readonly number[] = [],
): AsyncGenerator<Stretch> {
  let known = 0;
  for (let offset = segmentMagic.length; offset < size; ) {
    const record = await recordAt(file, offset, size);
    if (record !== undefined) {
      yield { offset, length: record.length, record };
      offset += record.length;
      continue;
    }
    while ((starts[known] ?? size) <= offset && known < starts.length) known += 1;
    const end = await nextRecord(file, offset, Math.min(starts[known] ?? size, size), size);
    yield { offset, length: end - offset };
    offset = end;
  }
}

/** Where the last sound record ends. */
export async function soundSize(file: FileHandle, size: number): Promise<number> {
  let end = segmentMagic.length;
  for await (const { offset, length, record } of readStretches(file, size))
    if (record !== undefined) end = offset + length;
  return end;
}

async function recordAt(
  file: FileHandle,
  offset: number,
  size: number,
): Promise<Buffer | undefined> {
  const length = await lengthAt(file, offset, size);
  if (length === undefined) return undefined;
  const record = Buffer.alloc(length);
  await file.read(record, 0, length, offset);
  return isSound(record) ? record : undefined;
}

async function lengthAt(
  file: FileHandle,
  offset: number,
  size: number,
): Promise<number | undefined> {
  if (offset + headBytes + tailBytes > size) return undefined;
  const head = Buffer.alloc(4);
  await file.read(head, 0, 4, offset);
  const length = head.readUInt32LE(0);
  return isPlausible(length, offset, size) ? length : undefined;
}

const isPlausible = (length: number, offset: number, size: number) =>
  length >= headBytes + tailBytes && length <= recordBytesMax && offset + length <= size;

/** The first offset behind damage at which a record begins; `end` when none does before it. */
async function nextRecord(
  file: FileHandle,
  damaged: number,
  end: number,
  size: number,
): Promise<number> {
  // Mostly the length is right and the damage lies behind it.
  const length = await lengthAt(file, damaged, size);
  if (length !== undefined && damaged + length <= end) {
    const behind = damaged + length;
    if (behind === size || (await recordAt(file, behind, size)) !== undefined) return behind;
  }
  const window = Buffer.alloc(Math.min(searchBytes + 3, end - damaged + 3));
  for (let from = damaged + 1; from < end; from += searchBytes) {
    const { bytesRead } = await file.read(window, 0, window.length, from);
    const last = Math.min(bytesRead - 3, end - from);
    for (let index = 0; index < last; index += 1) {
      const at = from + index;
      // A length that fits by chance hardly ever leads to a second one that fits: few places need a closer look.
      const guess = window.readUInt32LE(index);
      if (!isPlausible(guess, at, size)) continue;
      if (at + guess < size && (await lengthAt(file, at + guess, size)) === undefined) continue;
      if ((await recordAt(file, at, size)) !== undefined) return at;
    }
  }
  return end;
}
