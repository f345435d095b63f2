/**
 * Reports of the built product over a small fixed set: figures against SQL written here, the same figure in API,
 * command line and page to the digit, and what is refused.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Column } from '../core/contract/query.ts';
import type { ReportEntry, ReportResult } from '../core/contract/report.ts';

const hostile = ['/<script>alert(1)</script>', '/=cmd|x', '/"quoted",comma', '/\u202egpj.exe'];
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const phone =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Mobile Safari/537.36';
const robot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let folder: string;
let product: Product;
let today: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-report-'));
  product = await startProduct({
    data: join(folder, 'data'),
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1500' },
  });
  const { writeKey } = (await post('/api/datasets', { slug: 'shop' })) as { writeKey: string };
  const hits = (visitor: string, paths: string[], referrer?: string) =>
    paths.map((path, at) => ({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      visitor,
      url: `https://shop.example${path}`,
      ...(at === 0 && referrer !== undefined ? { referrer } : {}),
    }));
  const bought = {
    dataset: writeKey,
    id: randomUUID(),
    type: 'event',
    name: 'Bought',
    visitor: 'ada',
    url: 'https://shop.example/cart',
    properties: { total: 12.5 },
  };
  const search = 'https://www.google.com/';
  await send(firefox, [...hits('ada', ['/', '/teas', '/cart'], search), bought]);
  await send(firefox, hits('bob', ['/', '/teas', '/', '/teas'], search));
  await send(phone, [...hits('cleo', ['/teas']), ...hits('dan', ['/', '/cart'])]);
  await send(firefox, hits('eve', hostile.map(encodeURI)));
  await send(robot, hits('bot', ['/', '/robots.txt']));
  today = new Date().toISOString().slice(0, 10);
  const stored = async () => (await sql('SELECT count(*) FROM sessions'))[0]?.[0];
  while ((await stored()) !== 6) await new Promise((resolve) => setTimeout(resolve, 200));
});

afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const url = (path: string) => `${product.baseUrl}${path}`;
const headers = {
  'content-type': 'application/json',
  'x-canister': 'test',
};

async function post(path: string, body: unknown, method = 'POST'): Promise<unknown> {
  const response = await fetch(url(path), { method, headers, body: JSON.stringify(body) });
  return await response.json();
}

async function get(path: string): Promise<unknown> {
  return await (await fetch(url(path), { headers })).json();
}

async function send(userAgent: string, hits: unknown[]): Promise<void> {
  const init = { method: 'POST', headers: { ...headers, 'user-agent': userAgent } };
  const response = await fetch(url('/hits'), { ...init, body: JSON.stringify(hits) });
  expect(response.status, await response.text()).toBe(202);
}

async function sql(text: string): Promise<unknown[][]> {
  const answer = (await post('/api/datasets/shop/sql', { sql: text })) as { rows: unknown[][] };
  return answer.rows;
}

const define = (kind: string, definition: unknown) =>
  post(`/api/datasets/shop/definitions/${kind}`, definition, 'PUT');

/** From yesterday to tomorrow, so that no midnight cuts the set. */
function rangeQuery(more: Record<string, string> = {}): URLSearchParams {
  const at = (days: number) =>
    new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
  return new URLSearchParams({ from: at(-1), to: at(2), ...more });
}

async function report(name: string, more: Record<string, string> = {}): Promise<ReportResult> {
  const path = `/api/datasets/shop/reports/${name}?${rangeQuery(more)}`;
  const response = await fetch(url(path), { headers });
  expect(response.status, `${name}: ${await response.clone().text()}`).toBe(200);
  return (await response.json()) as ReportResult;
}

/** The rows of a panel with these columns only, of all sessions. */
function pick(result: ReportResult, panelName: string, names: string[]): unknown[][] {
  const answer = result.panels.find(({ name }) => name === panelName)?.answer;
  const places = names.map((name) =>
    (answer?.columns ?? []).findIndex(
      (column) => column.name === name && !('of' in column) && !('period' in column),
    ),
  );
  return (answer?.rows ?? []).map((row) => places.map((place) => row[place]));
}

const sorted = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();

