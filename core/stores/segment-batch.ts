/** Sessions of one day → the bytes that are appended to its segment. Pure, so that a thread of its own may do it. */
import { sealText } from '../canisters/seal.ts';
import { encodeRecord } from './segment-records.ts';

/** What goes to the end of a segment together: texts of sessions, and what is bound into their seals. */
export interface SegmentBatch {
  dataset: string;
  day: string;
  key: Uint8Array;
  /** Where in the segment the first record will lie. */
  offset: number;
  ids: readonly string[];
  /** The sessions as JSON. */
  texts: readonly string[];
}

export interface SealedBatch {
  /** The records one behind the other. */
  bytes: Uint8Array;
  lengths: number[];
}

/** Seals a batch, here or elsewhere. */
export type SealBatch = (batch: SegmentBatch) => Promise<SealedBatch>;

export function sealBatch({ dataset, day, key, offset, ids, texts }: SegmentBatch): SealedBatch {
  const records: Buffer[] = [];
  const lengths: number[] = [];
  let end = offset;
  for (let index = 0; index < texts.length; index += 1) {
    const sessionId = ids[index] as string;
    const place = { dataset, day, offset: end, sessionId };
    const record = encodeRecord(sessionId, sealText(texts[index] as string, key, place));
    records.push(record);
    lengths.push(record.length);
    end += record.length;
  }
  return { bytes: Buffer.concat(records), lengths };
}
