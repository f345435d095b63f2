/**
 * A block: sessions that were stored together, compressed as one and sealed as one.
 *
 * Length (u32) · number of sessions (u16) · their ids (16 bytes each) · sealed body · CRC-32 of all before it (u32).
 * What is sealed begins with the length of what is compressed (u32); behind that is padding. Compressed are the lengths
 * of the sessions (u32 each), then their JSON one behind the other. Where the length is 0 the sessions lie in an annex:
 * another block, marked as such, whose offset (u48) and length (u32) follow. Nothing else names it.
 */
import { decrypt, encrypt, inflate, sealBytes } from '../canisters/seal.ts';
import type { RecordPlace, RecordSpan } from './segment-format.ts';
import { frame, frameBytes, framed, isSound } from './segment-frame.ts';

/** Blocks begin at multiples of it, so that an offset has room for the number of a session in its block. */
export const blockAlignment = 64;
const countBytes = 2;
const idBytes = 16;
/** In the number of sessions: this block is an annex. */
const annexMark = 0x8000;
const lengthBytes = 4;
const offsetBytes = 6;

export const isSoundBlock = (record: Buffer) => isSound(record) && headOf(record) !== undefined;

export const isAnnexBlock = (record: Buffer) =>
  ((headOf(record)?.readUInt16LE(0) ?? 0) & annexMark) !== 0;

/** The sessions of a block by their numbers. */
export const idsOfBlock = (record: Buffer): string[] =>
  headOf(record)?.toString('hex', countBytes).match(/.{32}/g) ?? [];

/** What is compressed of these sessions. */
export function packTexts(lengths: readonly number[], plain: Uint8Array): Buffer {
  const packed = Buffer.allocUnsafe(lengths.length * lengthBytes + plain.length);
  for (const [number, length] of lengths.entries())
    packed.writeUInt32LE(length, number * lengthBytes);
  packed.set(plain, lengths.length * lengthBytes);
  return packed;
}

/** What is sealed of it. @param room how long that is to be; undefined when it would be longer */
export function bodyOfPacked(compressed: Uint8Array, room: number): Buffer | undefined {
  if (lengthBytes + compressed.length > room) return undefined;
  const body = Buffer.alloc(room);
  body.writeUInt32LE(compressed.length, 0);
  body.set(compressed, lengthBytes);
  return body;
}

/** How long it is without padding. */
export const roomFor = (compressed: Uint8Array) => lengthBytes + compressed.length;

/** What is sealed in the place of sessions that lie in an annex; it fits wherever one did. */
export function bodyNaming({ offset, length }: RecordSpan, room: number): Buffer {
  const body = Buffer.alloc(room);
  body.writeUIntLE(offset, lengthBytes, offsetBytes);
  body.writeUInt32LE(length, lengthBytes + offsetBytes);
  return body;
}

/** The JSON of each session, or the annex in which they lie. */
export function contentOf(body: Buffer, count: number): Buffer[] | RecordSpan {
  const compressedBytes = body.readUInt32LE(0);
  if (compressedBytes === 0) {
    const offset = body.readUIntLE(lengthBytes, offsetBytes);
    return { offset, length: body.readUInt32LE(lengthBytes + offsetBytes) };
  }
  const packed = inflate(body.subarray(lengthBytes, lengthBytes + compressedBytes));
  let start = count * lengthBytes;
  return Array.from({ length: count }, (_, number) => {
    const end = start + packed.readUInt32LE(number * lengthBytes);
    const text = packed.subarray(start, end);
    start = end;
    return text;
  });
}

export function sealBlock(
  ids: readonly string[],
  body: Uint8Array,
  key: Uint8Array,
  place: RecordPlace,
  isAnnex = false,
): Buffer {
  const head = Buffer.allocUnsafe(countBytes + ids.length * idBytes);
  head.writeUInt16LE(ids.length | (isAnnex ? annexMark : 0), 0);
  writeIds(head, ids);
  return frame(head, encrypt([body], key, associatedData(head, place)));
}

/** What is sealed, padding and all; undefined when it does not open. Takes any bytes. */
export function openBlock(record: Buffer, key: Uint8Array, place: RecordPlace): Buffer | undefined {
  const head = headOf(record);
  return head && decrypt(framed(record).subarray(head.length), key, associatedData(head, place));
}

/** The same block with other names in its head: its seal does not open any more. */
export function renameBlock(record: Buffer, ids: readonly string[]): Buffer {
  const head = Buffer.from(headOf(record) ?? []);
  writeIds(head, ids);
  return frame(head, framed(record).subarray(head.length));
}

function writeIds(head: Buffer, ids: readonly string[]): void {
  for (const [number, id] of ids.entries()) head.write(id, countBytes + number * idBytes, 'hex');
}

/** Number and ids, which are bound into the seal; undefined where the bytes cannot be a block. */
function headOf(record: Buffer): Buffer | undefined {
  if (record.length < frameBytes + countBytes) return undefined;
  const inside = framed(record);
  const count = inside.readUInt16LE(0) & ~annexMark;
  const headBytes = countBytes + count * idBytes;
  const isPlausible = count > 0 && count < blockAlignment;
  return isPlausible && headBytes + sealBytes + lengthBytes <= inside.length
    ? inside.subarray(0, headBytes)
    : undefined;
}

function associatedData(head: Buffer, { dataset, day, offset }: RecordPlace): Buffer {
  return Buffer.concat([Buffer.from(`block\0${dataset}\0${day}\0${offset}\0`), head]);
}
