/**
 * What goes wrong while somebody configures, in Chromium against the built product: two people at one event, a server
 * that is slow, failing or absent at each click, a file that does not fit, a clock that is wrong.
 */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  const writeKey = await opened.makeDataset({ slug: 'shop', timeZone: 'UTC' });
  await opened.makeDataset({ slug: 'blog' });
  await opened.send(writeKey, [{ visitor: 'ada', path: '/teas' }]);
  await opened.stored('shop', 1);
  ({ page } = opened);
});
afterAll(() => opened?.close());

describe('two people at the same event', () => {
  const condition = (of: Page) => of.getByLabel('Condition').first();
  const edit = async (of: Page, text: string) => {
    await condition(of).fill(text);
    await condition(of).press('Escape');
    await of.getByRole('button', { name: 'Save draft' }).click();
  };
  const drafted = async (name: string) => {
    const { events } = await opened.api('/datasets/shop/events');
    return events.find((one: { definition: { name: string } }) => one.definition.name === name)
      .definition.condition;
  };

  it('the second sees what the first has saved, and keeps their own over it', async () => {
    const bob = await opened.newPage();
    for (const of of [page, bob]) {
      await of.goto('/shop/events?event=Server+error');
      await condition(of).waitFor();
    }
    await edit(page, 'response.status >= 501');
    await expect.poll(() => drafted('Server error')).toBe('response.status >= 501');
    await edit(bob, 'response.status >= 502');
    const note = bob.locator('cn-conflict-note');
    await note.getByRole('heading', { name: 'Somebody changed "Server error"' }).waitFor();
    expect(await drafted('Server error')).toBe('response.status >= 501');
    await note.getByRole('button', { name: 'Keep mine, over theirs' }).click();
    await expect.poll(() => drafted('Server error')).toBe('response.status >= 502');
    await bob.context().close();
  });
});

interface Form {
  what: string;
  address: string;
  /** What the form sends, and where to. */
  asked: { method: string; path: string };
  /** @param name another one at each try */
  fill: (of: Page, name: string) => Promise<void>;
  save: string;
  /** What was typed and must stay. */
  typed: (of: Page) => Promise<string>;
  /** Seen once it is saved. */
  saved: (of: Page, name: string) => Promise<unknown>;
}

const typedIn = (label: string) => (of: Page) => of.getByLabel(label, { exact: true }).inputValue();
const forms: Form[] = [
  {
    what: 'a new dataset',
    address: '/datasets/new',
    asked: { method: 'POST', path: '/api/datasets' },
    fill: (of, name) => of.getByLabel('Name', { exact: true }).fill(name),
    save: 'Create dataset',
    typed: typedIn('Name'),
    saved: (of, name) => of.waitForURL(`**/${name}/settings`),
  },
  {
    what: 'a label',
    address: '/shop/definitions?name=',
    asked: { method: 'PUT', path: '/api/datasets/shop/definitions/label' },
    async fill(of, name) {
      await of.getByLabel('Name', { exact: true }).fill(name);
      const box = of.getByRole('textbox', { name: 'Sessions with' });
      await box.fill('session.hits >= 2');
      await box.press('Escape');
    },
    save: 'Save label',
    typed: typedIn('Name'),
    saved: (of, name) => of.getByText(`"${name}" is saved`).waitFor(),
  },
  {
    what: 'a source',
    address: '/sources',
    asked: { method: 'PUT', path: '/api/sources' },
    async fill(of, name) {
      await of.getByRole('button', { name: 'New source' }).click();
      await of.getByLabel('Name', { exact: true }).fill(name);
      await of.getByLabel('Where the logs are').fill('https://logs.shop.example/a.log');
      await of.getByLabel('When').selectOption('Every night at 02:15');
    },
    save: 'Save',
    typed: typedIn('Name'),
    saved: (of, name) => of.getByRole('button', { name, exact: true }).waitFor(),
  },
  {
    what: 'a subscription',
    address: '/subscriptions',
    asked: { method: 'PUT', path: '/api/subscriptions' },
    async fill(of, name) {
      await of.getByRole('button', { name: 'New subscription' }).click();
      await of.getByLabel('Name', { exact: true }).fill(name);
      await of.getByLabel('Recipients').fill('ann@shop.example');
    },
    save: 'Save',
    typed: typedIn('Name'),
    saved: (of, name) => of.getByRole('button', { name, exact: true }).waitFor(),
  },
  {
    what: 'the hit rules',
    address: '/shop/hit-rules',
    asked: { method: 'PUT', path: '/api/datasets/shop/rules/hits' },
    async fill(of) {
      await of.getByLabel('Default pages').fill('index.html');
      await of.getByLabel('Default pages').blur();
    },
    save: 'Set the rules',
    typed: typedIn('Default pages'),
    saved: (of) => of.getByText('They hold for hits that come from now on.').waitFor(),
  },
];

