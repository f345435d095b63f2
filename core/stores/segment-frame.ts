/** What frames every record of a segment, of whatever version: its length before it, a CRC-32 of all that behind it. */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const lengthBytes = 4;
const crcBytes = 4;
/** What a record is longer than its head and its body. */
export const frameBytes = lengthBytes + crcBytes;
const recordBytesMax = 64 * 1024 * 1024;
/** All magic lines are as long. */
export const magicBytes = 'CANISTER SEGMENT 1\n'.length;
/** In the place of a session's id: it was erased, and what lies there says nothing of it. */
export const blankId = '0'.repeat(32);

export function frame(head: Uint8Array, body: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(frameBytes + head.length + body.length);
  record.writeUInt32LE(record.length, 0);
  record.set(head, lengthBytes);
  record.set(body, lengthBytes + head.length);
  record.writeUInt32LE(crc32(record.subarray(0, -crcBytes)), record.length - crcBytes);
  return record;
}

/** The length that a record says of itself; undefined where none of so many bytes can lie. */
export function lengthIn(start: Buffer, room: number, index = 0): number | undefined {
  if (index + lengthBytes > start.length) return undefined;
  const length = start.readUInt32LE(index);
  return length > frameBytes && length <= Math.min(room, recordBytesMax) ? length : undefined;
}

/** Head and body of a record, without what frames them. */
export const framed = (record: Buffer) => record.subarray(lengthBytes, -crcBytes);

export function isSound(record: Buffer): boolean {
  if (lengthIn(record, record.length) !== record.length) return false;
  return crc32(record.subarray(0, -crcBytes)) === record.readUInt32LE(record.length - crcBytes);
}

/** So many bytes of a file, or what there is of them. */
export async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}

/** Writes all of it. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const left = bytes.length - written;
    written += (await file.write(bytes, written, left, offset + written)).bytesWritten;
  }
}
