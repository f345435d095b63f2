/** Sessions of one day → the bytes that are appended to its segment. Pure, so that a thread of its own may do it. */
import { sealPlain } from '../canisters/seal.ts';
import { encodeRecord } from './segment-records.ts';

/** What goes to the end of a segment together: texts of sessions, and what is bound into their seals. */
export interface SegmentBatch {
  dataset: string;
  day: string;
  key: Uint8Array;
  /** Where in the segment the first record will lie. */
  offset: number;
  ids: readonly string[];
  /** The sessions as JSON in UTF-8, one behind the other: a buffer of its own, so that it can be handed over. */
  plain: Uint8Array<ArrayBuffer>;
  /** How many bytes of it each session has. */
  plainLengths: readonly number[];
}

export interface SealedBatch {
  /** The records one behind the other. */
  bytes: Uint8Array;
  lengths: number[];
}

/** Seals a batch, here or elsewhere. */
export type SealBatch = (batch: SegmentBatch) => Promise<SealedBatch>;

/** Writes sessions as JSON into one buffer: a text for each would be copied twice on its way to another thread. */
export function plainOf(sessions: readonly object[]): Pick<SegmentBatch, 'plain' | 'plainLengths'> {
  const texts = sessions.map((session) => JSON.stringify(session));
  const plainLengths = texts.map((text) => Buffer.byteLength(text));
  const plain = Buffer.from(new ArrayBuffer(plainLengths.reduce((sum, bytes) => sum + bytes, 0)));
  let end = 0;
  for (const text of texts) end += plain.write(text, end);
  return { plain, plainLengths };
}

export function sealBatch(batch: SegmentBatch): SealedBatch {
  const { dataset, day, key, offset, ids, plain, plainLengths } = batch;
  const records: Buffer[] = [];
  const lengths: number[] = [];
  let start = 0;
  let end = offset;
  for (const [index, sessionId] of ids.entries()) {
    const length = plainLengths[index] as number;
    const place = { dataset, day, offset: end, sessionId };
    const record = encodeRecord(
      sessionId,
      sealPlain(plain.subarray(start, start + length), key, place),
    );
    records.push(record);
    lengths.push(record.length);
    start += length;
    end += record.length;
  }
  return { bytes: Buffer.concat(records), lengths };
}
