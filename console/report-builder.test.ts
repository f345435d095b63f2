/** A report built in the console, and a figure of it that opens its sessions; the built product in a real Chromium. */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, isFocused, violations } from './testing/pages.ts';
import { forget, type Product, startProduct } from './testing/product.ts';

const definitions = '/datasets/shop/definitions';

let product: Product;
let browser: Browser;
let page: Page;

async function api<T>(path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-canister': 'test' };
  const response = await fetch(
    `${product.baseUrl}/api${path}`,
    body && { method: 'POST', headers, body: JSON.stringify(body) },
  );
  const answer = (await response.json()) as T;
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer;
}

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  page = await browser.newPage({ baseURL: product.baseUrl });
  page.setDefaultTimeout(45_000);
  const { writeKey } = await api<{ writeKey: string }>('/datasets', {
    slug: 'shop',
    timeZone: 'UTC',
  });
  // Two sessions begin at /shop, one of them goes on; one begins at the front page.
  const walks = { ada: ['/shop'], bea: ['/shop', '/cart'], cid: ['/'] };
  const hits = Object.entries(walks).flatMap(([visitor, paths]) =>
    paths.map((path) => ({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      visitor,
      url: `https://shop.example${path}`,
    })),
  );
  const sent = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': firefox },
    body: JSON.stringify(hits),
  });
  expect(sent.status).toBe(202);
  const stored = async () =>
    (await api<{ datasets: { storedSessions: number }[] }>('/status')).datasets[0]?.storedSessions;
  await vi.waitFor(async () => expect(await stored()).toBe(3), { timeout: 45_000, interval: 250 });
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

it('builds a report, says what is wrong with it, and shows it', async () => {
  await forget(product, `${definitions}/report/where-people-begin`);
  await page.goto('/shop/reports');
  await page.getByRole('link', { name: 'New report' }).click();
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.locator('#title-hint.problem').waitFor();
  expect(await page.locator('#title-hint').innerText()).toBe('must not be empty');
  expect(await page.getByLabel('Title', { exact: true }).evaluate(isFocused)).toBe(true);
  const ofPanel = page.getByRole('region', { name: 'Panel 1' }).getByRole('alert');
  const [said, field] = await Promise.all(
    [ofPanel, page.getByLabel('Title of the panel')].map((one) => one.boundingBox()),
  );
  expect(said?.y).toBeLessThan(field?.y ?? 0);
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Title', { exact: true }).fill('Where people begin');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('where-people-begin');
  await page.getByLabel('Title', { exact: true }).press('Enter');
  const panelTitle = page.getByLabel('Title of the panel');
  await expect.poll(() => panelTitle.evaluate(isFocused)).toBe(true);
  await page.getByLabel('Title of the panel').fill('Entry pages');
  await page.getByLabel('Page views', { exact: true }).check();
  await page.getByLabel('Only sessions with').fill('session.luck = 1');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByText('There is no field "session.luck"').waitFor();
  await page.getByLabel('Only sessions with').fill('session.page_views >= 1');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.waitForURL('**/shop/reports/where-people-begin');
  const first = page.locator('cn-data-table tbody tr', { hasText: '/shop' });
  await first.waitFor();
  // Two sessions began at /shop. Their page views are three.
  expect(await first.getByRole('button').allInnerTexts()).toEqual(['/shop', '2', '3']);
  expect(await violations(page)).toEqual([]);
});

it('opens the sessions of a row, and no others', async () => {
  await page.goto('/shop/reports/where-people-begin');
  await page.getByRole('button', { name: '/shop', exact: true }).first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/shop/search?condition=*');
  const condition = new URL(page.url()).searchParams.get('condition') ?? '';
  const { sessions } = await api<{ sessions: number }>('/datasets/shop/search', { condition });
  // Of three sessions, the two that began at /shop.
  expect(sessions).toBe(2);
});

it('changes it and deletes it', async () => {
  await page.goto('/shop/reports/where-people-begin');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Shows').selectOption('figures');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.locator('cn-figure-row dd.value').first().waitFor();
  expect((await page.locator('cn-figure-row dd.value').allInnerTexts()).slice(0, 2)).toEqual([
    '3',
    '4',
  ]);
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Delete report' }).click();
  await page.getByRole('button', { name: 'Really delete it' }).click();
  await page.waitForURL('**/shop/reports');
  await page.getByRole('link', { name: 'New report' }).waitFor();
  expect(await page.getByRole('link', { name: 'Where people begin' }).count()).toBe(0);
});

