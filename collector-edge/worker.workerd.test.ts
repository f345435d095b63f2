import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HranaServer, startHranaServer } from '../core/testing/hrana-server.ts';
import { buildTracker, buildWorker } from './testing/build.ts';
import { testHit } from './testing/collector.ts';
import { hitsTables } from './testing/hits-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-edge-'));
const token = 'token of the test';
let tracker: string;
let worker: string;
let database: HranaServer;
let runtime: Miniflare;

beforeAll(async () => {
  tracker = await buildTracker();
  worker = await buildWorker(tracker, '/* vitals */');
  database = await startHranaServer(join(folder, 'hits.db'), token);
  await database.client.batch(
    [
      ...hitsTables,
      {
        sql: 'INSERT INTO dataset_directory (write_key, slug, hosts, address_secret) VALUES (?, ?, ?, ?)',
        args: ['wk_shop', 'shop', '["shop.example"]', 'secret of shop'],
      },
    ],
    'write',
  );
  runtime = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: worker }],
    compatibilityDate: '2026-04-01',
    bindings: {
      LIBSQL_URL: database.url,
      LIBSQL_AUTH_TOKEN: token,
      LIBSQL_TIMEOUT_MS: '2000',
      DIRECTORY_MAX_AGE_MS: '1',
    },
    cf: { country: 'CH' } as never,
  });
  await runtime.ready;
}, 60_000);

afterAll(async () => {
  await runtime?.dispose();
  await database?.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  database.fault = undefined;
  const empty = ['hit_inbox', 'recent_hit', 'hit_count'].map((table) => `DELETE FROM ${table}`);
  await database.client.batch(empty, 'write');
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  runtime.dispatchFetch('http://stats.example/hits', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });

async function rows(): Promise<Record<string, unknown>[]> {
  const [result] = await database.client.batch(['SELECT body FROM hit_inbox ORDER BY seq'], 'read');
  return (result?.rows ?? []).map((row) =>
    JSON.parse(new TextDecoder().decode(row.body as ArrayBuffer)),
  );
}

async function counts(): Promise<Record<string, number>> {
  const sql = 'SELECT dataset, outcome, reason, sum(count) AS n FROM hit_count GROUP BY 1, 2, 3';
  const [result] = await database.client.batch([sql], 'read');
  return Object.fromEntries(
    (result?.rows ?? []).map((row) => [
      `${row.dataset} ${row.outcome} ${row.reason}`.trimEnd(),
      Number(row.n),
    ]),
  );
}

describe('the collector in workerd', () => {
  it('needs nothing of Node', () => {
    expect(worker).not.toMatch(/["'`]node:/);
    expect(worker).not.toMatch(/\bfrom\s*["']/);
  });

  it('stores a hit in the remote database before it answers', async () => {
    const response = await post(testHit(1), {
      'cf-connecting-ip': '203.0.113.77',
      'user-agent': 'Test/1.0',
    });
    expect([response.status, await response.json()]).toEqual([202, { accepted: 1 }]);
    expect(await rows()).toMatchObject([
      {
        id: '01979a00-0000-7000-8000-000000000001',
        client: { addressPrefix: '203.0.113.0', userAgent: 'Test/1.0', country: 'CH' },
      },
    ]);
    expect(await counts()).toEqual({ 'shop received': 1, 'shop accepted': 1 });
  });

  it('keeps a repeated hit once, and takes many requests at once', async () => {
    const sent = Array.from({ length: 40 }, (_, index) =>
      post([testHit(index % 20), testHit(100)]),
    );
    for (const response of await Promise.all(sent)) {
      expect(await response.json()).toEqual({ accepted: 2 });
    }
    expect(await rows()).toHaveLength(21);
    expect(await counts()).toEqual({
      'shop received': 80,
      'shop accepted': 21,
      'shop duplicate': 59,
    });
  });

  it('refuses bad hits by name and counts them', async () => {
    const bad = await post('{"title":"\\ud800"}');
    expect([bad.status, bad.headers.get('x-canister-refused')]).toEqual([400, 'text_invalid']);
    const foreign = await post(testHit(1, { url: 'https://evil.example/' }));
    expect(await foreign.json()).toMatchObject({
      accepted: 0,
      refused: [{ index: 0, code: 'host_not_allowed' }],
    });
    await expect.poll(counts).toEqual({
      ' received': 1,
      ' bad text_invalid': 1,
      'shop received': 1,
      'shop excluded host_not_allowed': 1,
    });
  });

  it('stops a body that is too large, and goes on', async () => {
    // The answer may come while the sender still writes; then all that the sender sees is a cut connection.
    const answer = await post(JSON.stringify(testHit(1, { title: ' '.repeat(200_000) }))).then(
      (response) => `${response.status} ${response.headers.get('x-canister-refused')}`,
      (error: Error & { cause?: { code?: string } }) => error.cause?.code,
    );
    expect(['413 body_too_large', 'ECONNRESET', 'EPIPE']).toContain(answer);
    expect((await post(testHit(2))).status).toBe(202);
    expect(await rows()).toHaveLength(1);
    await expect.poll(counts).toMatchObject({ ' bad body_too_large': 1, 'shop accepted': 1 });
  });

  it('answers 503 while the database is away, and nothing is lost or doubled after it is back', async () => {
    await post(testHit(1));
    database.fault = 'down';
    const away = await post(testHit(2));
    expect([away.status, away.headers.get('x-canister-refused')]).toEqual([503, 'inbox_failed']);
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
    database.fault = 'lose';
    const lost = await post(testHit(3));
    expect(lost.status).toBe(503);
    database.fault = undefined;
    expect((await post([testHit(2), testHit(3)])).status).toBe(202);
    const ids = (await rows()).map((row) => String(row.id).slice(-1));
    expect(ids.sort()).toEqual(['1', '2', '3']);
  });

  it('serves the tracker that was built with it', async () => {
    const response = await runtime.dispatchFetch('http://stats.example/tracker.js');
    expect(await response.text()).toBe(tracker);
  });

  it('answers what it does not have with a problem', async () => {
    const response = await runtime.dispatchFetch('http://stats.example/wp-login.php');
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { code: 'route_unknown' },
    ]);
  });
});
