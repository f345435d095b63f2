/** German on a telephone: tables of three figures fit, and what is pressed is as large as a finger needs it. The built product in Chromium. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

const sideMin = 24;

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' },
    context: { viewport: { width: 390, height: 780 }, isMobile: true, locale: 'de-DE' },
  });
  const writeKey = await opened.makeDataset({ slug: 'shop' });
  await opened.api('/datasets/shop/events/404', {
    method: 'PUT',
    body: { trigger: 'every_hit', condition: 'response.status = 404' },
  });
  await opened.send(writeKey, [{ visitor: 'ann' }]);
  await opened.stored('shop', 1);
});
afterAll(() => opened?.close());

it.each([
  ['/shop/reports/pages?robots=1', 'button.open'],
  ['/shop/events', 'td a'],
  ['/health', '.docs a'],
])('%s is pressed with a finger', async (path, pressed) => {
  const { page } = opened;
  await page.goto(path);
  const all = page.locator('main').locator(pressed);
  await all.first().waitFor();
  for (const one of await all.all()) {
    const box = await one.boundingBox();
    if (box === null) continue;
    const said = `${await one.textContent()}: ${box.width} × ${box.height}`;
    expect(Math.min(box.width, box.height), said).toBeGreaterThanOrEqual(sideMin);
  }
});

it('shows three figures beside their value', async () => {
  const { page } = opened;
  await page.goto('/shop/reports/technology?robots=1');
  const tables = page.locator('cn-data-table .scroll:has(tbody button.open)');
  await tables.first().waitFor();
  const over = await tables.first().evaluate((scrolled) => {
    const heads = [...scrolled.querySelectorAll('th')];
    return {
      table: scrolled.scrollWidth - scrolled.clientWidth,
      heads: heads.filter((head) => head.scrollWidth > head.clientWidth + 1).length,
    };
  });
  // What is only read out is a pixel wide.
  expect(over.table).toBeLessThanOrEqual(1);
  expect(over.heads).toBe(0);
});

it('says what a report shows in lines that begin with words', async () => {
  const { page } = opened;
  await page.goto('/shop/reports/overview?robots=1');
  const said = page.locator('cn-analysis-header .said');
  await said.getByText('verglichen mit').waitFor();
  const { clip, begins } = await said.evaluate((line) => {
    const begins = [...line.children]
      .filter((part) => part.checkVisibility())
      .map((part) => {
        const words = document.createRange();
        words.selectNodeContents(part);
        const { left, top } = words.getBoundingClientRect();
        return { left: left - line.getBoundingClientRect().left, top };
      });
    return { clip: getComputedStyle(line).overflowX, begins };
  });
  const lines = new Set(begins.map(({ top }) => top));
  expect(lines.size).toBeGreaterThan(1);
  for (const line of lines) {
    const first = Math.min(...begins.filter(({ top }) => top === line).map(({ left }) => left));
    expect(first).toBeCloseTo(0, 0);
  }
  // What stands between two of a line is outside at its begin.
  expect(clip).toBe('clip');
});

it.each([
  'de-DE',
  'ar',
])('keeps what figures are of in view while they are pushed aside, in %s', async (locale) => {
  const page = await opened.newPage({ viewport: { width: 390, height: 780 }, locale });
  await page.goto('/shop/reports/pages?robots=1');
  const table = page.locator('cn-data-table .scroll:has(tbody button.open)').first();
  await table.waitFor();
  const firstCells = table.locator('tr > :first-child');
  const places = async () =>
    Promise.all((await firstCells.all()).map(async (cell) => (await cell.boundingBox())?.x));
  const before = await places();
  const moved = await table.evaluate((scrolled) => {
    scrolled.scrollBy(getComputedStyle(scrolled).direction === 'rtl' ? -100 : 100, 0);
    return Math.abs(scrolled.scrollLeft);
  });
  expect(moved).toBe(100);
  expect(before.length).toBeGreaterThan(1);
  expect(await places()).toEqual(before);
  // Also in a language that has no short word for percentage points, no figure lies over the next one.
  const wider = await table.locator('td.compared .change').evaluateAll((changes) =>
    changes.map((change) => {
      (change.firstElementChild as HTMLElement).textContent = '↑ 18.4 نقطة مئوية';
      const text = change.firstElementChild?.getBoundingClientRect().width ?? 0;
      return Math.round(text - (change.parentElement?.clientWidth ?? 0));
    }),
  );
  expect(wider.length).toBeGreaterThan(0);
  expect(Math.max(...wider)).toBeLessThanOrEqual(0);
  // An edge of its own says that there is more.
  expect(await table.evaluate((scrolled) => getComputedStyle(scrolled).backgroundImage)).toContain(
    'gradient',
  );
  await page.close();
});

it('keeps the first column of an answer to SQL in view, and not in the way of the others', async () => {
  const page = await opened.newPage({ viewport: { width: 390, height: 780 } });
  await page.goto('/shop/sql');
  const long = `'${'a-name-without-an-end'.repeat(9)}'`;
  const others = Array.from({ length: 9 }, (_one, number) => `${number} AS "number ${number}"`);
  await page.getByLabel('SQL query').fill(`SELECT ${long} AS path, ${others.join(', ')}`);
  await page.getByRole('button', { name: 'Run' }).click();
  const table = page.getByRole('region', { name: 'Result of the query' });
  await table.waitFor();
  const firstCells = table.locator('tr > :first-child');
  const places = async () =>
    Promise.all((await firstCells.all()).map(async (cell) => (await cell.boundingBox())?.x));
  const before = await places();
  expect(before).toHaveLength(2);
  const moved = await table.evaluate((scrolled) => {
    scrolled.scrollBy(100, 0);
    return scrolled.scrollLeft;
  });
  expect(moved).toBe(100);
  expect(await places()).toEqual(before);
  const [kept, all] = [await firstCells.last().boundingBox(), await table.boundingBox()];
  expect(kept?.width).toBeLessThan((all?.width ?? 0) / 2);
  await page.close();
});
