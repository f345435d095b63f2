import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReportResult } from '../contract/report.ts';
import type { Alarm, DatasetCounts } from '../contract/status.ts';
import { plainReport } from '../testing/report-request.ts';
import { worldControl } from '../testing/shared-links.ts';
import { createWorld, type World, worldStartMs } from '../testing/world.ts';
import { worldApi } from '../testing/world-api.ts';
import { type Api, createApi } from './app.ts';
import { pieceBytesMax } from './imports.ts';
import type { ReportDesk, ReportRequest } from './reports.ts';

let world: World;
let asked: Awaited<ReturnType<typeof worldApi>>;
let api: Api;
let peer: string | undefined;
let reportsAsked: ReportRequest[];
let alarms: Alarm[];
let logged: unknown[];
let breakStatus: Error | undefined;

const reports: ReportDesk = {
  list: async (slug) => [
    { name: 'overview', title: slug, description: '', group: 'Traffic', subject: [], own: false },
  ],
  async run(request) {
    reportsAsked.push(request);
    const result: ReportResult = {
      report: request.name,
      title: 'Title',
      description: '',
      subject: request.subject,
      labels: [],
      dataset: request.dataset,
      range: request.range,
      robots: request.robots,
      generatedAt: world.now(),
      panels: [],
    };
    return result;
  },
  draw: async (result, { format, panel = '' }) => ({
    body: `${format}${panel} of ${result.report}`,
    contentType: `text/${format}; charset=utf-8`,
  }),
  drawSql: async ({ rows }, format) => ({
    body: JSON.stringify(rows),
    contentType: `text/${format}`,
  }),
};

beforeEach(async () => {
  world = await createWorld();
  peer = '127.0.0.1';
  reportsAsked = [];
  alarms = [];
  logged = [];
  breakStatus = undefined;
  asked = await worldApi(world);
  const { hitCounts } = asked;
  api = createApi({
    ...asked,
    ...worldControl(world),
    hitCounts: () => (breakStatus ? Promise.reject(breakStatus) : hitCounts()),
    alarms: () => alarms,
    log: (...event) => logged.push(event.slice(0, 3)),
    disk: () => ({ freeBytes: 3_000, totalBytes: 9_000, freeBytesMin: 2_000 }),
    processMeasures: () => ({
      eventLoopLagSeconds: { p50: 0.01, p99: 0.02, max: 0.5 },
      residentBytes: 1_000,
      heapBytes: 500,
      diskFreeBytes: undefined,
    }),
    reports,
    async datasetCreated({ name: _name, writeKey: _key, createdAt: _at, ...config }) {
      await world.engine.openDataset({ ...config, addressSecret: 'secret' });
    },
    peerAddress: () => peer,
  });
});
afterEach(async () => {
  await asked.close();
  await world.close();
});

const headers = { 'content-type': 'application/json', 'x-canister': '1' };
const get = (path: string, more: Record<string, string> = {}) =>
  api.request(`http://localhost${path}`, { headers: { host: 'localhost:8080', ...more } });
const post = (path: string, body: unknown = {}, more: Record<string, string> = {}) =>
  api.request(`http://localhost${path}`, {
    method: 'POST',
    headers: { host: 'localhost', ...headers, ...more },
    body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  });
async function problem(
  response: Response | Promise<Response>,
): Promise<{ status: number; code: string; detail: string }> {
  const answered = await response;
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  const body = await answered.json();
  expect(body).toEqual({
    type: `urn:canister:problem:${body.code}`,
    code: body.code,
    title: expect.any(String),
    status: answered.status,
    detail: expect.any(String),
  });
  return { status: answered.status, code: body.code, detail: body.detail };
}

