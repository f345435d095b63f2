/** The built product with a real Chromium at it: what every test of pages starts from. */
import { randomUUID } from 'node:crypto';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { chromiumFlags, chromiumPath } from './chromium.ts';
import { firefox, type Watched, watch } from './pages.ts';
import { type Product, type ProductOptions, startProduct } from './product.ts';

/** Real browsers on a busy machine: what does not come in this time does not come. */
const waitMsMax = 45_000;
const storedMsMax = 60_000;

const looks: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 1400, height: 900 },
};

/** A hit as a test writes it: whose it is, and the path or more of what the tracker sends. */
export interface SentHit {
  visitor: string;
  path?: string;
  [field: string]: unknown;
}

export interface OpenedConsole {
  product: Product;
  browser: Browser;
  /** The first page, and what must stay empty of it. */
  page: Page;
  watched: Watched;
  /** A page in a browser of its own, as somebody else has it. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** Asks the API past the console, for what a test needs and does not look at. Fails on every refusal. */
  api(path: string, options?: { method?: string; body?: unknown }): ReturnType<Response['json']>;
  /** Makes a dataset. Gives its write key. */
  makeDataset(dataset: object): Promise<string>;
  /** Sends page views as the tracker does. */
  send(writeKey: string, hits: readonly SentHit[]): Promise<void>;
  /** Waits until so many sessions of a dataset have ended and are stored. */
  stored(slug: string, sessions: number): Promise<void>;
  close(): Promise<void>;
}

/** @param options of the product, and of the browser of the first page */
export async function openConsole(
  options: ProductOptions & { context?: BrowserContextOptions } = {},
): Promise<OpenedConsole> {
  const product = await startProduct(options);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });

  async function newPage(own: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ ...looks, baseURL: product.baseUrl, ...own });
    const page = await context.newPage();
    page.setDefaultTimeout(waitMsMax);
    return page;
  }

  const api: OpenedConsole['api'] = async (path, { method, body } = {}) => {
    const response = await fetch(`${product.baseUrl}/api${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', 'x-canister': 'test' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.ok, `${path}: ${text}`).toBe(true);
    return text === '' ? undefined : JSON.parse(text);
  };

  const page = await newPage(options.context);
  return {
    product,
    browser,
    page,
    watched: watch(page, product.baseUrl),
    newPage,
    api,
    makeDataset: async (dataset) => (await api('/datasets', { body: dataset })).writeKey,
    async send(writeKey, hits) {
      const body = hits.map(({ path = '/', ...hit }) => ({
        dataset: writeKey,
        id: randomUUID(),
        type: 'page_view',
        url: `https://www.shop.example${path}`,
        ...hit,
      }));
      const response = await fetch(`${product.baseUrl}/hits`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': firefox },
        body: JSON.stringify(body),
      });
      expect(response.status, await response.text()).toBe(202);
    },
    async stored(slug, sessions) {
      const count = async () =>
        (await api('/status')).datasets.find((one: { slug: string }) => one.slug === slug)
          ?.storedSessions;
      await vi.waitFor(async () => expect(await count()).toBe(sessions), {
        timeout: storedMsMax,
        interval: 200,
      });
    },
    async close() {
      await browser.close();
      await product.stop();
    },
  };
}

/** Presses a button that acts at the second press; a double click would be one. */
export async function confirmed(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: 'Press again' }).click();
}
