/**
 * Reads the records of a segment in their order. Damage is a stretch without a sound record: reading goes on behind
 * it, at a place where a record is known to begin, or where one is found, so that damage hides nothing but itself.
 */
import type { FileHandle } from 'node:fs/promises';
import { aligned, recordOffset, type SegmentFormat } from './segment-format.ts';
import { bytesAt, frameBytes, lengthIn, magicBytes } from './segment-frame.ts';

const searchBytes = 1024 * 1024;

/** A part of a segment: a sound record, or (without `record`) bytes that are none. */
export interface Stretch {
  offset: number;
  length: number;
  record?: Buffer;
}

/**
 * Everything behind the magic line, without gaps but for the padding before records.
 * @param size how many bytes of the file count
 * @param starts offsets of sessions whose records are known to be there, ascending
 */
export async function* readStretches(
  file: FileHandle,
  format: SegmentFormat,
  size: number,
  starts: readonly number[] = [],
): AsyncGenerator<Stretch> {
  const { alignment } = format;
  let known = 0;
  for (let end = magicBytes; end < size; ) {
    const offset = aligned(end, alignment);
    const record = await recordAt(file, format, offset, size);
    if (record !== undefined) {
      yield { offset, length: record.length, record };
      end = offset + record.length;
      continue;
    }
    const startOf = (index: number) => recordOffset(starts[index] ?? size, alignment);
    while (known < starts.length && startOf(known) <= offset) known += 1;
    const limit = known < starts.length ? Math.min(startOf(known), size) : size;
    const next = offset < size ? await nextRecord(file, format, offset, limit, size) : size;
    yield { offset: end, length: next - end };
    end = next;
  }
}

/** Where the last sound record ends. */
export async function soundSize(
  file: FileHandle,
  format: SegmentFormat,
  size: number,
): Promise<number> {
  let end = magicBytes;
  for await (const { offset, length, record } of readStretches(file, format, size))
    if (record !== undefined) end = offset + length;
  return end;
}

async function recordAt(
  file: FileHandle,
  format: SegmentFormat,
  offset: number,
  size: number,
): Promise<Buffer | undefined> {
  const length = await lengthAt(file, offset, size);
  if (length === undefined) return undefined;
  const record = await bytesAt(file, offset, length);
  return format.isSound(record) ? record : undefined;
}

async function lengthAt(
  file: FileHandle,
  offset: number,
  size: number,
): Promise<number | undefined> {
  if (offset + frameBytes > size) return undefined;
  return lengthIn(await bytesAt(file, offset, 4), size - offset);
}

/** The first offset behind damage at which a record begins; `limit` when none does before it. */
async function nextRecord(
  file: FileHandle,
  format: SegmentFormat,
  damaged: number,
  limit: number,
  size: number,
): Promise<number> {
  const { alignment } = format;
  // Mostly the length is right and the damage lies behind it.
  const length = await lengthAt(file, damaged, size);
  if (length !== undefined && damaged + length <= limit) {
    if (damaged + length === size) return size;
    const behind = aligned(damaged + length, alignment);
    if ((await recordAt(file, format, behind, size)) !== undefined) return behind;
  }
  const first = aligned(damaged + 1, alignment);
  const stepBytes = searchBytes - (searchBytes % alignment);
  for (let from = first; from < limit; from += stepBytes) {
    const window = await bytesAt(file, from, Math.min(stepBytes, limit - from) + 3);
    const last = Math.min(window.length - 3, limit - from);
    for (let index = 0; index < last; index += alignment) {
      const at = from + index;
      // A length that fits by chance hardly ever leads to a second one that fits: few places need a closer look.
      const guess = lengthIn(window, size - at, index);
      if (guess === undefined) continue;
      const behind = aligned(at + guess, alignment);
      if (behind < size && (await lengthAt(file, behind, size)) === undefined) continue;
      if ((await recordAt(file, format, at, size)) !== undefined) return at;
    }
  }
  return limit;
}
