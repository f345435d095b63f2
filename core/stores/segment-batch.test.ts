import { expect, test } from 'vitest';
import { unseal } from '../canisters/seal.ts';
import { plainOf, sealBatch } from './segment-batch.ts';
import { isSound, sealedBodyOf, sessionIdOf } from './segment-records.ts';

const key = Buffer.alloc(32, 3);
const sessions = [
  { id: '1'.repeat(32), visitor: 'plain' },
  { id: '2'.repeat(32), visitor: 'Grüße, 日本, 😀 and a lone \ud800' },
  { id: '3'.repeat(32), visitor: '' },
];
const batch = () => ({
  ...{ dataset: 'shop', day: '2026-11-21', key, offset: 500 },
  ids: sessions.map(({ id }) => id),
  ...plainOf(sessions),
});

test('Every session of a batch opens at its own place, whatever its letters', () => {
  const { bytes, lengths } = sealBatch(batch());
  let start = 0;
  for (const [index, session] of sessions.entries()) {
    const record = Buffer.from(bytes.subarray(start, start + (lengths[index] ?? 0)));
    expect(isSound(record)).toBe(true);
    expect(sessionIdOf(record)).toBe(session.id);
    const place = {
      ...{ dataset: 'shop', day: '2026-11-21' },
      ...{ offset: 500 + start, sessionId: session.id },
    };
    expect(unseal(sealedBodyOf(record), key, place)).toEqual(session);
    start += record.length;
  }
  expect(start).toBe(bytes.length);
});

test('The plain bytes of a batch fill a buffer of their own, which can be handed over', () => {
  const { plain, plainLengths } = plainOf(sessions);
  expect(plain.byteOffset).toBe(0);
  expect(plain.buffer.byteLength).toBe(plain.byteLength);
  expect(plainLengths).toEqual(
    sessions.map((session) => new TextEncoder().encode(JSON.stringify(session)).length),
  );
});
