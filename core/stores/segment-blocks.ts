/**
 * Segments of version 2: a record is a block of sessions that are stored together (segment-block.ts). Sealing costs a
 * third of what it does session by session, and the canister is half as large. A session is known by the offset of its
 * block plus its number in it. Nothing waits for a block to fill: it holds what one commit brings.
 */
import { compress } from '../canisters/seal.ts';
import {
  blockAlignment,
  bodyOfPacked,
  contentOf,
  idsOfBlock,
  isAnnexBlock,
  isSoundBlock,
  openBlock,
  packTexts,
  roomFor,
  sealBlock,
} from './segment-block.ts';
import { eraseFromBlock } from './segment-block-erase.ts';
import {
  aligned,
  type SealedBatch,
  type SegmentBatch,
  type SegmentFormat,
} from './segment-format.ts';

/** So many sessions are in a block at most. */
export const blockSessionsMax = 16;
/** A session that would make the JSON of a block longer begins a new one; a longer session is alone in its block. */
export const blockPlainBytesMax = 64 * 1024;

export const blockFormat: SegmentFormat = {
  version: 2,
  magic: Buffer.from('CANISTER SEGMENT 2\n'),
  alignment: blockAlignment,
  isSound: isSoundBlock,
  idsOf: idsOfBlock,
  isAnnex: isAnnexBlock,
  seal: sealBlocks,
  opens: (record, key, place) => openBlock(record, key, place) !== undefined,
  open(record, key, place) {
    const body = openBlock(record, key, place);
    return body && contentOf(body, idsOfBlock(record).length);
  },
  anew: eraseFromBlock,
};

function sealBlocks(batch: SegmentBatch): SealedBatch {
  const { dataset, day, key, ids, plain, plainLengths } = batch;
  const sealed: SealedBatch = { parts: [], offsets: [], lengths: [] };
  let end = batch.end;
  let start = 0;
  for (const { first, count, bytes } of cutBlocks(plainLengths)) {
    const place = { dataset, day, offset: aligned(end, blockAlignment) };
    const texts = plain.subarray(start, start + bytes);
    const compressed = compress(packTexts(plainLengths.slice(first, first + count), texts));
    const body = bodyOfPacked(compressed, roomFor(compressed)) as Buffer;
    const block = sealBlock(ids.slice(first, first + count), body, key, place);
    sealed.parts.push(Buffer.alloc(place.offset - end), block);
    for (let number = 0; number < count; number += 1) {
      sealed.offsets.push(place.offset + number);
      sealed.lengths.push(block.length);
    }
    start += bytes;
    end = place.offset + block.length;
  }
  return sealed;
}

/** Which sessions, in their order, share a block. */
function* cutBlocks(plainLengths: readonly number[]) {
  let block = { first: 0, count: 0, bytes: 0 };
  for (const [index, length] of plainLengths.entries()) {
    const isFull = block.count === blockSessionsMax || block.bytes + length > blockPlainBytesMax;
    if (isFull && block.count > 0) {
      yield block;
      block = { first: index, count: 0, bytes: 0 };
    }
    block.count += 1;
    block.bytes += length;
  }
  if (block.count > 0) yield block;
}