describe('figures against SQL over the same set', () => {
  test.each([
    [
      'pages',
      'pages',
      ['path', 'page_views', 'visitors', 'entries'],
      `SELECT path, count(*), count(DISTINCT visitor_id), count(*) FILTER (is_entry)
       FROM page_views WHERE NOT is_robot GROUP BY path`,
    ],
    [
      'pages',
      'exit_pages',
      ['exit_path', 'sessions'],
      'SELECT exit_path, count(*) FROM sessions WHERE NOT is_robot GROUP BY exit_path',
    ],
    [
      'referrers',
      'hosts',
      ['referrer', 'sessions', 'visitors'],
      'SELECT referrer_host, count(*), count(DISTINCT visitor_id) FROM sessions WHERE NOT is_robot GROUP BY 1',
    ],
    [
      'technology',
      'devices',
      ['device', 'sessions'],
      'SELECT device, count(*) FROM sessions WHERE NOT is_robot GROUP BY 1',
    ],
    [
      'engagement',
      'depth',
      ['depth', 'sessions'],
      'SELECT page_views::VARCHAR, count(*) FROM sessions WHERE NOT is_robot GROUP BY 1',
    ],
    [
      'robots',
      'robots',
      ['robot', 'hits', 'sessions'],
      'SELECT robot, sum(hits)::BIGINT, count(*) FROM sessions WHERE is_robot GROUP BY 1',
    ],
    [
      'events',
      'events',
      ['event', 'custom_events', 'visitors'],
      "SELECT event, count(*), count(DISTINCT visitor_id) FROM hits WHERE type = 'event' GROUP BY 1",
    ],
    [
      'navigation',
      'links',
      ['page', 'clicks'],
      `SELECT next, count(*) FROM (SELECT path, lead(path) OVER (PARTITION BY session_id ORDER BY number) AS next
       FROM page_views WHERE NOT is_robot) WHERE path = '/' GROUP BY next`,
    ],
  ])('%s, %s', async (name, panel, columns, text) => {
    const rows = pick(await report(name), panel, columns);
    expect(rows.length).toBeGreaterThan(0);
    expect(sorted(rows)).toEqual(sorted(await sql(text)));
  });

  test('the overview is what was sent: 5 people, 14 page views, one bounce', async () => {
    const names = ['sessions', 'visitors', 'page_views', 'bounce_rate', 'page_depth'];
    // Ada 3, Bob 4, Cleo 1, Dan 2, Eve 4; only Cleo saw one page.
    expect(pick(await report('overview'), 'totals', names)).toEqual([[5, 5, 14, 0.2, 2.8]]);
    expect(pick(await report('overview', { robots: 'true' }), 'totals', names)[0]?.[0]).toBe(6);
    const phones = await report('overview', { condition: 'device.type = "mobile"' });
    expect(pick(phones, 'totals', names)).toEqual([[2, 2, 3, 0.5, 1.5]]);
  });
});

