/**
 * A block without sessions that are erased. It must stay as long as it was, for the tables name the places of those
 * behind it: what is left is compressed anew, better than before, and padded. That what is left does not fit is all but
 * impossible, yet nothing forbids it: it goes into an annex behind the end of the segment then, and the block says where.
 */
import { constants, deflateRawSync } from 'node:zlib';
import {
  bodyNaming,
  bodyOfPacked,
  idsOfBlock,
  isAnnexBlock,
  openBlock,
  packTexts,
  renameBlock,
  roomFor,
  sealBlock,
} from './segment-block.ts';
import type { Erasing, RecordPlace } from './segment-format.ts';
import { blankId } from './segment-frame.ts';

const best = { level: constants.Z_BEST_COMPRESSION, memLevel: 9 };
const nothing = Buffer.alloc(0);

export async function eraseFromBlock(
  record: Buffer,
  place: RecordPlace,
  erasing: Erasing,
): Promise<Buffer> {
  const { from, to, ids: gone } = erasing;
  const before = idsOfBlock(record);
  const ids = before.map((id) => (gone.has(id) ? blankId : id));
  const body = openBlock(record, from, place);
  // What does not open was lost before; it stays as it is, so that it is told of, without the names.
  if (body === undefined) return renameBlock(record, ids);
  const isAnnex = isAnnexBlock(record);
  if (ids.every((id, number) => id === before[number]))
    return sealBlock(ids, body, to, place, isAnnex);

  const texts = isAnnex ? undefined : await erasing.textsOf(record, place);
  // What is left of an annex comes with the block that names it.
  const kept = texts === undefined ? ids.map(() => blankId) : ids;
  const left = kept.map((id, number) => (id === blankId ? nothing : (texts?.[number] ?? nothing)));
  const compressed = compressBest(left);
  const fitting = bodyOfPacked(compressed, body.length);
  if (fitting !== undefined) return sealBlock(kept, fitting, to, place, isAnnex);
  const annex = await erasing.append((offset) => {
    const whole = bodyOfPacked(compressed, roomFor(compressed)) as Buffer;
    return sealBlock(kept, whole, to, { ...place, offset }, true);
  });
  return sealBlock(kept, bodyNaming(annex, body.length), to, place);
}

/** How small the texts of a block become when sessions have gone. */
export const compressBest = (texts: readonly Buffer[]): Buffer =>
  deflateRawSync(
    packTexts(
      texts.map(({ length }) => length),
      Buffer.concat(texts),
    ),
    best,
  );
