/** How much JavaScript the first page costs: the files that a browser really fetches, compressed as they are sent. */
import { randomUUID } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox } from './testing/pages.ts';
import { type Product, runCommand, startProduct } from './testing/product.ts';

const bytesMax = 120_000;

let product: Product;
let browser: Browser;

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** The scripts that a page has fetched when its text is there, each with the bytes that came over the wire. */
async function scriptsOf(path: string, text: string): Promise<Map<string, number>> {
  const context = await browser.newContext({ baseURL: product.baseUrl, serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('.js')) asked.push(pathname);
  });
  await page.goto(path);
  await page.getByText(text).first().waitFor();
  await page.waitForLoadState('load');
  const scripts = new Map<string, number>();
  for (const script of new Set(asked)) {
    const sent = await fetch(`${product.baseUrl}${script}`, {
      headers: { 'accept-encoding': 'identity' },
    });
    const plain = Buffer.from(await sent.arrayBuffer());
    scripts.set(script, await sentBytes(script, plain));
  }
  await context.close();
  return scripts;
}

/** What a browser that takes brotli gets; it must unpack to the file itself. */
async function sentBytes(script: string, plain: Buffer): Promise<number> {
  const { request } = await import('node:http');
  const packed = await new Promise<{ body: Buffer; encoding: string | undefined }>(
    (resolve, reject) => {
      const asking = request(
        `${product.baseUrl}${script}`,
        { headers: { 'accept-encoding': 'gzip, deflate, br' } },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({
              body: Buffer.concat(parts),
              encoding: response.headers['content-encoding'],
            }),
          );
        },
      );
      asking.once('error', reject);
      asking.end();
    },
  );
  const body = packed.encoding === 'br' ? brotliDecompressSync(packed.body) : packed.body;
  expect(body.equals(plain), script).toBe(true);
  return packed.body.length;
}

const total = (scripts: Map<string, number>) =>
  [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0);

it('the first page of a new server costs less than 120 kB', async () => {
  const scripts = await scriptsOf('/', 'Canister is running');
  expect(scripts.size).toBeGreaterThan(1);
  expect(total(scripts), JSON.stringify([...scripts])).toBeLessThan(bytesMax);
});

it('and so does the first report, before its charts, whose library comes by itself', async () => {
  await runCommand(['dataset', 'create', 'shop', '--data', product.data]);
  const made = await fetch(`${product.baseUrl}/api/datasets/shop`);
  const { writeKey } = (await made.json()) as { writeKey: string };
  const sent = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': firefox },
    body: JSON.stringify({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      visitor: 'a',
      url: 'https://www.shop.example/teas',
    }),
  });
  expect(sent.ok).toBe(true);
  const scripts = await scriptsOf('/', 'As of');
  const charts = [...scripts].filter(([path]) => /\/echarts-/.test(path));
  expect(charts.length).toBeLessThanOrEqual(1);
  for (const [path] of charts) scripts.delete(path);
  expect(total(scripts), JSON.stringify([...scripts])).toBeLessThan(bytesMax);
});
