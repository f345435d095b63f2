/** A sign-in that ends while somebody types: nothing of it is lost, and nobody else sees it. The built product in Chromium. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

const password = 'a long enough password';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  ({ page } = opened);
  await opened.makeDataset({ slug: 'shop' });
  const token = /welcome#(f_[\w-]{43})/.exec(opened.product.said())?.[1];
  await opened.api('/first', {
    body: { token, email: 'ann@shop.example', name: 'Ann', password },
  });
});
afterAll(() => opened?.close());

/** Makes another user, as the one who is signed in. */
async function makeBob(): Promise<void> {
  const me = await page.request.post('/api/users', {
    headers: { 'x-canister': 'test' },
    data: {
      email: 'bob@shop.example',
      grants: [{ role: 'configurator', dataset: 'shop' }],
      sendMail: false,
    },
  });
  expect(me.ok(), await me.text()).toBe(true);
  const { link } = await me.json();
  const token = String(link).split('#')[1];
  const used = await page.request.post('/api/links/use', {
    headers: { 'x-canister': 'test' },
    data: { token, password, name: 'Bob' },
  });
  expect(used.ok(), await used.text()).toBe(true);
  await page.context().clearCookies();
}

async function signIn(email: string): Promise<void> {
  await page.getByLabel('Mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
const name = () => page.getByLabel('Name', { exact: true });
/** Types a label, and saves it after the sign-in has ended elsewhere. */
async function saveTooLate(): Promise<void> {
  await page.goto('/shop/definitions?name=');
  await name().fill('Buyers of much');
  const condition = page.getByRole('textbox', { name: 'Sessions with' });
  await condition.fill('session.hits >= 2');
  await condition.press('Escape');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save label' }).click();
  await page.getByText('Your sign-in has ended').waitFor();
}

it('keeps what was typed, and goes on with it after the sign-in', async () => {
  await page.goto('/shop/definitions');
  await signIn('ann@shop.example');
  await page.getByRole('link', { name: 'Ann', exact: true }).waitFor();
  await saveTooLate();
  expect(await violations(page)).toEqual([]);
  // It cannot be put aside, and what is below cannot be reached.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
  const over = page.locator('dialog:modal');
  expect(await over.boundingBox()).toEqual({ x: 0, y: 0, width: 1400, height: 900 });
  await signIn('ann@shop.example');
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor({ state: 'detached' });
  expect(await name().inputValue()).toBe('Buyers of much');
  await page.getByRole('button', { name: 'Save label' }).click();
  await page.getByText('"Buyers of much" is saved').waitFor();
});

it('begins anew for somebody else, who sees nothing of it', async () => {
  await makeBob();
  await page.goto('/shop/definitions');
  await signIn('ann@shop.example');
  await page.getByRole('link', { name: 'Ann', exact: true }).waitFor();
  await saveTooLate();
  await signIn('bob@shop.example');
  await page.getByRole('link', { name: 'Bob' }).waitFor();
  expect(await name().inputValue()).toBe('');
});

it('keeps nothing of a page that nobody has typed into', async () => {
  await page.goto('/shop/definitions');
  await page.getByRole('link', { name: 'Buyers of much' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Reports' }).click();
  await page.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
  expect(await page.locator('cn-side-nav').count()).toBe(0);
});
