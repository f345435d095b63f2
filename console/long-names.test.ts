/** Names of one long word on a telephone: they break, and no page gets wider than the screen. The built product in Chromium. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

const width = 390;
const longest = 'Q'.repeat(80);

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ context: { viewport: { width, height: 780 } } });
  await opened.makeDataset({ slug: 'shop', name: 'D'.repeat(60) });
  const { api } = opened;
  await api(`/datasets/shop/queries/${longest}`, { method: 'PUT', body: { sql: 'SELECT 1' } });
  await api(`/datasets/shop/events/${longest}`, {
    method: 'PUT',
    body: { trigger: 'every_hit', condition: 'response.status = 418' },
  });
});
afterAll(() => opened?.close());

it.each([
  ['sql', longest],
  ['events', longest],
  ['settings', 'D'.repeat(60)],
  ['configuration', 'D'.repeat(60)],
])('%s is as wide as the screen', async (place, name) => {
  const { page } = opened;
  await page.goto(`/shop/${place}`);
  const shown = page.locator('main').getByText(name).first();
  await shown.waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
    width,
  );
  const box = await shown.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? width)).toBeLessThan(width);
});
