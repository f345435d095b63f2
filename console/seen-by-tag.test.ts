/**
 * A site that both the tracker and a log saw, in the console: its page views count once, or twice where somebody
 * switches it on; a search finds both sessions, or leaves out those of the log. The built product in a real Chromium;
 * the figures are counted from what the test sends.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { firefox, violations } from './testing/pages.ts';
import { runCommand } from './testing/product.ts';

/** Ada runs scripts, so the tracker saw her; the page out of her browser's cache is in no log. */
const ofTracker = ['/', '/teas', '/cached'];
/** Lines of Ada's, and of somebody who blocks scripts. */
const ofLog: readonly (readonly [address: string, path: string])[] = [
  ['127.0.0.1', '/'],
  ['127.0.0.1', '/teas'],
  ['203.0.113.9', '/'],
  ['203.0.113.9', '/news'],
];
const sentViews = ofTracker.length + ofLog.length;
const seenViews = ofLog.filter(
  ([address, path]) => address === '127.0.0.1' && ofTracker.includes(path),
).length;

let opened: OpenedConsole;
let page: Page;

/** Lines of the combined format, all of this second. */
function logOf(lines: typeof ofLog): string {
  const now = new Date();
  const month = now.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const day = String(now.getUTCDate()).padStart(2, '0');
  const stamp = `${day}/${month}/${now.getUTCFullYear()}:${now.toISOString().slice(11, 19)} +0000`;
  return lines
    .map(
      ([address, path]) =>
        `${address} - - [${stamp}] "GET ${path} HTTP/1.1" 200 512 "-" "${firefox}"\n`,
    )
    .join('');
}

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  page = opened.page;
  const tagged = await opened.makeDataset({ slug: 'tagged', timeZone: 'UTC' });
  await opened.send(tagged, [{ visitor: 'ben' }]);
  const shop = await opened.makeDataset({ slug: 'shop', timeZone: 'UTC' });
  await opened.send(
    shop,
    ofTracker.map((path) => ({ visitor: 'ada', path })),
  );
  const { data } = opened.product;
  const log = join(data, '..', 'access.log');
  writeFileSync(log, logOf(ofLog));
  const { code, notes } = await runCommand(['import', log, '--dataset', 'shop', '--data', data]);
  expect(code, notes).toBe(0);
  await opened.stored('shop', 3);
  await opened.stored('tagged', 1);
});
afterAll(() => opened?.close());

const inReports = () => page.getByRole('switch', { name: 'Log views the tracker saw too' });
const inSearch = () => page.getByRole('switch', { name: 'Log sessions the tracker saw too' });
/** Its input lies under what is drawn, so a pointer never meets it. */
const toggle = (one: Locator) => one.press('Space');
const twice = () => page.getByText('page views that both tracker and log saw count twice');
/** A figure of the report, as it is shown. */
const figure = async (name: string) => {
  const shown = page.locator('cn-figure-row').first().locator('dt', { hasText: name }).first();
  return await shown.locator('xpath=following-sibling::dd[1]').innerText();
};
const figures = async () => ({
  sessions: Number.parseInt(await figure('Sessions'), 10),
  pageViews: Number.parseInt(await figure('Page views'), 10),
});

describe('the switch of reports', () => {
  it('is off, and what both saw counts once', async () => {
    await page.goto('/shop/reports/overview');
    await inReports().waitFor();
    expect(await inReports().isChecked()).toBe(false);
    expect(await figures()).toEqual({ sessions: 2, pageViews: sentViews - seenViews });
    expect(await twice().count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it('counts what both saw twice, says so, and stays in the address', async () => {
    await toggle(inReports());
    await expect.poll(figures).toEqual({ sessions: 3, pageViews: sentViews });
    await twice().waitFor();
    expect(new URL(page.url()).searchParams.get('seenByTag')).toBe('true');
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await inReports().waitFor();
    expect(await inReports().isChecked()).toBe(true);
    await expect.poll(figures).toEqual({ sessions: 3, pageViews: sentViews });
  });

  it('holds for files that are taken away and for links that are shared', async () => {
    const csv = page.getByRole('link', { name: 'Download as CSV' });
    const file = await (
      await fetch(new URL((await csv.getAttribute('href')) ?? '', page.url()))
    ).text();
    expect(file).toMatch(new RegExp(`(^|,)${sentViews}(,|$)`, 'm'));
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share this report' });
    await dialog.getByLabel('For whom or what').fill('The board');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const address = await dialog.locator('cn-code-block pre').innerText();
    const shared = await (await fetch(address)).text();
    expect(shared).toContain('Page views that both the tracker and a log saw are counted twice');
    expect((await opened.api('/datasets/shop/shared-links')).links[0].shows.seenByTag).toBe(true);
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  it('is not there where it would change nothing', async () => {
    await page.goto('/shop/reports/tag-and-log');
    await page.getByText('/cached', { exact: true }).first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await inReports().count()).toBe(0);
    await page.goto('/tagged/reports/overview');
    await expect.poll(figures).toEqual({ sessions: 1, pageViews: 1 });
    await page.waitForLoadState('networkidle');
    expect(await inReports().count()).toBe(0);
  });
});

describe('the switch of the search', () => {
  const box = () => page.getByLabel('Sessions with');
  const found = (count: string) => page.getByText(count, { exact: true }).waitFor();

  it('is on, as a search finds both sessions', async () => {
    await page.goto('/shop/search?condition=session.page_views+%3E+0+or+robot+%3D+true');
    await found('3 sessions');
    await inSearch().waitFor();
    expect(await inSearch().isChecked()).toBe(true);
    expect(await violations(page)).toEqual([]);
  });

  it('leaves out those of the log by the condition, and takes it out again', async () => {
    await toggle(inSearch());
    await found('2 sessions');
    expect(await box().inputValue()).toBe(
      '(session.page_views > 0 or robot = true) and session.seen_by_tag = false',
    );
    await page.reload();
    await found('2 sessions');
    expect(await inSearch().isChecked()).toBe(false);
    await toggle(inSearch());
    await found('3 sessions');
    expect(await box().inputValue()).toBe('(session.page_views > 0 or robot = true)');
  });

  it('says what a figure counted whose sessions are opened', async () => {
    for (const [asked, sessions] of [
      ['', 2],
      ['?seenByTag=true', 3],
    ] as const) {
      await page.goto(`/shop/reports/overview${asked}`);
      await page.locator('cn-figure-row').first().getByRole('button').first().click();
      await page.waitForURL('**/search**');
      await found(`${sessions} sessions`);
      await inSearch().waitFor();
      expect(await inSearch().isChecked()).toBe(asked !== '');
    }
  });

  it('is not there for a site without a log, and nothing complains', async () => {
    await page.goto('/tagged/search?condition=robot+%3D+false');
    await found('1 session');
    await page.waitForLoadState('networkidle');
    expect(await inSearch().count()).toBe(0);
    expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
  });
});