it('takes a saved query for a panel: chosen, tried, moved, shown and taken out again', async () => {
  await forget(product, `${definitions}/report/by-hand`);
  const headers = { 'content-type': 'application/json', 'x-canister': 'test' };
  const sql = `SELECT entry_path AS page, count(*) AS n FROM sessions WHERE day >= $from AND entry_path <> $but GROUP BY 1 ORDER BY 2 DESC, 1`;
  const parameters = [
    { name: 'from', type: 'date' },
    { name: 'but', type: 'text' },
  ];
  const kept = await fetch(`${product.baseUrl}/api/datasets/shop/queries/Begins`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ sql, parameters }),
  });
  expect(kept.status).toBe(200);
  await page.goto('/shop/reports/new');
  await page.getByLabel('Title', { exact: true }).fill('By hand');
  await page.getByLabel('Title of the panel').fill('Entry pages');
  await page.getByRole('button', { name: 'Add a saved query' }).click();
  const panel = page.getByRole('region', { name: 'Panel 2' });
  await panel.getByLabel('Title of the panel').fill('Begins of mine');
  await page.getByRole('button', { name: 'Save report' }).click();
  await panel.getByText('savedQuery name must not be empty').waitFor();
  await panel.getByLabel('Saved query').selectOption('Begins');
  await panel.getByLabel('$but').fill('/');
  await panel.getByRole('button', { name: 'Preview of the last 7 days' }).click();
  const preview = panel.locator('cn-result-grid tbody td');
  await expect.poll(() => preview.allInnerTexts(), { timeout: 45_000 }).toEqual(['/shop', '2']);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Move panel 2 up' }).click();
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.waitForURL('**/shop/reports/by-hand');
  await page.getByRole('heading', { name: 'Begins of mine' }).waitFor();
  const titles = await page.locator('h2').allInnerTexts();
  expect(titles.indexOf('Begins of mine')).toBeLessThan(titles.indexOf('Entry pages'));
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('region', { name: 'Panel 1' }).getByLabel('$but').waitFor();
  await page.getByRole('button', { name: 'Remove' }).first().click();
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('heading', { name: 'Entry pages' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Begins of mine' }).count()).toBe(0);
});

it('makes a label and an alert of a saved query, and names them when the query is to go', async () => {
  await forget(product, `${definitions}/label/Carts`, '/datasets/shop/alerts/rules/Carts%20seen');
  const sql = 'SELECT session_id FROM page_views WHERE path = $path GROUP BY 1';
  const headers = { 'content-type': 'application/json', 'x-canister': 'test' };
  const query = `${product.baseUrl}/api/datasets/shop/queries/Saw`;
  const body = JSON.stringify({ sql, parameters: [{ name: 'path', type: 'text' }] });
  expect((await fetch(query, { method: 'PUT', headers, body })).status).toBe(200);
  await page.goto('/shop/definitions?name=');
  await page.getByLabel('Name', { exact: true }).fill('Carts');
  await page.getByLabel('Means sessions').selectOption('query');
  await page.locator('#saved-query').selectOption('Saw');
  await page.getByRole('button', { name: 'Save label' }).click();
  await page.getByText('The parameter path (text) needs a value').waitFor();
  await page.getByLabel('$path').fill('/cart');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save label' }).click();
  await page.getByText('"Carts" is saved.').waitFor({ timeout: 45_000 });
  await page.getByText('saved query Saw').waitFor();
  // Of three sessions one saw /cart, with its two page views.
  const dayFrom = (days: number) =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const answer = await api<{ rows: unknown[][] }>('/datasets/shop/query', {
    metrics: ['sessions', 'page_views'],
    range: { from: dayFrom(-1), to: dayFrom(2) },
    labels: ['Carts'],
  });
  expect(answer.rows).toEqual([[3, 4, 1, 2]]);

  await page.goto('/shop/alerts?alert=');
  await page.getByLabel('Name', { exact: true }).fill('Carts seen');
  await page.getByLabel('What is watched').selectOption('saved_query');
  await page.locator('#saved-query').selectOption('Saw');
  await page.getByLabel('$path').fill('/cart');
  await page.getByLabel('Measure').selectOption('count');
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByText('cannot be tried over the past').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save alert' }).click();
  const fired = async () =>
    (await api<{ entries: { value: number }[] }>('/datasets/shop/alerts/history')).entries.map(
      ({ value }) => value,
    );
  await expect.poll(fired, { timeout: 45_000 }).toEqual([1]);
  const refused = await fetch(query, { method: 'DELETE', headers });
  expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
    409,
    expect.stringContaining('needed by label Carts, alert Carts seen'),
  ]);
});
