import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { addressCutter } from './client-address.ts';

const cut = addressCutter('secret of shop');

test.each([
  ['203.0.113.77', '203.0.113.0'],
  ['10.0.0.0', '10.0.0.0'],
  ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff', '2001:db8:aaaa::'],
  ['::1', '::'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['fe80::1%eth0', 'fe80::'],
])('%s is cut to %s', (address, prefix) => {
  expect(cut(address).prefix).toBe(prefix);
});

test.each([
  'crawl-66-249-66-1.googlebot.com',
  '',
  'unknown',
  '300.1.1.1',
  '1.2.3',
  '77',
])('"%s" is no address: it has a key and nothing to cut', (name) => {
  expect(cut(name)).toEqual({ key: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test('the key is the keyed hash of the address, the same each time and another with another secret', () => {
  const expected = createHmac('sha256', 'secret of shop')
    .update('203.0.113.77')
    .digest('hex')
    .slice(0, 32);
  expect(cut('203.0.113.77').key).toBe(expected);
  expect(cut('203.0.113.77').key).toBe(expected);
  expect(cut('::ffff:203.0.113.77').key).toBe(expected);
  expect(cut('203.0.113.78').key).not.toBe(expected);
  expect(addressCutter('another secret')('203.0.113.77').key).not.toBe(expected);
});

test('more addresses than are remembered are cut all the same', () => {
  for (let number = 0; number < 50_000; number += 1) {
    const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    expect(cut(address).prefix === `10.${number >> 16}.${(number >> 8) & 255}.0`).toBe(true);
  }
});
