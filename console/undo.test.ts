/** What is deleted in the console comes back by Undo, as it was and where it stood. What is stored is asked of the API. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { type Watched, watch } from './testing/pages.ts';

let opened: OpenedConsole;
let page: Page;
let watched: Watched;

const shop = '/datasets/shop';
const campaigns = ['first', 'second', 'third'];
const alert = {
  name: 'Many errors',
  subject: { kind: 'metric', metric: 'page_views' },
  measure: 'count',
  windowMinutes: 5,
  operator: 'at_least',
  bound: 3,
};
const query = { sql: 'SELECT $number AS it', parameters: [{ name: 'number', type: 'number' }] };

const api = (path: string, method = 'GET', body?: object) => opened.api(path, { method, body });

beforeAll(async () => {
  opened = await openConsole();
  await opened.makeDataset({ slug: 'shop' });
});

beforeEach(async () => {
  for (const name of campaigns)
    await api(`${shop}/definitions/campaign`, 'PUT', { name, condition: `campaign = "${name}"` });
  await api(`${shop}/alerts/rules`, 'PUT', alert);
  await api(`${shop}/searches/Lost`, 'PUT', { condition: 'response.status = 404', segment: true });
  await api(`${shop}/queries/Numbers`, 'PUT', query);
  page = await opened.newPage();
  watched = watch(page, opened.product.baseUrl);
});

afterAll(() => opened?.close());

const remove = (name: string) => page.getByRole('button', { name: `Delete ${name}` });
const undo = () => page.getByRole('button', { name: 'Undo', exact: true });

async function names(): Promise<string[]> {
  const { definitions } = (await api(`${shop}/definitions/campaign`)) as {
    definitions: { name: string }[];
  };
  return definitions.map(({ name }) => name);
}

describe('what is deleted', () => {
  it('goes at one press, and comes back where it stood, by keyboard alone', async () => {
    await page.goto('/shop/definitions?kind=campaign');
    await remove('second').press('Enter');
    await page.getByText('"second" is deleted.').waitFor();
    await remove('second').waitFor({ state: 'detached' });
    expect(await names()).toEqual(['first', 'third']);
    // The focus is on the way back.
    await page.keyboard.press('Enter');
    await remove('second').waitFor();
    await page.getByText('It is back.').waitFor();
    expect(await names()).toEqual(campaigns);
    expect(watched).toEqual({ foreignRequests: [], complaints: [] });
  });

  it('comes back by Ctrl+Z on another page, too, but not while somebody types', async () => {
    await page.goto('/shop/alerts');
    await remove(alert.name).click();
    await undo().waitFor();
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Sessions with').press('Control+z');
    await undo().waitFor();
    const { alerts: none } = (await api(`${shop}/alerts/rules`)) as { alerts: unknown[] };
    expect(none).toEqual([]);
    await page.getByRole('heading', { name: 'Search', exact: true }).click();
    await page.keyboard.press('Control+z');
    await undo().waitFor({ state: 'detached' });
    const { alerts } = (await api(`${shop}/alerts/rules`)) as { alerts: { rule: object }[] };
    expect(alerts).toMatchObject([{ rule: alert }]);
  });

  it('is a saved search or a saved query, too', async () => {
    await page.goto('/shop/search');
    await remove('Lost').click();
    await undo().click();
    await undo().waitFor({ state: 'detached' });
    expect(await api(`${shop}/searches`)).toMatchObject({
      searches: [{ name: 'Lost', condition: 'response.status = 404', segment: true }],
    });
    await page.goto('/shop/sql');
    await remove('the query Numbers').click();
    await undo().click();
    await undo().waitFor({ state: 'detached' });
    expect(await api(`${shop}/queries`)).toMatchObject({
      queries: [{ name: 'Numbers', ...query }],
    });
  });

  it('does not come back over what somebody else has made meanwhile', async () => {
    await page.goto('/shop/definitions?kind=campaign');
    await remove('third').click();
    await undo().waitFor();
    const other = { name: 'third', condition: 'campaign = "another"' };
    await api(`${shop}/definitions/campaign`, 'PUT', other);
    await undo().click();
    await page.getByText(/has changed it meanwhile/).waitFor();
    expect(await api(`${shop}/definitions/campaign`)).toMatchObject({
      definitions: [{}, {}, other],
    });
    await page.getByRole('button', { name: 'Close' }).click();
    await undo().waitFor({ state: 'detached' });
    await page.goto('/shop/sql');
    await remove('the query Numbers').click();
    await undo().waitFor();
    await api(`${shop}/queries/Numbers`, 'PUT', { sql: 'SELECT 2 AS it', parameters: [] });
    await undo().click();
    await page.getByText(/has changed it meanwhile/).waitFor();
    expect(await api(`${shop}/queries`)).toMatchObject({ queries: [{ sql: 'SELECT 2 AS it' }] });
  });
});
