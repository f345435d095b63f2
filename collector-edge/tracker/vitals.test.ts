import { createServer, type Server } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../console/testing/chromium.ts';
import { nodePeerAddress } from '../node.ts';
import { buildTracker, buildVitals } from '../testing/build.ts';
import { createTestCollector, type TestCollector } from '../testing/collector.ts';
import { originOf } from '../testing/tracked-site.ts';

const answerMs = 150;
const busyMs = 240;
const viewport = { width: 1_000, height: 800 };

let script: string;
let browser: Browser;
let page: Page;
let collector: TestCollector;
const servers: Server[] = [];
let collectorOrigin: string;
let site: string;

async function listen(server: Server): Promise<string> {
  servers.push(server);
  return await originOf(server);
}

/** A page that comes late, answers a click slowly, and moves when it is told to; it watches itself. */
const pageOf = (path: string) => `<!doctype html><html lang="en"><head><title>${path}</title>
  <style>body { margin: 0 } #first { height: 400px; background: teal }</style>
  <script>
    seen = { lcp: 0, shift: 0 };
    new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.lcp = one.startTime })
      .observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value })
      .observe({ type: 'layout-shift', buffered: true });
    function move() { document.body.insertAdjacentHTML('afterbegin', '<div style="height:200px"></div>') }
    function work() { const end = performance.now() + ${busyMs}; while (performance.now() < end); }
  </script>
  ${path === '/plain' ? '' : `<script defer src="${collectorOrigin}/tracker.js" data-dataset="wk_shop" data-vitals></script>`}
  ${path === '/plain' ? `<script defer src="${collectorOrigin}/tracker.js" data-dataset="wk_shop"></script>` : ''}
  </head><body><div id="first"><h1>Tea</h1></div><button id="busy" onclick="work()">work</button></body></html>`;

beforeAll(async () => {
  const vitalsScript = await buildVitals();
  script = vitalsScript;
  const trackerScript = await buildTracker();
  const options = { trackerScript, vitalsScript, peerAddress: nodePeerAddress };
  const app = {
    fetch: (request: Request, env: unknown) => collector.app.fetch(request, env as never),
  };
  collector = createTestCollector(options);
  collectorOrigin = await listen(serve({ ...app, port: 0, hostname: '127.0.0.1' }) as Server);
  site = await listen(
    createServer((request, response) => {
      setTimeout(() => {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(pageOf(request.url ?? '/'));
      }, answerMs);
    }).listen(0, '127.0.0.1'),
  );
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
}, 120_000);

beforeEach(async () => {
  collector.inbox.rows.length = 0;
  page = await (await browser.newContext({ viewport })).newPage();
  return () => page.context().close();
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

interface Measured {
  type: string;
  url: string;
  visitor: string;
  properties: Record<string, number>;
}
const hits = () => collector.bodies() as unknown as Measured[];
const measured = () => hits().filter(({ type }) => type === 'web_vitals');
const loaded = () =>
  page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/vitals.js')),
  );

describe('the script of web vitals', () => {
  it('is small, and loaded only where data-vitals asks for it', async () => {
    expect(brotliCompressSync(script).length).toBeLessThan(4_000);
    await page.goto(`${site}/plain`);
    await expect.poll(() => hits().length, { timeout: 10_000 }).toBe(1);
    await page.goto('about:blank');
    await page.waitForTimeout(300);
    expect(measured()).toEqual([]);
  });

  it('sends what the browser measured when the page is left, with the address that was loaded', async () => {
    await page.goto(`${site}/tea?size=2#cup`);
    await loaded();
    // The script has asked the browser for what came before it.
    await page.waitForTimeout(500);
    await page.evaluate('move()');
    await page.waitForTimeout(600);
    await page.click('#busy');
    await page.waitForTimeout(400);
    await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
    const seen = (await page.evaluate('seen')) as { lcp: number; shift: number };
    await page.goto('about:blank');
    await expect.poll(() => measured().length, { timeout: 10_000 }).toBe(1);
    await page.waitForTimeout(500);
    const [hit] = measured();
    const { load, lcp, inp, cls, fcp, ttfb } = hit?.properties ?? {};
    expect(hit?.url).toBe(`${site}/tea?size=2`);
    expect(hit?.visitor).toBe(hits()[0]?.visitor);
    expect(lcp).toBe(Math.round(seen.lcp));
    // The button moved by 200 of 800 px; only what the browser itself saw is known to the digit.
    expect(seen.shift).toBeGreaterThan(0);
    expect(cls).toBeCloseTo(seen.shift, 3);
    expect(inp).toBeGreaterThanOrEqual(busyMs);
    expect(ttfb).toBeGreaterThanOrEqual(answerMs - 5);
    expect(fcp).toBeGreaterThanOrEqual(ttfb ?? Number.POSITIVE_INFINITY);
    expect(load).toBeGreaterThan(Date.now() - 60_000);
  });
});
