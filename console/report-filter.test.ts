/** The filter of reports and what is written into it, in the built product. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '500' } });
  const writeKey = await opened.makeDataset({ slug: 'shop', name: 'Shop', timeZone: 'UTC' });
  const campaign = '/?utm_source=news&utm_medium=email&utm_campaign=autumn';
  await opened.send(writeKey, [{ visitor: 'ann', path: campaign }, { visitor: 'bob' }]);
  await opened.stored('shop', 2);
});

afterAll(() => opened?.close());

const filter = (page = opened.page) => page.getByLabel('Only sessions with');
const options = (page = opened.page) => page.getByRole('listbox', { name: 'Suggestions' });
const checked = (page = opened.page) => page.waitForResponse(/event-checks$/);

it('completes the fields of the dataset, and filters by what was chosen', async () => {
  const { page, watched } = opened;
  const names: string[] = [];
  page.on('request', (request) => names.push(new URL(request.url()).pathname));
  await page.goto('/shop/reports/overview');
  await page.locator('cn-figure-row dd.value').first().waitFor();
  // Whoever only reads the report asks for no names.
  expect(names.filter((path) => path.endsWith('/event-completion'))).toEqual([]);
  await filter().pressSequentially('chan');
  await options()
    .getByRole('option', { name: /^channel/ })
    .click();
  await filter().pressSequentially('= "email"');
  await filter().press('Enter');
  await page.waitForURL('**condition=channel*');
  await expect
    .poll(() => page.locator('cn-figure-row dd.value').first().innerText(), { timeout: 45_000 })
    .toBe('1');
  expect(watched).toEqual({ foreignRequests: [], complaints: [] });
});

it('calls nothing wrong that somebody is still writing, and covers nothing behind a value', async () => {
  const { page } = opened;
  const problem = page.locator('cn-analysis-header cn-condition-box .problem');
  for (const unfinished of ['cou', 'country = "D']) {
    await filter().fill('');
    await Promise.all([checked(), filter().pressSequentially(unfinished)]);
    await page.waitForTimeout(100);
    expect(await problem.innerText(), unfinished).toBe('');
  }
  await filter().press('"');
  expect(await options().count()).toBe(0);
  await filter().press('Control+ ');
  await options().getByRole('option', { name: /^and/ }).waitFor();
  await filter().press('Escape');
  await Promise.all([checked(), filter().fill('contry = "DE"')]);
  await page.getByText('Did you mean country?').waitFor();
});

it('marks the place of a fault where it stands, in a language from right to left too', async () => {
  const page = await opened.newPage({ locale: 'ar' });
  await page.goto('/shop/search?condition=contry+%3D+%22DE%22');
  const box = page.locator('cn-condition-box');
  const mark = await box.locator('mark').boundingBox();
  const field = await box.locator('textarea').boundingBox();
  expect((mark?.x ?? 0) - (field?.x ?? 0)).toBeLessThan(16);
  await page.context().close();
});

it('goes away with the page on a telephone, where it would hide half of it', async () => {
  const page = await opened.newPage({ viewport: { width: 390, height: 780 } });
  await page.goto('/shop/reports/overview');
  const header = page.locator('cn-analysis-header');
  await page.locator('cn-report-chart').first().scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 2_000);
  await expect
    .poll(async () => ((await header.boundingBox())?.y ?? 0) < -100, { timeout: 45_000 })
    .toBe(true);
  await page.context().close();
});

it('names the units in the heads of tables in the language of the reader', async () => {
  const page = await opened.newPage({ locale: 'de' });
  await page.goto('/shop/reports/campaigns');
  await page.getByRole('columnheader', { name: 'Kosten, Betrag' }).first().waitFor();
  await page.context().close();
});

it('says that nothing is compared where no figure of a report is', async () => {
  const { page } = opened;
  await page.goto('/shop/reports/retention');
  await page.getByText('this report is not compared').waitFor();
  await page.goto('/shop/reports/whats-changed');
  // The panel has a note that begins so, too.
  await page.locator('cn-analysis-header').getByText('compared with').waitFor();
  await page.locator('cn-analysis-header[answered]').waitFor();
  expect(await page.getByText('this report is not compared').count()).toBe(0);
});

it('holds a month that is not over against the same days of the month before, and says so', async () => {
  const page = await opened.newPage({ locale: 'de' });
  await page.goto('/shop/reports/overview');
  const asked = page.waitForRequest(/reports\/overview\?.*compare=previous_month/);
  await page.getByLabel('Tage').selectOption('this_month');
  await asked;
  const [year, month, day] = new Date().toISOString().slice(0, 10).split('-').map(Number);
  // The last day of the month before has the day 0 of this one.
  const lastBefore = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, 0));
  const until = new Date(lastBefore);
  // On its last day the month is whole, and so is the one before.
  const isLast = new Date(Date.now() + 86_400_000).getUTCDate() === 1;
  if (!isLast) until.setUTCDate(Math.min(day ?? 1, lastBefore.getUTCDate()));
  const words = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('de', { timeZone: 'UTC', ...options }).format(until);
  const head = page.locator('cn-analysis-header .said');
  await expect.poll(() => head.innerText()).toContain('verglichen mit 1.');
  expect(await head.innerText()).toContain(
    `${day === 1 ? '' : '–'}${words({ day: 'numeric', month: 'short', year: 'numeric' })}`,
  );
  await page.context().close();
});

it('shows on a telephone which days are compared, and from when on there are sessions', async () => {
  const page = await opened.newPage({ viewport: { width: 390, height: 800 } });
  await page.goto('/shop/reports/campaigns?range=this_month');
  const head = page.locator('cn-analysis-header .said');
  await head.getByText(/^compared with 1/).waitFor();
  await head
    .getByText(/^totals are not: sessions are stored only from \d+ \S+ \d{4} on$/)
    .waitFor();
  await page.context().close();
});

it('says in the words of its reader what costs were taken', async () => {
  const page = await opened.newPage({ locale: 'de' });
  await page.goto('/shop/definitions?kind=campaign');
  const csv = 'day,campaign,cost\n2026-09-15,autumn,1200.5\n2026-10-05,autumn,20\n';
  const file = { name: 'costs.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Währung, wo die Datei keine nennt').fill('EUR');
  await page.getByRole('button', { name: 'Kosten übernehmen' }).click();
  await page.getByText('1.220,50 EUR').waitFor();
  await page.getByText(/15\. Sept\. 2026 bis 5\. Okt\. 2026/).waitFor();
  await page.context().close();
});
