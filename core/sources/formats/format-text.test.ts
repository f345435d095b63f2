import { describe, expect, test } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { checkFormat, type FormatWish, formatByText } from './format-text.ts';
import type { ParsedLine } from './log-line.ts';

const read = (wish: FormatWish | string, line: string, timeZone = 'UTC'): ParsedLine =>
  formatByText(typeof wish === 'string' ? { format: wish } : wish).open({ timeZone })(line);
const at = Date.UTC(2026, 4, 17, 10, 5, 3);

describe('a format string of Apache', () => {
  test('is taken as it stands in the configuration', () => {
    const format =
      'LogFormat "%v:%p %a %l %u %{%Y-%m-%dT%H:%M:%S%z}t %D \\"%m %U%q %H\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %{SID}C %{X-Forwarded-For}i" full';
    const line =
      'shop.example:443 192.0.2.7 - - 2026-05-17T12:05:03+0200 1500 "GET /a?x=1 HTTP/1.1" 200 512 "-" "a \\"b\\"" abc 198.51.100.9, 10.0.0.1';
    expect(read(format, line)).toMatchObject({
      at,
      host: 'shop.example',
      address: '192.0.2.7',
      durationMs: 2,
      target: '/a?x=1',
      status: 200,
      responseBytes: 512,
      userAgent: 'a "b"',
      cookies: 'SID=abc',
      forwardedFor: '198.51.100.9, 10.0.0.1',
    });
  });

  test('may have statuses of its own for a field, and takes the last status', () => {
    expect(
      read(
        '%h %t "%r" %<s %>s %!200,304{Referer}i',
        '192.0.2.7 [17/May/2026:10:05:03 +0000] "GET / HTTP/1.0" 301 200 -',
      ),
    ).toMatchObject({ at, status: 200, referrer: undefined });
  });
});

test('The Combined format by its string and by its name reads the same', () => {
  const format = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
  const fields = ['address', 'user', 'at', 'method', 'target', 'host', 'status', 'responseBytes'];
  const lineOf = (request: string) =>
    `192.0.2.7 - frank [17/May/2026:10:05:03 +0000] "${request}" 200 12 "https://x.example/" "Firefox"`;
  const requests = [
    'GET /a?x=1 HTTP/1.1',
    'GET http://Shop.example/a HTTP/1.1',
    'GET https://shop.example?x=1 HTTP/1.1',
    'CONNECT shop.example:443 HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'GET /a?to=http://other.example/ HTTP/1.1',
    '\\x16\\x03',
    '-',
  ];
  for (const request of requests) {
    const [byName, byString] = ['combined', format].map(
      (one) => read(one, lineOf(request)) as unknown as Record<string, unknown>,
    );
    for (const field of fields)
      expect([request, byName?.[field]]).toEqual([request, byString?.[field]]);
  }
});

describe('a format string of nginx', () => {
  test('is taken as it stands in the configuration', () => {
    const format = `log_format main escape=default '$remote_addr [$time_iso8601] $scheme://$host$request_uri '
      '"$request_method" $status $request_time "$http_user_agent" "\${cookie_sid}"';`;
    const line =
      '192.0.2.7 [2026-05-17T10:05:03+00:00] https://Shop.example/a?x=1 "GET" 200 0.250 "x" "abc"';
    expect(read(format, line)).toMatchObject({
      at,
      host: 'shop.example',
      target: '/a?x=1',
      method: 'GET',
      durationMs: 250,
      cookies: 'sid=abc',
    });
  });

  test('may be of JSON', () => {
    const format = `log_format j escape=json '{"t":"$msec","a":"$remote_addr","r":"$request","s":$status,"ua":"$http_user_agent"}';`;
    const line = `{"t":"${at / 1000}.000","a":"192.0.2.7","r":"GET /\\u00e9 HTTP/1.1","s":200,"ua":"\\"x\\""}`;
    expect(read(format, line)).toMatchObject({ at, target: '/é', status: 200, userAgent: '"x"' });
  });
});