describe('the same figure everywhere', () => {
  test('in API, command line and page, to the digit, with a label beside all', async () => {
    await define('label', { name: 'Phones', condition: 'device.type = "mobile"', colour: 3 });
    const asked = { label: 'Phones', compare: 'previous' };
    const { panels } = await report('overview', asked);
    const [totals] = panels;
    const value = (name: string, of?: string) => {
      const isIt = (column: Column) =>
        column.kind === 'metric' &&
        column.name === name &&
        column.of === of &&
        column.period === undefined;
      return totals?.answer.rows[0]?.[totals.answer.columns.findIndex(isIt)];
    };
    expect([value('bounce_rate'), value('bounce_rate', 'Phones')]).toEqual([0.2, 0.5]);

    const query = rangeQuery();
    const dates = ['--from', query.get('from') ?? '', '--to', query.get('to') ?? ''];
    const asking = ['report', 'overview', '--dataset', 'shop', ...dates, '--label', 'Phones'];
    const command = async (...more: string[]) =>
      (await runCommand([...asking, ...more, '--data', product.data])).out;
    const [head = '', first = ''] = (await command('--compare', '--format', 'csv')).split('\r\n');
    const cell = (name: string) => first.split(',')[head.split(',').indexOf(name)];
    expect(cell('bounce_rate')).toBe(String(value('bounce_rate')));
    expect(cell('bounce_rate (Phones)')).toBe(String(value('bounce_rate', 'Phones')));
    expect(cell('session_duration_ms')).toBe(String(value('session_duration')));
    expect(await command()).toMatch(/^Bounce rate +20\.0% +50\.0%$/m);

    const page = await fetch(
      url(`/api/datasets/shop/reports/overview?${rangeQuery({ ...asked, format: 'html' })}`),
      { headers },
    );
    const html = await page.text();
    expect(html).toMatch(/<dt>Bounce rate<\/dt><dd class="value">20\.0%<\/dd>/);
    expect(html).toMatch(/<bdi>Phones<\/bdi> <b>50\.0%<\/b>/);
    // What strangers sent is text, there and in the table of pages.
    expect(html).not.toMatch(/<script|\u202e/);
    expect(html).toContain('/%3Cscript%3E');
  });

  test('in funnel, goal and scorecard', async () => {
    const cart = 'request.path = "/cart"';
    await define('funnel', {
      name: 'Order',
      stages: [
        { name: 'Home', condition: 'request.path = "/"' },
        { name: 'Cart', condition: cart },
      ],
    });
    const revenue = { event: 'Bought', property: 'total' };
    await define('goal', { name: 'Bought', condition: 'custom.name = "Bought"', revenue });
    // Ada, Bob and Dan saw the first page; Ada and Dan went on to the cart.
    expect(pick(await report('funnel'), 'stages', ['stage', 'sessions'])).toEqual([
      ['Home', 3],
      ['Cart', 2],
    ]);
    const graded = pick(await report('scorecard'), 'grades', ['stage', 'grade', 'sessions']);
    expect(graded).toEqual([
      ['Home', null, 3],
      ['Cart', 'B', 2],
      ['Whole process', 'B', 3],
    ]);
    const names = ['conversions', 'conversion_rate', 'revenue'];
    expect(pick(await report('goals'), 'totals', names)).toEqual([[1, 0.2, 12.5]]);
  });
});

describe('every report', () => {
  test('answers in every form, and its page holds no script', async () => {
    const { reports } = (await (await fetch(url('/api/datasets/shop/reports'))).json()) as {
      reports: ReportEntry[];
    };
    expect(reports.length).toBeGreaterThan(30);
    for (const { name } of reports) {
      const query = rangeQuery({ format: 'html', label: 'Phones', compare: 'last_year' });
      const html = await (await fetch(url(`/api/datasets/shop/reports/${name}?${query}`))).text();
      expect(html, name).toMatch(/^<!doctype html>/);
      expect(html, name).not.toMatch(/<script|\u202e/);
    }
  });

  test('gives the chart of a panel as a picture, and says which there are', async () => {
    const asked = (more: Record<string, string>) =>
      fetch(url(`/api/datasets/shop/reports/channels?${rangeQuery({ format: 'png', ...more })}`));
    const picture = await asked({});
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await picture.arrayBuffer()).toString('latin1', 1, 4)).toBe('PNG');
    const refused = await asked({ panel: 'sources' });
    expect(refused.status).toBe(404);
    expect(((await refused.json()) as { detail: string }).detail).toContain(
      'with a chart: channels',
    );
  });
});

