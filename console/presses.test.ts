/**
 * A slow line: every button that asks for something is pressed twice before its answer came, and asks once. The built
 * product in Chromium; no answer ever comes, so that each press finds the same state.
 */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

const password = 'a long enough password';
const shop = '/datasets/shop';
const drawnMs = 150;
/** A double click is one press of a button that acts at the second. */
const apartMs = 450;

let opened: OpenedConsole;
let page: Page;

const put = (path: string, body: object) => opened.api(path, { method: 'PUT', body });

beforeAll(async () => {
  opened = await openConsole();
  const { api } = opened;
  await opened.makeDataset({ slug: 'shop' });
  const fires = { trigger: 'every_hit', condition: 'response.status = 404' };
  await put(`${shop}/events/Lost`, fires);
  await api(`${shop}/event-sets`, { body: {} });
  await put(`${shop}/events/Missed`, fires);
  await api(`${shop}/event-sets`, { body: {} });
  await put(`${shop}/event-attributes/tea`, {
    home: 'hit',
    side: 'request',
    take: { by: 'query', name: 'tea' },
    type: 'text',
  });
  for (const name of ['Tea', 'Cake'])
    await put(`${shop}/definitions/page_group`, { name, condition: `request.path = "/${name}"` });
  await put(`${shop}/searches/Errors`, { condition: 'response.status = 500', segment: false });
  await put(`${shop}/queries/Numbers`, { sql: 'SELECT 1' });
  await put(`${shop}/alerts/rules`, {
    name: 'Many',
    subject: { kind: 'event', event: 'Lost' },
    measure: 'count',
    operator: 'above',
    bound: 3,
    windowMinutes: 60,
  });
  await put('/channels', { kind: 'mail', name: 'ops', to: ['ops@shop.example'] });
  await put('/subscriptions', {
    name: 'Weekly',
    schedule: { kind: 'weekly', weekday: 'mon', at: '07:00' },
    recipients: ['a@shop.example'],
    datasets: ['shop'],
  });
  const source = { name: 'Night log', dataset: 'shop', locations: ['/logs/night'] };
  await put('/sources', { source });
  await api('/api-keys', { body: { name: 'Build', role: 'reader', dataset: 'shop', days: 9 } });
  await api(`${shop}/shared-links`, {
    body: { name: 'Agency', report: 'overview', period: 'last_7_days' },
  });
  await put(`${shop}/definitions/report`, {
    name: 'own',
    title: 'Own',
    panels: [
      {
        name: 'pages',
        title: 'Pages',
        kind: 'table',
        query: { metrics: ['page_views'], dimensions: ['path'] },
      },
    ],
  });
  const grants = [{ role: 'analyst', dataset: 'shop' }];
  await api('/users', { body: { email: 'bob@shop.example', grants, sendMail: false } });
  const { number } = await api(`${shop}/recut`, { body: { idleTimeoutMs: 60_000 } });
  await vi.waitFor(async () => expect((await api(`/upkeep/${number}`)).state).toBe('done'), 30_000);
  const token = /welcome#(f_[\w-]{43})/.exec(opened.product.said())?.[1];
  await api('/first', { body: { token, email: 'ann@shop.example', name: 'Ann', password } });
  // A sign-in of another browser, to be ended.
  const context = { serviceWorkers: 'block' } as const;
  for (const one of [await opened.newPage(), await opened.newPage(context)]) {
    await one.goto('/');
    await one.getByLabel('Mail address').fill('ann@shop.example');
    await one.getByLabel('Password').fill(password);
    await one.getByRole('button', { name: 'Sign in' }).click();
    await one.getByRole('link', { name: 'Ann', exact: true }).waitFor();
    page = one;
  }
  page.on('dialog', (dialog) => void dialog.accept());
});

beforeEach(() => page.unrouteAll());
afterAll(() => opened?.close());

interface Press {
  at: string;
  /** The button, by its name as it is read. */
  press: string | RegExp;
  /** What it asks for: the method and the end of the path. */
  asks: string;
  /** True for a button that acts at the second press. */
  confirms?: boolean;
  /** What is done before. */
  first?: () => Promise<unknown>;
}

const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
const click = (name: string) => page.getByRole('button', { name, exact: true }).click();

