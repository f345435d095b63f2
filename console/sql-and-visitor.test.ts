/** SQL that is kept with its parameters, and the data of one visitor; the built product in a real Chromium. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, violations } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

let product: Product;
let browser: Browser;
let page: Page;
const headers = { 'content-type': 'application/json', 'x-canister': 'test' };

async function api<T>(path: string, body?: object): Promise<T> {
  const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${product.baseUrl}/api${path}`, init);
  const answer = (await response.json()) as T;
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer;
}

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  page = await browser.newPage({ baseURL: product.baseUrl });
  page.setDefaultTimeout(45_000);
  const { writeKey: dataset } = await api<{ writeKey: string }>('/datasets', { slug: 'shop' });
  const walks = { ada: ['/teas', '/cart'], bob: ['/teas'] };
  const hits = Object.entries(walks).flatMap(([visitor, paths]) =>
    paths.map((path) => ({
      dataset,
      id: randomUUID(),
      type: 'page_view',
      visitor,
      url: `https://shop.example${path}`,
    })),
  );
  await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { ...headers, 'user-agent': firefox },
    body: JSON.stringify(hits),
  });
  const stored = async () =>
    (await api<{ datasets: { storedSessions: number }[] }>('/status')).datasets[0]?.storedSessions;
  await vi.waitFor(async () => expect(await stored()).toBe(2), { timeout: 45_000, interval: 250 });
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const cells = () => page.locator('cn-result-grid tbody td').allInnerTexts();

it('gives the whole data as a DuckDB file, of all days or of some', async () => {
  await page.goto('/shop/sql');
  const make = page.getByRole('button', { name: 'Make a DuckDB file' });
  await make.click();
  await page.getByText(/^2 sessions, 3 hits; [\d.]+ [KM]iB\. It is kept for a day\.$/).waitFor();
  const link = page.getByRole('link', { name: 'Download shop.duckdb' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toBe('shop.duckdb');
  const head = readFileSync(await download.path()).subarray(8, 12);
  expect(head.toString('latin1')).toBe('DUCK');
  expect(await violations(page)).toEqual([]);

  await page.locator('cn-data-export').getByLabel('Days').selectOption('yesterday');
  expect(await link.count()).toBe(0);
  await make.click();
  await page.getByText(/^0 sessions, 0 hits;/).waitFor();
  await page.getByRole('link', { name: /^Download shop-\d{4}-\d\d-\d\d-.*\.duckdb$/ }).waitFor();
});

it('runs SQL with parameters, and keeps it for all', async () => {
  await page.goto('/shop/sql');
  const sql =
    "SELECT visitor_id FROM page_views WHERE path = $path AND '$no' <> '' ORDER BY 1 LIMIT $most";
  await page.getByLabel('SQL query').fill(sql);
  const parameters = page.getByRole('group', { name: 'Parameters' });
  expect(await parameters.locator('.name').allInnerTexts()).toEqual(['$path', '$most']);
  await parameters.getByLabel('Value').nth(0).fill('/teas');
  await parameters.getByLabel('Type').nth(1).selectOption('integer');
  await parameters.getByLabel('Value').nth(1).fill('many');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText('The parameter most must be a whole number').waitFor();
  await parameters.getByLabel('Value').nth(1).fill('5');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(cells, { timeout: 45_000 }).toEqual(['ada', 'bob']);
  await page.getByLabel('Keep this query as').fill('Who looks at it');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('Kept as "Who looks at it".').waitFor();
  expect(await violations(page)).toEqual([]);
});

it('gives the rows as files, all of them, with what would be a formula as text', async () => {
  const sql = `SELECT visitor_id, '=1+1' AS formula, count(*) AS n FROM page_views GROUP BY 1 ORDER BY 1`;
  await page.getByLabel('SQL query').fill(sql);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(cells, { timeout: 45_000 }).toEqual(['ada', '=1+1', '2', 'bob', '=1+1', '1']);
  await page.getByText('Up to 10,000 rows.').waitFor();
  const fileOf = async (format: string) => {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: `Download ${format}` }).click();
    const download = await coming;
    await page.getByText('The file holds all rows.').waitFor();
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const csv = await fileOf('CSV');
  expect(csv.name).toBe('shop-sql.csv');
  expect(csv.bytes.toString()).toBe("visitor_id,formula,n\r\nada,'=1+1,2\r\nbob,'=1+1,1\r\n");
  expect(JSON.parse((await fileOf('JSON')).bytes.toString())).toEqual([
    { visitor_id: 'ada', formula: '=1+1', n: 2 },
    { visitor_id: 'bob', formula: '=1+1', n: 1 },
  ]);
  // A zip and a Parquet file begin and end as such.
  expect((await fileOf('XLSX')).bytes.subarray(0, 2).toString()).toBe('PK');
  const parquet = await fileOf('Parquet');
  expect([parquet.bytes.subarray(0, 4), parquet.bytes.subarray(-4)].map(String)).toEqual([
    'PAR1',
    'PAR1',
  ]);
  expect(await violations(page)).toEqual([]);
});

it('loads it again with its parameters, and runs it with other values', async () => {
  await page.goto('/shop/sql');
  await page.getByRole('button', { name: 'Who looks at it', exact: true }).click();
  await expect.poll(cells, { timeout: 45_000 }).toEqual(['ada', 'bob']);
  await page.getByRole('group', { name: 'Parameters' }).getByLabel('Value').first().fill('/cart');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(cells, { timeout: 45_000 }).toEqual(['ada']);
});

it('shows how far a long query is, and stops it', async () => {
  const sql =
    'SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range * b.range % 7 = 3';
  await page.getByLabel('SQL query').fill(sql);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('progressbar', { name: 'How far it is' }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  expect(await page.locator('cn-error-note').count()).toBe(0);
});

it('gives out everything of a visitor, and erases it in two steps', async () => {
  const found = await api<{ rows: string[][] }>('/datasets/shop/sql', {
    sql: "SELECT session_id FROM sessions WHERE visitor_id = 'ada'",
  });
  await page.goto(`/shop/sessions/${found.rows[0]?.[0]?.replaceAll('-', '')}`);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download everything' }).click();
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { visitor: 'ada', hits: [{ path: '/teas' }, { path: '/cart' }] },
  ]);
  await page.getByRole('button', { name: 'Erase …' }).click();
  await page.getByText('1 session with 2 hits, and 0 active sessions, would be removed').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Erase …' }).click();
  const erase = page.locator('cn-visitor-data cn-confirm-button button');
  await erase.click();
  await page.waitForTimeout(500);
  await erase.click();
  const said = async () => (await page.locator('cn-visitor-data p').allInnerTexts()).join(' ');
  await expect
    .poll(said, { timeout: 45_000 })
    .toContain('1 session erased. Nothing is left of them');
  const left = await api<{ rows: string[][] }>('/datasets/shop/sql', {
    sql: 'SELECT visitor_id FROM sessions',
  });
  expect(left.rows).toEqual([['bob']]);
});
