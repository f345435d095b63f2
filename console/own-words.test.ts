/** What pages say of their own accord: in the language of the reader, with days as the reader writes them. The built product in Chromium. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { firefox } from './testing/pages.ts';
import { runCommand } from './testing/product.ts';

let opened: OpenedConsole;

const line = (day: number) =>
  `192.0.2.${day} - - [0${day}/Mar/2025:10:00:00 +0000] "GET /tea HTTP/1.1" 200 12 "-" "${firefox}"\n`;

beforeAll(async () => {
  opened = await openConsole({ context: { locale: 'de-DE' } });
  await opened.makeDataset({ slug: 'shop', timeZone: 'UTC' });
  const args = ['import', '-', '--dataset', 'shop', '--data', opened.product.data];
  const { code, notes } = await runCommand(args, line(3) + line(5));
  expect(code, notes).toBe(0);
  const source = { name: 'Nacht', dataset: 'shop', locations: ['/no-folder/of/logs'] };
  await opened.api('/sources', { method: 'PUT', body: { source } });
});
afterAll(() => opened?.close());

it('says what is missing in an alert', async () => {
  const { page } = opened;
  await page.goto('/shop/alerts?alert=');
  await page.getByRole('button', { name: 'Alarm speichern' }).click();
  const problems = page.locator('cn-alert-form').getByRole('alert');
  await problems.first().waitFor();
  // Its name, and the event that is watched.
  expect(await problems.allInnerTexts()).toEqual([
    'Darf nicht leer sein.',
    'Darf nicht leer sein.',
  ]);
});

it('says which days would go by retention', async () => {
  const { page } = opened;
  await page.goto('/shop/rules');
  await page.getByLabel('Tage behalten').fill('1');
  await page.getByRole('button', { name: 'Zeigen, was ginge' }).click();
  await page.getByText('2 Tage (3.–5. März 2025) mit 2 Sitzungen und 2 Treffern').waitFor();
});

it('says that a run of a source has failed, not that it has run', async () => {
  const { page } = opened;
  await page.goto('/sources');
  await page.getByRole('button', { name: 'Nacht' }).click();
  await page.getByRole('button', { name: 'Jetzt laufen lassen' }).click();
  await page.getByText('Er ist gescheitert.').waitFor();
});

it('keeps the order of a path in Arabic', async () => {
  const page = await opened.newPage({ locale: 'ar' });
  await page.goto('/sources');
  await page.getByRole('button', { name: 'Nacht' }).click();
  const path = page.getByRole('main').getByText('/no-folder/of/logs', { exact: true });
  const [slash, last] = await path.evaluate((element) =>
    [0, 17].map((at) => {
      const range = document.createRange();
      const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
      range.setStart(text ?? element, at);
      range.setEnd(text ?? element, at + 1);
      return range.getBoundingClientRect().left;
    }),
  );
  expect(slash).toBeLessThan(last ?? 0);
});
