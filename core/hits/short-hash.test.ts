import { expect, test } from 'vitest';
import { shortHash } from './short-hash.ts';

// The digests that FIPS 180-2 gives, and that of nothing.
test.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223'],
  ['', 'e3b0c44298fc1c149afbf4c8996fb924'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039'],
])('The short name of %j is the first half of its SHA-256', (text, name) => {
  expect(shortHash(text)).toBe(name);
});

test('Texts beyond ASCII are taken as UTF-8', () => {
  expect(shortHash('é')).toBe('4a99557e4033c3539de2eb65472017ca');
  expect(shortHash('é')).not.toBe(shortHash('e'));
});
