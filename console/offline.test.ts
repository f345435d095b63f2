/**
 * The console without its server: real Chromium, the built product, and a server that is really stopped. What was seen
 * is shown again and says of when it is; what may not be kept is not; who signs out leaves nothing behind.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, violations, type Watched, watch } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

const password = 'a long enough password';

let folder: string;
let product: Product;
let browser: Browser;
let page: Page;
let watched: Watched;

const serve = (port?: number) =>
  startProduct({
    data: join(folder, 'data'),
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' },
    ...(port === undefined ? {} : { port }),
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-offline-'));
  product = await serve();
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  const context = await browser.newContext({ baseURL: product.baseUrl, locale: 'en-GB' });
  page = await context.newPage();
  page.setDefaultTimeout(45_000);
  watched = watch(page, product.baseUrl);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function send(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${product.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': 'test', 'user-agent': firefox },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
}

async function storedSessions(): Promise<number> {
  const response = await fetch(`${product.baseUrl}/api/status`);
  const { datasets } = (await response.json()) as { datasets: { storedSessions: number }[] };
  return datasets[0]?.storedSessions ?? 0;
}

/** The addresses in the browser's cache of answers. */
const keptAnswers = () =>
  page.evaluate(async () => {
    if (!(await caches.has('canister-answers'))) return [];
    const requests = await (await caches.open('canister-answers')).keys();
    return requests.map(({ url }) => new URL(url).pathname);
  });

/** Resolves once the worker is installed, with every file of the console, and has taken over. */
const waitForWorker = (of: Page) =>
  of.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller !== null) return;
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  });

/** The figure of the sessions, as the report shows it. */
const sessionsShown = () => page.locator('cn-figure-row dd.value').first().innerText();

describe('the console without its server', () => {
  it('can be installed: the browser finds nothing missing', async () => {
    await send('/api/datasets', { slug: 'shop', name: 'Shop' });
    const dataset = await fetch(`${product.baseUrl}/api/datasets/shop`);
    const { writeKey } = (await dataset.json()) as { writeKey: string };
    const hit = { dataset: writeKey, type: 'page_view', url: 'https://www.shop.example/teas' };
    await send('/hits', [
      { ...hit, id: randomUUID(), visitor: 'a' },
      { ...hit, id: randomUUID(), visitor: 'b' },
    ]);
    await page.goto('/shop/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    const session = await page.context().newCDPSession(page);
    const { errors, data } = await session.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // A window of a test is a private one, in which no browser installs anything.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    const { icons } = JSON.parse(data ?? '{}') as { icons: { src: string; sizes: string }[] };
    expect(icons.map(({ sizes }) => sizes)).toEqual(['192x192', '512x512', '512x512']);
    for (const { src, sizes } of icons) {
      const png = Buffer.from(await (await fetch(new URL(src, product.baseUrl))).arrayBuffer());
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16)).toBe(Number(sizes.split('x')[0]));
    }
  });

  it('keeps the answers that may be kept, and neither sessions nor results of SQL', async () => {
    await waitForWorker(page);
    await expect.poll(storedSessions, { timeout: 45_000 }).toBe(2);
    await page.goto('/shop/live');
    await page.getByRole('heading', { name: 'Active sessions' }).waitFor();
    await page.goto('/shop/sql');
    await page.getByLabel('SQL query').fill('SELECT 42 AS n');
    await page.getByLabel('SQL query').press('Control+Enter');
    await page.getByText(/1 row in/).waitFor();
    await page.goto('/shop/reports/overview');
    await page.getByText(/As of/).waitFor();
    expect(await sessionsShown()).toBe('2');
    expect(await page.getByText(/stale/).count()).toBe(0);
    await expect
      .poll(keptAnswers)
      .toEqual(
        expect.arrayContaining(['/api/me', '/api/datasets', '/api/datasets/shop/reports/overview']),
      );
    expect((await keptAnswers()).filter((path) => /sql|session|sign-in|quer/.test(path))).toEqual(
      [],
    );
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
  });

  it('shows what it has when the server is stopped, and says that it is stale and from when', async () => {
    await product.stop();
    await page.reload();
    await page.getByText('The server does not answer. What you see is stale, from').waitFor();
    await page.getByText(/As of/).waitFor();
    expect(await sessionsShown()).toBe('2');
    // Beside the figures as well, to the second.
    await page.getByText(/^stale, from .*\d\d:\d\d:\d\d/).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('shows the last 7 days of yesterday on the next day, and says which days they are', async () => {
    const [shown] = ((await page.locator('cn-analysis-header .said').innerText()) ?? '').split(
      '\n',
    );
    const tomorrow = await page.context().newPage();
    tomorrow.setDefaultTimeout(45_000);
    await tomorrow.addInitScript(() => {
      const { now } = Date;
      Date.now = () => now() + 24 * 60 * 60_000;
    });
    await tomorrow.goto('/shop/reports/overview');
    await tomorrow.getByText(/As of/).waitFor();
    expect(await tomorrow.locator('cn-figure-row dd.value').first().innerText()).toBe('2');
    const said = await tomorrow.locator('cn-analysis-header .said').innerText();
    expect(said).toContain(`still showing ${shown}`);
    expect(said).toContain('stale, from');
    // Days that somebody has named are those days and no others.
    await tomorrow.goto('/shop/reports/overview?from=2026-01-01&to=2026-01-08');
    await tomorrow.getByRole('alert').getByText('The server does not answer').first().waitFor();
    expect(await tomorrow.getByText(/As of/).count()).toBe(0);
    await tomorrow.close();
  });

  it('opens pages that were never opened before, which say what they lack', async () => {
    await page.goto('/shop/alerts');
    await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
    await page.getByRole('alert').getByText('The server does not answer').first().waitFor();
    // Its stream would go on trying without a word.
    await page.goto('/shop/live');
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
  });

  it('says when the server answers again, and loads anew when it is told to', async () => {
    await page.goto('/shop/reports/overview');
    await page.getByText('What you see is stale').waitFor();
    product = await serve(Number(new URL(product.baseUrl).port));
    await page.getByText('The server answers again.').waitFor();
    await page.getByRole('button', { name: 'Load them anew' }).click();
    await page.getByText(/As of/).waitFor();
    await page.getByText('The server answers again.').waitFor({ state: 'detached' });
    expect(await page.getByText(/stale/).count()).toBe(0);
  });

  it('leaves nothing of what was seen behind when its reader signs out', async () => {
    await page.goto(/\/welcome#f_[\w-]{43}/.exec(product.said())?.[0] ?? '');
    await page.getByLabel('Mail address').fill('ann@shop.example');
    await page.getByLabel('Name').fill('Ann');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByText('Ann', { exact: true }).first().waitFor();
    await page.goto('/shop/reports/overview');
    await page.getByText(/As of/).waitFor();
    await expect.poll(keptAnswers).toContain('/api/datasets/shop/reports/overview');
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await page.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    await expect.poll(keptAnswers).toEqual([]);
    const noted = await page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open('workbox-expiration');
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const store = opening.result.transaction('cache-entries').objectStore('cache-entries');
            const counting = store.count();
            counting.onsuccess = () => resolve(counting.result);
          };
        }),
    );
    expect(noted).toBe(0);
  });
});

