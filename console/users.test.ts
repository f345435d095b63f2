/** People in Chromium: the first link makes an administrator, who invites a reader, who can read and nothing else. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';
import { runCommand } from './testing/product.ts';

const password = 'a long enough password';

let opened: OpenedConsole;
let annsBrowser: BrowserContext;
let ann: Page;
let bob: Page;
let firstLink: string;
let invitation: string;

/** The links name `localhost`, as people reach the console; the test goes by the address. */
const here = (link: string) => `${opened.product.baseUrl}/${link.split('/').slice(3).join('/')}`;

beforeAll(async () => {
  opened = await openConsole();
  for (const slug of ['shop', 'blog']) await opened.makeDataset({ slug });
  firstLink = /http:\/\/localhost:\d+\/welcome#f_[\w-]{43}/.exec(opened.product.said())?.[0] ?? '';
  ann = opened.page;
  annsBrowser = ann.context();
  bob = await opened.newPage();
});
afterAll(() => opened?.close());

describe('people', () => {
  it('let the machine in by itself while there is no administrator', async () => {
    await ann.goto('/shop/settings');
    await ann.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await ann.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  });

  it('come by the link that the server has printed', async () => {
    expect(firstLink).not.toBe('');
    await ann.goto(here(firstLink));
    await ann.getByRole('heading', { name: 'Make the first administrator' }).waitFor();
    expect(ann.url()).toBe(`${opened.product.baseUrl}/welcome`);
    expect(await violations(ann)).toEqual([]);
    await ann.getByLabel('Mail address').fill('ann@shop.example');
    await ann.getByLabel('Name').fill('Ann');
    await ann.getByLabel('Password').fill('password1');
    await ann.getByRole('button', { name: 'Make administrator' }).click();
    await ann.getByText('Many people use this password').waitFor();
    expect(opened.watched.complaints.splice(0).filter((text) => !text.includes('400'))).toEqual([]);
    await ann.getByLabel('Password').fill(password);
    await ann.getByRole('button', { name: 'Make administrator' }).click();
    await ann.getByRole('link', { name: 'Ann' }).waitFor();
    expect(await ann.evaluate(() => document.cookie)).toBe('');
    const [cookie] = await annsBrowser.cookies(`${opened.product.baseUrl}/api`);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api' });
  });

  it('are signed in from then on, on this machine too', async () => {
    await bob.goto('/shop/reports');
    await bob.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    expect(await violations(bob)).toEqual([]);
    await bob.getByLabel('Mail address').fill('ann@shop.example');
    await bob.getByLabel('Password').fill('not her password');
    await bob.getByRole('button', { name: 'Sign in' }).click();
    await bob.getByText('Mail address, password or code is not right.').waitFor();
  });

  it('are invited by the administrator', async () => {
    await ann.getByRole('link', { name: 'Users' }).click();
    await ann.getByLabel('Mail address').fill('bob@shop.example');
    await ann.getByLabel('Role', { exact: true }).first().selectOption('reader');
    await ann.getByLabel('Dataset', { exact: true }).first().selectOption('shop');
    await ann.getByRole('button', { name: 'Invite' }).click();
    const link = ann.getByText(/\/welcome#l_/);
    await link.waitFor();
    invitation = (await link.textContent())?.trim() ?? '';
    await ann.getByRole('cell', { name: 'bob bob@shop.example' }).waitFor();
    expect(await violations(ann)).toEqual([]);
  });

  it('who may read are offered to read, and nothing else', async () => {
    await bob.goto(here(invitation));
    await bob.getByText('For bob@shop.example').waitFor();
    await bob.getByLabel('Name').fill('Bob');
    await bob.getByLabel('Password').fill(password);
    await bob.getByRole('button', { name: 'Come in' }).click();
    await bob.getByRole('link', { name: 'Reports', exact: true }).waitFor();
    const offered = await bob.locator('cn-side-nav').first().getByRole('link').allInnerTexts();
    expect(offered.map((text) => text.trim())).toEqual(['Canister', 'Reports', 'Bob']);
    await bob.goto('/shop/reports/overview');
    await bob.getByRole('heading', { name: 'Overview' }).waitFor();
    // By hand to what is not offered: it says so, and shows nothing.
    await bob.goto('/users');
    await bob.getByText('This page is not open to your role').waitFor();
    expect(await bob.getByText('ann@shop.example').count()).toBe(0);
    await bob.goto('/blog/reports');
    await bob.getByText('There is no dataset "blog"').waitFor();
    const codes = await bob.evaluate(async () => {
      const ask = (path: string, init?: RequestInit) =>
        fetch(path, init).then(({ status }) => status);
      const change = {
        method: 'POST',
        headers: { 'x-canister': '1', 'content-type': 'application/json' },
      };
      return [
        await ask('/api/datasets/shop/reports'),
        await ask('/api/datasets/shop/sql', { ...change, body: '{"sql":"SELECT 1","rowsMax":1}' }),
        await ask('/api/datasets', { ...change, body: '{"slug":"evil"}' }),
        await ask('/api/audit'),
        await ask('/api/datasets/blog/reports'),
      ];
    });
    expect(codes).toEqual([200, 403, 403, 403, 404]);
  });

  it('are told when their role changes while a page is open', async () => {
    await ann.getByLabel('Dataset', { exact: true }).nth(2).waitFor();
    const row = ann.getByRole('row').filter({ hasText: 'bob@shop.example' });
    await row.getByLabel('Role', { exact: true }).selectOption('analyst');
    await row.getByLabel('Dataset', { exact: true }).selectOption('shop');
    await row.getByRole('button', { name: /Give/ }).click();
    await row.getByText('analyst of shop').waitFor();
    await bob.goto('/shop/sql');
    await bob.getByLabel('SQL query').fill('SELECT count(*) AS n FROM page_views');
    await bob.getByRole('button', { name: 'Run' }).click();
    await bob.getByText(/\d rows? in \d/).waitFor();
    await row.getByLabel('Role', { exact: true }).selectOption('reader');
    await row.getByLabel('Dataset', { exact: true }).selectOption('shop');
    await row.getByRole('button', { name: /Give/ }).click();
    await row.getByText('reader of shop').waitFor();
    await bob.getByRole('button', { name: 'Run' }).click();
    await bob.getByText('was changed while this page was open').waitFor();
    await bob.getByRole('link', { name: 'SQL' }).waitFor({ state: 'detached' });
  });

  it('sign out, and what they had open is closed', async () => {
    await bob.getByRole('button', { name: 'Sign out' }).click();
    await bob.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    await bob.goBack();
    await bob.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
    await bob.getByLabel('Mail address').fill('bob@shop.example');
    await bob.getByLabel('Password').fill(password);
    await bob.getByRole('button', { name: 'Sign in' }).click();
    await bob.getByRole('link', { name: 'Bob' }).waitFor();
  });

  it('get another name and mail address from the administrator', async () => {
    const row = ann.getByRole('row').filter({ hasText: 'bob@shop.example' });
    await row.getByRole('button', { name: 'Change bob@shop.example' }).click();
    const form = ann.locator('cn-user-change');
    await form.getByLabel('Name').fill('Robert');
    await form.getByLabel('Mail address').fill('ann@shop.example');
    await form.getByRole('button', { name: 'Save' }).click();
    await ann.getByText('There is a user of this mail address already').waitFor();
    expect(opened.watched.complaints.splice(0).filter((text) => !text.includes('409'))).toEqual([]);
    await form.getByLabel('Mail address').fill('robert@shop.example');
    await form.getByRole('button', { name: 'Save' }).click();
    await ann.getByRole('cell', { name: 'Robert robert@shop.example' }).waitFor();
    await bob.reload();
    await bob.getByRole('link', { name: 'Robert' }).waitFor();
    await ann.getByRole('button', { name: 'Change robert@shop.example' }).click();
    await form.getByLabel('Mail address').fill('bob@shop.example');
    await form.getByRole('button', { name: 'Save' }).click();
    await ann.getByRole('cell', { name: 'Robert bob@shop.example' }).waitFor();
  });

  it('are put out at once when they are disabled', async () => {
    const row = ann.getByRole('row').filter({ hasText: 'bob@shop.example' });
    await row.getByRole('button', { name: 'Disable bob@shop.example', exact: true }).click();
    await row.getByText('disabled').waitFor();
    await bob.reload();
    await bob.getByRole('heading', { name: 'Sign in to Canister' }).waitFor();
  });

  it('leave traces in the audit trail, which the command line checks', async () => {
    await ann.getByRole('link', { name: 'Audit' }).click();
    await ann.getByRole('cell', { name: 'disable user' }).waitFor();
    await ann.getByRole('button', { name: 'Verify' }).click();
    await ann.getByText(/entries, none changed/).waitFor();
    const check = await runCommand(['audit', 'verify', '--data', opened.product.data]);
    expect([check.code, check.out]).toEqual([
      0,
      expect.stringMatching(/^\d+ entries, none changed/),
    ]);
    const users = await runCommand(['user', 'list', '--json', '--data', opened.product.data]);
    expect(JSON.parse(users.out)).toMatchObject([
      { email: 'ann@shop.example', state: 'active' },
      { email: 'bob@shop.example', state: 'disabled' },
    ]);
  });

  it('find keys and their account, with nothing for axe to find', async () => {
    await ann.getByRole('link', { name: 'API keys' }).click();
    await ann.getByLabel('Name').fill('Build');
    await ann.getByRole('button', { name: 'Make key' }).click();
    const key = (await ann.getByText(/^\s*ck_[\w-]{43}\s*$/).textContent())?.trim();
    const answer = await fetch(`${opened.product.baseUrl}/api/datasets/shop`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
    for (const path of ['/keys', '/audit', '/account', '/users']) {
      await ann.goto(path);
      await ann.locator('main h1').waitFor();
      await ann.locator('main table').first().waitFor();
      expect(await violations(ann), path).toEqual([]);
    }
    expect(opened.watched.foreignRequests).toEqual([]);
  });
});
