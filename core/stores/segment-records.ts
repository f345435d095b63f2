/**
 * Segments of version 1: a record holds one session. Its head is the session's id (16 bytes), its body one seal. They
 * are read for good, and a day that was begun so goes on so; new segments hold blocks (segment-blocks.ts).
 */
import { reseal, sealPlain, unsealPlain } from '../canisters/seal.ts';
import type { RecordPlace, SealedBatch, SegmentBatch, SegmentFormat } from './segment-format.ts';
import { blankId, frame, framed, isSound } from './segment-frame.ts';

const idBytes = 16;

export const recordFormat: SegmentFormat = {
  version: 1,
  magic: Buffer.from('CANISTER SEGMENT 1\n'),
  alignment: 1,
  isSound: (record) => isSound(record) && framed(record).length >= idBytes,
  idsOf: (record) => [idOf(record)],
  isAnnex: () => false,
  seal: sealRecords,
  opens: (record, key, place) =>
    reseal(bodyOf(record), key, key, placeOf(record, place)) !== undefined,
  open(record, key, place) {
    if (idOf(record) === blankId) return [Buffer.alloc(0)];
    const text = unsealPlain(bodyOf(record), key, placeOf(record, place));
    return text && [text];
  },
  async anew(record, place, { from, to, ids }) {
    const id = idOf(record);
    const body = bodyOf(record);
    if (ids.has(id) || id === blankId) {
      // Sealed like others, so that it too says under which key the segment lies.
      const blank = reseal(undefined, to, to, { ...place, sessionId: blankId }, body.length);
      return encode(blankId, blank as Buffer);
    }
    // A body that does not open was lost before; it stays as it is, so that it is told of.
    const anew = reseal(body, from, to, { ...place, sessionId: id });
    return anew === undefined ? record : encode(id, anew);
  },
};

const encode = (id: string, body: Buffer) => frame(Buffer.from(id, 'hex'), body);
const idOf = (record: Buffer) => framed(record).toString('hex', 0, idBytes);
const bodyOf = (record: Buffer) => framed(record).subarray(idBytes);
const placeOf = (record: Buffer, place: RecordPlace) => ({ ...place, sessionId: idOf(record) });

function sealRecords(batch: SegmentBatch): SealedBatch {
  const { dataset, day, key, end, ids, plain, plainLengths } = batch;
  const records: Buffer[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  let start = 0;
  let offset = end;
  for (const [index, sessionId] of ids.entries()) {
    const length = plainLengths[index] as number;
    const place = { dataset, day, offset, sessionId };
    const record = encode(sessionId, sealPlain(plain.subarray(start, start + length), key, place));
    records.push(record);
    offsets.push(offset);
    lengths.push(record.length);
    start += length;
    offset += record.length;
  }
  return { parts: records, offsets, lengths };
}
