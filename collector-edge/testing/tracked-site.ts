/** A site whose pages carry the tracker, a collector of another origin that can refuse, and a real browser. */
import { createServer, type Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../console/testing/chromium.ts';
import { nodePeerAddress } from '../node.ts';
import { buildTracker } from './build.ts';
import { createTestCollector, type TestCollector } from './collector.ts';

export interface StoredHit {
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

export interface TrackedSite {
  /** The built tracker. */
  script: string;
  context: BrowserContext;
  page: Page;
  collector: TestCollector;
  /** Their origins. */
  collectorOrigin: string;
  site: string;
  /** What the collector answers before it takes hits: one a request. */
  refusals: { status: number; retryAfter?: string }[];
  /** Bodies of `POST /hits`, refused ones too. */
  posted: string[];
  requested: string[];
  hits(): StoredHit[];
  stored(count: number): Promise<void>;
  /** Time enough for a hit that must not come. */
  quiet(): Promise<void>;
}

export async function originOf(server: Server): Promise<string> {
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return `http://127.0.0.1:${address.port}`;
}

function sitePage(path: string, collectorOrigin: string): string {
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

/** Opens and closes it around each test of the file that calls this. */
export function trackedSite(): TrackedSite {
  let browser: Browser;
  let servers: Server[] = [];
  const hits = () => opened.collector.bodies() as unknown as StoredHit[];
  const opened = {
    hits,
    stored: (count) => expect.poll(() => hits().length, { timeout: 10_000 }).toBe(count),
    quiet: () => opened.page.waitForTimeout(300),
  } as TrackedSite;

  beforeAll(async () => {
    opened.script = await buildTracker();
    browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    opened.refusals = [];
    opened.posted = [];
    opened.requested = [];
    opened.collector = createTestCollector({
      trackerScript: opened.script,
      peerAddress: nodePeerAddress,
    });
    const front = new Hono();
    front.use('/hits', async (c, next) => {
      if (c.req.method !== 'POST') return next();
      opened.posted.push(await c.req.raw.clone().text());
      const refusal = opened.refusals.shift();
      if (!refusal) return next();
      const headers: Record<string, string> = {
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'retry-after',
      };
      if (refusal.retryAfter !== undefined) headers['retry-after'] = refusal.retryAfter;
      return new Response(null, { status: refusal.status, headers });
    });
    front.route('/', opened.collector.app);
    const collectorServer = serve({ fetch: front.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    opened.collectorOrigin = await originOf(collectorServer);
    const siteServer = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(sitePage(request.url ?? '/', opened.collectorOrigin));
    }).listen(0, '127.0.0.1');
    opened.site = await originOf(siteServer);
    servers = [collectorServer, siteServer];
    opened.context = await browser.newContext({
      locale: 'de-CH',
      viewport: { width: 1234, height: 700 },
    });
    opened.context.on('request', (request) => opened.requested.push(request.url()));
    opened.page = await opened.context.newPage();
  });

  afterEach(async () => {
    await opened.context.close();
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  return opened;
}
