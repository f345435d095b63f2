/** How many lines a second each tokenizer reads alone, on one thread: no file, no hash, no hit. */
import { chooseFormat } from '../core/sources/formats/detect.ts';
import { isBadLine, isDirective } from '../core/sources/formats/log-line.ts';

const linesPerRound = 100_000;
const rounds = 5;
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

interface Sample {
  format: string;
  /** Lines that go before, such as `#Fields:`. */
  head?: string[];
  line: (number: number) => string;
}

const two = (number: number) => String(Math.floor(number) % 60).padStart(2, '0');
const clf = (number: number) => `17/May/2026:10:${two(number / 1_000)}:${two(number / 10)} +0000`;
const iso = (number: number) => `2026-05-17T10:${two(number / 1_000)}:${two(number / 10)}`;
const address = (number: number) => `192.0.${number % 200}.${number % 250}`;
const combined = (n: number) =>
  `${address(n)} - - [${clf(n)}] "GET /shop/${n % 900}?x=${n} HTTP/1.1" 200 ${n} "https://shop.example/${n % 90}" "${agent}"`;

const samples: Record<string, Sample> = {
  combined: { format: 'combined', line: combined },
  common: {
    format: 'common',
    line: (n) => `${address(n)} - - [${clf(n)}] "GET /shop/${n % 900} HTTP/1.1" 200 ${n}`,
  },
  'vhost-combined': { format: 'vhost-combined', line: (n) => `shop.example:443 ${combined(n)}` },
  'nginx-main': { format: 'nginx-main', line: (n) => `${combined(n)} "-"` },
  'apache string': {
    format: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
    line: combined,
  },
  'nginx string': {
    format:
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    line: combined,
  },
  'goaccess string': { format: '%h %^[%d:%t %^] "%r" %s %b "%R" "%u"', line: combined },
  w3c: {
    format: 'w3c',
    head: [
      '#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) sc-status time-taken',
    ],
    line: (n) =>
      `${iso(n).replace('T', ' ')} GET /shop/${n % 900} x=${n} ${address(n)} ${agent.replaceAll(' ', '+')} - 200 ${n}`,
  },
  s3: {
    format: 's3',
    line: (n) =>
      `79a5 bucket [${clf(n)}] ${address(n)} - 3E57 REST.GET.OBJECT o/${n} "GET /bucket/o/${n} HTTP/1.1" 200 - ${n} ${n} 70 10 "-" "${agent}" - x SigV2`,
  },
  alb: {
    format: 'alb',
    line: (n) =>
      `h2 ${iso(n)}.186641Z app/lb/50dc ${address(n)}:48160 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 ${n} "GET https://shop.example:443/${n} HTTP/2.0" "${agent}" ECDHE TLSv1.2`,
  },
  haproxy: {
    format: 'haproxy',
    line: (n) =>
      `${address(n)}:33317 [17/May/2026:10:${two(n / 1_000)}:${two(n / 10)}.655] in b/s 10/0/30/69/109 200 ${n} - - ---- 1/1/1/1/0 0/0 "GET /${n} HTTP/1.1"`,
  },
  squid: {
    format: 'squid',
    line: (n) =>
      `${1_779_012_303 + Math.floor(n / 10)}.${n % 1_000} 180 ${address(n)} TCP_MISS/200 ${n} GET http://x.example/${n} - HIER_DIRECT/10.0.0.1 text/html`,
  },
  caddy: {
    format: 'caddy',
    line: (n) =>
      `{"ts":${1_779_012_303 + n / 10},"request":{"remote_ip":"${address(n)}","proto":"HTTP/2.0","method":"GET","host":"shop.example","uri":"/${n}","headers":{"User-Agent":["${agent}"]}},"duration":0.0009,"size":${n},"status":200}`,
  },
  'nginx-json': {
    format: 'nginx-json',
    line: (n) =>
      `{"time_iso8601":"${iso(n)}+00:00","remote_addr":"${address(n)}","request":"GET /${n} HTTP/1.1","status":200,"body_bytes_sent":${n},"http_user_agent":"${agent}"}`,
  },
};

export interface FormatsResult {
  linesPerRound: number;
  /** Lines a second of the median round. */
  linesPerSecond: Record<string, number>;
}

export function formats(): Promise<FormatsResult> {
  const linesPerSecond = Object.fromEntries(
    Object.entries(samples).map(([name, sample]) => [name, measure(name, sample)]),
  );
  return Promise.resolve({ linesPerRound, linesPerSecond });
}

function measure(name: string, { format, head = [], line }: Sample): number {
  // Through bytes, as a file comes: texts that were put together would be read slower than they are.
  const text = Array.from({ length: linesPerRound }, (_, number) => line(number)).join('\n');
  const bytes = Buffer.from(text).toString('utf8').split('\n');
  const { parse } = chooseFormat({ format }, []);
  for (const one of head) parse(one);
  const seconds = Array.from({ length: rounds }, () => {
    const startedAt = performance.now();
    let read = 0;
    for (const one of bytes) {
      const parsed = parse(one);
      if (!isBadLine(parsed) && !isDirective(parsed)) read += 1;
    }
    if (read !== linesPerRound) throw new Error(`${name} reads ${read} of ${linesPerRound} lines`);
    return (performance.now() - startedAt) / 1000;
  }).toSorted((a, b) => a - b);
  return Math.round(linesPerRound / (seconds[Math.floor(rounds / 2)] ?? 1));
}