describe.each(forms)('the form of $what', ({ address, asked, fill, save, typed, saved }) => {
  it('keeps what was typed while the server is absent, fails or is slow, and sends it once', async () => {
    const own = await opened.newPage({ serviceWorkers: 'block' });
    let behaviour: 'absent' | 'failing' | 'slow' = 'absent';
    let sent = 0;
    await own.route(
      (url) => url.pathname === asked.path,
      async (route) => {
        if (route.request().method() !== asked.method) return await route.continue();
        if (behaviour === 'absent') return await route.abort('connectionrefused');
        if (behaviour === 'failing')
          return await route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' });
        sent += 1;
        await own.waitForTimeout(1_500);
        await route.continue();
      },
    );
    await own.goto(address);
    const name = `slow-${randomUUID().slice(0, 8)}`;
    await fill(own, name);
    const before = await typed(own);
    expect(before).not.toBe('');
    const press = () => own.getByRole('button', { name: save, exact: true }).click();
    await press();
    await own.getByRole('alert').getByText('The server does not answer').waitFor();
    expect(await typed(own)).toBe(before);
    behaviour = 'failing';
    await press();
    await own.getByRole('alert').getByText('The server answered 502 without a reason.').waitFor();
    expect(await typed(own)).toBe(before);
    behaviour = 'slow';
    await own.getByRole('button', { name: save, exact: true }).dblclick();
    await saved(own, name);
    expect(sent).toBe(1);
    await own.context().close();
  });
});

describe('a configuration file', () => {
  const choose = async (content: object | string) => {
    await page.goto('/blog/configuration');
    await page.getByLabel('Configuration file').setInputFiles({
      name: 'configuration.json',
      mimeType: 'application/json',
      buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    });
  };
  const show = () => page.getByRole('button', { name: 'Show what would change' });

  it('of another version is refused with the reason', async () => {
    const file = await opened.api('/datasets/blog/configuration');
    await choose({ ...file, version: 99 });
    await show().click();
    await page.getByRole('alert').getByText('The configuration cannot be taken in').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('99');
    expect(await page.getByRole('button', { name: 'Take it in' }).count()).toBe(0);
  });

  it('of another dataset is taken only when somebody says so', async () => {
    await choose(await opened.api('/datasets/shop/configuration'));
    await page.getByText('The file is of the dataset shop').waitFor();
    await show().click();
    await page.getByRole('alert').getByText('The configuration cannot be taken in').waitFor();
    await page.getByRole('checkbox').check();
    await show().click();
    await page.getByRole('button', { name: 'Take it in' }).waitFor();
  });

  it('that is none is refused before it is sent', async () => {
    await choose('no { json');
    await page.getByRole('alert').getByText('it holds no JSON object').waitFor();
  });
});

describe('a clock that is wrong', () => {
  it('changes neither which day today is nor what a report counts', async () => {
    const wrong = await opened.newPage({ serviceWorkers: 'block' });
    await wrong.addInitScript(() => {
      const { now } = Date;
      Date.now = () => now() - 400 * 24 * 60 * 60_000;
    });
    await wrong.goto('/shop/reports/overview?range=today');
    await wrong.getByText(/As of/).waitFor();
    expect(await wrong.locator('cn-figure-row dd.value').first().innerText()).toBe('1');
    const year = String(new Date().getUTCFullYear());
    expect(await wrong.locator('cn-analysis-header .said').innerText()).toContain(year);
    await wrong.context().close();
  });
});
