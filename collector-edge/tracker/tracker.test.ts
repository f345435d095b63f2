import { createServer, type Server } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../console/testing/chromium.ts';
import { nodePeerAddress } from '../node.ts';
import { buildTracker } from '../testing/build.ts';
import { createTestCollector, type TestCollector } from '../testing/collector.ts';

interface StoredHit {
  id: string;
  type: string;
  visitor: string;
  url: string;
  referrer?: string;
  title?: string;
  name?: string;
  properties?: Record<string, unknown>;
  at: number;
  sentAt: number;
  number: number;
  language: string;
  screenWidth: number;
  closeSession?: boolean;
  userId?: string;
  status?: number;
  durationMs?: number;
  steps?: { kind: string; target?: string; value?: string }[];
}

let script: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let collector: TestCollector;
let collectorServer: Server;
let siteServer: Server;
let collectorOrigin: string;
let site: string;
/** What the collector answers before it takes hits: one a request. */
let refusals: { status: number; retryAfter?: string }[];
/** Bodies of `POST /hits`, refused ones too. */
let posted: string[];
let requested: string[];

async function originOf(server: Server): Promise<string> {
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return `http://127.0.0.1:${address.port}`;
}

function sitePage(path: string): string {
  const attributes = /^\/(hash|dnt)/.exec(path)?.[1];
  return `<!doctype html><html lang="en"><head><title>Page ${path}</title>
    <script>window.canister = window.canister || function () { (canister.q = canister.q || []).push(arguments) }
    ${path === '/signed-in' ? 'canister("user", "id-4711")' : ''}
    ${path === '/early' ? 'canister("event", "Early", { n: 1 })' : ''}</script>
    <script defer src="${collectorOrigin}/tracker.js" data-dataset="wk_shop"${attributes ? ` data-${attributes}` : ''}></script>
    ${path === '/twice' ? `<script defer src="${collectorOrigin}/tracker.js" data-dataset="wk_shop"></script>` : ''}
    </head><body><a href="/next">next</a>${path === '/steps' ? stepsBody : ''}</body></html>`;
}

/** Everything that can be done on a page, and where it leads. */
const stepsBody = `
  <button id="dead">nothing</button>
  <button id="alive" onclick="this.textContent = 'clicked'">something</button>
  <form id="order" onsubmit="event.preventDefault()"><input name="tea"><button>send</button></form>
  <a id="file" href="/guide.pdf?key=1" onclick="event.preventDefault()">guide</a>
  <a id="out" href="https://elsewhere.example/page?from=shop" onclick="event.preventDefault()">away</a>
  <a id="mail" href="mailto:a@shop.example" onclick="event.preventDefault()">mail</a>
  <p id="text">some text to select</p>
  <script>function fail() { setTimeout(() => { throw new Error('broken tea') }) }</script>`;

