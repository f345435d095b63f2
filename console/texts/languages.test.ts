/**
 * The console in German and Arabic as a reader meets it: the built product, a real Chromium. The words are asked for
 * as a native reader expects them, numbers and dates as they are written in that language.
 */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from '../testing/chromium.ts';
import { firefox, violations, type Watched, watch } from '../testing/pages.ts';
import { type Product, startProduct } from '../testing/product.ts';

const visitors = 1_234;
const hitsPerRequest = 50;

let product: Product;
let browser: Browser;

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1500' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  const made = await fetch(`${product.baseUrl}/api/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    body: JSON.stringify({ slug: 'shop', name: 'Shop', timeZone: 'Europe/Berlin' }),
  });
  expect(made.status).toBe(201);
  const { writeKey } = (await made.json()) as { writeKey: string };
  for (let sent = 0; sent < visitors; sent += hitsPerRequest) {
    const count = Math.min(hitsPerRequest, visitors - sent);
    const hits = Array.from({ length: count }, (_, at) => ({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      visitor: `visitor-${sent + at}`,
      url: 'https://www.shop.example/teas',
    }));
    const answer = await fetch(`${product.baseUrl}/hits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': firefox },
      body: JSON.stringify(hits),
    });
    expect(answer.status, await answer.text()).toBe(202);
  }
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

async function open(locale: string, path: string, width = 1400): Promise<[Page, Watched]> {
  const context = await browser.newContext({
    baseURL: product.baseUrl,
    locale,
    timezoneId: 'Pacific/Fiji',
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const watched = watch(page, product.baseUrl);
  await page.goto(path);
  return [page, watched];
}

const today = (locale: string) =>
  new Intl.DateTimeFormat(locale, { timeZone: 'Europe/Berlin', month: 'short' }).format(Date.now());
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Waits until the sessions have ended and are in the report. */
async function waitForSessions(page: Page, text: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.reload();
        await page.locator('cn-figure-row dd.value').first().waitFor();
        return page.locator('cn-figure-row dd.value').first().innerText();
      },
      { timeout: 50_000, interval: 1_000 },
    )
    .toBe(text);
}

describe('In German', () => {
  it('a problem is told in German, with what the server named in the request as it said it', async () => {
    const condition = new URLSearchParams({ condition: 'session.luck = 1' });
    const [page, watched] = await open('de-DE', `/shop/reports/overview?${condition}`);
    const note = page.getByRole('alert');
    await note.getByRole('heading', { name: 'Die Bedingung wird nicht verstanden' }).waitFor();
    await note.getByText('Ein Feld, ein Operator oder ein Wert darin ist nicht bekannt').waitFor();
    expect(await note.locator('[lang=en]').innerText()).toContain('session.luck');
    expect(await violations(page)).toEqual([]);
    expect(watched.complaints.filter((text) => !text.includes('400'))).toEqual([]);

    await page.goto('/shop/search');
    await page.getByRole('textbox', { name: 'Sitzungen mit' }).pressSequentially('request.proto');
    await page.getByText('HTTP-Protokoll, etwa HTTP/1.1.').waitFor();
    await page.context().close();
  });

  it('words, numbers and dates are German where the browser is', async () => {
    const [page, watched] = await open('de-DE', '/shop/reports/overview?range=today');
    await page.getByRole('heading', { name: 'Überblick' }).waitFor();
    expect(await page.evaluate(() => [document.documentElement.lang, document.dir])).toEqual([
      'de',
      'ltr',
    ]);
    await waitForSessions(page, '1.234');
    expect(await page.title()).toBe('Berichte · Shop · Canister');
    await page.getByRole('link', { name: 'Sitzungsregeln' }).waitFor();
    expect(await page.locator('cn-analysis-header .said').innerText()).toContain(today('de'));
    expect(await violations(page)).toEqual([]);
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
    await page.context().close();
  });

  it('what went wrong has its title in German, and the detail of the server under it', async () => {
    const [page] = await open('de-DE', '/shop/reports/pages?condition=luck%20%3D%201');
    const note = page.getByRole('alert').first();
    await note.getByRole('heading', { name: 'Die Bedingung wird nicht verstanden' }).waitFor();
    expect(await note.locator('.detail').innerText()).toContain('luck');
    await page.context().close();
  });
});

describe('In Arabic', () => {
  it('is chosen on the page of the account, stays, and reads from right to left', async () => {
    const [page, watched] = await open('en-GB', '/account');
    await page.getByLabel('Language').selectOption('ar');
    await page.getByRole('heading', { name: 'الحساب' }).waitFor();
    expect(await page.evaluate(() => [document.documentElement.lang, document.dir])).toEqual([
      'ar',
      'rtl',
    ]);
    await page.goto('/shop/reports/overview?range=today');
    await page.getByRole('heading', { name: 'نظرة عامة' }).waitFor();
    await waitForSessions(page, new Intl.NumberFormat('ar').format(visitors));
    expect(await page.title()).toBe('التقارير · Shop · Canister');
    expect(await page.locator('cn-analysis-header .said').innerText()).toContain(today('ar'));
    const [nav, main] = [page.locator('cn-side-nav').first(), page.locator('main')];
    const places = [await nav.boundingBox(), await main.boundingBox()];
    expect(places[0]?.x).toBeGreaterThan(places[1]?.x ?? Number.NaN);
    expect(await violations(page)).toEqual([]);
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
    await page.getByRole('link', { name: 'البحث' }).click();
    await page.getByRole('heading', { name: 'البحث' }).waitFor();
    await page.context().close();
  });

  it('no page is wider than a narrow window', async () => {
    const [page] = await open('ar', '/shop/reports/overview', 360);
    const wide: string[] = [];
    for (const path of [
      '/shop/reports/overview',
      '/shop/search',
      '/shop/events',
      '/shop/settings',
      '/health',
      '/users',
    ]) {
      await page.goto(path);
      await page.locator('main h1').first().waitFor();
      if ((await sideways(page)) > 0) wide.push(path);
    }
    expect(wide).toEqual([]);
    await page.context().close();
  });
});
