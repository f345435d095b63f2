/**
 * Every page of the console as people with each role meet it, in Chromium against the built product: a page that a role
 * does not open says so, and no page offers or asks what its visitor may not do.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../core/contract/rights.ts';
import { pageFiles } from './page-files.ts';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

const password = 'a long enough password';
const timeMsMax = 240_000;
const closed = 'This page is not open to your role';

/** As docs/security.md tells what a role may do; a role has the pages of those before it. */
const opened: Record<Exclude<Role, 'administrator'>, readonly string[]> = {
  reader: [
    '/',
    '/health',
    '/account',
    '/sign-in',
    '/welcome',
    '/:dataset/reports',
    '/:dataset/reports/:report',
  ],
  analyst: [
    '/:dataset/live',
    '/:dataset/search',
    '/:dataset/sessions/:session',
    '/:dataset/sql',
    '/:dataset/events',
    '/:dataset/alerts',
    '/:dataset/settings',
  ],
  configurator: [
    '/:dataset/definitions',
    '/:dataset/hit-rules',
    '/:dataset/index',
    '/:dataset/masking',
    '/:dataset/configuration',
    '/:dataset/reports/new',
    '/:dataset/reports/:report/edit',
  ],
};
const roles = Object.keys(opened) as (keyof typeof opened)[];

let started: OpenedConsole;
/** Asks as the administrator does. */
let ann: Page;

beforeAll(async () => {
  started = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  const { api } = started;
  const writeKey = await started.makeDataset({ slug: 'shop', name: 'Shop' });
  await started.send(writeKey, [{ visitor: 'a', path: '/teas' }, { visitor: 'b' }]);
  await started.stored('shop', 2);
  await api('/datasets/shop/definitions/report', {
    method: 'PUT',
    body: {
      name: 'own',
      title: 'Own',
      panels: [
        {
          name: 'pages',
          title: 'Pages',
          kind: 'table',
          query: { metrics: ['page_views'], dimensions: ['path'] },
        },
      ],
    },
  });
  const token = /welcome#(f_[\w-]{43})/.exec(started.product.said())?.[1];
  await api('/first', { body: { token, email: 'ann@shop.example', name: 'Ann', password } });
  ann = started.page;
  await signIn(ann, 'ann');
  for (const role of roles) await invite(role);
});
afterAll(() => started?.close());

async function ask(page: Page, path: string, data: object) {
  const answer = await page.request.post(`/api${path}`, {
    headers: { 'x-canister': 'test' },
    data,
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

const signIn = (page: Page, name: string) =>
  ask(page, '/sign-in', { email: `${name}@shop.example`, password });

/** Makes somebody with a role in the dataset. */
async function invite(role: Role): Promise<void> {
  const { link } = await ask(ann, '/users', {
    email: `${role}@shop.example`,
    grants: [{ role, dataset: 'shop' }],
    sendMail: false,
  });
  const used = { token: String(link).split('#')[1], password, name: role };
  await started.api('/links/use', { body: used });
}

/** Somebody who is signed in, in a browser of their own. */
async function somebody(role: Role): Promise<Page> {
  const page = await started.newPage();
  await signIn(page, role);
  return page;
}

/** Every answer that refuses a right, from now on. */
function refusals(page: Page): string[] {
  const refused: string[] = [];
  page.on('response', (response) => {
    if ([401, 403].includes(response.status()))
      refused.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  return refused;
}

const addressOf = (path: string) =>
  path
    .replace(':dataset', 'shop')
    .replace(':session', '0123456789abcdef0123456789abcdef')
    .replace(':report', 'own');

describe.each(roles)('a person with the role %s', (role) => {
  const mine = roles.slice(0, roles.indexOf(role) + 1).flatMap((one) => opened[one]);
  let page: Page;
  beforeAll(async () => {
    page = await somebody(role);
  });
  afterAll(() => page?.context().close());

  it(
    'is told which pages are closed, and is refused nothing on the others',
    async () => {
      const refused = refusals(page);
      const open: string[] = [];
      for (const path of Object.keys(pageFiles)) {
        await page.goto(addressOf(path));
        await page.locator('main h1').first().waitFor();
        await page.waitForLoadState('networkidle', { timeout: 1_000 }).catch(() => undefined);
        if ((await page.getByRole('heading', { name: closed }).count()) === 0) open.push(path);
        expect(refused, path).toEqual([]);
      }
      expect(open.toSorted()).toEqual(mine.toSorted());
    },
    timeMsMax,
  );
});

describe('a reader', () => {
  let page: Page;
  let refused: string[];
  beforeAll(async () => {
    page = await somebody('reader');
    refused = refusals(page);
  });

  it('is told which role opens a page, and goes to the reports from there', async () => {
    await page.goto('/shop/sql');
    await page.getByRole('heading', { level: 1, name: closed }).waitFor();
    await page.getByText('It needs the role "analyst" in Shop, or a higher one.').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.goto('/users');
    await page.getByText('It is for administrators of all datasets.').waitFor();
    await page.getByRole('link', { name: 'Go to the start' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('is offered no sessions and no changes at reports', async () => {
    await page.goto('/shop/reports');
    await page.getByRole('link', { name: 'Own', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'New report' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Own', exact: true }).click();
    await page.getByRole('row', { name: /\/teas/ }).waitFor();
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0);
    expect(await page.getByTitle(/open the sessions/).count()).toBe(0);
    await page.goto('/shop/reports/overview?from=2020-01-01&to=2020-01-08');
    await page.getByRole('heading', { name: 'No session ended in this range' }).waitFor();
    const links = await page.locator('main').getByRole('link').all();
    const hrefs = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(hrefs.filter((href) => href?.startsWith('/shop/'))).toEqual(['/shop/reports']);
  });

  it('goes by the palette without being refused anything', async () => {
    await page.goto('/shop/reports/overview');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Site search' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(refused).toEqual([]);
  });
});

it('an analyst opens the sessions of a figure as before', async () => {
  const page = await somebody('analyst');
  await page.goto('/shop/reports/own');
  await page
    .getByTitle(/open the sessions/)
    .first()
    .click();
  await page.waitForURL(/\/shop\/search\?/);
  await page
    .getByText(/1 session/)
    .first()
    .waitFor();
});

it.each<[Role, number]>([
  ['analyst', 0],
  ['configurator', 1],
])('a hit leads a person with the role %s to %i new events', async (role, ways) => {
  const page = await somebody(role);
  await page.goto('/shop/search?condition=request.path+%3D+%22%2Fteas%22');
  await page.locator('cn-found-table tbody a').first().click();
  await page.locator('cn-hit-list summary').first().click();
  await page.getByText('Hit id').waitFor();
  expect(await page.getByRole('link', { name: /^Make an event from this hit/ }).count()).toBe(ways);
  const session = new URL(page.url()).pathname.split('/').at(-1);
  await page.goto(`/shop/events?event=&session=${session}&hit=0`);
  const note = page.getByText('Your role looks at events.');
  await note.or(page.getByLabel('Condition')).waitFor();
  expect(await page.getByLabel('Condition').count()).toBe(ways);
});
