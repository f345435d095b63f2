import { describe, expect, test } from 'vitest';
import { parseCombined, parseCommon } from './combined.ts';
import type { LogLine } from './log-line.ts';

const may17 = Date.UTC(2015, 4, 17, 10, 5, 3);
const line = (
  parts: Partial<Record<'host' | 'user' | 'time' | 'request' | 'rest' | 'tail', string>>,
) =>
  `${parts.host ?? '83.149.9.216'} - ${parts.user ?? '-'} [${parts.time ?? '17/May/2015:10:05:03 +0000'}] ` +
  `${parts.request ?? '"GET /a HTTP/1.1"'} ${parts.rest ?? '200 5'}${parts.tail ?? ' "-" "Agent"'}`;
const plain: LogLine = {
  address: '83.149.9.216',
  at: may17,
  method: 'GET',
  target: '/a',
  protocol: 'HTTP/1.1',
  status: 200,
  responseBytes: 5,
  userAgent: 'Agent',
};

describe('a line of the Combined format', () => {
  test.each<[string, Parameters<typeof line>[0], Partial<LogLine>]>([
    ['is read into its fields', {}, {}],
    [
      'has a referrer and a user agent',
      { tail: ' "https://www.google.com/?q=a%20b" "Mozilla/5.0 (X11; \\"odd\\" \\\\ one)"' },
      {
        referrer: 'https://www.google.com/?q=a%20b',
        userAgent: 'Mozilla/5.0 (X11; "odd" \\ one)',
      },
    ],
    [
      'may have an escaped quote in its request',
      { request: '"GET /a?q=\\"x\\" HTTP/1.1"' },
      { target: '/a?q="x"' },
    ],
    [
      'may end a text with an escaped backslash',
      { tail: ' "a\\\\" "b\\\\\\\\"' },
      { referrer: 'a\\', userAgent: 'b\\\\' },
    ],
    [
      'keeps hexadecimal escapes to the letter',
      { request: '"\\x16\\x03\\x01"' },
      odd('\\x16\\x03\\x01'),
    ],
    ['may come from an IPv6 address', { host: '2001:db8::17' }, { address: '2001:db8::17' }],
    ['may come from a host name', { host: 'crawl-1.example' }, { address: 'crawl-1.example' }],
    ['may name a user', { user: 'frank' }, { user: 'frank' }],
    ['may name a user with a space', { user: 'frank smith' }, { user: 'frank smith' }],
    ['without a size has none', { rest: '304 -' }, { status: 304, responseBytes: undefined }],
    ['may have the size 0', { rest: '204 0' }, { status: 204, responseBytes: 0 }],
    [
      'may ask for a whole URL, as of a proxy',
      { request: '"GET http://Shop.example:8080/a?x=1 HTTP/1.1"' },
      { host: 'shop.example:8080', target: '/a?x=1' },
    ],
    ['without a request keeps the dash', { request: '"-"' }, odd('-')],
    ['with an empty request keeps nothing', { request: '""' }, odd('')],
    ['of HTTP/0.9 has no protocol', { request: '"GET /a"' }, { protocol: undefined }],
    [
      'with spaces in its target keeps them',
      { request: '"GET /a b HTTP/1.1"' },
      { target: '/a b' },
    ],
    [
      'with a method in small letters is odd',
      { request: '"get /a HTTP/1.1"' },
      odd('get /a HTTP/1.1'),
    ],
    ['may hold brackets in its texts', { request: '"GET /[x] HTTP/1.1"' }, { target: '/[x]' }],
    ['may be of an empty user agent', { tail: ' "-" ""' }, { userAgent: '' }],
    ['may be of a user agent that is a dash', { tail: ' "" "-"' }, { userAgent: '' }],
    ['east of Greenwich was earlier', { time: '17/May/2015:22:05:03 +1200' }, {}],
    ['west of Greenwich was later', { time: '17/May/2015:04:35:03 -0530' }, {}],
    [
      'may be of another year by its zone',
      { time: '01/Jan/2016:00:30:00 +0100' },
      { at: Date.UTC(2015, 11, 31, 23, 30) },
    ],
    ['may be of a leap day', { time: '29/Feb/2016:00:00:00 +0000' }, { at: Date.UTC(2016, 1, 29) }],
    [
      'may be of a leap second',
      { time: '30/Jun/2015:23:59:60 +0000' },
      { at: Date.UTC(2015, 6, 1) },
    ],
  ])('%s', (_name, parts, expected) => {
    expect(parseCombined(line(parts))).toEqual({ ...plain, ...expected });
  });

  test.each<[string, string]>([
    ['', 'beginning'],
    ['x', 'beginning'],
    ['# Fields: date time', 'beginning'],
    ['{"json": true}', 'beginning'],
    ['\u0000\u0001 \u0002', 'beginning'],
    [line({ time: '17/May/2015:10:05:03' }), 'time'],
    [line({ time: '31/Apr/2015:10:05:03 +0000' }), 'time'],
    [line({ time: '29/Feb/2015:10:05:03 +0000' }), 'time'],
    [line({ time: '00/May/2015:10:05:03 +0000' }), 'time'],
    [line({ time: '17/Mai/2015:10:05:03 +0000' }), 'time'],
    [line({ time: '17/May/2015:24:05:03 +0000' }), 'time'],
    [line({ time: '17/May/2015:10:60:03 +0000' }), 'time'],
    [line({ time: '17/May/2015:10:05:61 +0000' }), 'time'],
    [line({ time: '17/May/2015:10:05:03 +9900' }), 'time'],
    [line({ time: '17/May/2015:10:05:03 +0060' }), 'time'],
    [line({ time: '2015-05-17T10:05:03+00:00 ' }), 'time'],
    [line({ request: 'GET /a HTTP/1.1' }), 'request'],
    [line({ request: '"GET /a HTTP/1.1', tail: '' }), 'request'],
    [line({ rest: 'abc 5' }), 'status'],
    [line({ rest: '2e2 5' }), 'status'],
    [line({ rest: '0xC8 5' }), 'status'],
    [line({ rest: '99 5' }), 'status'],
    [line({ rest: '1000 5' }), 'status'],
    [line({ rest: '200' }), 'size'],
    [line({ rest: '200 5k' }), 'size'],
    [line({ rest: '200 -5' }), 'size'],
    [line({ rest: '200 1234567890123456' }), 'size'],
    [line({ tail: '' }), 'referrer'],
    [line({ tail: ' -' }), 'referrer'],
    [line({ tail: ' "-"' }), 'user agent'],
    [line({ tail: ' "-" "Agent' }), 'user agent'],
    [line({ tail: ' "-" "Agent\\"' }), 'user agent'],
    [line({ tail: ' "-" "Agent" 0.123' }), 'text after'],
    [line({ tail: ' "-" "Agent" ' }), 'text after'],
  ])('is not: %s', (text, reason) => {
    expect(parseCombined(text)).toEqual({ reason: expect.stringContaining(reason) });
  });
});

describe('a line of the Common format', () => {
  test('ends with its size', () => {
    expect(parseCommon(line({ tail: '' }))).toEqual({ ...plain, userAgent: '' });
    expect(parseCommon(line({ tail: '', rest: '404 -' }))).toEqual({
      ...plain,
      userAgent: '',
      status: 404,
      responseBytes: undefined,
    });
  });

  test.each([line({}), line({ tail: ' ' }), line({ tail: ' x' })])('is not: %s', (text) => {
    expect(parseCommon(text)).toEqual({ reason: expect.stringContaining('text after') });
  });
});

test('a time that is no time does not spoil the next line of the same text', () => {
  const wrong = line({ time: '31/Apr/2015:10:05:03 +0000' });
  for (let round = 0; round < 3; round += 1) {
    expect(parseCombined(wrong)).toHaveProperty('reason');
    expect(parseCombined(line({}))).toHaveProperty('at', may17);
  }
});

/** A request that is no request line: all of it is the target. */
function odd(target: string): Partial<LogLine> {
  return { method: '', target, protocol: undefined };
}
