/** The API: an import, piece by piece. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { headers, openedApi } from '../testing/opened-api.ts';
import { worldStartMs } from '../testing/world.ts';
import { connectApi } from './api-client.ts';
import { importFiles } from './import-client.ts';
import { pieceBytesMax } from './imports.ts';

const opened = openedApi();
const { get, post, problem } = opened;

describe('an import', () => {
  const log = Array.from(
    { length: 50 },
    (_, index) =>
      `10.0.0.${index % 5} - - [17/May/2015:10:05:${String(index).padStart(2, '0')} +0000] "GET /${index} HTTP/1.1" 200 5\n`,
  )
    .join('')
    .concat('junk\n');
  beforeEach(async () => {
    await post('/api/datasets', { slug: 'shop' });
  });

  async function send(bytes: Uint8Array, pieceBytes: number): Promise<unknown> {
    const begun = await post('/api/datasets/shop/imports', {});
    expect(begun.status).toBe(201);
    const { number } = await begun.json();
    expect((await post(`/api/imports/${number}/file`, { name: 'access.log' })).status).toBe(204);
    for (let start = 0; start < bytes.length; start += pieceBytes)
      expect(
        (await post(`/api/imports/${number}/bytes`, bytes.subarray(start, start + pieceBytes)))
          .status,
      ).toBe(200);
    expect((await post(`/api/imports/${number}/file/end`)).status).toBe(200);
    return await (await post(`/api/imports/${number}/finish`)).json();
  }

  test('comes in pieces, plain or compressed, and is added to the counters', async () => {
    const summary = {
      lines: 51,
      accepted: 50,
      duplicate: 0,
      excluded: 0,
      bad: 1,
      sessions: 5,
      seconds: 0,
      formats: ['common'],
      badFile: expect.stringContaining('bad-lines'),
    };
    expect(await send(Buffer.from(log), 333)).toMatchObject(summary);
    expect(await send(gzipSync(log), 20)).toMatchObject({ accepted: 0, duplicate: 50, bad: 1 });
    const status = await (await get('/api/status')).json();
    expect(status).toMatchObject({
      version: '1.2.3',
      startedAt: worldStartMs,
      waitingHits: 0,
      datasets: [
        {
          slug: 'shop',
          counts: { received: 102, accepted: 50, duplicate: 50, excluded: 0, bad: 2 },
          activeSessions: 0,
          storedSessions: 5,
          storedHits: 50,
        },
      ],
    });
  });

  test('takes no piece that is too large, and goes on after it', async () => {
    const { number } = await (await post('/api/datasets/shop/imports', {})).json();
    await post(`/api/imports/${number}/file`, { name: 'access.log' });
    expect(
      await problem(post(`/api/imports/${number}/bytes`, new Uint8Array(pieceBytesMax + 1))),
    ).toMatchObject({ status: 413, code: 'body_too_large' });
    expect((await post(`/api/imports/${number}/bytes`, Buffer.from(log))).status).toBe(200);
    await post(`/api/imports/${number}/file/end`);
    expect(await (await post(`/api/imports/${number}/finish`)).json()).toMatchObject({
      accepted: 50,
    });
  });

  const request = async (path: string, init: RequestInit) =>
    await opened.api.request(`http://localhost${path}`, {
      ...init,
      headers: { ...init.headers, host: 'localhost' },
    });
  const clientBy = (send: typeof request) =>
    connectApi({
      owner: () => undefined,
      token: () => undefined,
      openHere: async () => ({ request: send, close: async () => undefined }),
    });

  test('can be given up, and is unknown afterwards', async () => {
    const { number } = await (await post('/api/datasets/shop/imports', {})).json();
    const gone = await opened.api.request(`http://localhost/api/imports/${number}`, {
      method: 'DELETE',
      headers: { ...headers, host: 'localhost' },
    });
    expect(gone.status).toBe(204);
    expect(await problem(post(`/api/imports/${number}/finish`))).toMatchObject({
      status: 404,
      code: 'import_unknown',
    });
  });

  test('that waits for another one says for which, and goes on when that has ended', async () => {
    const first = (await (await post('/api/datasets/shop/imports', {})).json()).number;
    await post(`/api/imports/${first}/file`, { name: 'first.log' });
    const folder = mkdtempSync(join(tmpdir(), 'canister-imports-'));
    const file = join(folder, 'access.log');
    writeFileSync(file, log);
    const client = await clientBy(request);
    const said: string[] = [];
    const endFirst = async () => {
      await post(`/api/imports/${first}/file/end`);
      await post(`/api/imports/${first}/finish`);
    };
    const summary = await importFiles(client, 'shop', [file], {}, (text) => {
      said.push(text);
      void endFirst();
    });
    rmSync(folder, { recursive: true });
    expect(said).toEqual(['Waiting for import 1 (first.log), which is still under way …']);
    expect(summary).toMatchObject({ accepted: 50 });
  });

  test('whose sender goes away while it waits keeps no other one waiting', async () => {
    const first = (await (await post('/api/datasets/shop/imports', {})).json()).number;
    const gone = new AbortController();
    const left = opened.api.request('http://localhost/api/datasets/shop/imports', {
      method: 'POST',
      headers: { ...headers, host: 'localhost' },
      body: '{}',
      signal: gone.signal,
    });
    const last = post('/api/datasets/shop/imports', {});
    gone.abort();
    await post(`/api/imports/${first}/finish`);
    await left;
    const { number } = await (await last).json();
    expect(await (await post(`/api/imports/${number}/finish`)).json()).toMatchObject({ lines: 0 });
  });

  test('keeps its place where its wait broke off and is asked for again', async () => {
    const first = (await (await post('/api/datasets/shop/imports', {})).json()).number;
    const wire = new AbortController();
    let asked = 0;
    const client = await clientBy(async (path, init) => {
      if (!path.includes('/imports?')) return await request(path, init);
      asked += 1;
      if (asked > 1) return await request(path, init);
      void request(path, { ...init, signal: wire.signal });
      await new Promise((resolve) => wire.signal.addEventListener('abort', resolve));
      // As Node's fetch ends a wait of five minutes.
      throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
    });
    const second = importFiles(client, 'shop', [], {}, () => undefined);
    await expect.poll(() => asked).toBe(1);
    const third = post('/api/datasets/shop/imports', {});
    wire.abort();
    await expect.poll(() => asked).toBe(2);
    await post(`/api/imports/${first}/finish`);
    expect(await second).toMatchObject({ lines: 0 });
    // The turns are numbered as they come: only the second import was between them.
    expect(await (await third).json()).toEqual({ number: first + 2 });
  });

  test('that is not asked for again lets the next one go on', async () => {
    const first = (await (await post('/api/datasets/shop/imports', {})).json()).number;
    const gone = new AbortController();
    const turn = 'turn=0b8f5a3e-3c3c-4d7c-9d53-6f6f0c6d2f11';
    const init = { method: 'POST', headers, body: '{}', signal: gone.signal };
    void request(`/api/datasets/shop/imports?${turn}`, init);
    const last = post('/api/datasets/shop/imports', {});
    gone.abort();
    await post(`/api/imports/${first}/finish`);
    expect(await (await last).json()).toEqual({ number: first + 2 });
    expect((await post(`/api/imports/${first + 1}/finish`)).status).toBe(404);
  });

  test.each([
    ['/api/datasets/nowhere/imports', {}, 'dataset_unknown'],
    ['/api/datasets/shop/imports', { format: 'klingon' }, 'import_format_unknown'],
    ['/api/datasets/shop/imports', { proxies: -1 }, 'request_invalid'],
    ['/api/datasets/shop/imports', { fields: { at: 'time' } }, 'request_invalid'],
    ['/api/datasets/shop/imports', { encoding: 'utf-16' }, 'request_invalid'],
    ['/api/imports/99/finish', {}, 'import_unknown'],
    ['/api/imports/0/finish', {}, 'request_invalid'],
    ['/api/imports/x/bytes', {}, 'request_invalid'],
    ['/api/imports/1/file', { name: 'x'.repeat(1_025) }, 'request_invalid'],
  ])('at %s with %j is refused as %s', async (path, body, code) => {
    expect((await problem(post(path, body))).code).toBe(code);
  });
});
