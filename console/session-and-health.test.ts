/**
 * The pages of a session and of health as a user meets them: the built product with a small short-term canister, and
 * a real Chromium. What they show is held against hits that the test itself counts, and against SQL.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, isFocused, violations, type Watched, watch } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

const hostileTitle = '<img src=x onerror="window.hit=1">';
const sessionsMax = 10;
const patient = { interval: 100, timeout: 45_000 };

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let watched: Watched;
let writeKey: string;
/** What this test has sent, by its outcome. */
const sent = { accepted: 0, duplicate: 0, excluded: 0, bad: 0 };

const api = async (path: string, body?: unknown) => {
  const response = await fetch(`${product.baseUrl}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return await response.json();
};

beforeAll(async () => {
  product = await startProduct({
    environment: {
      CANISTER_IDLE_TIMEOUT_MS: '600000',
      CANISTER_ACTIVE_SESSIONS_MAX: String(sessionsMax),
    },
  });
  const dataset = await api('/api/datasets', { slug: 'shop', hosts: ['www.shop.example'] });
  writeKey = dataset.writeKey;
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

interface SentHit {
  visitor: string;
  path: string;
  [field: string]: unknown;
}

/** Sends one hit as the tracker does, and counts it under the outcome that it must have. */
async function send({ path, ...hit }: SentHit, outcome: keyof typeof sent = 'accepted') {
  const response = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'user-agent': firefox },
    body: JSON.stringify({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      url: `https://www.shop.example${path}`,
      ...hit,
    }),
  });
  expect(response.status, await response.text()).toBe(outcome === 'bad' ? 400 : 202);
  sent[outcome] += 1;
}

const hits = () => page.locator('cn-hit-list ol > li');
const isAt = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