const presses: Press[] = [
  { at: '/users', press: 'Disable bob@shop.example', asks: 'POST /disable' },
  { at: '/users', press: /^Take away /, asks: 'PUT /roles' },
  { at: '/users', press: 'Give bob@shop.example this role', asks: 'PUT /roles' },
  {
    at: '/users',
    press: 'Save',
    asks: 'PUT',
    first: () => click('Change bob@shop.example'),
  },
  { at: '/users', press: 'New link bob@shop.example', asks: 'POST /reset' },
  { at: '/users', press: 'Delete bob@shop.example', asks: 'DELETE' },
  { at: '/keys', press: 'Delete the key Build', asks: 'DELETE' },
  { at: '/account', press: 'End', asks: 'DELETE' },
  { at: '/account', press: 'Sign out', asks: 'DELETE /sign-in' },
  { at: '/audit', press: 'Verify', asks: 'GET /verify' },
  { at: '/audit', press: 'Set it, and remove that', asks: 'PUT /retention', confirms: true },
  { at: '/jobs', press: 'Verify what is stored', asks: 'POST /verify' },
  { at: '/jobs', press: 'Rebuild the tables', asks: 'POST /rebuild', confirms: true },
  { at: '/shop/settings', press: 'Make a new write key', asks: 'POST /write-key', confirms: true },
  {
    at: '/shop/settings',
    press: 'Save',
    asks: 'PUT /shop',
    first: () => click('Change'),
  },
  {
    at: '/shop/settings',
    press: 'Delete the dataset',
    asks: 'DELETE /shop',
    first: () => fill('Short name', 'shop'),
  },
  { at: '/shop/rules', press: 'Show what would move', asks: 'POST /recut' },
  { at: '/shop/rules', press: 'Discard', asks: 'DELETE /recut' },
  {
    at: '/shop/rules',
    press: 'Apply to the past and from now on',
    asks: 'POST /recut/apply',
    confirms: true,
  },
  { at: '/shop/rules', press: 'Show what would go', asks: 'POST /retention' },
  { at: '/shop/hit-rules', press: 'Show what becomes of it', asks: 'POST /trial' },
  { at: '/shop/hit-rules', press: 'Make the tables anew', asks: 'POST /rebuild', confirms: true },
  { at: '/shop/index', press: 'Make it anew', asks: 'POST /making', confirms: true },
  { at: '/shop/events', press: /^Publish/, asks: 'POST /event-sets', confirms: true },
  { at: '/shop/events', press: /^Delete Lost/, asks: 'DELETE /Lost', confirms: true },
  { at: '/shop/events', press: /^Delete tea/, asks: 'DELETE /tea', confirms: true },
  { at: '/shop/events', press: /^Roll back/, asks: 'POST /event-rollbacks', confirms: true },
  { at: '/shop/events', press: 'Run over the past', asks: 'POST /backfills' },
  {
    at: '/shop/events',
    press: 'Save attribute',
    asks: 'PUT',
    first: () => page.getByRole('button', { name: 'Edit tea' }).click(),
  },
  { at: '/shop/events?event=Lost', press: 'Dry run', asks: 'POST /dry-runs' },
  { at: '/shop/events?event=Lost', press: 'Save and publish', asks: 'PUT /Lost' },
  { at: '/shop/definitions?kind=page_group', press: 'Delete Tea', asks: 'DELETE /Tea' },
  { at: '/shop/definitions?kind=page_group', press: 'Move Tea down', asks: 'PUT /page_group' },
  { at: '/shop/search', press: 'Delete Errors', asks: 'DELETE /Errors' },
  { at: '/shop/sql', press: /^Delete the query/, asks: 'DELETE /Numbers' },
  { at: '/shop/alerts', press: 'Delete Many', asks: 'DELETE /Many' },
  { at: '/shop/alerts', press: 'Send a test to ops', asks: 'POST /test' },
  { at: '/shop/alerts', press: 'Delete ops', asks: 'DELETE /ops', confirms: true },
  {
    at: '/shop/alerts',
    press: 'Save channel',
    asks: 'PUT /channels',
    first: async () => {
      await page.getByText('New channel').click();
      await fill('Channel name', 'web');
      await fill('Mail addresses, with commas between', 'a@shop.example');
    },
  },
  {
    at: '/subscriptions',
    press: 'Send it now',
    asks: 'POST',
    confirms: true,
    first: () => click('Weekly'),
  },
  ...['Pause', 'Send test', 'Delete it for good'].map((press) => ({
    at: '/subscriptions',
    press,
    asks: press.startsWith('Delete') ? 'DELETE' : 'POST',
    first: async () => {
      await click('Weekly');
      await fill('Send a test to', 'a@shop.example');
      if (press.startsWith('Delete')) await click('Delete');
    },
  })),
  ...['Run it now', 'Pause'].map((press) => ({
    at: '/sources',
    press,
    asks: 'POST',
    first: () => click('Night log'),
  })),
  {
    at: '/sources',
    press: 'Delete Night log',
    asks: 'DELETE',
    confirms: true,
    first: () => click('Night log'),
  },
  {
    at: '/shop/reports/overview',
    press: /^Revoke/,
    asks: 'DELETE',
    confirms: true,
    first: async () => {
      await click('Share');
      await page.getByText('Links of this dataset').click();
    },
  },
  {
    at: '/shop/reports/own/edit',
    press: 'Really delete it',
    asks: 'DELETE /own',
    first: () => click('Delete report'),
  },
];

it('an act for one row keeps no other row waiting', async () => {
  const asked: string[] = [];
  const held: Route[] = [];
  await page.route(/\/disable$/, (route) => {
    asked.push(route.request().url());
    held.push(route);
  });
  await page.goto('/users');
  const buttons = page.getByRole('button', { name: /^Disable / });
  await buttons.nth(1).waitFor();
  for (const one of [0, 0, 1, 1]) {
    await buttons.nth(one).evaluate((element) => (element as HTMLElement).click());
    await page.waitForTimeout(drawnMs);
  }
  expect(new Set(asked).size).toBe(2);
  expect(asked).toHaveLength(2);
  expect(await page.locator('tr[acting]').count()).toBe(2);
  for (const route of held) await route.abort();
  await page.locator('tr[acting]').first().waitFor({ state: 'detached' });
});

it.each(presses)('$press of $at asks once', async ({ at, press, asks, confirms, first }) => {
  const [method = '', end = ''] = asks.split(' ');
  const held: Route[] = [];
  await page.goto(at);
  await first?.();
  const button = page.getByRole('button', { name: press, exact: true }).first();
  await button.waitFor();
  await page.route(/\/api\//, (route) => {
    const request = route.request();
    const isIt = request.method() === method && new URL(request.url()).pathname.endsWith(end);
    if (!isIt) return route.continue();
    held.push(route);
    return undefined;
  });
  const inside = await button.elementHandle();
  for (let time = 0; time < 2; time += 1) {
    for (let part = 0; part < (confirms ? 2 : 1); part += 1) {
      // A press of a button that is out of use is none, as a finger's.
      await inside?.evaluate((element) => (element as HTMLElement).click());
      await page.waitForTimeout(confirms ? apartMs : drawnMs);
    }
  }
  for (const route of held) await route.abort();
  expect(held.length).toBe(1);
});
