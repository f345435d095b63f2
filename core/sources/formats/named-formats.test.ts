import { expect, test } from 'vitest';
import { logFormats } from '../../contract/import.ts';
import { chooseFormat } from './detect.ts';
import { isBadLine, isDirective, type LogLine } from './log-line.ts';
import { namedFormats } from './named-formats.ts';

const agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0';

/** Lines as the producers' own documentation describes them, with what a person reads in them. */
const examples: Record<(typeof logFormats)[number], { lines: string[]; last: Partial<LogLine> }> = {
  'vhost-combined': {
    lines: [
      `Shop.example:443 192.0.2.7 - frank [17/May/2026:10:05:03 +0200] "GET /a?x=1 HTTP/1.1" 200 512 "https://shop.example/" "${agent}"`,
    ],
    last: {
      host: 'shop.example',
      address: '192.0.2.7',
      user: 'frank',
      at: Date.UTC(2026, 4, 17, 8, 5, 3),
      method: 'GET',
      target: '/a?x=1',
      protocol: 'HTTP/1.1',
      status: 200,
      responseBytes: 512,
      referrer: 'https://shop.example/',
      userAgent: agent,
    },
  },
  'vhost-common': {
    lines: ['shop.example:80 2001:db8::7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 304 -'],
    last: { host: 'shop.example', address: '2001:db8::7', status: 304, responseBytes: undefined },
  },
  combined: {
    lines: [`192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5 "-" "${agent}"`],
    last: { address: '192.0.2.7', referrer: undefined, userAgent: agent },
  },
  common: {
    lines: ['192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5'],
    last: { address: '192.0.2.7', userAgent: '' },
  },
  'nginx-main': {
    lines: [
      `10.0.0.1 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/2.0" 200 612 "-" "${agent}" "198.51.100.9, 192.0.2.7"`,
    ],
    last: { address: '10.0.0.1', forwardedFor: '198.51.100.9, 192.0.2.7', protocol: 'HTTP/2.0' },
  },
  'traefik-clf': {
    lines: [
      `192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "${agent}" 17 "shop@docker" "http://10.0.0.2:80" 12ms`,
    ],
    last: { target: '/a', durationMs: 12 },
  },
  w3c: {
    lines: [
      '#Software: Microsoft Internet Information Services 10.0',
      '#Version: 1.0',
      '#Date: 2026-05-17 10:05:00',
      '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
      '2026-05-17 10:05:03 10.0.0.1 GET /default.aspx id=7 443 - 192.0.2.7 Mozilla/5.0+(Windows+NT+10.0;+Win64) - 200 0 0 93',
    ],
    last: {
      at: Date.UTC(2026, 4, 17, 10, 5, 3),
      address: '192.0.2.7',
      target: '/default.aspx?id=7',
      userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64)',
      durationMs: 93,
      user: undefined,
    },
  },
  s3: {
    lines: [
      `79a59df900b949e5 shop-bucket [06/Feb/2026:00:00:38 +0000] 192.0.2.3 - 3E57427F33A59F07 REST.GET.OBJECT photos/cat.jpg "GET /shop-bucket/photos/cat.jpg?x-foo=bar HTTP/1.1" 200 - 2662992 3462992 70 10 "http://www.example/x" "S3Console/0.4" - 9vKBE6vMhrNiWHZmb2L0mXOcqPGzQOI5 SigV2 ECDHE - shop.s3.amazonaws.com TLSv1.1`,
    ],
    last: {
      host: 'shop-bucket',
      address: '192.0.2.3',
      target: '/shop-bucket/photos/cat.jpg?x-foo=bar',
      status: 200,
      responseBytes: 2_662_992,
      durationMs: 70,
      referrer: 'http://www.example/x',
      userAgent: 'S3Console/0.4',
    },
  },
  alb: {
    lines: [
      'h2 2026-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257 "GET https://10.0.2.105:773/a?x=1 HTTP/2.0" "curl/7.46.0" ECDHE TLSv1.2 arn:aws:x "Root=1-58337" "shop.example" "-" 1 2026-07-02T22:22:48.364000Z "redirect" "-" "-" "10.0.0.66:9000" "200" "-" "-"',
    ],
    last: {
      at: Date.UTC(2026, 6, 2, 22, 23, 0, 186),
      address: '10.0.1.252',
      host: '10.0.2.105:773',
      target: '/a?x=1',
      durationMs: 2,
      status: 200,
      responseBytes: 257,
      userAgent: 'curl/7.46.0',
    },
  },
  elb: {
    lines: [
      '2026-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -',
    ],
    last: {
      address: '192.168.131.39',
      host: 'www.example.com:80',
      target: '/',
      durationMs: 1,
      responseBytes: 29,
    },
  },
  'cloud-storage': {
    lines: [
      '"time_micros","c_ip","c_ip_type","c_ip_region","cs_method","cs_uri","sc_status","cs_bytes","sc_bytes","time_taken_micros","cs_host","cs_referer","cs_user_agent","s_request_id","cs_operation","cs_bucket","cs_object"',
      '"1779012303123456","192.0.2.7","1","","GET","/bucket/o?x=1","200","0","42","215000","storage.googleapis.com","","say ""hi""","REQ","GET_Object","bucket","o"',
    ],
    last: {
      at: 1_779_012_303_123,
      address: '192.0.2.7',
      target: '/bucket/o?x=1',
      durationMs: 215,
      host: 'storage.googleapis.com',
      referrer: undefined,
      userAgent: 'say "hi"',
    },
  },
  squid: {
    lines: [
      '1286536308.779    180 192.168.0.224 TCP_MISS/200 411 GET http://liveupdate.example/minitri.flg frank HIER_DIRECT/69.31.1.1 text/plain',
    ],
    last: {
      at: 1_286_536_308_779,
      durationMs: 180,
      address: '192.168.0.224',
      status: 200,
      responseBytes: 411,
      host: 'liveupdate.example',
      target: '/minitri.flg',
      user: 'frank',
    },
  },
  haproxy: {
    lines: [
      'Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2026:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"',
    ],
    last: {
      at: Date.UTC(2026, 1, 6, 12, 14, 14, 655),
      address: '10.0.1.2',
      durationMs: 109,
      status: 200,
      responseBytes: 2_750,
      target: '/index.html',
    },
  },
  caddy: {
    lines: [
      '{"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","remote_port":"41342","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"GET","host":"localhost","uri":"/a?x=1","headers":{"User-Agent":["curl/7.82.0"],"Referer":["https://x.example/"]}},"user_id":"","duration":0.000929675,"size":10900,"status":200}',
    ],
    last: {
      at: 1_646_861_401_524,
      address: '192.0.2.7',
      host: 'localhost',
      target: '/a?x=1',
      userAgent: 'curl/7.82.0',
      referrer: 'https://x.example/',
      durationMs: 1,
      responseBytes: 10_900,
      user: undefined,
    },
  },
  'traefik-json': {
    lines: [
      '{"ClientHost":"192.0.2.7","ClientUsername":"-","DownstreamContentSize":12,"DownstreamStatus":404,"Duration":3000000,"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/x","RequestProtocol":"HTTP/1.1","StartUTC":"2026-05-17T10:05:03.123456789Z","request_User-Agent":"curl/8","time":"2026-05-17T10:05:03Z"}',
    ],
    last: {
      at: Date.UTC(2026, 4, 17, 10, 5, 3, 123),
      host: 'shop.example',
      durationMs: 3,
      status: 404,
      userAgent: 'curl/8',
    },
  },
  'nginx-json': {
    lines: [
      '{"time_iso8601":"2026-05-17T10:05:03+02:00","remote_addr":"192.0.2.7","remote_user":"","request":"GET /a HTTP/1.1","status": 200,"body_bytes_sent":612,"request_time":0.005,"http_referer":"","http_user_agent":"curl/8","host":"shop.example"}',
    ],
    last: {
      at: Date.UTC(2026, 4, 17, 8, 5, 3),
      target: '/a',
      durationMs: 5,
      host: 'shop.example',
      userAgent: 'curl/8',
    },
  },
  json: {
    lines: [
      '{"timestamp":1779012303123,"ip":"192.0.2.7","method":"GET","url":"https://shop.example/a","status_code":"200","user_agent":"x \\ud800","bytes":5e2}',
    ],
    last: {
      at: 1_779_012_303_123,
      host: 'shop.example',
      target: '/a',
      status: 200,
      userAgent: 'x \ufffd',
      responseBytes: 500,
    },
  },
};

