/**
 * A slow line, in Chromium against the built product: answers that are held back until somebody has typed on. What was
 * typed stays, and nothing is agreed to that was not shown.
 */
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { EventDraft } from '../core/contract/event-life.ts';
import { confirmed, type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { type Watched, watch } from './testing/pages.ts';

const shop = '/datasets/shop';
const within = { timeout: 45_000 };
let opened: OpenedConsole;
let page: Page;
let watched: Watched;

beforeAll(async () => {
  opened = await openConsole();
  await opened.makeDataset({ slug: 'shop', idleTimeoutMs: 120_000 });
});

beforeEach(async () => {
  // What a service worker asks cannot be held back here.
  page = await opened.newPage({ serviceWorkers: 'block' });
  watched = watch(page, opened.product.baseUrl);
});

afterAll(() => opened?.close());

const save = (kind: string, body: object) =>
  opened.api(`${shop}/definitions/${kind}`, { method: 'PUT', body });
const field = (label: string) => page.getByLabel(label, { exact: true });
const button = (name: string) => page.getByRole('button', { name, exact: true });

interface Held {
  /** Waits until the server has answered, and the page does not know it. */
  here(): Promise<void>;
  /** Lets this answer and all later ones through, and waits until the page has it. */
  letGo(): Promise<void>;
  /** Waits until the page has given the request up over an act, and lets all later ones through. */
  givenUpOver(act: () => Promise<unknown>): Promise<void>;
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Holds back what the server answers to a request, until it is let go. */
async function hold(method: string, path: string): Promise<Held> {
  const isIt = (url: URL | string) => new URL(url).pathname === `/api${path}`;
  const isOfIt = (request: Request) => isIt(request.url()) && request.method() === method;
  const [answered, free] = [gate(), gate()];
  await page.route(isIt, async (route) => {
    if (route.request().method() !== method) return await route.continue();
    const response = await route.fetch();
    answered.open();
    await free.opened;
    await route.fulfill({ response });
  });
  return {
    here: () => answered.opened,
    async letGo() {
      const had = page.waitForResponse((response) => isOfIt(response.request()));
      free.open();
      await (await had).finished();
      // The page has drawn what it makes of the answer by the second frame after it.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
    },
    async givenUpOver(act) {
      const given = page.waitForEvent('requestfailed', isOfIt);
      await act();
      await given;
      free.open();
    },
  };
}

it('shows no suggestions over a form once they were closed, though their names come late', async () => {
  const names = await hold('GET', `${shop}/event-completion`);
  await page.goto('/shop/definitions?name=');
  await field('Name').fill('Readers');
  await field('Sessions with').fill('session.page_views >= 3');
  await field('Sessions with').press('Escape');
  await names.here();
  await names.letGo();
  expect(await page.getByRole('listbox', { name: 'Suggestions' }).count()).toBe(0);
  await page.getByRole('radio', { name: '4' }).check();
  await button('Save label').click();
  await page.getByText('"Readers" is saved').waitFor();
  expect(await opened.api(`${shop}/definitions/label`)).toMatchObject({
    definitions: [{ name: 'Readers', condition: 'session.page_views >= 3', colour: 4 }],
  });
});

it('keeps what is typed into a definition while the list is read again', async () => {
  await save('page_group', { name: 'Tea', condition: 'request.path = "/tea"' });
  await page.goto('/shop/definitions?kind=page_group');
  await page.getByRole('link', { name: 'New page group' }).click();
  await field('Name').fill('Cart');
  await field('Hits with').fill('request.path = "/cart"');
  await field('Hits with').press('Escape');
  const list = await hold('GET', `${shop}/definitions/page_group`);
  await button('Save page group').click();
  await page.getByRole('link', { name: 'Tea', exact: true }).click();
  await field('Hits with').fill('request.path = "/shop/tea"');
  await list.here();
  await list.letGo();
  expect(await field('Hits with').inputValue()).toBe('request.path = "/shop/tea"');
  await field('Hits with').press('Escape');
  await button('Save page group').click();
  await page.getByText('"Tea" is saved').waitFor();
  const { definitions } = await opened.api(`${shop}/definitions/page_group`);
  expect(definitions).toMatchObject([
    { name: 'Tea', condition: 'request.path = "/shop/tea"' },
    { name: 'Cart' },
  ]);
});

it('keeps a session rule that is typed before the recut that waits is known', async () => {
  await page.goto('/shop/rules');
  await field('Idle timeout in minutes').fill('30');
  await button('Show what would move').click();
  await page.getByRole('heading', { name: 'What would move' }).waitFor();
  const recut = await hold('GET', `${shop}/recut`);
  await page.reload();
  await field('Idle timeout in minutes').fill('45');
  await recut.here();
  await recut.letGo();
  await page.getByRole('heading', { name: 'What would move' }).waitFor();
  expect(await field('Idle timeout in minutes').inputValue()).toBe('45');
  await button('Discard').click();
  await page.getByText('The recut is gone').waitFor();
});

it('lets nobody agree to what other rules of retention would remove', async () => {
  await page.goto('/shop/rules');
  const tried = await hold('POST', `${shop}/retention`);
  await field('Keep days').fill('300');
  await button('Show what would go').click();
  await tried.here();
  await field('Keep days').fill('3');
  await tried.letGo();
  await page.getByRole('button', { name: 'Show what would go', disabled: false }).waitFor();
  expect(await button('Set it, and remove that').count()).toBe(0);
  await button('Show what would go').click();
  await page.getByText('No session would go now.').waitFor();
  await confirmed(page, 'Set it, and remove that');
  await page.getByText('These rules are in force.').waitFor();
  expect(await opened.api(shop)).toMatchObject({ keepSessionsDays: 3 });
});

it('keeps what is typed into an event while it is saved, and saves it the next time', async () => {
  await page.goto('/shop/events?event=');
  await field('Name').fill('Paid');
  await field('Condition').fill('request.path = "/paid"');
  await field('Condition').press('Escape');
  const saved = await hold('PUT', `${shop}/events/Paid`);
  await button('Save draft').click();
  await saved.here();
  await field('Description (optional)').fill('An order was paid.');
  await saved.letGo();
  await page.getByText('Saved as a draft').waitFor();
  expect(await field('Description (optional)').inputValue()).toBe('An order was paid.');
  await button('Save draft').click();
  await expect
    .poll(async () => {
      const { events } = await opened.api(`${shop}/events`);
      return events
        .map((one: EventDraft) => one.definition)
        .find(({ name }: EventDraft['definition']) => name === 'Paid');
    })
    .toMatchObject({ description: 'An order was paid.' });
});

it('keeps what is typed into hit rules while they are saved, and saves it the next time', async () => {
  await page.goto('/shop/hit-rules');
  await field('Default pages').fill('index.html');
  const saved = await hold('PUT', `${shop}/rules/hits`);
  await button('Set the rules').click();
  await saved.here();
  await page.getByLabel('Paths in lower case').check();
  await saved.letGo();
  await page.getByText('They hold for hits that come from now on.').waitFor();
  expect(await page.getByLabel('Paths in lower case').isChecked()).toBe(true);
  await button('Set the rules').click();
  await expect
    .poll(async () => (await opened.api(`${shop}/rules/hits`)).urls, within)
    .toMatchObject({ defaultPages: ['index.html'], lowerCasePaths: true });
});

it('keeps a name that is masked while others are saved', async () => {
  await page.goto('/shop/masking');
  const add = async (name: string) => {
    await page.getByRole('combobox', { name: 'Name' }).fill(name);
    await page.getByRole('combobox', { name: 'Name' }).press('Enter');
  };
  await add('iban');
  const saved = await hold('PUT', `${shop}/masking`);
  await button('Save masking').click();
  await saved.here();
  await add('ssn');
  await saved.letGo();
  await page.getByRole('button', { name: 'Save masking', disabled: false }).click();
  await expect
    .poll(() => opened.api(`${shop}/masking`), within)
    .toEqual({ names: ['iban', 'ssn'] });
});

it('keeps the next mail address while somebody is invited', async () => {
  await page.goto('/users');
  const invited = await hold('POST', '/users');
  await field('Mail address').fill('ann@shop.example');
  await button('Invite').click();
  await invited.here();
  await field('Mail address').fill('bob@shop.example');
  await invited.letGo();
  await page.getByText('This link for ann@shop.example works once').waitFor();
  expect(await field('Mail address').inputValue()).toBe('bob@shop.example');
  expect(watched.foreignRequests).toEqual([]);
});

/** Goes on within the console, as a link does. */
const goTo = (address: string) =>
  page.evaluate((href) => {
    history.pushState({}, '', href);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, address);

it('makes one key of a button that is pressed three times', async () => {
  await page.goto('/keys');
  await field('Name').fill('Build');
  const made = await hold('POST', '/api-keys');
  await button('Make key').click();
  await made.here();
  await button('Make key').click();
  await button('Make key').click();
  await made.letGo();
  await page.getByText('The key "Build". Keep it').waitFor();
  await page.waitForLoadState('networkidle');
  const { keys } = await opened.api('/api-keys');
  expect(keys.map(({ name }: { name: string }) => name)).toEqual(['Build']);
});

it('shows the saved queries of one dataset in no other, however late they come', async () => {
  await opened.makeDataset({ slug: 'blog' });
  const query = { sql: 'SELECT 1', description: '', parameters: [] };
  await opened.api(`${shop}/queries/Teas`, { method: 'PUT', body: query });
  await page.goto('/shop/sql');
  await button('Teas').waitFor();
  const late = await hold('GET', `${shop}/queries`);
  await page.reload();
  await late.here();
  // Until it is known, nothing is claimed.
  expect(await page.getByText('None yet').count()).toBe(0);
  await late.givenUpOver(() => goTo('/blog/sql'));
  await page.getByText('None yet').waitFor();
  expect(await button('Teas').count()).toBe(0);
});

it('does not wait for a first hit before it is known whether one came', async () => {
  const status = await hold('GET', '/status');
  await page.goto('/shop/settings');
  await status.here();
  await page.getByText('Loading').waitFor();
  expect(await page.getByText('Waiting for the first hit').count()).toBe(0);
  await status.letGo();
  await page.getByText('Waiting for the first hit').waitFor();
});

it('offers another try where there is one, after a connection that broke', async () => {
  const ofQueries = /shop\/queries$/;
  // Until the button is there: a page that comes into view may ask again by itself.
  await page.route(ofQueries, (route) => route.abort());
  await page.goto('/shop/sql');
  await button('Try again').waitFor();
  await page.unroute(ofQueries);
  await button('Try again').click();
  await button('Teas').waitFor();
  await page.getByText('The server does not answer').waitFor({ state: 'detached' });
  // A form has its own button; one beside it that does nothing would be taken for it.
  await page.goto('/shop/hit-rules');
  await field('Default pages').fill('default.htm');
  await page.route(/rules\/hits$/, (route) => route.abort(), { times: 1 });
  await button('Set the rules').click();
  await page.getByText('The server does not answer').waitFor();
  expect(await button('Try again').count()).toBe(0);
  await button('Set the rules').click();
  await page.getByText('They hold for hits that come from now on.').waitFor();
});