describe('a format string of GoAccess', () => {
  test.each([
    [
      '%h %^[%d:%t %^] "%r" %s %b "%R" "%u"',
      '192.0.2.7 - frank [17/May/2026:12:05:03 +0200] "GET /a HTTP/1.1" 200 5 "-" "x" more',
      { at, address: '192.0.2.7', target: '/a', userAgent: 'x' },
    ],
    [
      '%v:%^ %h %^[%d:%t %^] "%r" %s %b',
      'shop.example:80 192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5',
      { at, host: 'shop.example' },
    ],
    [
      '[%d:%t %^] "~h{, }" "%r" %s %Lms',
      '[17/May/2026:10:05:03 +0000] "unknown, 192.0.2.7, 10.0.0.1" "GET / HTTP/1.1" 200 12ms',
      { at, address: '192.0.2.7', durationMs: 12 },
    ],
  ])('%s', (format, line, expected) => {
    expect(read(format, line)).toMatchObject(expected);
  });

  test('is taken with its date and time formats', () => {
    const wish = {
      format: '%d\\t%t\\t%h\\t%m\\t%U\\t%q\\t%s',
      dateFormat: '%Y-%m-%d',
      timeFormat: '%T',
    };
    expect(read(wish, '2026-05-17\t10:05:03\t192.0.2.7\tGET\t/a\tx=1\t200')).toMatchObject({
      at,
      target: '/a?x=1',
    });
    const squid = { format: '%x.%^ %~%L %h %^/%s %b %m %U', dateFormat: '%s', timeFormat: '%s' };
    expect(
      read(squid, `${at / 1000}.000    18 192.0.2.7 TCP_HIT/200 5 GET http://x.example/a - -`),
    ).toMatchObject({ at, durationMs: 18, host: 'x.example' });
  });

  test('may be of JSON', () => {
    const format =
      '{"ts":"%x.%^","request":{"ip":"%h","m":"%m","uri":"%U","h":{"UA":["%u"]}},"status":"%s"}';
    const line = `{"ts":${at / 1000}.5,"request":{"ip":"192.0.2.7","m":"GET","uri":"/a","h":{"UA":["x"]}},"status":200}`;
    expect(read({ format, dateFormat: '%s' }, line)).toMatchObject({
      at,
      target: '/a',
      userAgent: 'x',
    });
  });

  test.each([
    'COMBINED',
    'VCOMBINED',
    'COMMON',
    'VCOMMON',
    'W3C',
    'CLOUDFRONT',
    'CLOUDSTORAGE',
    'AWSELB',
    'AWSALB',
    'AWSS3',
    'SQUID',
    'CADDY',
    'TRAEFIKCLF',
  ])('may be its name %s', (name) => {
    expect(formatByText({ format: name }).name).not.toBe('');
  });
});

describe('other servers', () => {
  test('CloudFront: tabs, its own host, an agent that is encoded twice', () => {
    const parse = formatByText({ format: 'cloudfront' }).open({ timeZone: 'UTC' });
    parse('#Version: 1.0');
    parse(
      '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-host-header time-taken x-forwarded-for cs-protocol-version',
    );
    const line =
      '2026-05-17\t10:05:03\tFRA2\t2390\t192.0.2.7\tGET\td111.cloudfront.net\t/a%2520b\t200\thttps://x.example/%25\tMozilla/5.0%2520(X11)\t-\tsid=abc\tHit\tshop.example\t0.062\t-\tHTTP/2.0';
    expect(parse(line)).toMatchObject({
      at,
      host: 'shop.example',
      target: '/a%2520b',
      referrer: 'https://x.example/%25',
      userAgent: 'Mozilla/5.0 (X11)',
      durationMs: 62,
      cookies: 'sid=abc',
    });
  });

  test('W3C: columns change on the way, seconds are no milliseconds, a day may stand above', () => {
    const parse = formatByText({ format: 'w3c' }).open({ timeZone: 'UTC' });
    const bare = '2026-05-17 10:05:03 192.0.2.7 /a 200';
    expect(parse(bare)).toEqual({ reason: expect.stringContaining('#Fields') });
    parse('#Fields: date time c-ip cs-uri-stem sc-status');
    expect(parse(bare)).toMatchObject({ at, target: '/a', status: 200 });
    parse('#Date: 2026-05-17 00:00:00');
    parse('#Fields: time sc-status time-taken c-ip cs-uri-stem cs(User-Agent)');
    expect(parse('10:05:03 404 0.5 192.0.2.7 /b "a ""b"" c"')).toMatchObject({
      at,
      status: 404,
      durationMs: 500,
      target: '/b',
      userAgent: 'a "b" c',
    });
    expect(parse(bare)).toHaveProperty('reason');
    const given = '#Fields: date time c-ip cs-uri-stem sc-status';
    expect(read(given, bare)).toMatchObject({ at, target: '/a' });
  });

  test('times without a zone are of the zone that is said', () => {
    const haproxy =
      '[2001:db8::1]:33317 [17/May/2026:12:05:03.000] in b/s 0/0/0/0/1 200 5 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"';
    expect(read('haproxy', haproxy, 'Europe/Berlin')).toMatchObject({ at, address: '2001:db8::1' });
    // The clock went back from 3:00 to 2:00 on that day.
    const late = haproxy.replace('17/May/2026:12:05:03', '25/Oct/2026:03:05:03');
    expect(read('haproxy', late, 'Europe/Berlin')).toMatchObject({
      at: Date.UTC(2026, 9, 25, 2, 5, 3),
    });
  });

  test('JSON of any keys, by a map', () => {
    const wish = {
      format: 'json',
      fields: { at: 'meta.when', address: 'peer', target: 'page', status: 'code' },
    };
    const line =
      '{"meta":{"when":"2026-05-17 10:05:03"},"peer":"192.0.2.7","page":"/a","code":200}';
    expect(read(wish, line)).toMatchObject({ at, target: '/a' });
    expect(
      read(wish, '{"meta":null,"peer":{"constructor":1},"page":[],"code":200}'),
    ).toHaveProperty('reason');
  });
});

