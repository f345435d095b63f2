/** The console by keyboard: the palette, the list of keys, and keys that go somewhere; the built product in Chromium. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { isFocused, violations, type Watched, watch } from './testing/pages.ts';
import { type Product, runCommand, startProduct } from './testing/product.ts';

let product: Product;
let browser: Browser;
let page: Page;
let watched: Watched;

beforeAll(async () => {
  product = await startProduct();
  for (const slug of ['shop', 'blog'])
    expect((await runCommand(['dataset', 'create', slug, '--data', product.data])).code).toBe(0);
  const kept = await fetch(`${product.baseUrl}/api/datasets/shop/searches/Lost%20baskets`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    body: JSON.stringify({ condition: 'request.path = "/basket"' }),
  });
  expect(kept.ok).toBe(true);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  page = await browser.newPage({
    baseURL: product.baseUrl,
    locale: 'en-GB',
    viewport: { width: 1400, height: 900 },
  });
  page.setDefaultTimeout(45_000);
  watched = watch(page, product.baseUrl);
  await page.goto('/shop/live');
  await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const field = () => page.getByRole('combobox', { name: /Go to a page/ });
const path = () => new URL(page.url()).pathname;

/** The entry that a screen reader is told of: the one that the field names as active. */
async function activeEntry(): Promise<string> {
  const id = await field().getAttribute('aria-activedescendant');
  const entry = page.locator(`cn-palette #${id}`);
  expect(await entry.getAttribute('aria-selected')).toBe('true');
  return await entry.locator('.name').innerText();
}

describe('the palette', () => {
  it('finds pages, reports, kept searches and datasets by what is typed, and goes there', async () => {
    await page.keyboard.press('Control+k');
    await field().waitFor();
    expect(await field().evaluate(isFocused)).toBe(true);
    await page.keyboard.type('lost');
    await expect.poll(activeEntry).toBe('Lost baskets');
    await page.keyboard.press('Enter');
    await expect.poll(path).toBe('/shop/search');
    expect(new URL(page.url()).searchParams.get('condition')).toBe('request.path = "/basket"');
    await field().waitFor({ state: 'detached' });

    await page.keyboard.press('Control+k');
    await field().fill('REFERR');
    await expect.poll(activeEntry).toBe('Referrers');
    await page.keyboard.press('Enter');
    await expect.poll(path).toBe('/shop/reports/referrers');

    await page.keyboard.press('Control+k');
    await field().fill('dataset blog');
    await expect.poll(activeEntry).toBe('blog');
    await page.keyboard.press('Enter');
    await expect.poll(path).toBe('/blog/reports/overview');
  });

  it('is moved through by arrows, round and round, and tells what it has found', async () => {
    await page.goto('/shop/live');
    // Before the console has come, nothing listens to keys.
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.keyboard.press('Control+k');
    await field().fill('page look nothing of it');
    await page.getByText('Nothing is called so.').waitFor();
    await field().fill('dataset');
    await page.getByText('2 found').waitFor();
    expect(await activeEntry()).toBe('blog');
    await page.keyboard.press('ArrowDown');
    await expect.poll(activeEntry).toBe('shop');
    await page.keyboard.press('ArrowDown');
    await expect.poll(activeEntry).toBe('blog');
    await page.keyboard.press('ArrowUp');
    await expect.poll(activeEntry).toBe('shop');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
    expect(path()).toBe('/shop/live');
  });

  it('is opened by its button too', async () => {
    await page.getByRole('button', { name: /^Go to/ }).click();
    await field().waitFor();
    await page.keyboard.press('Escape');
  });
});

describe('keys', () => {
  it('go where their letter says, after g', async () => {
    await page.goto('/shop/live');
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await expect.poll(path).toBe('/shop/sql');
  });

  it('are text where one types', async () => {
    const query = page.getByLabel('SQL query');
    await query.fill('');
    await query.press('End');
    await page.keyboard.type('gl?/');
    expect(await query.inputValue()).toBe('gl?/');
    expect(path()).toBe('/shop/sql');
    expect(await page.getByRole('dialog', { name: 'Keys' }).count()).toBe(0);
  });

  it('search with a slash', async () => {
    await page.goto('/shop/live');
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.keyboard.press('/');
    await expect.poll(path).toBe('/shop/search');
    const box = page.locator('cn-condition-box textarea').first();
    await expect.poll(() => box.evaluate(isFocused)).toBe(true);
    expect(await box.inputValue()).toBe('');
  });

  it('are listed under ?, where those of one letter can be switched off', async () => {
    await page.goto('/shop/live');
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.waitFor();
    expect(await sheet.locator('dl.two > div').count()).toBeGreaterThan(10);
    expect(await violations(page)).toEqual([]);
    await sheet.getByRole('switch').press('Space');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k');
    await field().waitFor();
    expect(path()).toBe('/shop/live');
    expect(await sheet.count()).toBe(0);
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
  });
});
