/** Sources over real servers on this machine: HTTP and FTP. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FtpSrv } from 'ftp-srv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { worldSources } from '../../testing/source-desk.ts';
import {
  askedPart,
  freePort,
  openSourceWorld,
  type SourceWorld,
} from '../../testing/source-world.ts';
import type { World } from '../../testing/world.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    const time = new Date(Date.UTC(2026, 10, 20, 10, 0, number)).toISOString();
    return `10.0.0.${number % 50} - - [20/Nov/2026:${time.slice(11, 19)} +0000] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;
  }).join('');

const silenceMsMax = 1_500;

let sources: SourceWorld;
let world: World;
let folder: string;
beforeEach(async () => {
  sources = await openSourceWorld({ privateNetworks: ['127.0.0.0/8'], silenceMsMax });
  ({ world, folder } = sources);
});
afterEach(() => sources.close());

describe('HTTP', () => {
  test('fetches what is new in parts, goes on where it was broken off, and lets alone what is the same', async () => {
    let text = lines(0, 1_000);
    let breakAfter = 30_000;
    let sentBytes = 0;
    const base = await sources.serve((request, response) => {
      const { part, contentRange } = askedPart(request, text);
      response.writeHead(206, {
        'content-range': contentRange,
        'content-length': part.length,
        etag: `"${text.length}"`,
      });
      sentBytes += Math.min(part.length, breakAfter);
      if (part.length <= breakAfter) response.end(part);
      else response.write(part.slice(0, breakAfter), () => response.destroy());
    });
    const broken = await sources.run(`${base}/access.log`);
    expect(broken.state).not.toBe('done');
    expect(broken.problems).toHaveLength(1);
    breakAfter = 1e9;
    const before = sentBytes;
    const rest = await sources.desk.run('Web');
    expect(rest).toMatchObject({ state: 'done', bad: 0 });
    expect(broken.accepted + rest.accepted).toBe(1_000);
    // The rest, and the beginning and the end of what was there, by which it is known again.
    expect(sentBytes - before).toBeLessThan(text.length - broken.fetchedBytes + 2_000);
    expect(broken.fetchedBytes).toBeGreaterThan(10_000);
    expect(await sources.desk.run('Web')).toMatchObject({ files: 0, fetchedBytes: 0 });
    text += lines(1_000, 1_010);
    expect(await sources.desk.run('Web')).toMatchObject({ accepted: 10, bad: 0 });
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT path) FROM hits')).toEqual([
      [1_010, 1_010],
    ]);
  });

  test('fetches what is new from a server that says neither size nor time nor ETag', async () => {
    let text = lines(0, 10);
    const base = await sources.serve((_request, response) => void response.end(text));
    expect(await sources.run(`${base}/access.log`)).toMatchObject({ state: 'done', accepted: 10 });
    text += lines(10, 13);
    expect(await sources.desk.run('Web')).toMatchObject({ state: 'done', accepted: 3 });
    expect(await sources.desk.run('Web')).toMatchObject({ state: 'done', files: 0, lines: 0 });
  });

  test('leaves no connection open to a server that falls silent', async () => {
    let open = 0;
    const base = await sources.serve((request, response) => {
      open += 1;
      request.socket.on('close', () => {
        open -= 1;
      });
      response.writeHead(206, { 'content-range': 'bytes 0-999/1000' }).flushHeaders();
    });
    expect(await sources.run(`${base}/access.log`)).toMatchObject({
      state: 'failed',
      problems: [`${base}/access.log has said nothing for 2 seconds.`],
    });
    await expect.poll(() => open).toBe(0);
  });

  test('says how far a run is while it goes on', async () => {
    const text = lines(0, 1_000);
    const half = 50_000;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const base = await sources.serve(async (request, response) => {
      const { part } = askedPart(request, text);
      response.writeHead(206, { 'content-length': part.length, etag: '"one"' });
      response.write(part.slice(0, half));
      if (part.length > half) await held;
      response.end(part.slice(half));
    });
    const running = sources.run(`${base}/access.log`);
    const progress = async () => (await sources.desk.list())[0]?.state.progress;
    await expect.poll(async () => (await progress())?.fetchedBytes, { interval: 20 }).toBe(half);
    expect(await progress()).toMatchObject({ doing: 'fetching', file: `${base}/access.log` });
    letGo();
    expect(await running).toMatchObject({ accepted: 1_000, fetchedBytes: text.length });
    expect(await progress()).toBeUndefined();
  });

  test('refuses pages, private addresses, redirects to them, and servers that say nothing', async () => {
    const page = await sources.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    });
    expect((await sources.run(`${page}/a.log`)).problems[0]).toContain('gives a page (text/html)');
    const leads = await sources.serve((_request, response) => {
      response.writeHead(302, { location: 'http://10.1.2.3/meta' }).end();
    });
    expect((await sources.run(`${leads}/a.log`)).problems[0]).toContain('not a public address');
    const silent = await sources.serve(() => {});
    expect(await sources.run(`${silent}/a.log`)).toMatchObject({ state: 'failed', files: 0 });
    sources.desk = worldSources(world, { folders: [], silenceMsMax });
    expect((await sources.run(`${page}/a.log`)).problems[0]).toContain(
      'CANISTER_SOURCE_PRIVATE_NETWORKS',
    );
  });
});

describe('FTP', () => {
  test('fetches by pattern, and only what is new', async () => {
    const port = await freePort();
    const server = new FtpSrv({
      url: `ftp://127.0.0.1:${port}`,
      pasv_url: '127.0.0.1',
      pasv_min: 40_000,
      pasv_max: 60_000,
    });
    (server as unknown as { log: { level(level: number): void } }).log?.level(100);
    server.on('login', ({ username, password }, resolve, reject) => {
      if (username === 'ann' && password === 'right') resolve({ root: folder });
      else reject(new Error('no'));
    });
    await server.listen();
    sources.atEnd(() => server.close());
    writeFileSync(join(folder, 'access.1.log'), lines(0, 500));
    writeFileSync(join(folder, 'access.2.log'), lines(500, 600));
    const location = `ftp://127.0.0.1:${port}/access*.log`;
    const first = await sources.run(location, { user: 'ann' }, { password: 'right' });
    expect(first).toMatchObject({ files: 2, accepted: 600, problems: [] });
    appendFileSync(join(folder, 'access.2.log'), lines(600, 620));
    const next = await sources.desk.run('Web');
    expect(next).toMatchObject({ files: 1, accepted: 20, problems: [] });
    expect(next.fetchedBytes).toBe(lines(600, 620).length);
    for (const [index, server] of ['a/logs', 'b/logs', 'c'].entries()) {
      mkdirSync(join(folder, server), { recursive: true });
      writeFileSync(join(folder, server, 'access.log'), lines(700 + index, 710));
    }
    const nested = location.replace('/access', '/*/l*/access');
    const below = await sources.run(nested, { user: 'ann' }, { password: 'right' });
    expect(below).toMatchObject({ files: 2, accepted: 10, duplicate: 9, problems: [] });
    const wrong = await sources.run(location, { user: 'ann' }, { password: 'wrong' });
    expect(wrong.problems[0]).toContain('could not be signed in to');
  });
});
