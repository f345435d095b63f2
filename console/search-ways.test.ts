/** What the search and a funnel offer to somebody whose words are refused, in the built product. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

/** More than a search reads whole. */
const manySessions = 2_050;
const hitsPerRequest = 50;

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '500' } });
  const writeKey = await opened.makeDataset({ slug: 'shop', name: 'Shop', timeZone: 'UTC' });
  const user = { visitor: 'ann', userId: 'ann@customer.example', path: '/cart' };
  const others = Array.from({ length: manySessions - 1 }, (_, at) => ({ visitor: `v${at}` }));
  const hits = [user, ...others];
  for (let at = 0; at < hits.length; at += hitsPerRequest)
    await opened.send(writeKey, hits.slice(at, at + hitsPerRequest));
  await opened.stored('shop', manySessions);
});

afterAll(() => opened?.close());

it('makes conditions of plain words, and finds by the one that is chosen', async () => {
  const { page } = opened;
  await page.goto('/shop/search?condition=ann%40customer.example');
  await page.getByRole('heading', { name: 'Looking for these words?' }).waitFor();
  await page.getByRole('link', { name: 'Signed-in user' }).click();
  await page.getByText('1 session', { exact: true }).waitFor();
  await page.goto('/shop/search?condition=luck+%3D+1');
  await page.getByText('There is no field "luck"').first().waitFor();
  expect(await page.getByText('Looking for these words?').count()).toBe(0);
});

it('offers fewer days for a search that would have to read too much', async () => {
  const { page } = opened;
  await page.goto('/shop/search?condition=request.header.x-plan+exists');
  await page.getByText('Search fewer days:').waitFor();
  await page.getByRole('button', { name: 'Yesterday' }).click();
  await page.waitForURL('**range=yesterday**');
  await page.getByText('No session meets this condition').waitFor();
});

it('has a template for script errors that the tables answer', async () => {
  const { page } = opened;
  await page.goto('/shop/search');
  await page.getByRole('link', { name: 'Script errors' }).click();
  await page.getByText('No session meets this condition').waitFor();
});

it('knows the page groups that a stage can name, and says what to do about another one', async () => {
  const { page, api } = opened;
  const body = { name: 'Cart', condition: 'request.path = "/cart"' };
  await api('/datasets/shop/definitions/page_group', { method: 'PUT', body });
  await page.goto('/shop/definitions?kind=funnel&name=');
  await page.locator('cn-funnel-stages option[value=Cart]').waitFor({ state: 'attached' });
  await page.getByLabel('Name', { exact: true }).fill('Buying');
  await page.getByLabel('Name of stage 1').fill('Cart');
  await page.getByLabel('Name of stage 2').fill('Card');
  await page.getByRole('button', { name: 'Save funnel' }).click();
  await page.getByText('No page group is called "Card"').waitFor();
  await page.getByText('Correct it, then try again.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
});
