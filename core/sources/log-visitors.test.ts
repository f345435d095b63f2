import { describe, expect, test } from 'vitest';
import type { LogLine } from './formats/log-line.ts';
import { clientAddress, cookieValue, visitorNames } from './log-visitors.ts';

const minuteMs = 60_000;
const plain: LogLine = {
  address: '192.0.2.7',
  at: 0,
  method: 'GET',
  target: '/',
  status: 200,
  userAgent: 'Agent',
};

describe('the address behind proxies', () => {
  const hops = { ...plain, address: '10.0.0.1', forwardedFor: '6.6.6.6, 198.51.100.9, 10.0.0.2' };
  test.each<[number, Partial<LogLine>, string]>([
    [0, {}, '10.0.0.1'],
    [1, {}, '10.0.0.2'],
    [2, {}, '198.51.100.9'],
    [9, {}, '6.6.6.6'],
    [2, { forwardedFor: '6.6.6.6, unknown, 10.0.0.2' }, '10.0.0.2'],
    [1, { forwardedFor: '198.51.100.9:4711' }, '198.51.100.9'],
    [1, { forwardedFor: '"[2001:db8::1]:80"' }, '2001:db8::1'],
    [1, { forwardedFor: undefined }, '10.0.0.1'],
    [1, { forwardedFor: ', ,' }, '10.0.0.1'],
    [0, { address: '' }, '10.0.0.2'],
    [1, { address: '' }, '198.51.100.9'],
  ])('with %i of them, and %j, is %s', (proxies, more, expected) => {
    expect(clientAddress({ ...hops, ...more }, proxies)).toBe(expected);
  });
});

test.each([
  ['sid=1', '1'],
  ['a=2; sid=1; b=3', '1'],
  ['a=2;+sid=1', '1'],
  ['xsid=2; sid=1', '1'],
  ['sid=', undefined],
  ['xsid=2', undefined],
  [undefined, undefined],
])('the cookie of %j', (cookies, expected) => {
  expect(cookieValue(cookies, 'sid')).toBe(expected);
});

/** Names of the visitors of some lines, as letters in the order of their first line. */
function lettersOf(
  rules: { sessionCookie?: string; referrerChain?: boolean },
  lines: readonly Partial<LogLine>[],
): string {
  const nameOf = visitorNames(
    { proxies: 0, referrerChain: false, idleTimeoutMs: 30 * minuteMs, ...rules },
    (host) => host === 'shop.example',
  );
  const seen: string[] = [];
  return lines
    .map((line) => {
      const name = nameOf({ ...plain, ...line }, 'client');
      if (!seen.includes(name)) seen.push(name);
      return 'abcdefgh'[seen.indexOf(name)];
    })
    .join('');
}

test('a session cookie decides from the second request on', () => {
  const lines = [
    { at: 0 },
    { at: 1, cookies: 'sid=1' },
    // A second person behind the same address.
    { at: 2 },
    { at: 3, cookies: 'sid=2' },
    { at: 4, cookies: 'sid=1' },
    { at: 5, cookies: 'sid=2' },
    // Comes with a cookie of yesterday.
    { at: 6, cookies: 'sid=3' },
    { at: 7 },
    // Too late to be the answer to the request before.
    { at: 40 * minuteMs, cookies: 'sid=4' },
  ];
  expect(lettersOf({ sessionCookie: 'sid' }, lines)).toBe('aabbabcde');
});

test('the referrer chain tells two people behind one address apart', () => {
  const from = (path: string) => `https://shop.example${path}`;
  const lines: Partial<LogLine>[] = [
    { target: '/' },
    { target: '/style.css', referrer: from('/') },
    { target: '/', referrer: 'https://www.google.com/' },
    { target: '/teas', referrer: 'https://search.example/' },
    { target: '/a', referrer: from('/') },
    { target: '/green', referrer: from('/teas') },
    { target: '/b', referrer: from('/a') },
    { target: '/green/2', referrer: from('/green') },
    { target: '/b', referrer: undefined },
    { target: '/late', referrer: from('/b'), at: 16 * minuteMs },
  ];
  expect(lettersOf({ referrerChain: true }, lines)).toBe('aaabababcd');
});
