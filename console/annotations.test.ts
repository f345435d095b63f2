/** What is noted of days, from its form into the chart of a report and out of shared links. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '500' } });
  const writeKey = await opened.makeDataset({ slug: 'shop', name: 'Shop', timeZone: 'UTC' });
  await opened.send(writeKey, [{ visitor: 'ann' }]);
  await opened.stored('shop', 1);
});

afterAll(() => opened?.close());

const days = (by: number) => new Date(Date.now() - by * 86_400_000).toISOString().slice(0, 10);
const marks = () => opened.page.locator('cn-report-chart').first().locator('.plot svg').innerHTML();

it('asks for the last day of what lasted, and says its days as people write them', async () => {
  const { page, api } = opened;
  await page.goto('/shop/definitions?kind=annotation&name=');
  await page.getByLabel('Name', { exact: true }).fill('Sale');
  await page.getByLabel('Day', { exact: true }).fill('2026-10-10');
  await page.getByLabel('Last day (optional)').fill('2026-10-12');
  await page.getByRole('button', { name: 'Save annotation' }).click();
  await page.getByRole('cell', { name: /^10\W+12 Oct 2026/ }).waitFor();
  expect(await api('/datasets/shop/definitions/annotation')).toMatchObject({
    definitions: [{ name: 'Sale', day: '2026-10-10', until: '2026-10-13' }],
  });
  await page.getByRole('link', { name: 'Sale' }).click();
  expect(await page.getByLabel('Last day (optional)').inputValue()).toBe('2026-10-12');
});

it('marks its days in the chart, and says below it what it was', async () => {
  const { page, api } = opened;
  await page.goto('/shop/reports/overview');
  await page.locator('cn-report-chart svg').first().waitFor();
  const unmarked = await marks();
  const body = { name: 'Relaunch', day: days(2), until: days(0), text: 'New shop' };
  await api('/datasets/shop/definitions/annotation', { method: 'PUT', body });
  await page.reload();
  await page.getByRole('list', { name: 'Annotations' }).getByText('Relaunch').waitFor();
  await page.locator('cn-report-chart svg').first().waitFor();
  const paths = (svg: string) => svg.split('<path').length;
  expect(paths(await marks()) - paths(unmarked)).toBe(2);
});

it('shows none of it to whoever has a shared link', async () => {
  const { api, product } = opened;
  const { url } = await api('/datasets/shop/shared-links', {
    body: { name: 'For all', report: 'overview', period: 'last_7_days', days: 1 },
  });
  const { pathname } = new URL(url);
  const shared = await (await fetch(new URL(pathname, product.baseUrl))).text();
  expect(shared).toContain('Overview');
  expect(shared).not.toContain('Relaunch');
  const own = `${product.baseUrl}/api/datasets/shop/reports/overview?from=${days(6)}&to=${days(-1)}&format=html`;
  expect(await (await fetch(own)).text()).toContain('Relaunch: New shop');
});