describe('the page of a session', () => {
  it('is opened by the row of the live list, by keyboard alone', async () => {
    await send({ visitor: 'ada', path: '/', referrer: 'https://news.example/story?id=7' });
    await page.goto('/shop/live');
    const row = page.getByRole('row').filter({ hasText: 'news.example' });
    // The dataset's own is half an hour; the server's goes before it.
    await page.getByText(/A session ends after 10 minutes without a hit/).waitFor();
    await row.getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/shop\/sessions\/[0-9a-f]{32}$/);
    await isAt('Session');
    expect(await page.title()).toBe('Session · shop · Canister');
    await hits().first().waitFor();
    expect(await hits().count()).toBe(1);
  });

  it('shows a new hit by itself, leaves open what was open, and draws what strangers sent as text', async () => {
    await hits().first().locator('summary').press('Enter');
    const field = (name: string) =>
      page.locator('dl > div', { has: page.getByText(name, { exact: true }) }).locator('dd');
    expect(await field('Host').innerText()).toBe('www.shop.example');
    const link = hits()
      .first()
      .getByRole('link', { name: /^https:/ });
    expect(await link.getAttribute('href')).toBe('https://news.example/story?id=7');
    expect(await link.getAttribute('rel')).toContain('noreferrer');

    await send({
      visitor: 'ada',
      path: '/cart?coupon=<b>5</b>',
      title: hostileTitle,
      referrer: 'javascript:window.hit=2',
      status: 404,
      durationMs: 1_234,
      properties: { '<i>price</i>': 12.5 },
      steps: [
        { kind: 'click', at: 1_000, target: '<button>' },
        { kind: 'input', at: 4_000, target: 'input#name', value: hostileTitle },
      ],
    });
    await page.getByText('2 hits, at their times').waitFor();
    expect(await hits().first().locator('details').getAttribute('open')).toBe('');
    const second = hits().nth(1);
    await second.locator('summary').click();
    await second.getByText('Property <i>price</i>').waitFor();
    const text = await second.innerText();
    for (const part of [
      hostileTitle,
      '404',
      '1,234 ms',
      '<button>',
      '+3s',
      'Property <i>price</i>',
    ])
      expect(text).toContain(part);
    expect(await second.locator('dl').getByRole('link').count()).toBe(0);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  });

  it('ends the session at the second press, not at one, a double click, or after Escape', async () => {
    const button = page.getByRole('button', { name: /End session|Press again/ });
    await button.dblclick();
    expect(await button.innerText()).toBe('Press again to end it');
    await page.keyboard.press('Escape');
    expect(await button.innerText()).toBe('End session');
    expect((await api('/api/datasets/shop/sessions/active')).total).toBe(1);
    await button.press('Enter');
    await page.waitForTimeout(500);
    await button.press('Enter');
    await page.getByText('Somebody ended it by hand.').waitFor();
    expect(await button.count()).toBe(0);
    expect(await page.locator('h1').evaluate(isFocused)).toBe(true);
    expect(await page.locator('.state').innerText()).toBe('Ended');
    // A session has ended before it is stored.
    const sql = 'SELECT end_reason, hits FROM sessions';
    await expect
      .poll(async () => (await api('/api/datasets/shop/sql', { sql })).rows, patient)
      .toEqual([['ended_by_hand', 2]]);
  });

  it('says so when the session ended before it was ended by hand', async () => {
    await send({ visitor: 'grace', path: '/late' });
    await expect
      .poll(async () => (await api('/api/datasets/shop/sessions/active')).total, patient)
      .toBe(1);
    const { id } = (await api('/api/datasets/shop/sessions/active')).sessions[0];
    await page.goto(`/shop/sessions/${id}`);
    const button = page.getByRole('button', { name: /End session|Press again/ });
    await button.waitFor();
    // News is held back, so that the page still believes that the session is active.
    await page.route(/unlessHits/, (route) => route.abort());
    await button.click();
    await page.waitForTimeout(500);
    await api(`/api/datasets/shop/sessions/${id}/end`, {});
    await expect
      .poll(async () => (await api(`/api/datasets/shop/sessions/${id}`)).endReason, {
        interval: 50,
      })
      .toBe('ended_by_hand');
    const refused = page.waitForResponse((response) => response.url().endsWith('/end'));
    await button.click();
    expect((await refused).status()).toBe(404);
    await page.unroute(/unlessHits/);
    await page
      .getByText('Ended. It had ended before it was ended by hand. Somebody ended it by hand.')
      .waitFor();
    watched.complaints.splice(0);
  });

  it('leads from a result of SQL to the session, and teaches at an id that nobody knows', async () => {
    await page.goto('/shop/sql');
    await page
      .getByLabel('SQL query')
      .fill("SELECT session_id FROM sessions WHERE entry_path = '/'");
    await page.getByLabel('SQL query').press('Control+Enter');
    await page.getByRole('region', { name: 'Result of the query' }).getByRole('link').click();
    await page.getByText('Somebody ended it by hand.').waitFor();
    expect(await hits().count()).toBe(2);
    for (const id of ['0'.repeat(32), 'no-id']) {
      await page.goto(`/shop/sessions/${id}`);
      await isAt('There is no such session');
      expect(await page.getByRole('alert').count()).toBe(0);
    }
    expect(watched.complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
  });
});

