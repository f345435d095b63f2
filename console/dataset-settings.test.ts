/** What an administrator changes of a dataset in the console: its name and hosts, its write key, and its end. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;
let writeKey: string;
const shop = '/datasets/shop';

beforeAll(async () => {
  opened = await openConsole();
  writeKey = await opened.makeDataset({ slug: 'shop', name: 'Shop', hosts: ['shop.example'] });
  await opened.makeDataset({ slug: 'blog', name: 'Blog' });
});
afterAll(() => opened?.close());

it('changes the name and the hosts, and shows them everywhere at once', async () => {
  const { page, api } = opened;
  await page.goto('/shop/settings');
  await page.getByRole('button', { name: 'Change' }).click();
  const name = page.getByLabel('Name', { exact: true });
  expect(await name.inputValue()).toBe('Shop');
  await name.fill('Tea shop');
  await page.getByLabel('Time zone').fill('Asia/Tokyo');
  await page.getByLabel('Hosts (optional)').fill('https://www.tea.example/start\n*.tea.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Change' }).waitFor();
  expect(await api(shop)).toMatchObject({
    name: 'Tea shop',
    timeZone: 'Asia/Tokyo',
    hosts: ['www.tea.example', '*.tea.example'],
  });
  await page.getByRole('definition').filter({ hasText: '*.tea.example' }).waitFor();
  await page.locator('header.page-head').getByText('Tea shop').waitFor();
});

it('says what is wrong, and keeps what was typed', async () => {
  const { page, api } = opened;
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Hosts (optional)').fill('not_a_host');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('is not a host name').waitFor();
  expect(await page.getByLabel('Hosts (optional)').inputValue()).toBe('not_a_host');
  // Meanwhile somebody else was faster.
  await api(shop, {
    method: 'PUT',
    body: { name: 'Their shop', timeZone: 'UTC', hosts: ['theirs.example'] },
  });
  await page.getByLabel('Hosts (optional)').fill('mine.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'theirs.example' }).waitFor();
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('button', { name: 'Change' }).waitFor();
  expect(await api(shop)).toMatchObject({ name: 'Tea shop', hosts: ['mine.example'] });
});

it('makes a new write key at the second press, and all lines to copy have it', async () => {
  const { page, api, product } = opened;
  await page.getByRole('button', { name: 'Make a new write key' }).click();
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: 'Press again' }).click();
  await page.getByText('The new write key is in force.').waitFor();
  const { writeKey: renewed } = await api(shop);
  expect(renewed).not.toBe(writeKey);
  expect(await page.getByText(renewed).count()).toBe(3);
  expect(await page.getByText(writeKey).count()).toBe(0);
  const hit = { id: randomUUID(), type: 'page_view', visitor: 'ann', url: 'https://mine.example/' };
  const body = JSON.stringify({ ...hit, dataset: writeKey });
  const refused = await fetch(`${product.baseUrl}/hits`, { method: 'POST', body });
  expect(refused.status).toBe(404);
});

it('deletes the dataset once its short name was typed, and goes on with the next', async () => {
  const { page, api } = opened;
  const button = page.getByRole('button', { name: 'Delete the dataset' });
  expect(await button.isDisabled()).toBe(true);
  await page.getByLabel('Short name').fill('sho');
  expect(await button.isDisabled()).toBe(true);
  const source = { name: 'Night log', dataset: 'shop', locations: ['/logs/night'] };
  await api('/sources', { method: 'PUT', body: { source } });
  await page.getByLabel('Short name').fill('shop');
  await button.click();
  await page.getByText('the source "Night log"').waitFor();
  await api('/sources/Night%20log', { method: 'DELETE' });
  await button.click();
  await page.waitForURL(/\/blog\//);
  const { datasets } = await api('/datasets');
  expect(datasets.map(({ slug }: { slug: string }) => slug)).toEqual(['blog']);
});

it('offers a configurator none of it', async () => {
  const page = await opened.newPage({ serviceWorkers: 'block' });
  await page.route('**/api/me', async (route) => {
    const answer = await (await route.fetch()).json();
    const grants = [{ role: 'configurator', dataset: 'blog' }];
    await route.fulfill({ json: { ...answer, grants } });
  });
  await page.goto('/blog/settings');
  await page.getByRole('heading', { name: 'Write key' }).waitFor();
  for (const name of ['Change', 'Make a new write key', 'Delete the dataset'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
});