test.each([
  ['nonsense', 'no name of a format'],
  ['%h %z', 'does not say the time'],
  ['%h%u %t "%r" %>s', 'nothing stands between address and user'],
  ['%h %d %t "%r" %s %j', '%j is no specifier'],
  ['%h %^[%d:%t %^] "%r" %b', 'does not say the status'],
  ['$remote_addr $status', 'does not say the time, the request'],
  ['{"a": %h}', 'cannot be used'],
  ['%h %{%Q}t "%r" %>s', '%Q is no part of a time'],
  ['%h %t "%r" %>s %', 'is no part of a LogFormat'],
])('the format %j is refused: %s', (format, why) => {
  const refusal = () => formatByText({ format });
  expect(refusal).toThrow(Problem);
  expect(refusal).toThrow(why);
});

test.each([
  ['auto', 'Give one as the format'],
  ['combined', 'leave it out'],
  ['CLOUDFRONT', 'leave it out'],
  ['#Fields: date time c-ip', 'leave it out'],
  ['%h %l %u %t "%r" %>s %b', 'leave it out'],
  ['$remote_addr [$time_iso8601] "$request" $status', 'leave it out'],
])('formats of the time are refused beside %j, which does not look at them', (format, why) => {
  expect(() => checkFormat({ format, dateFormat: '%F' })).toThrow(/^dateFormat: is for/);
  expect(() => checkFormat({ format, timeFormat: '%T' })).toThrow(/^timeFormat: is for/);
  expect(() => checkFormat({ format, timeFormat: '%T' })).toThrow(why);
});

test.each([
  ['auto', 'Give json as the format'],
  ['nginx-json', 'The format "nginx-json" says itself where its fields stand'],
  ['%h %l %u %t "%r" %>s %b', 'leave them out'],
])('keys are refused beside %j, which does not look at them', (format, why) => {
  const fields = { at: 'time' };
  expect(() => checkFormat({ format, fields })).toThrow(/^fields: are keys/);
  expect(() => checkFormat({ format, fields })).toThrow(why);
  expect(() => checkFormat({ format })).not.toThrow();
});

test('keys are taken beside JSON, and what is no format is refused as that', () => {
  const fields = { at: 'time' };
  expect(() => checkFormat({ format: ' JSON', fields })).not.toThrow();
  expect(() => checkFormat({ format: 'nonsense', fields })).toThrow('no name of a format');
});

test.each([
  '%h %^[%d:%t %^] "%r" %s %b',
  'goaccess: %h [%x] "%r" %s',
  '{"ip": "%h", "d": "%d", "t": "%t", "r": "%r", "s": "%s"}',
])('formats of the time are taken beside %j', (format) => {
  expect(() => checkFormat({ format, dateFormat: '%F', timeFormat: '%T' })).not.toThrow();
});
