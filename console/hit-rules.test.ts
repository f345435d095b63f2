/** Hit rules in Chromium against the built product: an exclusion is added, tried, set, seen to work, and taken back. */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, violations, type Watched, watch } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

const hostile = `<img src=x onerror='window.hit=1'>\${1}{{2}}`;
let product: Product;
let browser: Browser;
let page: Page;
let watched: Watched;
let writeKey = '';

async function api<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${product.baseUrl}/api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

async function send(path: string): Promise<void> {
  const url = `https://shop.example${path}`;
  const hit = { dataset: writeKey, id: randomUUID(), type: 'page_view', visitor: 'v1', url };
  const answer = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'user-agent': firefox },
    body: JSON.stringify(hit),
  });
  expect(answer.status).toBe(202);
}

const paths = async () => {
  const sql = 'SELECT path FROM hits ORDER BY path';
  const { rows } = await api<{ rows: unknown[][] }>('/datasets/shop/sql', { sql });
  return rows?.map(([path]) => path);
};

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  ({ writeKey } = await api<{ writeKey: string }>('/datasets', { slug: 'shop' }));
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  const context = await browser.newContext({
    baseURL: product.baseUrl,
    locale: 'en-GB',
    viewport: { width: 1400, height: 900 },
  });
  page = await context.newPage();
  page.setDefaultTimeout(45_000);
  watched = watch(page, product.baseUrl);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

it('a rule is added, tried before it is set, set, and counted; a wrong one is refused in words', async () => {
  await page.goto('/shop/hit-rules');
  await page.getByRole('link', { name: 'Hit rules' }).waitFor();
  await page.getByLabel('Default pages').fill('index.html');
  await page.getByRole('button', { name: 'Add an exclusion' }).click();
  const rule = page.getByRole('group', { name: 'Rule 1' });
  await rule.getByLabel('Name').fill(hostile);
  await rule.getByLabel('Condition').fill('request.path = ');
  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText(/In the exclusion <img/).waitFor();
  await rule.getByLabel('Condition').fill('request.path = "/check"');
  await rule.getByLabel('Condition').blur();

  await page.getByLabel('URL', { exact: true }).fill('https://shop.example/check');
  await page.getByRole('button', { name: 'Show what becomes of it' }).click();
  await page.getByRole('row', { name: `Excluded by ${hostile}` }).waitFor();

  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText('They hold for hits that come from now on.').waitFor();
  await page.getByText('Version 1').waitFor();
  await send('/check');
  await send('/teas/index.html');
  await expect.poll(paths, { timeout: 45_000 }).toEqual(['/teas/']);
  await page.reload();
  await page.getByText('1 left out').waitFor();
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});

it('is brought to the past and taken back by making the tables anew', async () => {
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Default pages').fill('');
  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText('Version 2').waitFor();
  await page.getByRole('button', { name: 'Make the tables anew' }).click();
  await page.waitForTimeout(450);
  await page.getByRole('button', { name: 'Press again' }).click();
  await page.getByText('The past is under the rules in force.').waitFor();
  expect(await paths()).toEqual(['/check', '/teas/index.html']);
});

it.each(['light', 'dark'] as const)('has nothing for axe to find, in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('button', { name: 'Add a robot' }).click();
  expect(await violations(page)).toEqual([]);
});

it('never asked another host for anything, and complained of nothing but the refusal', () => {
  expect(watched.foreignRequests).toEqual([]);
});
