import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ClosedSession } from '../contract/session.ts';
import { seal, unseal, unwrapKey, wrapKey } from './seal.ts';

const key = Buffer.alloc(32, 7);
const place = { dataset: 'shop', day: '2026-11-21', offset: 19, sessionId: 'a'.repeat(32) };
const session: ClosedSession = {
  id: place.sessionId,
  dataset: 'shop',
  visitor: 'v1',
  startedAt: 1,
  endedAt: 2,
  origin: 'tracker',
  userAgent: 'Ünïcode 😀 \u0000 "quoted"',
  technology: { device: 'unknown' },
  acquisition: {},
  endReason: 'idle',
  hits: [],
};

test('a sealed session opens again, whole, and no two seals are alike', () => {
  const [one, two] = [seal(session, key, place), seal(session, key, place)];
  expect(unseal(one, key, place)).toEqual(session);
  expect(one.equals(two)).toBe(false);
});

test('a sealed session that was changed in any byte does not open', () => {
  const sealed = seal(session, key, place);
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 0x80;
    expect(() => unseal(changed, key, place)).toThrow('does not open');
  }
});

test('a sealed session that was cut does not open', () => {
  const sealed = seal(session, key, place);
  for (let length = 0; length < sealed.length; length += 1)
    expect(() => unseal(sealed.subarray(0, length), key, place)).toThrow('does not open');
});

test.each([
  { dataset: 'blog' },
  { day: '2026-11-22' },
  { offset: 20 },
  { sessionId: 'b'.repeat(32) },
])('a sealed session does not open where %j', (elsewhere) => {
  expect(() => unseal(seal(session, key, place), key, { ...place, ...elsewhere })).toThrow(
    expect.objectContaining({ code: 'key_missing' }),
  );
});

test('a sealed session does not open with another key', () => {
  expect(() => unseal(seal(session, key, place), Buffer.alloc(32, 8), place)).toThrow(
    expect.objectContaining({ code: 'key_missing' }),
  );
});

test('a data key opens with its master key under its label and in no other way', () => {
  const dataKey = randomBytes(32);
  const wrapped = wrapKey(dataKey, key, 'shop\x002026-11-21');
  expect(unwrapKey(wrapped, key, 'shop\x002026-11-21')).toEqual(dataKey);
  expect(unwrapKey(wrapped, key, 'blog\x002026-11-21')).toBeUndefined();
  expect(unwrapKey(wrapped, Buffer.alloc(32, 8), 'shop\x002026-11-21')).toBeUndefined();
  expect(unwrapKey(wrapped.subarray(1), key, 'shop\x002026-11-21')).toBeUndefined();
  expect(unwrapKey(Buffer.alloc(0), key, '')).toBeUndefined();
});