beforeAll(async () => {
  script = await buildTracker();
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
}, 120_000);

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  refusals = [];
  posted = [];
  requested = [];
  collector = createTestCollector({ trackerScript: script, peerAddress: nodePeerAddress });
  const front = new Hono();
  front.use('/hits', async (c, next) => {
    if (c.req.method !== 'POST') return next();
    posted.push(await c.req.raw.clone().text());
    const refusal = refusals.shift();
    if (!refusal) return next();
    const headers: Record<string, string> = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after',
    };
    if (refusal.retryAfter !== undefined) headers['retry-after'] = refusal.retryAfter;
    return new Response(null, { status: refusal.status, headers });
  });
  front.route('/', collector.app);
  collectorServer = serve({ fetch: front.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  collectorOrigin = await originOf(collectorServer);
  siteServer = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(sitePage(request.url ?? '/'));
  }).listen(0, '127.0.0.1');
  site = await originOf(siteServer);
  context = await browser.newContext({ locale: 'de-CH', viewport: { width: 1234, height: 700 } });
  context.on('request', (request) => requested.push(request.url()));
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  for (const server of [collectorServer, siteServer]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const hits = () => collector.bodies() as unknown as StoredHit[];
const stored = (count: number) => expect.poll(() => hits().length, { timeout: 10_000 }).toBe(count);
/** Time enough for a hit that must not come. */
const quiet = () => page.waitForTimeout(300);

describe('the tracker script', () => {
  it('is smaller than 2 kB in brotli', () => {
    expect(brotliCompressSync(script).length).toBeLessThan(2_000);
  });
});

describe('the tracker in a page of another origin', () => {
  it('sends one page view with what it knows, and asks no one else for anything', async () => {
    const before = Date.now();
    await page.goto(`${site}/start?q=1#part`);
    await stored(1);
    const [hit] = hits();
    expect(hit).toMatchObject({
      type: 'page_view',
      url: `${site}/start?q=1`,
      title: 'Page /start?q=1',
      referrer: '',
      number: 0,
      language: 'de-CH',
      visitor: expect.stringMatching(/^[0-9a-f]{32}$/),
      id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    });
    expect(hit?.screenWidth).toBe(await page.evaluate(() => screen.width));
    expect(hit?.at).toBeGreaterThanOrEqual(before);
    expect(hit?.sentAt).toBeGreaterThanOrEqual(hit?.at ?? Number.POSITIVE_INFINITY);
    const origins = new Set(requested.map((url) => new URL(url).origin));
    expect(origins).toEqual(new Set([site, collectorOrigin]));
    expect(requested.filter((url) => url.startsWith(collectorOrigin)).sort()).toEqual([
      `${collectorOrigin}/hits`,
      `${collectorOrigin}/tracker.js`,
    ]);
  });

  it('sends a page view for each change of path or query, with the page before as referrer', async () => {
    await page.goto(`${site}/a`);
    await stored(1);
    await page.evaluate(() => {
      history.pushState({}, '', '/b');
      document.title = 'Late title';
    });
    await stored(2);
    await page.evaluate(() => history.replaceState({}, '', '/b?tab=2'));
    await stored(3);
    await page.goBack();
    await stored(4);
    await page.evaluate(() => {
      history.replaceState({ scroll: 10 }, '', location.href);
      location.hash = 'only-a-fragment';
    });
    await quiet();
    expect(hits().map((hit) => [hit.url, hit.referrer, hit.number])).toEqual([
      [`${site}/a`, '', 0],
      [`${site}/b`, `${site}/a`, 1],
      [`${site}/b?tab=2`, `${site}/b`, 2],
      [`${site}/a`, `${site}/b?tab=2`, 3],
    ]);
    expect(hits()[1]?.title).toBe('Late title');
    expect(new Set(hits().map((hit) => hit.visitor)).size).toBe(1);
  });

  it('counts fragments as pages where data-hash asks for it', async () => {
    await page.goto(`${site}/hash#/one`);
    await stored(1);
    await page.evaluate(() => {
      location.hash = '#/two';
    });
    await stored(2);
    await quiet();
    expect(hits().map((hit) => hit.url)).toEqual([`${site}/hash#/one`, `${site}/hash#/two`]);
  });

  it('sends events, also those called before it was loaded', async () => {
    await page.goto(`${site}/early`);
    await stored(2);
    await page.evaluate(() =>
      (window as never as { canister: (...args: unknown[]) => void }).canister('event', 'Bought', {
        price: 12.5,
        gift: true,
      }),
    );
    await stored(3);
    expect(hits().map((hit) => [hit.type, hit.name, hit.properties])).toEqual([
      ['page_view', undefined, undefined],
      ['event', 'Early', { n: 1 }],
      ['event', 'Bought', { price: 12.5, gift: true }],
    ]);
  });

  it('closes the session when the page says so', async () => {
    await page.goto(`${site}/a`);
    await stored(1);
    await page.evaluate(() =>
      (window as never as { canister: (command: string) => void }).canister('closeSession'),
    );
    await stored(2);
    expect(hits().map((hit) => [hit.type, hit.closeSession])).toEqual([
      ['page_view', undefined],
      ['steps', true],
    ]);
  });

  it('names the user from its first page view to the logout', async () => {
    await page.goto(`${site}/signed-in`);
    await stored(1);
    await page.evaluate(() => {
      const { canister } = window as never as { canister: (...args: string[]) => void };
      canister('event', 'Saved');
      canister('logout');
      canister('event', 'After');
    });
    await stored(4);
    expect(hits().map((hit) => [hit.type, hit.userId, hit.closeSession])).toEqual([
      ['page_view', 'id-4711', undefined],
      ['event', 'id-4711', undefined],
      ['steps', 'id-4711', true],
      ['event', undefined, undefined],
    ]);
  });

  it('stays one tracker when the page holds the script twice', async () => {
    await page.goto(`${site}/twice`);
    await stored(1);
    await quiet();
    expect(hits()).toHaveLength(1);
  });

  it('sends nothing where the person has switched it off', async () => {
    await page.goto(`${site}/a`);
    await stored(1);
    await page.evaluate(() => localStorage.setItem('canister-ignore', '1'));
    await page.goto(`${site}/early`);
    await quiet();
    expect(hits()).toHaveLength(1);
  });
});

describe('a browser that asks not to be tracked', () => {
  const ask = (signal: string, value: unknown) =>
    page.addInitScript(
      ([name, given]) =>
        Object.defineProperty(navigator, name as string, { value: given, configurable: true }),
      [signal, value] as const,
    );

  it.each([
    ['doNotTrack', '1'],
    ['globalPrivacyControl', true],
  ])('by %s is left alone where the tag heeds it: no hit, nothing kept, no error', async (signal, value) => {
    const failures: Error[] = [];
    page.on('pageerror', (error) => failures.push(error));
    await ask(signal, value);
    await page.goto(`${site}/dnt`);
    await page.evaluate("canister('event', 'Bought')");
    await quiet();
    expect(hits()).toEqual([]);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    expect(failures).toEqual([]);
    await page.goto(`${site}/a`);
    await stored(1);
  });

  it.each([
    ['doNotTrack', null],
    ['doNotTrack', 'unspecified'],
    ['doNotTrack', '0'],
    ['globalPrivacyControl', false],
  ])('counts where %s is %s', async (signal, value) => {
    await ask(signal, value);
    await page.goto(`${site}/dnt`);
    await stored(1);
  });
});

describe('the transport', () => {
  const idsOf = (body: string) => (JSON.parse(body) as StoredHit[]).map((hit) => hit.id);

  it('sends a hit again with the same id after a 503, when it was asked to', async () => {
    refusals = [{ status: 503, retryAfter: '1' }];
    await page.goto(`${site}/a`);
    await stored(1);
    expect(posted).toHaveLength(2);
    expect(idsOf(posted[1] ?? '')).toEqual(idsOf(posted[0] ?? ''));
    expect(await page.evaluate(() => sessionStorage.getItem('canister-hits'))).toBe('[]');
  });

  it('comes back by itself after 429 and 502 without Retry-After, and sends later hits along', async () => {
    refusals = [{ status: 429 }, { status: 502 }];
    await page.goto(`${site}/a`);
    await expect.poll(() => posted.length).toBe(1);
    await page.evaluate(() => history.pushState({}, '', '/b'));
    await stored(2);
    expect(hits().map((hit) => hit.url)).toEqual([`${site}/a`, `${site}/b`]);
  });

  it('carries an unsent hit over a navigation, and it counts once', async () => {
    refusals = [{ status: 503, retryAfter: '600' }];
    await page.goto(`${site}/a`);
    await expect.poll(() => posted.length).toBe(1);
    await page.click('a');
    await stored(2);
    await quiet();
    expect(hits().map((hit) => hit.url)).toEqual([`${site}/a`, `${site}/next`]);
    expect(idsOf(posted[0] ?? '')).toEqual([hits()[0]?.id]);
    expect(collector.counts()['shop accepted']).toBe(2);
  });

  it('sends what waits with a beacon when the page goes away for good', async () => {
    refusals = [{ status: 503, retryAfter: '600' }];
    const refused = page.waitForResponse((response) => response.status() === 503);
    await page.goto(`${site}/a`);
    await refused;
    // A request that is still under way is not sent a second time: the page has to have seen its refusal.
    await quiet();
    await page.goto('about:blank');
    await stored(1);
  });

  it('drops a hit that is refused for good', async () => {
    refusals = [{ status: 400 }];
    await page.goto(`${site}/a`);
    await expect
      .poll(() => page.evaluate(() => sessionStorage.getItem('canister-hits')))
      .toBe('[]');
    await quiet();
    expect([posted.length, hits().length]).toEqual([1, 0]);
  });

  it('keeps at most fifty hits, and sends them when the network is back', async () => {
    await page.goto(`${site}/a`);
    await stored(1);
    await context.setOffline(true);
    await page.evaluate(() => {
      const { canister } = window as never as { canister: (...args: unknown[]) => void };
      for (let n = 0; n < 60; n += 1) canister('event', `Offline ${n}`);
    });
    await quiet();
    await context.setOffline(false);
    await stored(51);
    await quiet();
    expect(hits().at(-1)?.name).toBe('Offline 59');
    expect(hits()[1]?.name).toBe('Offline 10');
  });
});

describe('the steps of a page', () => {
  const steps = () => hits().flatMap((hit) => hit.steps ?? []);
  const kinds = () => steps().map(({ kind, target }) => `${kind} ${target}`);
  const start = async () => {
    await page.goto(`${site}/steps`);
    await stored(1);
  };

  it('tell of a click that does nothing, and not of one that does something', async () => {
    await start();
    await page.click('#dead');
    await page.waitForTimeout(1_200);
    await page.click('#alive');
    await page.waitForTimeout(1_200);
    await expect.poll(kinds, { timeout: 10_000 }).toEqual(['dead_click button#dead']);
  });

  it('tell of clicks in a row, but not of a text that is selected by them', async () => {
    await start();
    await page.click('#alive', { clickCount: 4 });
    await page.click('#text', { clickCount: 3 });
    await expect.poll(kinds, { timeout: 10_000 }).toEqual(['rage_click button#alive']);
  });

  it('tell that a form is used and sent, and never what is typed', async () => {
    await start();
    await page.fill('input[name=tea]', 'secret oolong');
    await page.press('input[name=tea]', 'Enter');
    await page.fill('input[name=tea]', 'more');
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual(['input form#order', 'submit form#order', 'input form#order']);
    expect(JSON.stringify(posted)).not.toContain('oolong');
  });

  it('tell of links to files and to other sites, without their queries', async () => {
    await start();
    for (const link of ['#file', '#out', '#mail', '#file']) await page.click(link);
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual([
        `download ${site}/guide.pdf`,
        'outbound https://elsewhere.example/page',
        `download ${site}/guide.pdf`,
      ]);
  });

  it('tell of scripts that fail', async () => {
    await start();
    await page.evaluate('fail(); Promise.reject(new Error("no tea")); 0');
    await expect.poll(() => steps().length, { timeout: 10_000 }).toBe(2);
    expect(steps().map(({ kind, value }) => [kind, value])).toEqual(
      expect.arrayContaining([
        ['error', 'Error: no tea'],
        ['error', 'Uncaught Error: broken tea'],
      ]),
    );
  });

  it('are sent when the page goes, before their time has come', async () => {
    await start();
    await page.click('#out');
    await page.goto(`${site}/next`);
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual(['outbound https://elsewhere.example/page']);
  });

  it('stop at a hundred a page: a script that fails for ever sends no more', async () => {
    await start();
    await page.evaluate(
      'for (let i = 0; i < 300; i += 1) setTimeout(() => { throw new Error("again") })',
    );
    await expect.poll(() => steps().length, { timeout: 10_000 }).toBe(100);
    await page.click('#out');
    await page.waitForTimeout(2_500);
    expect(steps().length).toBe(100);
  });

  it('come with how the page was answered', async () => {
    await start();
    expect(hits()[0]).toMatchObject({ type: 'page_view', status: 200 });
    expect(hits()[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });
});
