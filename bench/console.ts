/**
 * `npm run bench -- console`: how long until the first report is seen, in Chromium with its processor slowed down four
 * times and nothing cached; beside it the same for an answer of a few bytes, which is what browser and machine cost.
 */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../console/testing/chromium.ts';
import { firefox } from '../console/testing/pages.ts';
import { type Product, startProduct } from '../console/testing/product.ts';

const slowdown = 4;
const loads = 5;
const sessions = 200;
const wantedMs = 1_500;
const storedWaitMsMax = 60_000;

/** @returns figures in milliseconds: the median and the slowest of the loads */
export async function console(): Promise<object> {
  const product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  try {
    await fill(product);
    const bare: number[] = [];
    const first: number[] = [];
    for (let load = 0; load < loads; load += 1) {
      bare.push(await timeOf(browser, product, '/healthz', 'body'));
      first.push(
        await timeOf(browser, product, '/shop/reports/overview', 'cn-figure-row dd.value'),
      );
    }
    return { slowdown, loads, wantedMs, bareMs: summary(bare), firstViewMs: summary(first) };
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** A dataset with sessions that have ended. */
async function fill({ baseUrl }: Product): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'x-canister': 'bench',
    'user-agent': firefox,
  };
  const post = async (path: string, body: unknown) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${baseUrl}${path}`, init);
    if (!response.ok || response.headers.has('x-canister-refused'))
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const made = await post('/api/datasets', { slug: 'shop' });
  const { writeKey } = (await made.json()) as { writeKey: string };
  const hits = Array.from({ length: sessions }, (_, number) => ({
    dataset: writeKey,
    id: randomUUID(),
    type: 'page_view',
    visitor: `visitor-${number}`,
    url: `https://www.shop.example/teas/${number % 20}`,
  }));
  for (let from = 0; from < hits.length; from += 50)
    await post('/hits', hits.slice(from, from + 50));
  for (let waitedMs = 0; waitedMs < storedWaitMsMax; waitedMs += 200) {
    const status = await fetch(`${baseUrl}/api/status`);
    const { datasets } = (await status.json()) as { datasets: { storedSessions: number }[] };
    if ((datasets[0]?.storedSessions ?? 0) >= sessions) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the sessions were not stored in time');
}

/** From the navigation until something is drawn, in a browser that knows nothing. */
async function timeOf(
  browser: Browser,
  product: Product,
  path: string,
  until: string,
): Promise<number> {
  const context = await browser.newContext({ baseURL: product.baseUrl, serviceWorkers: 'block' });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  const startedAt = performance.now();
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator(until).first().waitFor();
  const tookMs = performance.now() - startedAt;
  await context.close();
  return tookMs;
}

function summary(times: readonly number[]): { median: number; slowest: number } {
  const sorted = [...times].sort((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { median: Math.round(median), slowest: Math.round(sorted.at(-1) ?? 0) };
}
