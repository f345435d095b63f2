/** What is typed and not saved is not lost without a question, and nobody is asked about nothing. The built product in Chromium. */
import type { Dialog, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  ({ page } = opened);
  await opened.makeDataset({ slug: 'shop' });
});
afterAll(() => opened?.close());

const name = () => page.getByLabel('Name', { exact: true });
const question = () => page.getByRole('alertdialog', { name: 'Leave without saving?' });
const link = (called: string) => page.getByRole('link', { name: called, exact: true });
const heading = (called: string) => page.getByRole('heading', { name: called, level: 1 });
const pathNow = () => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

beforeEach(async () => {
  // Past the console's own question: a test begins on a page of its own.
  await page.goto('about:blank');
  await page.goto('/shop/definitions');
  await link('New label').first().click();
  await name().waitFor();
});

it('asks at a link: stays with what was typed, or leaves', async () => {
  await name().fill('Buyers of much');
  await link('Alerts').click();
  await question().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await question().getByRole('button', { name: 'Stay here' }).evaluate(isFocused)).toBe(
    true,
  );
  await page.keyboard.press('Escape');
  await question().waitFor({ state: 'detached' });
  expect(await name().inputValue()).toBe('Buyers of much');
  expect(pathNow()).toBe('/shop/definitions?name=');
  expect(await link('Alerts').evaluate(isFocused)).toBe(true);

  await page.keyboard.press('Enter');
  await question().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await heading('Alerts').waitFor();
  expect(pathNow()).toBe('/shop/alerts');
});

it('asks at the way back, and goes it', async () => {
  await name().fill('Buyers of much');
  await page.evaluate(() => history.back());
  await question().waitFor();
  expect(pathNow()).toBe('/shop/definitions?name=');
  await page.getByRole('button', { name: 'Stay here' }).click();
  expect(await name().inputValue()).toBe('Buyers of much');
  await page.evaluate(() => history.back());
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await name().waitFor({ state: 'detached' });
  expect(pathNow()).toBe('/shop/definitions');
});

it('asks at a key and at another form of the same page', async () => {
  await name().fill('Buyers of much');
  await link('Goals').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await question().waitFor();
  await page.keyboard.press('Enter');
  await question().waitFor({ state: 'detached' });
  await link('Goals').click();
  await question().waitFor();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await link('New goal').first().waitFor();
});

it('lets the browser ask before the page is loaded anew', async () => {
  await name().fill('Buyers of much');
  const asked = new Promise<Dialog>((resolve) => page.once('dialog', resolve));
  await page.evaluate(() => setTimeout(() => location.reload()));
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  expect(await name().inputValue()).toBe('Buyers of much');
});

it.each([
  ['/shop/rules', 'Session rules'],
  ['/shop/hit-rules', 'Hit rules'],
  ['/shop/index', 'Index'],
  ['/shop/masking', 'Masking'],
  ['/shop/sql', 'SQL'],
  ['/shop/events?event=', 'New event'],
  ['/shop/alerts?alert=', 'New alert'],
  ['/shop/reports/new', 'New report'],
  ['/audit', 'Audit'],
  ['/users', 'Users'],
  ['/keys', 'API keys'],
])('asks nothing on %s, where nothing was typed', async (path, called) => {
  await page.goto(path);
  await heading(called).waitFor();
  await page.waitForLoadState('networkidle');
  await link('Definitions').click();
  await heading('Definitions').waitFor();
});

it('asks for SQL that was typed, and no more when it was answered', async () => {
  await page.goto('/shop/sql');
  const sql = page.getByLabel('SQL query');
  await sql.fill('SELECT 41 + 1 AS answer');
  await link('Definitions').click();
  await page.getByRole('button', { name: 'Stay here' }).click();
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText(/1 row in \d/).waitFor();
  await link('Definitions').click();
  await heading('Definitions').waitFor();
});

it('asks before the dialog of a shared report is closed over what was typed', async () => {
  await page.goto('/shop/reports');
  await page.getByRole('main').getByRole('link', { name: 'Overview' }).first().click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this report' });
  const forWhom = dialog.getByLabel('For whom or what');
  await forWhom.fill('The board');
  // A browser holds back the first of two, if nothing is pressed between.
  for (const _press of [1, 2]) {
    await page.keyboard.press('Escape');
    await question().waitFor();
    await page.keyboard.press('Escape');
    await question().waitFor({ state: 'detached' });
  }
  expect(await forWhom.inputValue()).toBe('The board');
  await page.evaluate(() => history.back());
  await question().getByRole('button', { name: 'Stay here' }).click();
  expect(await forWhom.inputValue()).toBe('The board');
  await page.keyboard.press('Escape');
  await question().getByRole('button', { name: 'Leave without saving' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(pathNow()).toContain('/shop/reports/overview');

  // Nothing was typed, so nothing is asked.
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await forWhom.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

it('asks for a file of costs until it is taken', async () => {
  await page.goto('/shop/definitions?kind=campaign');
  await page.getByLabel('CSV file', { exact: true }).setInputFiles({
    name: 'costs.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('When;Campaign;Spent\n2026-11-01;Spring;12.50\n'),
  });
  await page.getByRole('combobox', { name: 'Day', exact: true }).selectOption('When');
  await link('Goals').click();
  await page.getByRole('button', { name: 'Stay here' }).click();
  await page.getByRole('combobox', { name: 'Cost', exact: true }).selectOption('Spent');
  await page.getByLabel('Currency, where the file has none').fill('eur');
  await page.getByRole('button', { name: 'Take the costs' }).click();
  await page.getByText('12.50 EUR').waitFor();
  await link('Goals').click();
  await link('New goal').first().waitFor();
});

it('asks nothing where nothing is lost', async () => {
  // Its own at every try.
  const called = `Buyers ${performance.now()}`;
  const seen: string[] = [];
  const note = (dialog: Dialog) => {
    seen.push(dialog.type());
    void dialog.accept();
  };
  page.on('dialog', note);

  await name().fill('Buyers');
  await name().fill('');
  await link('Alerts').click();
  await heading('Alerts').waitFor();

  // Put aside by its own button.
  await page.goBack();
  await name().fill('Buyers of nothing');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await name().waitFor({ state: 'detached' });

  // Saved.
  await link('New label').first().click();
  await name().fill(called);
  const condition = page.getByRole('textbox', { name: 'Sessions with' });
  await condition.fill('session.hits >= 2');
  await condition.press('Escape');
  await page.getByRole('button', { name: 'Save label' }).click();
  await page.getByText(`"${called}" is saved`).waitFor();
  await link('Alerts').click();
  await heading('Alerts').waitFor();

  // A search is no form that is saved.
  await link('Search').click();
  // The page before stands there until this one is loaded, with fields of its own.
  await heading('Search').waitFor();
  await page.getByRole('textbox').first().fill('session.hits >= 2');
  await page.reload();
  expect(await question().count()).toBe(0);
  expect(seen).toEqual([]);
  page.off('dialog', note);
});

const isFocused = (element: Element) =>
  (element.getRootNode() as ShadowRoot | Document).activeElement === element;
