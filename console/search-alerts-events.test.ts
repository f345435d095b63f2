/**
 * The pages of search, alerts and events as a user meets them: the built product with an imported log, and a real
 * Chromium. What they show is held against the lines of the log, which the test writes and counts itself.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, isFocused, violations, type Watched, watch } from './testing/pages.ts';
import { forget, type Product, runCommand, startProduct } from './testing/product.ts';

const hourMs = 3_600_000;
const patient = { interval: 200, timeout: 45_000 };

/** Visitor, hours ago, path and status: two busy minutes, and a page that is not there. */
const lines: [visitor: number, hoursAgo: number, path: string, status: number][] = [
  [5, 30, '/', 200],
  [5, 30, '/missing', 404],
  [6, 30, '/teas', 200],
  [7, 3, '/', 200],
  [7, 3, '/missing', 404],
  [7, 3, '/missing', 404],
  [8, 3, '/<b>order</b>', 200],
];
const missing = lines.filter(([, , path]) => path === '/missing');
const missingSessions = new Set(missing.map(([visitor]) => visitor)).size;

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let watched: Watched;
let writeKey: string;

async function api(path: string, body?: unknown) {
  const response = await fetch(`${product.baseUrl}/api${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return await response.json();
}

/** A line of the combined log format. */
function logLine([visitor, hoursAgo, path, status]: (typeof lines)[number]): string {
  const at = new Date(Date.now() - hoursAgo * hourMs);
  const month = at.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const day = String(at.getUTCDate()).padStart(2, '0');
  const stamp = `${day}/${month}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
  return `203.0.${visitor}.7 - - [${stamp}] "GET ${path} HTTP/1.1" ${status} 512 "-" "${firefox}"`;
}

beforeAll(async () => {
  product = await startProduct();
  writeKey = (await api('/datasets', { slug: 'shop' })).writeKey;
  const log = join(product.data, '..', 'access.log');
  writeFileSync(log, `${lines.map(logLine).join('\n')}\n`);
  const { code, notes } = await runCommand([
    'import',
    log,
    '--dataset',
    'shop',
    '--data',
    product.data,
  ]);
  expect(code, notes).toBe(0);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  context = await browser.newContext({
    baseURL: product.baseUrl,
    locale: 'en-GB',
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

const heading = (name: string) => page.getByRole('heading', { name, exact: true });
const rows = () => page.locator('cn-found-table tbody tr');
const found = (count: number) =>
  page.getByText(count === 1 ? '1 session' : `${count} sessions`, { exact: true }).waitFor();

describe('the page of search', () => {
  it('completes a condition by keyboard alone, and finds the sessions of the log', async () => {
    await page.goto('/shop/live');
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await heading('Find sessions by what happened in them').waitFor();
    const box = page.getByLabel('Sessions with');
    await box.focus();
    await page.keyboard.type('sta');
    await page.getByRole('option', { name: 'response.status' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await box.inputValue()).toBe('response.status ');
    await page.getByRole('option', { name: 'between' }).waitFor();
    await page.keyboard.type('= 404');
    await page.keyboard.press('Enter');
    await found(missingSessions);
    expect(new URL(page.url()).searchParams.get('condition')).toBe('response.status = 404');
    expect(await rows().count()).toBe(missingSessions);
    expect(await rows().first().innerText()).toContain('response.status · hit 2');
  });

  it('opens its list for what was typed before the names were there', async () => {
    const slow = await browser.newPage({ baseURL: product.baseUrl, serviceWorkers: 'block' });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await slow.route('**/event-completion', async (route) => {
      await held;
      await route.continue();
    });
    await slow.goto('/shop/search');
    await slow.getByLabel('Sessions with').pressSequentially('sta');
    expect(await slow.getByRole('option', { name: 'response.status' }).count()).toBe(0);
    letGo();
    await slow.getByRole('option', { name: 'response.status' }).waitFor();
    await slow.close();
  });

  it('is opened anew by its address, marks what was found, and draws paths as text', async () => {
    await page.goto(
      `/shop/search?${new URLSearchParams({ condition: 'request.path contains "order"' })}`,
    );
    await found(1);
    expect(await page.locator('cn-found-table mark').innerText()).toBe('order');
    expect(await rows().first().innerText()).toContain('/<b>order</b>');
    expect(await page.locator('cn-found-table b').count()).toBe(0);
    await rows().first().getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/shop\/sessions\/[0-9a-f]{32}$/);
    await heading('Session').waitFor();
  });

  it('marks a fault at its place while somebody types, and says it', async () => {
    await page.goto('/shop/search');
    await page
      .getByLabel('Sessions with')
      .fill('response.status = 404 and luck > 1 and robot = false');
    await page.getByText('Character 27: There is no field "luck".').waitFor();
    expect(await page.locator('cn-condition-box mark').innerText()).toBe('luck');
    expect(await page.getByLabel('Sessions with').getAttribute('aria-invalid')).toBe('true');
    // A text that merely goes on is not called wrong while it is written.
    await page.getByLabel('Sessions with').fill('robot = false and');
    await page.waitForTimeout(800);
    expect(await page.locator('cn-condition-box mark').count()).toBe(0);
  });

  it('narrows by a facet and by days, and says when nothing is found', async () => {
    await page.goto('/shop/search?condition=robot+%3D+false');
    const sessions = new Set(lines.map(([visitor]) => visitor)).size;
    await found(sessions);
    // By keyboard, the values are not all on the way to what was found.
    await page.locator('summary', { hasText: 'What they have in common' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('cn-found-table a').first().evaluate(isFocused)).toBe(true);
    await page.getByRole('button', { name: /^\/teas/ }).click();
    await found(1);
    expect(await page.getByLabel('Sessions with').inputValue()).toBe(
      'robot = false and entry.path = "/teas"',
    );
    await page.getByLabel('Sessions with').fill('request.path = "/nowhere"');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await heading('No session meets this condition').waitFor();
  });

  it('keeps a search and a label, opens the search again, and deletes it', async () => {
    await forget(product, '/datasets/shop/searches/Gone', '/datasets/shop/definitions/label/Gone');
    await page.goto('/shop/search?condition=response.status+%3D+404');
    await found(missingSessions);
    await page.getByText('Keep this search').click();
    await page.getByLabel('Name').fill('Gone');
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByRole('button', { name: 'Stay here' }).click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('Kept as "Gone".').waitFor();
    await page.getByLabel(/^As/).selectOption('Label for reports');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('Kept as the label "Gone"').waitFor();
    const { definitions } = await api('/datasets/shop/definitions/label');
    expect(definitions).toMatchObject([{ name: 'Gone', condition: 'response.status = 404' }]);
    await page.goto('/shop/search');
    await page.getByRole('link', { name: 'Gone', exact: true }).click();
    await found(missingSessions);
    await page.goto('/shop/search');
    await page.getByRole('button', { name: 'Delete Gone' }).click();
    await expect.poll(() => page.getByRole('link', { name: 'Gone', exact: true }).count()).toBe(0);
    expect((await api('/datasets/shop/searches')).searches).toEqual([]);
  });
});

describe('the page of alerts', () => {
  it('teaches where there is none, and says what is wrong beside its field', async () => {
    await page.goto('/shop/alerts');
    await heading('No alert yet').waitFor();
    await page.getByRole('link', { name: 'Make the first alert' }).click();
    await heading('New alert').waitFor();
    expect(await page.locator('cn-alerts-page h1').evaluate(isFocused)).toBe(true);
    await page.getByLabel('Within minutes').fill('100000');
    await page.getByRole('button', { name: 'Save alert' }).click();
    await page.getByText('Is at most 1440 minutes').waitFor();
  });

  it('tries an alert over the past before it is saved', async () => {
    await page.getByLabel(/^Name/).fill('Busy');
    await page.getByLabel(/^What is watched/).selectOption('A metric');
    await page.getByLabel(/^Metric/).selectOption('Hits');
    await page.getByLabel('Within minutes').fill('60');
    await page.getByLabel('Bound').fill('3');
    await page.getByLabel('Rearm after minutes').fill('120');
    await page.getByRole('button', { name: 'Dry run' }).click();
    // Three hits thirty hours ago and four three hours ago: once each.
    await page.getByText('It would have fired 2 times').waitFor();
    expect(await page.getByRole('list', { name: 'Firings' }).getByRole('listitem').count()).toBe(2);
    expect((await api('/datasets/shop/alerts/rules')).alerts).toEqual([]);
    await page.getByRole('button', { name: 'Save alert' }).click();
    await page.getByRole('link', { name: 'Busy' }).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Busy' });
    expect(await row.innerText()).toContain('Quiet');
    expect(await row.innerText()).toContain('Count of hits within 1 hour at least 3');
  });

  it('shows its firing by itself, with the session that caused it', async () => {
    for (const path of ['/1', '/2', '/3']) {
      const hit = { dataset: writeKey, id: randomUUID(), type: 'page_view', visitor: 'ada' };
      const response = await fetch(`${product.baseUrl}/hits`, {
        method: 'POST',
        headers: { 'user-agent': firefox },
        body: JSON.stringify({ ...hit, url: `https://shop.example${path}` }),
      });
      expect(response.status).toBe(202);
    }
    await page.getByText('Firing', { exact: true }).waitFor();
    const entry = page.locator('table.history tbody tr');
    await entry.waitFor();
    expect(await entry.innerText()).toMatch(/Fired Busy[\s\S]*: 3/);
    const { sessions } = await api('/datasets/shop/sessions/active');
    expect(await entry.getByRole('link').getAttribute('href')).toBe(
      `/shop/sessions/${sessions[0].id}`,
    );
  });

  it('mutes an alert by a blackout, and says so in the list', async () => {
    await page.getByRole('link', { name: 'Busy' }).click();
    await page.getByRole('button', { name: 'Add a blackout' }).click();
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) await page.getByLabel(day).check();
    await page.getByRole('button', { name: 'Save alert' }).click();
    await page.getByText('Muted', { exact: true }).waitFor();
    const { alerts } = await api('/datasets/shop/alerts/rules');
    expect(alerts[0].rule.blackouts).toMatchObject([{ from: '00:00', to: '24:00' }]);
    expect(alerts[0].rule.blackouts[0].days).toHaveLength(7);
  });

  it('makes a channel, sends a test through it, and refuses a private address', async () => {
    await page.getByLabel('Channel name').fill('ops');
    await page.getByLabel('Mail addresses').fill('ann@shop.example');
    await page.getByRole('button', { name: 'Save channel' }).click();
    await page.getByRole('button', { name: 'Send a test to ops' }).click();
    await page.getByText('The test was sent.').waitFor();
    await page.getByText('New channel').click();
    await page.getByLabel(/^Kind/).selectOption('Webhook');
    await page.getByLabel('Channel name').fill('hook');
    await page.getByLabel('Address, such as').fill('http://127.0.0.1/hook');
    await page.getByRole('button', { name: 'Save channel' }).click();
    await heading('The channel cannot be used as it is').waitFor();
    expect(watched.complaints.splice(0).filter((text) => !text.includes('400'))).toEqual([]);
  });
});

describe('the page of events', () => {
  const name = 'Missing page seen';

  it('lists the standard events and drafts a new one; its fault is shown at its place', async () => {
    await page.goto('/shop/events');
    await page.getByRole('link', { name: 'Page not found', exact: true }).waitFor();
    await page.getByRole('link', { name: 'New event' }).click();
    await page.getByLabel('Name', { exact: true }).first().fill(name);
    await page.getByLabel('Condition').fill('request.path = "/missing" annd x');
    await page.getByText('Character 27:').waitFor();
    expect(await page.locator('cn-condition-box mark').innerText()).toBe('annd');
    await page.getByLabel('Condition').fill('request.path = "/missing"');
  });

  it('tries it over the past with figures and sessions, and writes nothing', async () => {
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText(`It would have fired ${missing.length} times`).waitFor();
    await page.getByText(`Sessions in which it would have fired (${missingSessions})`).click();
    const links = page.locator('cn-event-trial a');
    expect(await links.count()).toBe(missingSessions);
    expect(await links.first().getAttribute('href')).toMatch(/^\/shop\/sessions\/[0-9a-f]{32}$/);
    const { events } = await api('/datasets/shop/events');
    expect(JSON.stringify(events)).not.toContain(name);
  });

  it('publishes it, runs it over the past, and search finds its sessions', async () => {
    await page.getByRole('button', { name: 'Save and publish' }).click();
    await page.getByText('Published as version 1').waitFor();
    await page.getByRole('link', { name: 'All events' }).click();
    await page.getByText('Version 1 is in force.').waitFor();
    await page.getByLabel(/^Event/).selectOption(name);
    await page.getByRole('button', { name: 'Run over the past' }).click();
    const row = page.getByRole('row').filter({ hasText: 'version 1, all time' });
    await row.getByText('Done').waitFor();
    expect(await row.getByRole('cell').nth(2).innerText()).toMatch(
      new RegExp(`^${missing.length}\\s+in ${missingSessions} sessions`),
    );
    await row.getByRole('link', { name }).click();
    await found(missingSessions);
    expect(await page.getByLabel('Sessions with').inputValue()).toBe(`event "${name}"`);
  });

  it('shows what differs, and goes back to what was published', async () => {
    await page.goto(`/shop/events?${new URLSearchParams({ event: name })}`);
    await page.getByLabel('Condition').fill('request.path = "/gone"');
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Saved as a draft').waitFor();
    await page.getByRole('link', { name: 'All events' }).click();
    await page.getByText('1 draft is not published.').waitFor();
    await page.getByRole('button', { name: 'Compare with the drafts' }).click();
    await page.locator('cn-set-diff ins', { hasText: 'request.path = "/gone"' }).waitFor();
    expect(await page.locator('cn-set-diff del').innerText()).toBe('request.path = "/missing"');
    const publish = page.getByRole('button', { name: /Publish all drafts|Press again/ });
    await publish.click();
    await page.waitForTimeout(500);
    await publish.click();
    await page.getByText('Version 2 is in force.').waitFor();
    const back = page.getByRole('button', { name: /to version 1/ });
    await back.click();
    await page.waitForTimeout(500);
    await back.click();
    await page.getByText('Version 3 is in force.').waitFor();
    const { events } = await api('/datasets/shop/events');
    const kept = events.find(
      (one: { definition: { name: string } }) => one.definition.name === name,
    );
    expect(kept).toMatchObject({
      state: 'published',
      definition: { condition: 'request.path = "/missing"' },
    });
  });

  it('drafts a hit attribute', async () => {
    await forget(product, '/datasets/shop/event-attributes/total');
    await page.goto('/shop/events');
    await page.getByRole('button', { name: 'New attribute' }).click();
    await page.getByLabel('Attribute name').fill('total');
    await page.getByLabel('From', { exact: true }).fill('<b id="total">');
    await page.getByLabel('To (optional)').fill('</b>');
    await page.getByRole('button', { name: 'Save attribute' }).click();
    await page.getByText('hit_attribute.total').waitFor();
    const { attributes } = await api('/datasets/shop/events');
    expect(attributes).toContainEqual(
      expect.objectContaining({
        state: 'draft',
        definition: expect.objectContaining({
          name: 'total',
          take: { by: 'between', start: '<b id="total">', end: '</b>' },
        }),
      }),
    );
  });
});

describe('all three', () => {
  it.each([
    'light',
    'dark',
  ] as const)('give axe nothing to find, and fit, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Wide and light, narrow and dark: the colours and the layouts, each once.
    const width = colorScheme === 'light' ? 1400 : 360;
    await page.setViewportSize({ width, height: 900 });
    const pages: [path: string, shown: string][] = [
      ['/shop/search', 'To begin with'],
      ['/shop/search?condition=response.status+%3D+404', 'Started'],
      ['/shop/alerts', 'Busy'],
      ['/shop/alerts?alert=Busy', 'Add a blackout'],
      ['/shop/events', 'Page not found'],
      ['/shop/events?event=Server+error', 'Add an action'],
    ];
    for (const [path, shown] of pages) {
      await page.goto(path);
      await page.getByText(shown, { exact: true }).first().waitFor({ state: 'attached' });
      await page.waitForTimeout(300);
      expect(await violations(page), path).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(wider, path).toBe(false);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it('say so when the server is gone, keep what they show, and take up again', async () => {
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
    await page.goto('/shop/alerts');
    await page.getByRole('link', { name: 'Busy' }).waitFor();
    await context.setOffline(true);
    await heading('The server does not answer').first().waitFor();
    expect(await page.getByRole('link', { name: 'Busy' }).isVisible()).toBe(true);
    await context.setOffline(false);
    await expect.poll(() => heading('The server does not answer').count(), patient).toBe(0);
    expect(watched.foreignRequests).toEqual([]);
  });
});