test('every name has a format, in one order', () => {
  expect(namedFormats.map(({ name }) => name)).toEqual([...logFormats]);
});

test.each(logFormats)('%s is found by its lines, and its fields are read', (name) => {
  const { lines, last } = examples[name];
  const { name: found, parse } = chooseFormat({ format: 'auto' }, lines);
  expect(found).toBe(name);
  expect(lines.map((line) => parse(line)).at(-1)).toMatchObject(last);
});

test.each(
  logFormats,
)('%s gives a reason for a line that was cut anywhere, or that is none', (name) => {
  const { lines } = examples[name];
  const open = () => {
    const { parse } = chooseFormat({ format: name }, []);
    for (const line of lines.slice(0, -1)) parse(line);
    return parse;
  };
  const whole = lines.at(-1) ?? '';
  const parse = open();
  // Only what stands behind the last field may be missing.
  const half = whole.slice(0, Math.floor(whole.length / 2));
  for (const text of [half, whole.slice(0, 10), '', '\u0000\u0001 \u0002', '<html>', '{}', '[]'])
    expect(isBadLine(parse(text)), text).toBe(true);
  for (let end = 0; end < whole.length; end += 1) {
    const parsed = parse(whole.slice(0, end));
    if (isBadLine(parsed)) expect(parsed.reason.length).toBeLessThan(200);
    else expect(isDirective(parsed) || parsed.at > 0).toBe(true);
  }
  expect(isBadLine(parse(whole))).toBe(false);
});