/** Passes everything on to the product, and gives out another service worker once `isNewer` says so. */
async function upgradable(isNewer: () => boolean): Promise<Server> {
  const server = createServer(async (request, response) => {
    const answer = await fetch(`${product.baseUrl}${request.url}`);
    let text = Buffer.from(await answer.arrayBuffer());
    if (request.url === '/service-worker.js' && isNewer())
      text = Buffer.concat([text, Buffer.from('\n// the next version')]);
    const type = answer.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answer.status, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('a new version', () => {
  it('is told of, and comes into force when its reader wants it, never before', async () => {
    let isNewer = false;
    const server = await upgradable(() => isNewer);
    const { port } = server.address() as AddressInfo;
    const other = await browser.newPage({ baseURL: `http://127.0.0.1:${port}` });
    await other.goto('/');
    await waitForWorker(other);
    isNewer = true;
    await other.reload();
    await other.getByText('A new version of the console is ready.').waitFor();
    await other.evaluate(() => Object.assign(window, { before: true }));
    const stillHere = () => other.evaluate(() => 'before' in window);
    expect(await stillHere()).toBe(true);
    await other.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(stillHere).toBe(false);
    await other.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await other.getByText('A new version of the console is ready.').count()).toBe(0);
    await other.close();
    server.closeAllConnections();
    server.close();
  });

  it('is taken in each tab when its reader wants it, though another one had it first', async () => {
    let isNewer = false;
    const server = await upgradable(() => isNewer);
    const { port } = server.address() as AddressInfo;
    const context = await browser.newContext({ baseURL: `http://127.0.0.1:${port}` });
    const tabs = [await context.newPage(), await context.newPage()] as const;
    for (const tab of tabs) {
      await tab.goto('/');
      await waitForWorker(tab);
    }
    isNewer = true;
    await tabs[0].reload();
    for (const tab of tabs) {
      await tab.getByText('A new version of the console is ready.').waitFor();
      await tab.evaluate(() => Object.assign(window, { before: true }));
    }
    for (const tab of tabs) {
      const isOld = () => tab.evaluate(() => 'before' in window);
      expect(await isOld()).toBe(true);
      await tab.getByRole('button', { name: 'Reload' }).click();
      await expect.poll(isOld).toBe(false);
    }
    await context.close();
    server.closeAllConnections();
    server.close();
  });
});
