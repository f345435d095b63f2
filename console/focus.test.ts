/**
 * Where the focus is for who works by keyboard, after what they pressed has gone: rows that are deleted, forms that open
 * and close in the place of their buttons, notes that are closed. The built product in Chromium.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  ({ page } = opened);
  const { api } = opened;
  await opened.makeDataset({ slug: 'shop' });
  for (const name of ['Ants', 'Bees', 'Cats']) {
    await api('/sources', {
      method: 'PUT',
      body: { source: { name, dataset: 'shop', locations: [`/logs/${name}`] } },
    });
    await api('/datasets/shop/definitions/label', {
      method: 'PUT',
      body: { name, condition: 'session.hits >= 2', colour: 1 },
    });
    await api(`/datasets/shop/events/${name}`, {
      method: 'PUT',
      body: { trigger: 'every_hit', condition: 'response.status = 418' },
    });
  }
});
afterAll(() => opened?.close());

/** What has the focus, as it is read out: its role and its name. */
const focused = () =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const field = element as HTMLInputElement | null;
    const name = field?.labels?.[0]?.textContent ?? element?.ariaLabel ?? element?.textContent;
    return `${element?.tagName.toLowerCase()} ${name?.replace(/\s+/g, ' ').trim()}`;
  });
const press = async (name: string | RegExp) => {
  const button = page.getByRole('button', { name, exact: true }).first();
  await button.focus();
  await page.keyboard.press('Enter');
};
/** Presses a button that acts at the second press; a double click would be one. */
const pressTwice = async (name: string | RegExp) => {
  await press(name);
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
};

describe('sources', () => {
  beforeEach(() => page.goto('/sources'));

  it('a form has the focus in its first field, and its button has it again afterwards', async () => {
    await press('New source');
    await expect.poll(focused).toBe('input Name');
    await page.keyboard.type('Dogs');
    await press('Cancel');
    await expect.poll(focused).toBe('button New source');
  });

  it('a form has it too for who came to its button through the navigation', async () => {
    await page.getByRole('button', { name: 'Dark' }).focus();
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('button New source');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('input Name');
  });

  it('after a source is deleted, with all that was shown of it, the list of them has it', async () => {
    await press('Bees');
    await pressTwice(/^Delete/);
    await page.getByRole('button', { name: 'Bees', exact: true }).waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('div Sources');
  });
});

describe('the list of datasets', () => {
  const choose = async () => {
    await press(/^Dataset:/);
    await expect.poll(focused).toMatch(/^wa-dropdown-item shop/);
    await page.keyboard.press('Enter');
  };

  it('leads to the page of the chosen one, which is not loaded anew', async () => {
    await page.goto('/sources');
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
    await choose();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await expect.poll(focused).toMatch(/^main/);
    expect(await page.evaluate(() => 'loadedOnce' in window)).toBe(true);
  });

  it('gives it back where one is already', async () => {
    await page.goto('/shop/reports/overview');
    await choose();
    await expect.poll(focused).toMatch(/^button Dataset:/);
    await page.waitForTimeout(500);
    expect(await focused()).toMatch(/^button Dataset:/);
  });
});

describe('events', () => {
  it('after an event is deleted the next one has it, and else the one before', async () => {
    await page.goto('/shop/events');
    await pressTwice('Delete Bees');
    await expect.poll(focused).toBe('a Cats');
    await pressTwice('Delete Cats');
    await expect.poll(focused).toBe('a Ants');
  });
});

describe('definitions', () => {
  it('undo brings the focus back to what came back', async () => {
    await page.goto('/shop/definitions');
    await press(/^Delete.*Bees$/);
    await expect.poll(focused).toBe('button Undo');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Bees' }).waitFor();
    await expect.poll(focused).toMatch(/^button Delete.*Bees$/);
  });

  it('the note of undo leaves the focus at the row after the deleted one', async () => {
    await page.goto('/shop/definitions');
    await press(/^Delete.*Bees$/);
    await expect.poll(focused).toBe('button Undo');
    await press('Close');
    await expect.poll(focused).toMatch(/Cats$/);
  });
});

describe('alerts', () => {
  it('a part that closes leaves the focus at its title', async () => {
    await page.goto('/shop/alerts');
    await page.getByLabel('Channel name').fill('Desk');
    await page
      .getByLabel(/addresses/)
      .first()
      .fill('ann@shop.example');
    await press('Save channel');
    await page.getByRole('button', { name: /^Delete.*Desk$/ }).waitFor();
    await expect.poll(focused).toBe('summary New channel');
  });
});

it('nothing takes the focus from who has put it elsewhere', async () => {
  await page.goto('/sources');
  await press('New source');
  await expect.poll(focused).toBe('input Name');
  await page.getByRole('heading', { level: 1 }).click();
  await page
    .getByRole('button', { name: 'Cancel' })
    .evaluate((button) => (button as HTMLElement).click());
  await page.getByRole('button', { name: 'New source' }).waitFor();
  await page.waitForTimeout(500);
  expect(await focused()).toMatch(/^main/);
  expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
});
