/**
 * Every page that the console has an address for, and every report, in Chromium against the built product: nothing for
 * axe to find, nothing wider than the screen, no complaint, dark and wide, light and narrow. A page that is added to the
 * addresses is looked at here without being named.
 */
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageFiles } from './page-files.ts';
import { chromiumFlags, chromiumPath } from './testing/chromium.ts';
import { firefox, violations, watch } from './testing/pages.ts';
import { type Product, runCommand, startProduct } from './testing/product.ts';

const looks = [
  { colorScheme: 'dark', width: 1400 },
  { colorScheme: 'light', width: 360 },
] as const;
const timeMsMax = 240_000;

/** Four visitors with three page views each, one of them a robot, yesterday. */
const log = [1, 2, 3, 4]
  .flatMap((visitor) =>
    ['/', '/shop/tea?utm_source=news&utm_medium=email', '/no-such-page'].map((path, number) => {
      const day = new Date(Date.now() - 86_400_000).toUTCString().slice(5, 16).replaceAll(' ', '/');
      const agent = visitor === 4 ? 'Googlebot/2.1 (+http://www.google.com/bot.html)' : firefox;
      const status = number === 2 ? 404 : 200;
      return `203.0.113.${visitor} - - [${day}:10:0${visitor}:1${number} +0000] "GET ${path} HTTP/1.1" ${status} 512 "https://search.example/" "${agent}"\n`;
    }),
  )
  .join('');

let product: Product;
let browser: Browser;
let addresses: string[];
let reports: string[];

beforeAll(async () => {
  product = await startProduct();
  const run = async (args: string[], input = '') => {
    const { code, out, notes } = await runCommand([...args, '--data', product.data], input);
    expect(code, notes).toBe(0);
    return out;
  };
  await run(['dataset', 'create', 'shop']);
  await run(['import', '-', '--dataset', 'shop'], log);
  const label = ['--name', 'Buyers', '--condition', 'request.path = "/shop/tea"'];
  await run(['label', 'save', '--dataset', 'shop', ...label]);
  const sql = 'SELECT session_id FROM sessions WHERE NOT is_robot LIMIT 1';
  const [session] = JSON.parse(await run(['query', sql, '--dataset', 'shop', '--json']));
  const listed = JSON.parse(await run(['report', 'list', '--dataset', 'shop', '--json']));
  reports = listed.map(({ name }: { name: string }) => name);
  const paths = Object.keys(pageFiles);
  expect(paths.length).toBeGreaterThan(25);
  addresses = paths.map((path) =>
    path
      .replace(':dataset', 'shop')
      .replace(':session', session.session_id.replaceAll('-', ''))
      .replace(':report', 'overview'),
  );
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
}, timeMsMax);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** What is wrong with a page, in words; nothing where all is well. */
async function faultsOf(page: Page, address: string, width: number): Promise<string[]> {
  await page.goto(address);
  await page.locator('main h1, main h2').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(250);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  return [...(wide > width ? [`is ${wide} px wide`] : []), ...(await violations(page))].map(
    (fault) => `${address}: ${fault}`,
  );
}

describe.each(looks)('in $colorScheme, $width px wide', ({ colorScheme, width }) => {
  const look = async (wanted: readonly string[]) => {
    const context = await browser.newContext({
      baseURL: product.baseUrl,
      locale: 'en-GB',
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    const watched = watch(page, product.baseUrl);
    const faults: string[] = [];
    // A link that was used or never made is gone, as the page says.
    const isTold = (text: string) => text.includes('410');
    for (const address of wanted) {
      faults.push(...(await faultsOf(page, address, width)));
      faults.push(
        ...watched.complaints
          .splice(0)
          .filter((text) => !isTold(text))
          .map((text) => `${address}: complains ${text}`),
      );
    }
    await context.close();
    expect(faults).toEqual([]);
    expect(watched.foreignRequests).toEqual([]);
  };

  it('every page is well', () => look(addresses), timeMsMax);

  it('every report is well', () => look(reports.map((name) => `/shop/reports/${name}`)), timeMsMax);
});

/** The numbers of a page that stand in more than two lines: the figure and its change are two at most. */
const brokenNumbers = () =>
  [...document.querySelectorAll('td:not(.text)')].flatMap((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 6)));
    return lines.size > 2 ? [cell.textContent] : [];
  });

it("what is chosen is marked in the reader's own colours, too", async () => {
  const page = await browser.newPage({ baseURL: product.baseUrl, forcedColors: 'active' });
  await page.goto('/shop/reports/overview');
  await page.getByRole('group', { name: 'Figure of the chart' }).first().waitFor();
  for (const pressed of [true, false]) {
    const lines = await page
      .locator(`button[aria-pressed=${pressed}]`)
      .evaluateAll((buttons) => buttons.map((one) => getComputedStyle(one).textDecorationLine));
    // Those of the chart and of the theme.
    expect(lines.length).toBeGreaterThan(1);
    expect(new Set(lines)).toEqual(new Set([pressed ? 'underline' : 'none']));
  }
  await page.close();
});

it('a printed report has the paper to itself', async () => {
  const page = await browser.newPage({
    baseURL: product.baseUrl,
    viewport: { width: 794, height: 1_123 },
  });
  await page.goto('/shop/reports/overview');
  const nav = page.getByRole('navigation').first();
  const report = page.getByRole('main');
  await report.getByRole('heading', { name: 'Totals' }).waitFor();
  expect(await nav.isVisible()).toBe(true);
  await page.emulateMedia({ media: 'print' });
  expect(await nav.isVisible()).toBe(false);
  expect((await report.boundingBox())?.x).toBe(0);
  await page.close();
});

it(
  'every report is printed with its numbers whole',
  async () => {
    // What A4 leaves between its margins.
    const page = await browser.newPage({ viewport: { width: 680, height: 1_000 } });
    await page.emulateMedia({ media: 'print' });
    const day = (afterDays: number) =>
      new Date(Date.now() + afterDays * 86_400_000).toISOString().slice(0, 10);
    const range = new URLSearchParams({
      from: day(-7),
      to: day(1),
      format: 'html',
      labels: 'Buyers',
    });
    const broken: string[] = [];
    let cells = 0;
    for (const name of reports) {
      const answer = await fetch(`${product.baseUrl}/api/datasets/shop/reports/${name}?${range}`);
      expect(answer.status, name).toBe(200);
      await page.setContent(await answer.text());
      cells += await page.locator('td:not(.text)').count();
      broken.push(...(await page.evaluate(brokenNumbers)).map((text) => `${name}: ${text}`));
    }
    await page.close();
    expect(cells).toBeGreaterThan(100);
    expect(broken).toEqual([]);
  },
  timeMsMax,
);