describe('the page of health', () => {
  it('explains every hit by its outcome and its reason, and follows what comes', async () => {
    const id = randomUUID();
    await send({ visitor: 'ada', path: '/again', id });
    await send({ visitor: 'ada', path: '/again', id }, 'duplicate');
    await send({ visitor: 'eve', path: '/', url: 'https://evil.example/' }, 'excluded');
    await page.goto('/shop/live');
    await page.getByRole('link', { name: 'Health' }).click();
    await isAt('Health');
    await send({ visitor: 'eve', path: '/', url: 'no address' }, 'bad');
    const { accepted, duplicate, excluded, bad } = sent;
    const received = accepted + duplicate + excluded + bad;
    const words = `${received} received = ${accepted} accepted + ${duplicate} duplicate + ${excluded} excluded + ${bad} bad. It adds up.`;
    await page.getByText(words).waitFor();
    const reasons = page.locator('table.reasons tbody');
    expect((await reasons.innerText()).split('\n').join(' ')).toMatch(
      /Excluded\s+The dataset does not take hits of this host host_not_allowed\s+1/,
    );
    expect(await reasons.innerText()).toMatch(/hit_invalid\s+1/);
    await page.getByText('No alarm is raised.').waitFor();
    await page.getByText('Reading live').waitFor();
  });

  it('tells how full the short-term canister is, and how many sessions had to go', async () => {
    const visitors = 3 * sessionsMax;
    for (let number = 0; number < visitors; number += 1)
      await send({ visitor: `many-${number}`, path: '/' });
    const evicted = async () => {
      const sql = "SELECT count(*) FROM sessions WHERE end_reason = 'memory'";
      return Number((await api('/api/datasets/shop/sql', { sql })).rows[0][0]);
    };
    const stats = async () => (await api('/api/status')).waitingHits;
    await expect.poll(stats, patient).toBe(0);
    // At most 85 % of ten may stay: of thirty visitors and Ada at least 23 had to go. They are stored while more is read.
    await expect.poll(evicted, patient).toBeGreaterThanOrEqual(visitors + 1 - 8);
    const gone = await evicted();
    const fact = page.locator('cn-server-health dl > div', { hasText: 'Evicted sessions' });
    await expect.poll(() => fact.locator('dd').innerText(), patient).toBe(String(gone));
    const left = visitors + 1 - gone;
    const meter = page.getByRole('meter', { name: 'Sessions' });
    await expect
      .poll(() => meter.getAttribute('aria-valuetext'), patient)
      .toContain(`${left} of ${sessionsMax}, ${left * 10}.0%`);
    expect(await page.getByRole('meter').count()).toBe(3);
  });

  it('serves the documentation that it links to as text', async () => {
    const link = page.getByRole('link', { name: 'What alarms and figures mean' });
    const response = await fetch(new URL((await link.getAttribute('href')) ?? '', product.baseUrl));
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('## Health and metrics');
    expect((await fetch(`${product.baseUrl}/docs/nothing.md`)).status).toBe(404);
    const outside = await fetch(`${product.baseUrl}/docs/..%2fpackage.json`);
    expect(await outside.text()).not.toContain('"dependencies"');
  });

  it('makes a backup at a press, and lists what is in it', async () => {
    await page.goto('/health');
    const list = page.locator('cn-backup-list');
    await list.getByText('There is none yet.').waitFor();
    const stored = await api('/api/datasets/shop/sql', {
      sql: 'SELECT count(*), sum(hits) FROM sessions',
    });
    const [sessions, storedHits] = stored.rows[0];
    await list.getByRole('button', { name: 'Make a backup now' }).click();
    await list.locator('tbody tr').waitFor();
    const { backups, folder } = await api('/api/backups');
    expect(folder).toBe(join(product.data, 'backups'));
    expect(readdirSync(folder)).toEqual([backups[0].name]);
    const cells = await list.locator('tbody td').allInnerTexts();
    expect(cells.slice(1, 4)).toEqual(['1', String(sessions), String(storedHits)]);
    await expect.poll(() => list.getByRole('button').isEnabled(), patient).toBe(true);
  });

  it.each([
    'light',
    'dark',
  ] as const)('and that of a session give axe nothing to find, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { sessions } = await api('/api/datasets/shop/sessions/active');
    const stored = await api('/api/datasets/shop/sql', {
      sql: 'SELECT session_id FROM sessions ORDER BY hits DESC LIMIT 1',
    });
    const ids = [sessions[0].id, stored.rows[0][0]];
    // Wide and light, narrow and dark: the colours and the layouts, each once.
    const width = colorScheme === 'light' ? 1400 : 360;
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/health?span=week');
    await page.locator('cn-hour-table tfoot').waitFor();
    expect(await violations(page), 'health').toEqual([]);
    for (const id of ids) {
      await page.goto(`/shop/sessions/${id}`);
      await hits().first().locator('summary').click();
      await isAt('Request');
      expect(await violations(page), id).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(wider).toBe(false);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it('keeps the figures and says from when they are when the server is gone, and both pages take up again', async () => {
    await page.goto('/health');
    await page.getByText('It adds up.').waitFor();
    const other = await context.newPage();
    const { sessions } = await api('/api/datasets/shop/sessions/active');
    await other.goto(`/shop/sessions/${sessions[0].id}`);
    await other.getByText('Active', { exact: true }).waitFor();
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
    await context.setOffline(true);
    await page.getByText('No answer. Figures are of').waitFor();
    await page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
    expect(await page.getByText('It adds up.').isVisible()).toBe(true);
    await other.getByText('No news').waitFor();
    expect(await other.locator('cn-hit-list li').count()).toBe(1);
    await context.setOffline(false);
    await page.getByText('As of').waitFor();
    await other.getByText('Active', { exact: true }).waitFor();
    await other.close();
    expect(watched.foreignRequests).toEqual([]);
  });
});
