/** Every kind of bad log, by its name, as a source meets it: what is good is taken once, and the rest is said. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportInput } from '../contract/import.ts';
import { askedPart, openSourceWorld, type SourceWorld } from '../testing/source-world.ts';
import type { World } from '../testing/world.ts';

let sources: SourceWorld;
let world: World;
beforeEach(async () => {
  const privateNetworks = ['127.0.0.0/8'];
  sources = await openSourceWorld({ readsFolder: true, privateNetworks, silenceMsMax: 1_000 });
  world = sources.world;
});
afterEach(() => sources.close());

const line = (number: number, time = '20/Nov/2026:10:00:00 +0000') =>
  `10.0.0.${number % 250} - - [${time}] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('');

/** A run over one local file. */
function runOver(bytes: string | Buffer, more: ImportInput = {}) {
  const file = join(sources.folder, 'access.log');
  writeFileSync(file, bytes);
  return sources.run(file, { import: more });
}

const serve = async (answer: RequestListener) => `${await sources.serve(answer)}/access.log`;

const paths = async () =>
  (await world.sql('shop', 'SELECT path FROM hits ORDER BY "at", path')).map(([path]) => path);

/** Reasons of the list of bad lines. */
async function reasons(text: string, options: ImportInput = {}): Promise<string[]> {
  const { badFile } = await world.importText('shop', { log: text }, options);
  return readFileSync(badFile ?? '', 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split('\t')[2] ?? '');
}

describe('The bytes', () => {
  test('truncated: a last line without its end waits, a packed file that was cut is said', async () => {
    const cut = await runOver(`${lines(0, 3)}${line(3).slice(0, 40)}`);
    expect(cut).toMatchObject({ state: 'done', accepted: 3, bad: 0 });
    expect(await runOver(lines(0, 4))).toMatchObject({ accepted: 1, bad: 0 });
    const packed = await runOver(gzipSync(lines(10, 2_000)).subarray(0, 4_000));
    expect(packed.state).not.toBe('done');
    expect(packed.problems[0]).toContain('gzip data is damaged or cut');
    expect(packed.accepted).toBeGreaterThan(0);
    // It was being written: what is added to it is taken, and nothing twice.
    const whole = await runOver(gzipSync(lines(10, 2_000)));
    expect(whole).toMatchObject({ state: 'done', bad: 0, duplicate: 0 });
    expect(packed.accepted + whole.accepted).toBe(1_990);
  });

  test('binary: no format reads it, and nothing is stored', async () => {
    const noise = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 91) % 256));
    const run = await runOver(noise);
    expect(run.state).not.toBe('done');
    expect(run).toMatchObject({ accepted: 0, bad: 0 });
    expect(run.problems[0]).toMatch(/format/);
    expect(await paths()).toEqual([]);
  });

  test('endless lines: one bad line, however long it is, and the next is read', async () => {
    const endless = `${lines(0, 2)}${'x'.repeat(5_000_000)}\n${lines(2, 3)}`;
    expect(await runOver(endless)).toMatchObject({ accepted: 3, bad: 1, problems: [] });
    expect(await paths()).toEqual(['/p0', '/p1', '/p2']);
  });

  test('millions of empty lines: each is counted once, and keeps its number', async () => {
    const count = 2_000_000;
    const empty = Buffer.alloc(count, '\n');
    const packed = gzipSync(Buffer.concat([Buffer.from(lines(0, 2)), empty, Buffer.from('x\n')]));
    const run = await runOver(packed);
    expect(run).toMatchObject({ accepted: 2, bad: count + 1, problems: [] });
    const grown = Buffer.concat([packed, gzipSync(`\n\n${lines(2, 3)}`)]);
    expect(await runOver(grown)).toMatchObject({ accepted: 1, bad: 2, duplicate: 0 });
  });

  test('a gzip bomb: what grows a thousandfold is left, and said', async () => {
    const bomb = gzipSync(Buffer.alloc(1 << 29, 'x'), { level: 9 });
    expect(bomb.length).toBeLessThan(1 << 20);
    const run = await runOver(Buffer.concat([gzipSync(lines(0, 300)), bomb]));
    expect(run.state).not.toBe('done');
    expect(run.problems[0]).toContain('grows more than');
    // What stood before it is whole.
    expect(run.accepted).toBe(300);
  }, 60_000);
});

