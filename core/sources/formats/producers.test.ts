/** Real servers on loopback write logs of requests that are known; each runs where its program is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseFormat } from './detect.ts';
import { isBadLine, isDirective, type LogLine } from './log-line.ts';

let folder: string;
let child: ChildProcess | undefined;
let output = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-producer-'));
  output = '';
});
afterEach(async () => {
  const running = child;
  child = undefined;
  if (running !== undefined && running.exitCode === null) {
    const ended = new Promise((resolve) => running.once('close', resolve));
    running.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const agent = 'Mozilla/5.0 (X11; "odd" \\ agent) Firefox/143.0';
const asked = [
  { method: 'GET', target: '/a%20b?x=1&y=%22', headers: { cookie: 'sid=abc' } },
  { method: 'POST', target: '/form', headers: { referer: 'https://other.example/?q=a%20b' } },
  { method: 'HEAD', target: '/', headers: { 'x-forwarded-for': '198.51.100.9, 10.0.0.1' } },
];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(program: string, args: string[]): void {
  child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  child.stdout?.on('data', (piece) => (output += piece));
  child.stderr?.on('data', (piece) => (output += piece));
}

/** Sends one request and gives the status; tries until the server listens. */
async function send(port: number, one: (typeof asked)[number]): Promise<number> {
  for (let round = 0; ; round += 1) {
    try {
      return await new Promise<number>((resolve, reject) => {
        const headers = { host: 'Shop.example', 'user-agent': agent, ...one.headers };
        const sent = request(
          { host: '127.0.0.1', port, method: one.method, path: one.target, headers, agent: false },
          (answer) => {
            answer.resume();
            answer.on('end', () => resolve(answer.statusCode ?? 0));
          },
        );
        sent.on('error', reject);
        sent.end();
      });
    } catch (error) {
      if (round > 400) throw new Error(`${(error as Error).message}\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const sendAll = async (port: number) => {
  const statuses: number[] = [];
  for (const one of asked) statuses.push(await send(port, one));
  return statuses;
};

/** Reads lines once there are as many as requests; servers write a little later. */
async function linesOf(read: () => string): Promise<string[]> {
  for (let round = 0; ; round += 1) {
    const lines = read().trimEnd().split('\n');
    if (lines.length >= asked.length && lines[0] !== '') return lines.slice(-asked.length);
    if (round > 400) throw new Error(`no log: ${lines.join('\n')}\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * The lines in the order of the requests: a server with threads answers first and writes its line then, so the line
 * of the next request may come before it.
 */
function parsed(lines: readonly string[], format: string): { name: string; lines: LogLine[] } {
  const { name, parse } = chooseFormat({ format }, lines);
  const read = lines.map((line) => {
    const one = parse(line);
    if (isBadLine(one) || isDirective(one)) throw new Error(`${line}: ${JSON.stringify(one)}`);
    return one;
  });
  const place = (line: LogLine) => asked.findIndex(({ method }) => method === line.method);
  return { name, lines: read.sort((a, b) => place(a) - place(b)) };
}

/** What every format must say of the requests. */
function expectRequests(lines: readonly LogLine[], statuses: readonly number[], ua = agent): void {
  for (const [index, one] of asked.entries()) {
    const line = lines[index];
    expect(line).toMatchObject({
      address: '127.0.0.1',
      method: one.method,
      target: one.target,
      protocol: 'HTTP/1.1',
      status: statuses[index],
      userAgent: ua,
      referrer: one.headers.referer,
    });
    expect(Math.abs((line?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  }
}
const full = { host: 'shop.example', durationMs: expect.any(Number) };

const nginx = '/usr/sbin/nginx';
describe.skipIf(!existsSync(nginx))('nginx', () => {
  test('as combined, as JSON, and by its own format string', async () => {
    const port = await freePort();
    const own = `log_format own '$host $remote_addr [$time_iso8601] $request_time "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_cookie" "$http_x_forwarded_for"';`;
    const json = `log_format j escape=json '{"time_iso8601":"$time_iso8601","remote_addr":"$remote_addr","request":"$request","status":$status,"body_bytes_sent":$body_bytes_sent,"request_time":$request_time,"http_referer":"$http_referer","http_user_agent":"$http_user_agent","host":"$host","http_cookie":"$http_cookie"}';`;
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(' ');
    writeFileSync(
      join(folder, 'nginx.conf'),
      `user root; daemon off; pid ${folder}/pid; error_log stderr; events {}
      http { ${temp} ${own} ${json}
        access_log ${folder}/combined.log combined; access_log ${folder}/own.log own; access_log ${folder}/json.log j;
        server { listen 127.0.0.1:${port}; location / { return 200 "hello"; } location /form { return 404; } } }`,
    );
    start(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')]);
    const statuses = await sendAll(port);
    expect(statuses).toEqual([200, 404, 200]);
    const log = (name: string) => linesOf(() => readFileSync(join(folder, name), 'utf8'));
    // nginx writes a quote as \x22 and a backslash as \x5C, where they are no JSON.
    const escaped = agent.replaceAll('\\', '\\x5C').replaceAll('"', '\\x22');
    const combined = parsed(await log('combined.log'), 'auto');
    expect(combined.name).toBe('combined');
    expectRequests(combined.lines, statuses, escaped);
    expect(combined.lines[0]?.responseBytes).toBe(5);
    const byString = parsed(await log('own.log'), own);
    expectRequests(byString.lines, statuses, escaped);
    expect(byString.lines[0]).toMatchObject({ ...full, cookies: 'sid=abc' });
    expect(byString.lines[2]).toMatchObject({ forwardedFor: '198.51.100.9, 10.0.0.1' });
    for (const format of ['auto', json]) {
      const byJson = parsed(await log('json.log'), format);
      expectRequests(byJson.lines, statuses);
      expect(byJson.lines[0]).toMatchObject({ ...full, cookies: 'sid=abc' });
    }
  }, 20_000);
});

const apache = '/usr/sbin/apache2';
describe.skipIf(!existsSync(apache))('Apache', () => {
  test('as combined, with its host, and by its own format string', async () => {
    const port = await freePort();
    // Its children are another user.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'www'));
    writeFileSync(join(folder, 'www', 'index.html'), 'hello');
    const own =
      'LogFormat "%v %a %{%Y-%m-%dT%H:%M:%S%z}t %D \\"%m %U%q %H\\" %>s %B \\"%{Referer}i\\" \\"%{User-Agent}i\\" %{sid}C \\"%{X-Forwarded-For}i\\"" own';
    const modules = ['mpm_event', 'authz_core', 'dir', 'mime']
      .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
      .join('\n');
    writeFileSync(
      join(folder, 'apache.conf'),
      `${modules}
      ServerRoot ${folder}
      ServerName shop.example
      PidFile ${folder}/pid
      Listen 127.0.0.1:${port}
      ErrorLog ${folder}/error.log
      TypesConfig /dev/null
      DocumentRoot ${folder}/www
      DirectoryIndex index.html
      LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
      LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined
      ${own}
      CustomLog ${folder}/combined.log combined
      CustomLog ${folder}/vhost.log vhost_combined
      CustomLog ${folder}/own.log own
      `,
    );
    start(apache, ['-X', '-f', join(folder, 'apache.conf')]);
    const statuses = await sendAll(port);
    expect(statuses).toEqual([404, 404, 200]);
    const log = (name: string) => linesOf(() => readFileSync(join(folder, name), 'utf8'));
    for (const name of ['combined', 'vhost']) {
      const found = parsed(await log(`${name}.log`), 'auto');
      expect(found.name).toBe(name === 'vhost' ? 'vhost-combined' : 'combined');
      expectRequests(found.lines, statuses);
    }
    const byString = parsed(await log('own.log'), own);
    // `%U` is the path without its escapes, and of the index where that was served: the log cannot say more.
    const decoded = byString.lines.map((line) => ({
      ...line,
      target: line.target.replace('/a b', '/a%20b').replace('/index.html', '/'),
    }));
    expectRequests(decoded, statuses);
    expect(byString.lines[0]).toMatchObject({ ...full, cookies: 'sid=abc' });
    expect(byString.lines[2]).toMatchObject({ forwardedFor: '198.51.100.9, 10.0.0.1' });
  }, 20_000);
});

const haproxy = '/usr/sbin/haproxy';
describe.skipIf(!existsSync(haproxy))('HAProxy', () => {
  test('with `option httplog`, and with captured headers', async () => {
    const port = await freePort();
    writeFileSync(
      join(folder, 'haproxy.cfg'),
      `global
  log stdout format raw daemon
defaults
  mode http
  log global
  option httplog
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend in
  bind 127.0.0.1:${port}
  http-request capture req.hdr(User-Agent) len 100
  http-request return status 404 if { path /form }
  http-request return status 200 content-type text/plain string hello
`,
    );
    start(haproxy, ['-db', '-f', join(folder, 'haproxy.cfg')]);
    const statuses = await sendAll(port);
    expect(statuses).toEqual([200, 404, 200]);
    const log = () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('127.0.0.1'))
        .join('\n');
    const { name, lines } = parsed(await linesOf(log), 'auto');
    expect(name).toBe('haproxy');
    expect(lines.map(({ method, target, status }) => [method, target, status])).toEqual(
      asked.map(({ method, target }, index) => [method, target, statuses[index]]),
    );
    expect(lines[0]).toMatchObject({ address: '127.0.0.1', durationMs: expect.any(Number) });
    expect(Math.abs((lines[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  }, 20_000);
});
