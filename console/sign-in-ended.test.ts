/**
 * A sign-in that ends while somebody types, or in another tab: nothing typed is lost, and nobody else sees it. The built
 * product in Chromium.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

const password = 'a long enough password';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  ({ page } = opened);
  await opened.makeDataset({ slug: 'shop' });
  const { link } = await opened.api('/users', {
    body: {
      email: 'bob@shop.example',
      grants: [{ role: 'configurator', dataset: 'shop' }],
      sendMail: false,
    },
  });
  const invitation = { token: String(link).split('#')[1], password, name: 'Bob' };
  await opened.api('/links/use', { body: invitation });
  const token = /welcome#(f_[\w-]{43})/.exec(opened.product.said())?.[1];
  await opened.api('/first', {
    body: { token, email: 'ann@shop.example', name: 'Ann', password },
  });
});
afterAll(() => opened?.close());

async function signIn(email: string, at = page): Promise<void> {
  await at.getByLabel('Mail address').fill(email);
  await at.getByLabel('Password').fill(password);
  await at.getByRole('button', { name: 'Sign in' }).click();
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
  await page.context().clearCookies();
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

describe('two tabs of one browser', () => {
  let other: Page;
  const signOut = async (at: Page) => {
    await at.getByRole('button', { name: 'Sign out' }).click();
    await at.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
  };

  beforeEach(async () => {
    page = await opened.newPage();
    await page.goto('/shop/reports/overview');
    await signIn('ann@shop.example');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    other = await page.context().newPage();
    other.setDefaultTimeout(45_000);
    await other.goto('/users');
    await other.getByText('bob@shop.example').first().waitFor();
  });
  afterEach(() => page.context().close());

  it('sign out and in together, and the other goes on where it was', async () => {
    await signOut(page);
    await other.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    expect(await other.getByText('bob@shop.example').count()).toBe(0);
    await signIn('ann@shop.example');
    await other.getByText('bob@shop.example').first().waitFor();
    expect(new URL(other.url()).pathname).toBe('/users');
  });

  it('keep what was typed in the other until the same person is back', async () => {
    await other.goto('/shop/definitions?name=');
    await other.getByLabel('Name', { exact: true }).fill('Readers');
    await signOut(page);
    await other.getByRole('dialog', { name: 'Sign in' }).waitFor();
    await signIn('ann@shop.example');
    await other.getByRole('dialog', { name: 'Sign in' }).waitFor({ state: 'detached' });
    expect(await other.getByLabel('Name', { exact: true }).inputValue()).toBe('Readers');
  });

  it('show nobody what another person had open', async () => {
    await signOut(page);
    await other.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    await signIn('bob@shop.example');
    await other.getByRole('link', { name: 'Bob', exact: true }).waitFor();
    await other.getByRole('heading', { name: 'This page is not open to your role' }).waitFor();
    expect(await other.getByRole('link', { name: 'Ann', exact: true }).count()).toBe(0);
  });
});
