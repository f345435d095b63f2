/** Hit rules in Chromium against the built product: an exclusion is added, tried, set, seen to work, and taken back. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

const hostile = `<img src=x onerror='window.hit=1'>\${1}{{2}}`;
let opened: OpenedConsole;
let page: Page;
let writeKey = '';

const send = (path: string) =>
  opened.send(writeKey, [{ visitor: 'v1', url: `https://shop.example${path}` }]);

const paths = async () => {
  const sql = 'SELECT path FROM hits ORDER BY path';
  const { rows } = await opened.api('/datasets/shop/sql', { body: { sql } });
  return rows.map(([path]: unknown[]) => path);
};

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  page = opened.page;
  writeKey = await opened.makeDataset({ slug: 'shop' });
});

afterAll(() => opened?.close());

it('a rule is added, tried before it is set, set, and counted; a wrong one is refused in words', async () => {
  await page.goto('/shop/hit-rules');
  await page.getByRole('link', { name: 'Hit rules' }).waitFor();
  await page.getByLabel('Default pages').fill('index.html');
  await page.getByRole('button', { name: 'Add an exclusion' }).click();
  const rule = page.getByRole('group', { name: 'Rule 1' });
  await rule.getByLabel('Name').fill(hostile);
  await rule.getByLabel('Condition').fill('request.path = ');
  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText(/In the exclusion <img/).waitFor();
  await rule.getByLabel('Condition').fill('request.path = "/check"');
  await rule.getByLabel('Condition').blur();

  await page.getByLabel('URL', { exact: true }).fill('https://shop.example/check');
  await page.getByRole('button', { name: 'Show what becomes of it' }).click();
  await page.getByRole('row', { name: `Excluded by ${hostile}` }).waitFor();

  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText('They hold for hits that come from now on.').waitFor();
  await page.getByText('Version 1').waitFor();
  await send('/check');
  await send('/teas/index.html');
  await expect.poll(paths, { timeout: 45_000 }).toEqual(['/teas/']);
  await page.reload();
  await page.getByText('1 left out').waitFor();
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});

it('is brought to the past and taken back by making the tables anew', async () => {
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Default pages').fill('');
  await page.getByRole('button', { name: 'Set the rules' }).click();
  await page.getByText('Version 2').waitFor();
  await page.getByRole('button', { name: 'Make the tables anew' }).click();
  await page.waitForTimeout(450);
  await page.getByRole('button', { name: 'Press again' }).click();
  await page.getByText('The past is under the rules in force.').waitFor();
  expect(await paths()).toEqual(['/check', '/teas/index.html']);
});

it.each(['light', 'dark'] as const)('has nothing for axe to find, in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('button', { name: 'Add a robot' }).click();
  expect(await violations(page)).toEqual([]);
});

it('never asked another host for anything, and complained of nothing but the refusal', () => {
  expect(opened.watched.foreignRequests).toEqual([]);
});
