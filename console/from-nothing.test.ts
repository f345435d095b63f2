/**
 * From nothing to a mail, by clicks alone: the link that the server prints makes the administrator, who makes a dataset
 * and sees its first report; then somebody is subscribed, and the mail is read. The built product, a real Chromium, and
 * a real mail server.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../reports/testing/mail-server.ts';
import { confirmed, type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

const password = 'seven green leaves';

let mailServer: MailServer;
let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  mailServer = await startMailServer();
  opened = await openConsole({
    environment: {
      CANISTER_IDLE_TIMEOUT_MS: '1000',
      CANISTER_SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`,
    },
  });
  ({ page } = opened);
});
afterAll(async () => {
  await opened?.close();
  await mailServer?.close();
});

it('leads from the link of the first start to the first report', async () => {
  const path = /http:\/\/localhost:\d+(\/welcome#f_[\w-]{43})/.exec(opened.product.said())?.[1];
  await page.goto(path ?? '');
  await page.getByLabel('Mail address').fill('ann@shop.example');
  await page.getByLabel('Name').fill('Ann');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Make administrator' }).click();
  await page.getByRole('heading', { name: /Canister is running/ }).waitFor();
  await page.getByRole('link', { name: 'New dataset' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Shop');
  await page.getByRole('button', { name: 'Create dataset' }).click();
  await page.getByText('Waiting for the first hit.').waitFor();
  const snippet = (await page.getByText('<script defer src=').textContent()) ?? '';
  const writeKey = /data-dataset="([^"]+)"/.exec(snippet)?.[1] ?? '';
  // What a site does that has taken the line: two visitors, three page views.
  await opened.send(writeKey, [
    { visitor: 'ada', path: '/teas' },
    { visitor: 'ada', path: '/cart' },
    { visitor: 'bob', path: '/teas' },
  ]);
  await page.getByText('Waiting for the first hit.').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Reports', exact: true }).click();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  const figures = page.locator('cn-figure-row dd.value');
  await expect
    .poll(
      async () => {
        await page.reload();
        await page.getByText(/As of/).waitFor();
        return (await figures.allInnerTexts()).slice(0, 3);
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toEqual(['2', '2', '3']);
  expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
});

it('subscribes somebody, who gets the mail', async () => {
  await page.goto('/subscriptions');
  await page.getByRole('button', { name: 'New subscription' }).click();
  await page.getByLabel('Name', { exact: true }).fill('For the board');
  await page.getByLabel('Recipients').fill('board@shop.example');
  await page.getByLabel('When', { exact: true }).selectOption('Every day');
  expect(await page.getByRole('checkbox', { name: 'Shop', exact: true }).isChecked()).toBe(true);
  expect(await page.getByRole('checkbox', { name: 'Overview', exact: true }).isChecked()).toBe(
    true,
  );
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  // It goes to everybody, and nothing takes it back: one press does not send it.
  await confirmed(page, 'Send it now');
  await page.getByText('Sent to 1 recipient.').waitFor();
  await expect.poll(() => mailServer.mails.length, { timeout: 45_000 }).toBe(1);
  const [mail] = mailServer.mails;
  expect(mail?.to?.map(({ address }) => address)).toEqual(['board@shop.example']);
  expect(mail?.subject).toContain('For the board');
  expect(mail?.text).toContain('Overview');
  expect(mail?.html).toMatch(/Sessions/);
  await page.getByRole('region', { name: 'Deliveries' }).getByText('sent').waitFor();
  expect(await violations(page)).toEqual([]);
});