describe('files of the command line', () => {
  const common = ['--dataset', 'shop', '--data'];

  test('hold every chart as a picture, and the report as Parquet', async () => {
    const out = join(folder, 'charts');
    const data = [...common, join(folder, 'data')];
    const range = Object.entries(Object.fromEntries(rangeQuery())).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    const drawn = await runCommand([
      'report',
      'overview',
      '--format',
      'png',
      '--out',
      out,
      ...range,
      ...data,
    ]);
    expect([drawn.code, drawn.notes]).toEqual([0, '']);
    const files = drawn.out.trim().split('\n');
    expect(files).toHaveLength(readdirSync(out).length);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    const parquet = join(folder, 'overview.parquet');
    const asked = ['report', 'overview', '--format', 'parquet', ...range, ...data];
    expect((await runCommand([...asked, '--out', parquet])).code).toBe(0);
    expect(readFileSync(parquet).subarray(0, 4).toString()).toBe('PAR1');
    expect((await runCommand(asked)).notes).toContain('--out');
    const rows = join(folder, 'rows.parquet');
    const sql = 'SELECT count(*) AS n FROM sessions';
    expect((await runCommand(['query', sql, '--parquet', rows, ...data])).notes).toContain(
      'Wrote 1 rows',
    );
    expect(readFileSync(rows).subarray(-4).toString()).toBe('PAR1');
  });

  test('and links to it are made, listed and revoked', async () => {
    const data = [...common, join(folder, 'data')];
    const word = join(folder, 'word.txt');
    writeFileSync(word, 'seven green leaves\n');
    const create = ['shared-links', 'create', 'overview', ...data];
    expect((await runCommand(create)).notes).toContain('Give either --period');
    const made = await runCommand([
      ...create,
      '--period',
      'yesterday',
      '--password-file',
      word,
      '--seen-by-tag',
      '--json',
    ]);
    const { url: link, id, shows } = JSON.parse(made.out);
    expect(shows).toMatchObject({ period: 'yesterday', robots: false, seenByTag: true });
    const asks = await (await fetch(url(new URL(link).pathname))).text();
    expect(asks).toContain('This report has a password');
    const listed = (await runCommand(['shared-links', 'list', ...data])).out;
    expect(listed).toMatch(new RegExp(`${id} +overview +overview +yesterday +yes`));
    expect((await runCommand(['shared-links', 'delete', id, ...data])).code).toBe(0);
    expect((await fetch(url(new URL(link).pathname))).status).toBe(404);
  });
});

describe('a report of the own', () => {
  const own = {
    name: 'tea-week',
    title: 'Tea <b>',
    panels: [
      {
        name: 'teas',
        title: 'Teas',
        kind: 'table',
        chart: 'bars',
        query: {
          metrics: ['page_views'],
          dimensions: ['path'],
          hitCondition: 'request.path = "/teas"',
        },
      },
    ],
  };
  const command = (...args: string[]) =>
    runCommand(['report', ...args, '--dataset', 'shop', '--data', product.data]);
  const file = () => join(folder, 'own.json');

  test('is saved and deleted by the command line, listed, and run', async () => {
    writeFileSync(file(), JSON.stringify(own));
    expect((await command('save', file())).out).toBe('Saved the report tea-week.\n');
    const listed = await get('/api/datasets/shop/reports');
    expect((listed as { reports: ReportEntry[] }).reports.at(-1)).toMatchObject({
      name: 'tea-week',
      group: 'Own reports',
    });
    // Ada once, Bob twice, Cleo once.
    expect(pick(await report('tea-week'), 'teas', ['path', 'page_views'])).toEqual([['/teas', 4]]);
    expect((await command('delete', 'tea-week')).code).toBe(0);
    expect(await get(`/api/datasets/shop/reports/tea-week?${rangeQuery()}`)).toMatchObject({
      code: 'report_unknown',
    });
  });

  test.each([
    ['a name that is taken', { name: 'overview' }, /comes with Canister/],
    ['no panel', { panels: [] }, /at least one panel/],
    [
      'a field that is not there',
      { panels: [{ ...own.panels[0], query: { metrics: ['hits'], condition: 'luck = 1' } }] },
      /no field "luck"/,
    ],
    [
      'a dimension that is not there',
      { panels: [{ ...own.panels[0], query: { metrics: ['hits'], dimensions: ['luck'] } }] },
      /panels\.0\.query\.dimensions/,
    ],
  ])('is refused with %s, and told where', async (_what, change, reason) => {
    const refused = (await define('report', { ...own, ...change })) as { detail: string };
    expect(refused.detail).toMatch(reason);
  });

  test('is refused where its file is no JSON', async () => {
    writeFileSync(file(), '{');
    expect(await command('save', file())).toMatchObject({
      code: 1,
      notes: expect.stringContaining('is not JSON'),
    });
  });
});
