/** From a hit that somebody looks at to an event in force: the built product in Chromium, by keyboard, with counted hits. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { isFocused, violations } from './testing/pages.ts';

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  const writeKey = await opened.makeDataset({ slug: 'shop' });
  const at = Date.now();
  const sent = [
    { path: '/teas/green', visitor: 'ada', title: 'Green "teas"' },
    { path: '/teas/gone', visitor: 'ada', status: 404 },
    { path: '/teas/green', visitor: 'ben' },
    { path: '/gone', visitor: 'ben', status: 404 },
  ];
  await opened.send(
    writeKey,
    sent.map((hit, index) => ({ ...hit, at: at - 60_000 + index * 500, sentAt: at })),
  );
  await opened.stored('shop', 2);
});
afterAll(() => opened?.close());

async function openSession(): Promise<void> {
  const { page } = opened;
  await page.goto(
    `/shop/search?${new URLSearchParams({ condition: 'request.path = "/teas/gone"' })}`,
  );
  await page.locator('cn-found-table tbody a').first().click();
  await page.locator('cn-hit-list summary').nth(1).waitFor();
}

const condition = () => opened.page.getByLabel('Condition').inputValue();
const draftNames = async () => {
  const { events } = await opened.api('/datasets/shop/events');
  return events.map(({ definition }: { definition: { name: string } }) => definition.name);
};

it('fills a draft from the hit, by keyboard alone, and saves nothing by itself', async () => {
  const { page } = opened;
  await openSession();
  const before = await draftNames();
  await page.locator('cn-hit-list summary').nth(1).focus();
  await page.keyboard.press('Enter');
  const way = page.getByRole('link', { name: /^Make an event from this hit\s*, \/teas\/gone$/ });
  await way.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New event' }).waitFor();
  const choice = page.getByRole('group', { name: 'From the hit' }).getByRole('radio');
  await choice.first().waitFor();
  await expect.poll(condition).toBe('request.path = "/teas/gone" and response.status = 404');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(
    'Status 404 on /teas/gone',
  );
  expect(await violations(page)).toEqual([]);

  await choice.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(condition).toBe('response.status = 404');
  expect(await choice.nth(1).evaluate(isFocused)).toBe(true);
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Status 404');
  expect(await draftNames()).toEqual(before);
});

it('is there again after a reload, and keeps a name that was typed', async () => {
  const { page } = opened;
  await page.reload();
  await expect.poll(condition).toBe('response.status = 404');
  await page.getByRole('radio', { name: /^This page is seen/ }).check();
  await expect.poll(condition).toBe('hit.type = "page_view" and request.path = "/teas/gone"');
  await page.getByLabel('Name', { exact: true }).fill('Dead link');
  await page.getByRole('radio', { name: /^Anything is answered with 404/ }).check();
  await expect.poll(condition).toBe('response.status = 404');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Dead link');
});

it('is tried over the past and saved like any other', async () => {
  const { page } = opened;
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByText('It would have fired 2 times').waitFor();
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.waitForURL(/\/shop\/events\?event=Dead\+link$/);
  expect(await page.getByRole('group', { name: 'From the hit' }).count()).toBe(0);
  const { definition, state } = await opened.api('/datasets/shop/events/Dead%20link');
  expect([definition.condition, definition.trigger, state]).toEqual([
    'response.status = 404',
    'every_hit',
    'draft',
  ]);
});

it('offers the past once it is published, says what that reads, and nothing more when it was done', async () => {
  const { page } = opened;
  const past = page.getByRole('heading', { name: 'Over the past' });
  expect(await past.count()).toBe(0);
  await page.getByRole('button', { name: 'Save and publish' }).click();
  await past.waitFor();
  await page.getByText(/A backfill reads 2 sessions/).waitFor();
  expect(await violations(page)).toEqual([]);
  const way = page.getByRole('button', { name: 'Run over the past' });
  await way.focus();
  await page.keyboard.press('Enter');
  await page.getByText('It has been run over the past: the sessions with it.').waitFor();
  expect(await way.count()).toBe(0);
  const { backfills } = await opened.api('/datasets/shop/backfills');
  expect(backfills).toMatchObject([{ event: 'Dead link', sessionsDone: 2, facts: 2 }]);
  await page.reload();
  await expect.poll(condition).toBe('response.status = 404');
  await page.waitForLoadState('networkidle');
  expect(await past.count()).toBe(0);
});

it('says where the address names a hit that there is not', async () => {
  const { page } = opened;
  await openSession();
  const [, , , session] = new URL(page.url()).pathname.split('/');
  await page.goto(`/shop/events?event=&session=${session}&hit=${'0'.repeat(32)}`);
  await page.getByText('There is no such hit any more').waitFor();
  expect(await condition()).toBe('');
  await page.goto(`/shop/events?event=&session=${'0'.repeat(32)}&hit=${'0'.repeat(32)}`);
  await page.getByText('There is no such hit any more').waitFor();
});