describe('who may ask', () => {
  test.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:8080',
    'LOCALHOST',
  ])('a browser on this machine at %s', async (host) => {
    for (peer of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
      expect((await get('/api/status', { host })).status).toBe(200);
  });

  test.each([
    'shop.example',
    'localhost.evil.example',
    'evil.example:8080',
    '127.0.0.1.nip.io',
    '10.0.0.1',
    '',
    'localhost@evil.example',
    'localhost.',
    '0.0.0.0',
    '[::]',
  ])('not one that names the host %j', async (host) => {
    expect(await problem(get('/api/status', { host }))).toMatchObject({
      status: 403,
      code: 'local_only',
    });
  });

  test.each([
    '203.0.113.7',
    '10.0.0.1',
    '192.168.1.2',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    'unknown',
    '',
    undefined,
  ])('not a peer at %s', async (address) => {
    peer = address;
    expect(await problem(get('/api/status'))).toMatchObject({ status: 403, code: 'local_only' });
  });

  test.each([
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-real-ip',
    'via',
  ])('nobody behind a proxy that says so in %s', async (name) => {
    expect(await problem(get('/api/status', { [name]: '127.0.0.1' }))).toMatchObject({
      code: 'local_only',
    });
  });

  test('a caller in this process, who has no address', async () => {
    peer = undefined;
    expect((await api.request('/api/status', {}, { inProcess: true })).status).toBe(200);
  });

  test('nobody who changes something without the header that a foreign page cannot send', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const asked = api.request('http://localhost/api/datasets', {
        method,
        headers: { host: 'localhost', 'content-type': 'text/plain' },
        body: '{"slug":"evil"}',
      });
      expect(await problem(asked)).toMatchObject({ status: 403, code: 'cross_origin' });
    }
    expect(await world.datasets.list()).toEqual([]);
    const asked = await api.request('http://localhost/api/datasets', {
      method: 'OPTIONS',
      headers: { host: 'localhost', origin: 'https://evil.example' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what went wrong', () => {
  test('in an unexpected way shows nothing of it, and is logged whole', async () => {
    breakStatus = new Error('secret /data/path SELECT 1');
    const { status, code, detail } = await problem(get('/api/status'));
    expect([status, code]).toEqual([500, 'internal']);
    expect(detail).not.toMatch(/secret|data|SELECT/);
    expect(logged).toEqual([
      ['error', 'internal', 'GET /api/status: Error: secret /data/path SELECT 1'],
    ]);
  });

  test('by the caller is answered, not logged', async () => {
    expect(await problem(get('/api/nothing/here'))).toMatchObject({
      status: 404,
      code: 'route_unknown',
    });
    expect(await problem(get('/api'))).toMatchObject({ status: 404, code: 'route_unknown' });
    expect(await problem(get('/api/datasets/nowhere'))).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
    expect(await problem(get('/api/datasets/..%2F..%2Fetc'))).toMatchObject({
      status: 400,
      code: 'request_invalid',
    });
    expect(logged).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'application/json'],
    ['nothing', '', 'application/json'],
    ['null', 'null', 'application/json'],
    ['an array', '[]', 'application/json'],
    ['JSON that does not say so', '{"slug":"shop"}', 'text/plain'],
    ['a slug with a slash', '{"slug":"../shop"}', 'application/json'],
    ['a slug that is too long', `{"slug":"${'x'.repeat(41)}"}`, 'application/json'],
    ['a time zone that is none', '{"slug":"shop","timeZone":"Mars/Olympus"}', 'application/json'],
    [
      'a host that is none',
      '{"slug":"shop","hosts":["https://shop.example/"]}',
      'application/json',
    ],
    ['a timeout of nothing', '{"slug":"shop","idleTimeoutMs":0}', 'application/json'],
  ])('in a body of %s is the caller’s', async (_name, body, type) => {
    const asked = api.request('http://localhost/api/datasets', {
      method: 'POST',
      headers: { ...headers, host: 'localhost', 'content-type': type },
      body,
    });
    expect(await problem(asked)).toMatchObject({ status: 400, code: 'request_invalid' });
    expect(await world.datasets.list()).toEqual([]);
  });

  test('in a body that is too large is the caller’s, and it is not read to its end', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const asked = api.request('http://localhost/api/datasets', {
      method: 'POST',
      headers: { ...headers, host: 'localhost' },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect(await problem(asked)).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(sent).toBeLessThan(20);
  });
});

describe('datasets', () => {
  test('are made, listed and found', async () => {
    const made = await post('/api/datasets', {
      slug: 'shop',
      name: ' Shop ',
      timeZone: 'Pacific/Fiji',
      hosts: ['*.shop.example'],
      idleTimeoutMs: 60_000,
    });
    expect(made.status).toBe(201);
    const shop = await made.json();
    expect(shop).toEqual({
      slug: 'shop',
      name: 'Shop',
      timeZone: 'Pacific/Fiji',
      hosts: ['*.shop.example'],
      idleTimeoutMs: 60_000,
      cutAtMidnight: false,
      cutOnNewCampaign: false,
      writeKey: expect.stringMatching(/^wk_[\w-]{24}$/),
      createdAt: worldStartMs,
    });
    expect(await (await get('/api/datasets/shop')).json()).toEqual(shop);
    expect(await (await get('/api/datasets')).json()).toEqual({ datasets: [shop] });
    expect(JSON.stringify(shop)).not.toContain('ecret');
    expect(await problem(post('/api/datasets', { slug: 'shop' }))).toMatchObject({
      status: 409,
      code: 'dataset_exists',
    });
  });

  test('take hits as soon as they were answered', async () => {
    await post('/api/datasets', { slug: 'shop' });
    await world.send({ title: 'Start' });
    await world.settle();
    const active = await (await get('/api/datasets/shop/sessions/active?limit=5')).json();
    expect(active).toMatchObject({
      total: 1,
      robots: 0,
      sessions: [{ lastTitle: 'Start', entryPath: '/' }],
    });
    expect(await problem(get('/api/datasets/shop/sessions/active?limit=0'))).toMatchObject({
      code: 'request_invalid',
    });
    expect(await problem(get('/api/datasets/nowhere/sessions/active'))).toMatchObject({
      code: 'dataset_unknown',
    });
  });
});

test('the live stream begins with what there is and goes on with changes', async () => {
  await post('/api/datasets', { slug: 'shop' });
  const response = await get('/api/datasets/shop/sessions/active/stream');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.getReader();
  const next = async () => new TextDecoder().decode((await reader?.read())?.value);
  expect(await next()).toBe('event: sessions\ndata: {"total":0,"robots":0,"sessions":[]}\n\n');
  await world.send({});
  await world.settle();
  expect(await next()).toContain('"total":1');
  await reader?.cancel();
});

describe('questions', () => {
  beforeEach(async () => {
    await post('/api/datasets', { slug: 'shop' });
    await world.send({}, { url: 'https://shop.example/<b>' });
    world.advance(3_600_000);
    await world.settle();
  });
  const range = { from: '2026-11-21', to: '2026-11-22' };

  test('in metrics and dimensions are answered', async () => {
    const answer = await (
      await post('/api/datasets/shop/query', { metrics: ['hits'], dimensions: ['path'], range })
    ).json();
    expect(answer).toMatchObject({
      rows: [
        ['/', 1],
        ['/%3Cb%3E', 1],
      ],
      rowsTotal: 2,
    });
    expect(
      await problem(
        post('/api/datasets/shop/query', {
          metrics: ['hits'],
          range: { from: '2026-11-22', to: '2026-11-21' },
        }),
      ),
    ).toMatchObject({ code: 'request_invalid' });
    expect(
      await problem(
        post('/api/datasets/shop/query', { metrics: ['page_depth'], dimensions: ['path'], range }),
      ),
    ).toMatchObject({ status: 400, code: 'query_invalid' });
  });

  test('in SQL are answered or refused', async () => {
    const answer = await (
      await post('/api/datasets/shop/sql', { sql: 'SELECT count(*) AS n FROM hits' })
    ).json();
    expect(answer).toEqual({
      // Nothing changed meanwhile: the world's clock stands still.
      asOf: world.now(),
      columns: [{ name: 'n', type: 'BIGINT' }],
      rows: [[2]],
      truncated: false,
      elapsedMs: expect.any(Number),
    });
    expect(await problem(post('/api/datasets/shop/sql', { sql: 'DROP VIEW hits' }))).toMatchObject({
      status: 403,
      code: 'sql_not_select',
    });
    expect(
      await problem(post('/api/datasets/shop/sql', { sql: 'x'.repeat(65_537) })),
    ).toMatchObject({ status: 400, code: 'request_invalid' });
  });

  test('for a report are handed on with what they leave out filled in', async () => {
    expect(
      (await get('/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21')).status,
    ).toBe(200);
    await get(
      '/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&robots=true&compare=previous',
    );
    const more =
      'compare=last_year&label=Buyers&label=Late&condition=browser+%3D+%22x%22&page=%2F&funnel=F&goal=G';
    await get(`/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&${more}`);
    const asked: ReportRequest = {
      ...plainReport({ from: '2026-11-14', to: '2026-11-21' }),
      dataset: { slug: 'shop', name: 'shop', timeZone: 'UTC' },
    };
    expect(reportsAsked).toEqual([
      asked,
      { ...asked, robots: true, comparison: 'previous_period' },
      {
        ...asked,
        comparison: 'last_year',
        labels: ['Buyers', 'Late'],
        condition: 'browser = "x"',
        subject: { page: '/', funnel: 'F', goal: 'G' },
      },
    ]);
  });

  test('for the list of reports name them, and refuse a dataset that is not there', async () => {
    const { reports: listed } = await (await get('/api/datasets/shop/reports')).json();
    expect(listed).toMatchObject([{ name: 'overview', title: 'shop' }]);
    expect(await problem(get('/api/datasets/nothing/reports'))).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
  });

  test.each([
    ['csv', 'attachment; filename="shop-overview-2026-11-14-2026-11-21.csv"', null],
    [
      'html',
      'attachment; filename="shop-overview-2026-11-14-2026-11-21.html"',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ],
    ['text', null, null],
  ])('for a report as %s are drawn', async (format, disposition, policy) => {
    const response = await get(
      `/api/datasets/shop/reports/overview?from=2026-11-14&to=2026-11-21&format=${format}`,
    );
    expect(await response.text()).toBe(`${format} of overview`);
    expect(response.headers.get('content-type')).toBe(`text/${format}; charset=utf-8`);
    expect(response.headers.get('content-disposition')).toBe(disposition);
    expect(response.headers.get('content-security-policy')).toBe(policy);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['', 'request_invalid'],
    ['from=2026-11-14', 'request_invalid'],
    ['from=2026-11-31&to=2026-12-01', 'request_invalid'],
    ['from=2026-11-21&to=2026-11-21', 'date_range_invalid'],
    ['from=2000-01-01&to=2026-11-21', 'date_range_invalid'],
    ['from=2026-11-14&to=2026-11-21&format=exe', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&robots=yes', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&compare=next', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&label=', 'request_invalid'],
    [
      `from=2026-11-14&to=2026-11-21${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `&label=L${n}`).join('')}`,
      'query_invalid',
    ],
    ['from=2026-11-14&to=2026-11-21&condition=', 'request_invalid'],
    ['from=2026-11-14&to=2026-11-21&condition=no.such.field+%3D+1', 'condition_invalid'],
    // Closed too early, it would change the meaning of what it is joined with.
    [
      'from=2026-11-14&to=2026-11-21&condition=browser+%3D+%22a%22%29+or+%28browser+%3D+%22b%22',
      'condition_invalid',
    ],
  ])('for a report with "%s" are refused as %s', async (query, code) => {
    expect(await problem(get(`/api/datasets/shop/reports/overview?${query}`))).toMatchObject({
      status: 400,
      code,
    });
    expect(reportsAsked).toEqual([]);
  });
});

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

  test('can be given up, and is unknown afterwards', async () => {
    const { number } = await (await post('/api/datasets/shop/imports', {})).json();
    const gone = await api.request(`http://localhost/api/imports/${number}`, {
      method: 'DELETE',
      headers: { ...headers, host: 'localhost' },
    });
    expect(gone.status).toBe(204);
    expect(await problem(post(`/api/imports/${number}/finish`))).toMatchObject({
      status: 404,
      code: 'import_unknown',
    });
  });

  test.each([
    ['/api/datasets/nowhere/imports', {}, 'dataset_unknown'],
    ['/api/datasets/shop/imports', { format: 'klingon' }, 'import_format_unknown'],
    ['/api/datasets/shop/imports', { proxies: -1 }, 'request_invalid'],
    ['/api/datasets/shop/imports', { encoding: 'utf-16' }, 'request_invalid'],
    ['/api/imports/99/finish', {}, 'import_unknown'],
    ['/api/imports/0/finish', {}, 'request_invalid'],
    ['/api/imports/x/bytes', {}, 'request_invalid'],
    ['/api/imports/1/file', { name: 'x'.repeat(1_025) }, 'request_invalid'],
  ])('at %s with %j is refused as %s', async (path, body, code) => {
    expect((await problem(post(path, body))).code).toBe(code);
  });
});

test('the description lists every route, and nothing else', async () => {
  const description = await (await get('/api/openapi.json')).json();
  const described = Object.entries(description.paths as Record<string, object>).flatMap(
    ([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /api${path}`),
  );
  const served = api.routes
    .filter(
      ({ method, path }) =>
        method !== 'ALL' &&
        path.startsWith('/api/') &&
        !['/api/openapi.json', '/api/docs'].includes(path),
    )
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{.+\})?/g, '{$1}')}`);
  expect(described.sort()).toEqual([...new Set(served)].sort());
  expect(described.length).toBeGreaterThan(12);
  for (const methods of Object.values(
    description.paths as Record<string, Record<string, { summary?: string; responses: object }>>,
  )) {
    for (const { summary, responses } of Object.values(methods)) {
      expect(summary).toBeTruthy();
      expect(Object.keys(responses)).toContain('default');
    }
  }
});

describe('Counts', () => {
  const hour = Math.floor(worldStartMs / 3_600_000);

  async function count(
    ...rows: [slug: string, hour: number, outcome: string, reason: string, n: number][]
  ) {
    const sql =
      'INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, ?, ?)';
    await world.hits.batch(
      rows.map((args) => ({ sql, args })),
      'write',
    );
  }

  async function counts(query: string): Promise<DatasetCounts> {
    return (await (await get(`/api/datasets/shop/counts?${query}`)).json()) as DatasetCounts;
  }

  test('Hours come with their outcomes and reasons, cut in the zone of the dataset, and with what was set aside', async () => {
    await world.dataset({ slug: 'shop', timeZone: 'Asia/Tokyo' });
    await world.dataset({ slug: 'blog' });
    await count(
      ['shop', hour, 'received', '', 10],
      ['shop', hour, 'accepted', '', 6],
      ['shop', hour, 'excluded', 'host_not_allowed', 1],
      ['shop', hour, 'bad', 'hit_invalid', 2],
      ['shop', hour, 'bad', 'rate_exceeded', 1],
      // 15:00 UTC is midnight in Tokyo: this hour belongs to the next day.
      ['shop', hour + 5, 'received', '', 3],
      ['shop', hour + 5, 'accepted', '', 3],
      ['blog', hour, 'received', '', 100],
    );
    await world.sendBody('shop', Buffer.from('no hit'));
    await world.settle();
    const today = await counts('from=2026-11-21&to=2026-11-22');
    expect(today.total).toEqual({
      received: 10,
      accepted: 6,
      duplicate: 0,
      excluded: 1,
      bad: 3,
      setAside: 1,
    });
    expect(today.hours).toHaveLength(1);
    expect(today.hours[0]).toMatchObject({ at: worldStartMs, received: 10, setAside: 1 });
    expect(today.hours[0]?.reasons).toEqual(
      expect.arrayContaining([
        { outcome: 'excluded', reason: 'host_not_allowed', count: 1 },
        { outcome: 'bad', reason: 'hit_invalid', count: 2 },
        { outcome: 'bad', reason: 'rate_exceeded', count: 1 },
        { outcome: 'set_aside', reason: expect.any(String), count: 1 },
      ]),
    );
    const both = await counts('from=2026-11-21&to=2026-11-23');
    expect(both.hours.map(({ received }) => received)).toEqual([10, 3]);
    expect(both.total).toMatchObject({ received: 13, accepted: 9 });
  });

  test('A range that is too long or runs backwards, and an unknown dataset, are refused', async () => {
    await world.dataset({ slug: 'shop' });
    const refused = (query: string, slug = 'shop') =>
      problem(get(`/api/datasets/${slug}/counts?${query}`));
    expect(await refused('from=2026-11-22&to=2026-11-21')).toMatchObject({
      status: 400,
      code: 'date_range_invalid',
    });
    expect(await refused('from=2026-01-01&to=2026-11-21')).toMatchObject({
      code: 'date_range_invalid',
    });
    expect(await refused('from=2026-11-21&to=2026-11-22', 'nobody')).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
  });

  test('The status shows what is wrong', async () => {
    expect(await (await get('/api/status')).json()).toMatchObject({ alarms: [] });
    alarms = [{ code: 'disk_low', detail: 'The disk is nearly full.' }];
    expect(await (await get('/api/status')).json()).toMatchObject({ alarms });
  });
});

describe('Metrics', () => {
  test('They are for this machine only, and come in the text format with what really happened', async () => {
    await world.dataset({ slug: 'shop' });
    await world.send({ visitor: 'anna' }, { visitor: 'ben' });
    await world.settle();
    world.advance(31 * 60_000);
    await world.settle();
    await world.send({ visitor: 'carl' });
    world.advance(1_500);
    alarms = [{ code: 'disk_low', detail: 'The disk is nearly full.' }];
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = (await response.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'canister_info{version="1.2.3"} 1',
        'canister_waiting_hits 1',
        'canister_lag_milliseconds 1500',
        'canister_active_sessions{dataset="shop"} 0',
        'canister_stored_sessions{dataset="shop"} 2',
        'canister_stored_hits{dataset="shop"} 2',
        'canister_commit_duration_seconds_bucket{le="+Inf"} 1',
        'canister_commit_duration_seconds_count 1',
        'canister_alarm{code="disk_low"} 1',
        'canister_event_loop_lag_seconds{quantile="0.99"} 0.02',
        'process_resident_memory_bytes 1000',
      ]),
    );
    peer = '203.0.113.9';
    expect(await problem(get('/metrics'))).toMatchObject({ status: 403, code: 'local_only' });
  });
});

describe('an active session', () => {
  const path = '/api/datasets/shop/sessions';
  beforeEach(async () => {
    await world.dataset({ slug: 'shop' });
    await world.send({ url: 'https://shop.example/a' });
    await world.settle();
  });
  const activeId = async () =>
    String((await (await get(`${path}/active`)).json()).sessions[0]?.id ?? '');

  test('is ended by hand', async () => {
    const id = await activeId();
    const answer = await post(`${path}/${id}/end`);
    expect([answer.status, await answer.json()]).toEqual([202, { id }]);
    await world.settle();
    expect(await world.sql('shop', 'SELECT hits, end_reason FROM sessions')).toEqual([
      [1, 'ended_by_hand'],
    ]);
    expect(await problem(post(`${path}/${id}/end`))).toMatchObject({
      status: 404,
      code: 'session_unknown',
    });
  });

  test('counts in the durations of commits once it is stored, beside the room on the disk', async () => {
    const status = async () => await (await get('/api/status')).json();
    const disk = { freeBytes: 3_000, totalBytes: 9_000, freeBytesMin: 2_000 };
    expect(await status()).toMatchObject({ commits: { count: 0, sumSeconds: 0 }, disk });
    world.advance(3_600_000);
    await world.settle();
    const { commits } = await status();
    expect(commits).toMatchObject({ count: 1, sumSeconds: expect.any(Number) });
    const within = (commits.within as { boundSeconds: number; count: number }[]).filter(
      ({ boundSeconds, count }) => count !== (commits.sumSeconds <= boundSeconds ? 1 : 0),
    );
    expect([commits.within.length, within]).toEqual([10, []]);
  });

  test('is read whole, with every hit, while it is active and in the same form when it has ended', async () => {
    const id = await activeId();
    await world.send({
      url: 'https://shop.example/b?x=1',
      type: 'event',
      name: 'Bought',
      properties: { price: 12.5 },
    });
    await world.settle();
    const active = await (await get(`${path}/${id}`)).json();
    expect(active).toMatchObject({
      id,
      visitor: 'v1',
      hits: [
        { path: '/a', type: 'page_view' },
        { path: '/b', query: 'x=1', name: 'Bought', properties: { price: 12.5 } },
      ],
    });
    expect(active.endReason).toBeUndefined();
    world.advance(3_600_000);
    await world.settle();
    expect(await (await get(`${path}/${id}`)).json()).toEqual({ ...active, endReason: 'idle' });
  });

  test('is read again only when it has got a hit, or has ended', async () => {
    const id = await activeId();
    const unchanged = await get(`${path}/${id}?unlessHits=1`);
    expect([unchanged.status, await unchanged.text()]).toEqual([204, '']);
    await world.send({ url: 'https://shop.example/b' });
    await world.settle();
    const changed = await (await get(`${path}/${id}?unlessHits=1`)).json();
    expect(changed.hits.map((hit: { path: string }) => hit.path)).toEqual(['/a', '/b']);
    await post(`${path}/${id}/end`);
    await world.settle();
    const ended = await (await get(`${path}/${id}?unlessHits=2`)).json();
    expect(ended).toMatchObject({ id, endReason: 'ended_by_hand' });
    expect(ended.continuedBy).toBeUndefined();
    for (const refused of ['0', '-1', '1.5', 'x', '2049'])
      expect(await problem(get(`${path}/${id}?unlessHits=${refused}`))).toMatchObject({
        code: 'request_invalid',
      });
  });

  test('names the session that goes on where midnight cut it, while that is active and afterwards', async () => {
    const dayMs = 86_400_000;
    await world.dataset({ slug: 'nightly', cutAtMidnight: true, idleTimeoutMs: dayMs });
    const nightly = '/api/datasets/nightly/sessions';
    const newest = async () =>
      String((await (await get(`${nightly}/active`)).json()).sessions[0]?.id ?? '');
    await world.send({ dataset: 'nightly', url: 'https://shop.example/evening' });
    await world.settle();
    const before = await newest();
    world.advance(dayMs - 1);
    await world.send({ dataset: 'nightly', url: 'https://shop.example/morning' });
    await world.settle();
    const after = await newest();
    expect(after).not.toBe(before);
    const read = async (id: string) => await (await get(`${nightly}/${id}`)).json();
    expect(await read(before)).toMatchObject({ endReason: 'midnight', continuedBy: after });
    expect(await read(after)).toMatchObject({ continues: before });
    world.advance(2 * dayMs);
    await world.settle();
    expect(await read(before)).toMatchObject({ endReason: 'midnight', continuedBy: after });
    expect((await read(after)).continuedBy).toBeUndefined();
  });

  test('that nobody knows is not found', async () => {
    expect(await problem(get(`${path}/${'0'.repeat(32)}`))).toMatchObject({
      status: 404,
      code: 'session_unknown',
    });
    const elsewhere = get(`/api/datasets/nowhere/sessions/${'0'.repeat(32)}`);
    expect(await problem(elsewhere)).toMatchObject({ code: 'dataset_unknown' });
  });

  test('has an id of 32 hex digits', async () => {
    expect(await problem(get(`${path}/x`))).toMatchObject({ code: 'request_invalid' });
    expect(await problem(post(`${path}/x/end`))).toMatchObject({ code: 'request_invalid' });
  });
});

describe('definitions', () => {
  const put = (kind: string, body: unknown, query = '') =>
    api.request(`http://localhost/api/datasets/shop/definitions/${kind}${query}`, {
      method: 'PUT',
      headers: { host: 'localhost', ...headers },
      body: JSON.stringify(body),
    });
  const names = async (kind: string) => {
    const { definitions } = await (await get(`/api/datasets/shop/definitions/${kind}`)).json();
    return definitions.map(({ name }: { name: string }) => name);
  };
  const remove = (kind: string, name: string) =>
    api.request(
      `http://localhost/api/datasets/shop/definitions/${kind}/${encodeURIComponent(name)}`,
      { method: 'DELETE', headers: { host: 'localhost', ...headers } },
    );
  beforeEach(async () => {
    await world.dataset({ slug: 'shop' });
  });

  test('are saved under their name, moved, replaced and deleted', async () => {
    for (const name of ['B', 'A', 'C']) await put('label', { name, condition: 'robot = false' });
    expect(await names('label')).toEqual(['B', 'A', 'C']);
    const moved = await put('label', { name: 'c', condition: 'robot = true' }, '?position=1');
    expect(await moved.json()).toMatchObject({ name: 'c', colour: 1, combine: 'and' });
    expect(await names('label')).toEqual(['c', 'B', 'A']);
    expect((await remove('label', 'C')).status).toBe(204);
    expect(await names('label')).toEqual(['B', 'A']);
    expect(await names('goal')).toEqual([]);
    expect(await problem(remove('label', 'C'))).toMatchObject({ code: 'definition_unknown' });
  });

  test('that cannot be used are refused, and nothing of them is kept', async () => {
    const refused: [kind: string, body: object, code: string][] = [
      ['label', { name: 'X', condition: 'response.body contains "x"' }, 'condition_not_in_tables'],
      ['label', { name: 'X', condition: 'weather = "rain"' }, 'condition_invalid'],
      ['label', { name: 'X', condition: 'robot = false', parent: 'x' }, 'definition_invalid'],
      ['label', { name: 'X', condition: 'robot = false', colour: 9 }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'One' }] }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'A' }, { name: 'a' }] }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'A' }, { name: 'B' }] }, 'definition_unknown'],
      ['campaign', { name: 'X' }, 'request_invalid'],
      ['annotation', { name: 'X', day: '2026-11-31' }, 'request_invalid'],
      ['page_group', { name: 'a"b', condition: 'request.path = "/"' }, 'request_invalid'],
    ];
    for (const [kind, body, code] of refused) {
      expect([body, (await problem(put(kind, body))).code]).toEqual([body, code]);
      expect(await names(kind)).toEqual([]);
    }
  });

  test('that others need stay', async () => {
    await put('label', { name: 'Parent', condition: 'robot = false' });
    await put('label', { name: 'Child', condition: 'robot = false', parent: 'parent' });
    expect(await problem(remove('label', 'Parent'))).toMatchObject({
      code: 'definition_needed',
      detail: expect.stringContaining('label Child'),
    });
    await put('page_group', { name: 'Shop', condition: 'request.path = "/"' });
    const stages = [{ name: 'shop' }, { name: 'Cart', condition: 'request.path = "/cart"' }];
    expect((await put('funnel', { name: 'Order', stages })).status).toBe(200);
    expect(await problem(remove('page_group', 'Shop'))).toMatchObject({
      code: 'definition_needed',
    });
  });

  test('are at most so many of a kind', async () => {
    const all = Array.from({ length: 200 }, (_, place) => ({
      sql: "INSERT INTO report_definition VALUES ('shop', 'label', ?, ?, ?, 0)",
      args: [
        `l${place}`,
        place,
        JSON.stringify({
          name: `L${place}`,
          condition: 'robot = false',
          colour: 1,
          inverse: false,
          combine: 'and',
        }),
      ],
    }));
    await world.control.batch(all, 'write');
    expect(
      await problem(put('label', { name: 'One more', condition: 'robot = false' })),
    ).toMatchObject({
      code: 'definition_invalid',
      detail: expect.stringContaining('200'),
    });
    expect((await put('label', { name: 'l7', condition: 'robot = true' })).status).toBe(200);
  });

  test('costs of campaigns are taken, and an import again takes their place', async () => {
    const csv = 'Date,Name,Spend\n2026-11-14,Spring,3\n2026-11-15,Spring,4';
    const input = {
      csv,
      currency: 'EUR',
      columns: { day: 'Date', campaign: 'Name', cost: 'Spend' },
    };
    const taken = await (await post('/api/datasets/shop/costs', input)).json();
    expect(taken).toMatchObject({ rows: 2, cost: 7, currency: 'EUR', unmatched: ['Spring'] });
    const again = { ...input, csv: csv.replace(',4', ',5') };
    expect((await post('/api/datasets/shop/costs', again)).status).toBe(200);
    const { costs } = await (
      await get('/api/datasets/shop/costs?from=2026-11-01&to=2026-12-01')
    ).json();
    expect(costs.map(({ cost }: { cost: number }) => cost)).toEqual([3, 5]);
    const analysis = { kind: 'campaigns', range: { from: '2026-11-14', to: '2026-11-15' } };
    const { rows } = await (await post('/api/datasets/shop/analysis', analysis)).json();
    expect(rows).toEqual([['Spring', 0, 0, null, 0, 0, 3, null, null, -1, null, null]]);
    const cell = { query: { metrics: ['bounces'], range: analysis.range }, metric: 'bounces' };
    expect(await (await post('/api/datasets/shop/query/sessions', cell)).json()).toEqual({
      condition:
        'session.start >= 2026-11-14 and session.start < 2026-11-15 and robot = false and session.bounce = true',
    });
  });
});