describe('The lines', () => {
  test('mixed formats in one file: the format of most is read, the others are listed', async () => {
    const json = `{"time":"2026-11-20T10:00:00Z","remote_addr":"10.0.0.1","request":"GET /j HTTP/1.1","status":200}\n`;
    const text = `${lines(0, 5)}${json}${lines(5, 9)}${json}`;
    expect(await reasons(text)).toHaveLength(2);
    expect(await paths()).toEqual(['/p0', '/p1', '/p2', '/p3', '/p4', '/p5', '/p6', '/p7', '/p8']);
  });

  test('a wrong clock: lines from before the web are bad, and end no session', async () => {
    const text = `${lines(0, 1)}${line(1, '01/Jan/1970:00:00:00 +0000')}${line(2, '20/Nov/0026:10:00:00 +0000')}${lines(3, 4)}`;
    expect(await reasons(text)).toEqual([
      expect.stringContaining('older than any web server: of a wrong clock'),
      expect.stringContaining('older than any web server: of a wrong clock'),
    ]);
    expect(await paths()).toEqual(['/p0', '/p3']);
  });

  test('future dates: more than a day ahead of this machine is bad, an hour is not', async () => {
    const at = (ms: number) => {
      const [date = '', time = ''] = new Date(world.now() + ms).toISOString().split('T');
      const [year, month, day] = date.split('-');
      const name = new Date(`${date}T00:00:00Z`).toLocaleString('en', {
        month: 'short',
        timeZone: 'UTC',
      });
      return month && `${day}/${name}/${year}:${time.slice(0, 8)} +0000`;
    };
    const text =
      line(0, at(3_600_000)) + line(1, at(26 * 3_600_000)) + line(2, at(400 * 86_400_000));
    expect(await reasons(text)).toEqual([
      expect.stringContaining('in the future'),
      expect.stringContaining('in the future'),
    ]);
    expect(await paths()).toEqual(['/p0']);
  });

  test('a missing time zone: UTC, or the one that is said', async () => {
    const w3c = (path: string) =>
      `#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-11-20 10:00:00 10.0.0.1 GET ${path} 200\n`;
    await world.importText('shop', { a: w3c('/utc') });
    await world.importText('shop', { b: w3c('/tokyo') }, { timeZone: 'Asia/Tokyo' });
    const rows = await world.sql('shop', 'SELECT path, epoch_ms("at") FROM hits ORDER BY path');
    expect(rows).toEqual([
      ['/tokyo', Date.UTC(2026, 10, 20, 1)],
      ['/utc', Date.UTC(2026, 10, 20, 10)],
    ]);
    // A format that writes its zone is bad without it, for nobody would know.
    expect(await reasons(line(0) + line(1, '20/Nov/2026:10:00:00'))).toHaveLength(1);
  });
});

describe('The source', () => {
  test('hangs before it answers, and in the middle: left after a while, and the next run goes on', async () => {
    const text = lines(0, 1_000);
    let hangs: 'at once' | 'halfway' | 'never' = 'at once';
    const location = await serve((request, response) => {
      if (hangs === 'at once') return;
      const { part, contentRange } = askedPart(request, text);
      response.writeHead(206, { 'content-range': contentRange });
      if (hangs === 'never' || part.length < 20_000) response.end(part);
      else response.write(part.slice(0, 20_000));
    });
    const silent = await sources.run(location);
    expect(silent).toMatchObject({ state: 'failed', accepted: 0, fetchedBytes: 0 });
    hangs = 'halfway';
    const half = await sources.desk.run('Web');
    expect(half.problems[0]).toContain('has said nothing for 1 seconds');
    expect(half.fetchedBytes).toBe(20_000);
    hangs = 'never';
    const rest = await sources.desk.run('Web');
    expect(rest).toMatchObject({ state: 'done', problems: [] });
    expect(half.accepted + rest.accepted).toBe(1_000);
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT path) FROM hits')).toEqual([
      [1_000, 1_000],
    ]);
  });

  test('changes under the reader: each line of either file counts once', async () => {
    let text = lines(0, 600);
    /** After how many bytes another file is there. */
    let changesAfter: number | undefined = 15_000;
    const location = await serve((request, response) => {
      const { part, contentRange } = askedPart(request, text);
      response.writeHead(206, {
        'content-range': contentRange,
        etag: `"${text.slice(0, 60)}"`,
      });
      if (changesAfter === undefined || part.length <= changesAfter) return void response.end(part);
      // Cut short without an error, as a file that somebody empties is.
      response.end(part.slice(0, changesAfter));
      changesAfter = undefined;
      text = lines(1_000, 1_100);
    });
    const first = await sources.run(location);
    const second = await sources.desk.run('Web');
    const third = await sources.desk.run('Web');
    expect([second.state, third.state]).toEqual(['done', 'done']);
    const taken = lines(0, 600).slice(0, 15_000).split('\n').length - 1;
    expect(first.accepted + second.accepted + third.accepted).toBe(taken + 100);
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT path) FROM hits')).toEqual([
      [taken + 100, taken + 100],
    ]);
  });

  test('returns HTML instead of a log: said, whatever type it names', async () => {
    let type = 'text/html; charset=utf-8';
    const location = await serve((_request, response) => {
      response
        .writeHead(200, { 'content-type': type })
        .end('<!doctype html>\n<title>Sign in</title>\n');
    });
    expect((await sources.run(location)).problems[0]).toContain('gives a page (text/html)');
    type = 'text/plain';
    expect((await sources.desk.run('Web')).problems[0]).toContain('is a page in HTML, not a log');
    expect(await paths()).toEqual([]);
  });

  test.each([
    'http://10.1.2.3/log',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:10.0.0.1]/',
    'http://0x0a000001/',
    'file:///etc/passwd',
  ])('redirects to a private address: %s is not asked', async (leadsTo) => {
    let asked = 0;
    const location = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: leadsTo }).end();
    });
    const run1 = await sources.run(location);
    expect(run1).toMatchObject({ state: 'failed', files: 0 });
    expect(run1.problems[0]).toMatch(/not a public address|must begin with https/);
    expect(asked).toBe(1);
  });
});
