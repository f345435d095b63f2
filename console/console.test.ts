/**
 * The console as a user meets it: the built product, a real Chromium, the first start up to the first report.
 * No request may leave the origin, nothing may be complained about in the browser's console, and axe finds nothing.
 */
import { randomUUID } from 'node:crypto';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, isFocused, violations, type Watched, watch } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

const hostileTitle = '<img src=x onerror="window.hit=1">';

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let watched: Watched;

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '2000' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  context = await browser.newContext({
    baseURL: product.baseUrl,
    locale: 'en-GB',
    timezoneId: 'Pacific/Fiji',
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

/** Sends hits as the tracker does. */
async function send(hits: { visitor: string; path: string; title?: string }[]): Promise<void> {
  const dataset = await writeKey();
  const body = hits.map(({ visitor, path, title }) => ({
    dataset,
    id: randomUUID(),
    type: 'page_view',
    visitor,
    url: `https://www.shop.example${path}`,
    ...(title === undefined ? {} : { title }),
  }));
  const response = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': firefox },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.text()).toBe(true);
}

async function writeKey(): Promise<string> {
  const response = await fetch(`${product.baseUrl}/api/datasets/shop`);
  return ((await response.json()) as { writeKey: string }).writeKey;
}

describe('the console', () => {
  it('welcomes at the first start and leads to a new dataset', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: /Canister is running/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'New dataset' }).click();
    await page.getByRole('heading', { name: 'New dataset' }).waitFor();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Pacific/Fiji');
  });

  it('says what is wrong next to its field, and takes it when it is put right', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Shop');
    expect(await page.getByLabel('Short name').inputValue()).toBe('shop');
    await page.getByLabel('Short name').fill('-shop');
    await page.getByRole('button', { name: 'Create dataset' }).click();
    await page.getByText('not starting or ending with -').waitFor();
    await page.getByLabel('Short name').fill('shop');
    await page.getByRole('button', { name: 'Create dataset' }).click();
    await page.waitForURL('**/shop/settings');
    await page.getByText('Waiting for the first hit.').waitFor();
    expect(await page.getByText('<script defer src=').textContent()).toContain(await writeKey());
  });

  it('notices the first hit without a reload', async () => {
    await send([{ visitor: 'ada', path: '/' }]);
    await page.getByText('The first hit was received.').waitFor();
  });

  it('shows sessions live while hits arrive, with what strangers sent as text', async () => {
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    await send([
      { visitor: 'grace', path: '/shop' },
      { visitor: 'grace', path: '/cart', title: hostileTitle },
    ]);
    const row = page.getByRole('row').filter({ hasText: '/cart' });
    await row.waitFor();
    expect(await row.innerText()).toContain('/shop');
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
    expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  });

  it('reports the sessions once they have ended', async () => {
    const answered = async () => {
      const response = await fetch(`${product.baseUrl}/api/status`);
      const { datasets } = (await response.json()) as { datasets: { storedSessions: number }[] };
      return datasets[0]?.storedSessions;
    };
    await expect.poll(answered, { timeout: 45_000, interval: 250 }).toBe(2);
    await page.getByRole('link', { name: 'Reports' }).click();
    await page.getByRole('link', { name: 'Overview' }).click();
    const figures = page.locator('cn-figure-row dd.value');
    await figures.first().waitFor();
    // Ada saw one page, Grace two: 2 sessions, 2 visitors, 3 page views, one bounce of two, 1.5 pages a session.
    const shown = await figures.allInnerTexts();
    expect(shown.slice(0, 4)).toEqual(['2', '2', '3', '50.0%']);
    expect(shown[5]).toBe('1.50');
    await page.locator('td', { hasText: '/cart' }).first().waitFor();
  });

  it('keeps what is seen in the address, there and back', async () => {
    await page.getByLabel('Days', { exact: true }).selectOption('yesterday');
    await page.waitForURL('**/reports/overview?range=yesterday');
    await page.getByRole('heading', { name: 'No session ended in this range' }).waitFor();
    await page.goBack();
    await page.locator('td', { hasText: '/cart' }).first().waitFor();
    expect(await page.getByLabel('Days', { exact: true }).inputValue()).toBe('last_7_days');
  });

  it('puts a label beside all, and filters, by what the address keeps', async () => {
    await fetch(`${product.baseUrl}/api/datasets/shop/definitions/label`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-canister': 'test' },
      body: JSON.stringify({ name: 'Late', condition: 'session.page_views >= 2', colour: 3 }),
    });
    await page.reload();
    await page.getByRole('button', { name: 'Labels' }).click();
    await page.getByRole('checkbox', { name: 'Late' }).check();
    await page.waitForURL('**/reports/overview?label=Late');
    await page.keyboard.press('Escape');
    // Of two sessions and three page views, the one with two page views.
    const label = page.locator('cn-figure-row dd.label');
    await label.first().waitFor();
    expect((await label.allInnerTexts()).slice(0, 4)).toEqual([
      'Late 1',
      'Late 1',
      'Late 2',
      'Late 0.0%',
    ]);
    await page.getByLabel('Only sessions with').fill('session.page_views = 1');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL('**condition=session.page_views*');
    await expect
      .poll(() => page.locator('cn-figure-row dd.value').allInnerTexts(), { timeout: 45_000 })
      .toEqual(['1', '1', '1', '100.0%', '0s', '1.00']);
    await page.getByLabel('Only sessions with').fill('luck = 1');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('alert').getByText('There is no field "luck"').waitFor();
    // The browser itself notes the refused request; that is the one complaint that belongs here.
    expect(watched.complaints.splice(0).filter((text) => !text.includes('400'))).toEqual([]);
  });

  it.each(['report', 'chart'])('has a page for each report, with its %s', async (part) => {
    const response = await fetch(`${product.baseUrl}/api/datasets/shop/reports`);
    const { reports } = (await response.json()) as { reports: { name: string; title: string }[] };
    expect(reports.length).toBeGreaterThan(30);
    if (part === 'chart') {
      await page.goto('/shop/reports/overview');
      await page.locator('cn-report-chart svg').first().waitFor();
      const sentence = await page
        .locator('cn-report-chart .plot')
        .first()
        .getAttribute('aria-label');
      expect(sentence).toMatch(/^Sessions by day: largest 2 \(/);
      // The note beside the pointer is made of elements: the policy lets no text become markup.
      const bar = page.locator('cn-report-chart .plot').first();
      const { width = 0, height = 0 } = (await bar.boundingBox()) ?? {};
      await bar.hover({ position: { x: width - 30, y: height / 2 } });
      await page.getByText(/, so far$/).waitFor();
      return;
    }
    await page.goto('/shop/reports');
    for (const { title } of reports) {
      // The navigation may have a place of the same name.
      const link = page.locator('main').getByRole('link', { name: title, exact: true });
      await link.first().waitFor();
      expect(await link.count(), title).toBe(1);
    }
  });

  it('answers SQL, and refuses what is no SELECT with the reason', async () => {
    await page.getByRole('link', { name: 'SQL' }).click();
    await page.getByLabel('SQL query').fill('SELECT count(*) AS n FROM page_views');
    await page.getByLabel('SQL query').press('Control+Enter');
    const grid = page.getByRole('region', { name: 'Result of the query' });
    await grid.waitFor();
    expect(await grid.getByRole('cell').allInnerTexts()).toEqual(['3']);
    await page.getByLabel('SQL query').fill('DROP TABLE sessions');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('alert').waitFor();
    // The browser itself notes the refused request; that is the one complaint that belongs here.
    expect(watched.complaints.splice(0).filter((text) => !text.includes('403'))).toEqual([]);
  });

  it.each([
    'Sessions by day',
    'Most viewed pages',
    'Errors by page',
    'Longest sessions',
    'Robots by name',
    'Tables and columns',
  ])('has an example query that runs: %s', async (title) => {
    await page.goto('/shop/sql');
    await page.getByRole('button', { name: title }).click();
    await page.getByText(/\d rows? in \d/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says so at an address that means nothing', async () => {
    await page.goto('/no-such-dataset/live');
    await page.getByText('There is no dataset "no-such-dataset"').waitFor();
  });

  it('moves by keyboard alone, beginning with a link that skips the navigation', async () => {
    await page.goto('/shop/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.getByRole('link', { name: 'Skip to the page' }).evaluate(isFocused)).toBe(
      true,
    );
    await page.keyboard.press('Enter');
    expect(await page.locator('main').evaluate(isFocused)).toBe(true);
  });

  it('stays where somebody went, although a page that was asked for before comes later', async () => {
    const context = await browser.newContext({
      baseURL: product.baseUrl,
      serviceWorkers: 'block',
    });
    const slow = await context.newPage();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await slow.route(/\/sql-page/, async (route) => {
      await held;
      await route.continue();
    });
    await slow.goto('/shop/live');
    await slow.getByRole('heading', { name: 'Active sessions' }).waitFor();
    const late = slow.waitForResponse(/\/sql-page/);
    await slow.getByRole('link', { name: 'SQL' }).click();
    await slow.getByRole('link', { name: 'Session rules' }).click();
    await slow.getByRole('heading', { name: 'Session rules' }).waitFor();
    letGo();
    await (await late).finished();
    await slow.waitForTimeout(500);
    expect(await slow.locator('h1').allInnerTexts()).toEqual(['Session rules']);
    await context.close();
  });

  it('folds the navigation into a menu where it is narrow', async () => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Live' }).click();
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it.each(['light', 'dark'] as const)('has nothing for axe to find, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const reports = ['reports', 'reports/overview?label=Late', 'reports/times', 'reports/paths'];
    const places = [...reports, 'live', 'sql', 'settings'].map((place) => `/shop/${place}`);
    for (const path of [...places, '/datasets/new', '/no-such-dataset/live']) {
      await page.goto(path);
      await page.locator('main h1, main h2').first().waitFor();
      if (path.includes('overview')) await page.locator('cn-report-chart svg').first().waitFor();
      if (/times|paths/.test(path)) await page.locator('cn-data-table table').first().waitFor();
      expect(await violations(page), path).toEqual([]);
    }
  });

  it('never asked another host for anything, and nothing was complained about', () => {
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
  });
});
