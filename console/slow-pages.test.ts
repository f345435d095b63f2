/**
 * Pages on a line that is slow, or away for a while, in Chromium against the built product: each says that it loads, and
 * asks again by itself once there is a network.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  await opened.makeDataset({ slug: 'shop' });
  await opened.api('/datasets/shop/rules/hits');
  // What a service worker asks cannot be held back here.
  page = await opened.newPage({ serviceWorkers: 'block' });
});
afterAll(() => opened?.close());

const loading = () => page.getByRole('main').getByText('Loading …').first();

describe.each([
  ['/users', '/users'],
  ['/keys', '/api-keys'],
  ['/audit', '/audit'],
  ['/shop/hit-rules', '/rules/hits'],
  ['/shop/masking', '/masking'],
  ['/shop/definitions', '/definitions/label'],
  ['/audit', '/retention'],
  ['/shop/sql', '/queries'],
  ['/shop/settings', '/shared-links'],
])('%s', (at, asked) => {
  const isIt = (url: URL) => url.pathname.endsWith(asked) && url.pathname.startsWith('/api/');

  it('says that it loads, and asks again when the network is back', async () => {
    let cut = () => {};
    const isAway = new Promise<void>((resolve) => {
      cut = resolve;
    });
    await page.route(isIt, async (route) => {
      await isAway;
      await route.abort();
    });
    await page.goto(at);
    await loading().waitFor();
    cut();
    await page.getByText('The server does not answer').first().waitFor();
    await loading().waitFor({ state: 'detached' });
    await page.unroute(isIt);
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await page.getByText('The server does not answer').first().waitFor({ state: 'detached' });
    await loading().waitFor({ state: 'detached' });
  });

  it('asks again when the tab is shown again', async () => {
    await page.route(isIt, (route) => route.abort(), { times: 1 });
    await page.goto(at);
    await page.getByText('The server does not answer').first().waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText('The server does not answer').first().waitFor({ state: 'detached' });
  });
});

it.each([
  '/sources',
  '/subscriptions',
  '/jobs',
  '/shop/index',
])('%s says that it loads', async (at) => {
  await page.route(`**/api${at.replace('/shop', '/datasets/shop')}`, () => undefined);
  await page.goto(at);
  await loading().waitFor();
});
