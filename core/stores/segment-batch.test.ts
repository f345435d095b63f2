import { expect, test } from 'vitest';
import { plainOf, sealBatch } from './segment-batch.ts';
import { blockPlainBytesMax, blockSessionsMax } from './segment-blocks.ts';
import { formatOfVersion } from './segment-versions.ts';

const key = Buffer.alloc(32, 3);
const sessions = [
  { id: '1'.repeat(32), visitor: 'plain' },
  { id: '2'.repeat(32), visitor: 'Grüße, 日本, 😀 and a lone \ud800' },
  { id: '3'.repeat(32), visitor: '' },
];
const where = { dataset: 'shop', day: '2026-11-21' };
const batch = (version: 1 | 2, some: readonly { id: string; visitor: string }[] = sessions) => ({
  ...{ ...where, version, key, end: 500 },
  ids: some.map(({ id }) => id),
  ...plainOf(some),
});

test.each([
  1, 2,
] as const)('Version %i: every session of a batch opens at its own place, whatever its letters', (version) => {
  const { bytes, offsets, lengths } = sealBatch(batch(version));
  const { alignment, isSound, idsOf, open } = formatOfVersion(version);
  for (const [index, session] of sessions.entries()) {
    const [offset = 0, length = 0] = [offsets[index], lengths[index]];
    const number = offset % alignment;
    const start = offset - number - 500;
    const record = Buffer.from(bytes.subarray(start, start + length));
    expect(isSound(record)).toBe(true);
    expect(idsOf(record)[number]).toBe(session.id);
    const texts = open(record, key, { ...where, offset: offset - number });
    expect(JSON.parse(String((texts as Buffer[])[number]))).toEqual(session);
  }
  expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
});

test('The plain bytes of a batch fill a buffer of their own, which can be handed over', () => {
  const { plain, plainLengths } = plainOf(sessions);
  expect(plain.byteOffset).toBe(0);
  expect(plain.buffer.byteLength).toBe(plain.byteLength);
  expect(plainLengths).toEqual(
    sessions.map((session) => new TextEncoder().encode(JSON.stringify(session)).length),
  );
});

/** How many sessions each block of a batch has, told by the offsets that are multiples of 64. */
function countsOf(bytesOf: readonly number[]): number[] {
  const some = bytesOf.map((bytes, index) => {
    const empty = { id: index.toString(16).padStart(32, '0'), visitor: '' };
    return { ...empty, visitor: 'x'.repeat(bytes - JSON.stringify(empty).length) };
  });
  const { offsets } = sealBatch(batch(2, some));
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  const counts: number[] = [];
  for (const offset of offsets) {
    if (offset % 64 === 0) counts.push(0);
    expect(offset % 64).toBe(counts.at(-1));
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
  }
  return counts;
}

test('A block holds sixteen sessions at most, and 64 KiB of them; what is longer is alone', () => {
  expect([blockSessionsMax, blockPlainBytesMax]).toEqual([16, 65_536]);
  expect(countsOf([])).toEqual([]);
  expect(countsOf([500])).toEqual([1]);
  expect(countsOf(Array(16).fill(500))).toEqual([16]);
  expect(countsOf(Array(33).fill(500))).toEqual([16, 16, 1]);
  expect(countsOf([32_768, 32_768, 100])).toEqual([2, 1]);
  expect(countsOf([32_768, 32_769, 100])).toEqual([1, 2]);
  expect(countsOf([100, 200_000, 100, 100])).toEqual([1, 1, 2]);
});

test('No two blocks are sealed under one nonce', () => {
  const some = Array.from({ length: 64 }, (_, index) => ({
    id: index.toString(16).padStart(32, '0'),
    visitor: 'v',
  }));
  const { bytes, offsets, lengths } = sealBatch(batch(2, some));
  const nonces = offsets.flatMap((offset, index) => {
    if (offset % 64 !== 0) return [];
    // Behind length, number and sixteen ids.
    const start = offset - 500 + 4 + 2 + 16 * 16;
    expect(lengths[index]).toBeGreaterThan(16 * 16 + 34);
    return Buffer.from(bytes).toString('hex', start, start + 12);
  });
  expect(new Set(nonces).size).toBe(4);
});
