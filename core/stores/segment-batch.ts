/** Sessions of one day → the bytes that are appended to its segment. Pure, so that a thread of its own may do it. */
import type { CanisterPlace, KeptSession } from '../canisters/long-term.ts';
import type { SegmentBatch } from './segment-format.ts';
import { formatOfVersion } from './segment-versions.ts';

/** A batch whose texts lie in a buffer of their own, so that it can be handed over. */
export interface PlainBatch extends SegmentBatch {
  plain: Uint8Array<ArrayBuffer>;
}

export interface SealedBytes {
  /** What is appended, in a buffer of its own. */
  bytes: Uint8Array<ArrayBuffer>;
  /** For each session where it lies: its own offset, and the length of the record that it is in. */
  offsets: number[];
  lengths: number[];
}

/** Seals a batch, here or elsewhere. */
export type SealBatch = (batch: PlainBatch) => Promise<SealedBytes>;

/** Writes sessions as JSON into one buffer: a text for each would be copied twice on its way to another thread. */
export function plainOf(sessions: readonly object[]): Pick<PlainBatch, 'plain' | 'plainLengths'> {
  const texts = sessions.map((session) => JSON.stringify(session));
  const plainLengths = texts.map((text) => Buffer.byteLength(text));
  const plain = Buffer.from(new ArrayBuffer(plainLengths.reduce((sum, bytes) => sum + bytes, 0)));
  let end = 0;
  for (const text of texts) end += plain.write(text, end);
  return { plain, plainLengths };
}

export function batchOf(
  sessions: readonly KeptSession[],
  where: Pick<PlainBatch, 'version' | 'dataset' | 'day' | 'key' | 'end'>,
): PlainBatch {
  return { ...where, ids: sessions.map(({ id }) => id), ...plainOf(sessions) };
}

export function sealBatch(batch: SegmentBatch): SealedBytes {
  const { parts, offsets, lengths } = formatOfVersion(batch.version).seal(batch);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return { bytes, offsets, lengths };
}

/** Where the sessions of a batch lie. */
export const placesIn = (day: string, { offsets, lengths }: SealedBytes): CanisterPlace[] =>
  offsets.map((offset, index) => ({ day, offset, length: lengths[index] as number }));
