/** A report that is shared in the console and opened by somebody without a sign-in; the built product in a real Chromium. */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, violations } from './testing/pages.ts';
import { type Product, startProduct } from './testing/product.ts';

let product: Product;
let browser: Browser;
let page: Page;
const headers = { 'content-type': 'application/json', 'x-canister': 'test' };

beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  page = await browser.newPage({ baseURL: product.baseUrl });
  page.setDefaultTimeout(45_000);
  const made = await fetch(`${product.baseUrl}/api/datasets`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ slug: 'shop', timeZone: 'UTC' }),
  });
  const { writeKey: dataset } = (await made.json()) as { writeKey: string };
  const hit = { dataset, id: randomUUID(), type: 'page_view', visitor: 'ada' };
  await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { ...headers, 'user-agent': firefox },
    body: JSON.stringify({ ...hit, url: 'https://shop.example/teas' }),
  });
  const stored = async () => {
    const status = await (await fetch(`${product.baseUrl}/api/status`)).json();
    return status.datasets[0]?.storedSessions;
  };
  await vi.waitFor(async () => expect(await stored()).toBe(1), { timeout: 45_000, interval: 250 });
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

let link = '';

it('makes a link with a password in the dialog of a report, and shows it once', async () => {
  await page.goto('/shop/reports/content');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this report' });
  await dialog.getByLabel('For whom or what').fill('The board');
  await dialog.getByLabel('Password (optional)').fill('password1');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await dialog.getByText('Many people use this password').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByLabel('Password (optional)').fill('seven green leaves');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const url = dialog.locator('cn-code-block pre');
  await url.waitFor();
  link = await url.innerText();
  expect(link).toMatch(/\/shared\/sl_[\w-]{43}$/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain('sl_');
});

it('opens for somebody else with the password only', async () => {
  const context = await browser.newContext({ baseURL: product.baseUrl });
  const guest = await context.newPage();
  const path = new URL(link).pathname;
  await guest.goto(path);
  await guest.getByLabel('Password').fill('seven red leaves');
  await guest.getByRole('button', { name: 'Show the report' }).click();
  await guest.getByText('The password is not right').waitFor();
  await guest.getByLabel('Password').fill('seven green leaves');
  await guest.getByRole('button', { name: 'Show the report' }).click();
  await guest.getByRole('rowheader', { name: '/teas' }).first().waitFor();
  expect(await guest.evaluate(() => document.scripts.length)).toBe(0);
  await context.close();
});

it('is in the list of the dataset, and is revoked there', async () => {
  await page.goto('/shop/settings');
  const row = page.getByRole('row', { name: /The board/ });
  await row.waitFor();
  expect((await row.getByRole('cell').allInnerTexts()).slice(3, 4)).toEqual(['1']);
  expect(await violations(page)).toEqual([]);
  const revoke = row.getByRole('button');
  await revoke.click();
  await page.waitForTimeout(500);
  await revoke.click();
  await page.getByText('No report is shared').waitFor();
  expect((await fetch(product.baseUrl + new URL(link).pathname)).status).toBe(404);
});
