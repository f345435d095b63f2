/**
 * The care of a dataset in Chromium: jobs, the index, masking, two people at the same thing, and who only looks. The
 * built product, real hits, real browsers.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmed, type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations, watch } from './testing/pages.ts';

const password = 'a long enough password';
const headers = { 'x-canister': 'test', 'content-type': 'application/json' };

let opened: OpenedConsole;
let ann: Page;
let bob: Page;
let writeKey: string;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' } });
  writeKey = await opened.makeDataset({ slug: 'shop' });
  ann = opened.page;
  bob = await opened.newPage();
});
afterAll(() => opened?.close());

describe('masking', () => {
  it('takes names, and what they name is never written', async () => {
    await ann.goto('/shop/masking');
    await ann.getByLabel('Name', { exact: true }).fill('birthday');
    await ann.getByRole('button', { name: 'Add' }).click();
    await ann.getByRole('button', { name: 'Save masking' }).click();
    await ann.getByText('Saved: hits from now on are masked so.').waitFor();
    expect(await violations(ann)).toEqual([]);
    const form = { birthday: ['1990-01-02'], city: ['Bern'] };
    const path = '/teas';
    await opened.send(writeKey, [
      { visitor: 'a', path, form },
      { visitor: 'b', path },
      { visitor: 'c', path },
    ]);
    await opened.stored('shop', 3);
    const found = (text: string) =>
      opened
        .api('/datasets/shop/search', {
          body: { condition: `request.form.birthday = "${text}"` },
        })
        .then(({ sessions }) => sessions);
    expect(await found('[masked]')).toBe(1);
    expect(await found('1990-01-02')).toBe(0);
  });
});

describe('the index', () => {
  const field = () => ann.getByRole('combobox', { name: 'Field' });

  it('takes a field, and says when the past is in it', async () => {
    await ann.goto('/shop/index');
    await field().fill('request.form.city');
    await field().press('Enter');
    await ann.getByRole('button', { name: 'Save and index the past' }).click();
    await ann.getByText('Saved. What the index does not hold yet is made now.').waitFor();
    await ann.getByText(/It holds \d+ values of 3 sessions/).waitFor();
    const state = await opened.api('/datasets/shop/index');
    expect(state.serving.fields).toEqual(['request.form.city']);
    expect(await violations(ann)).toEqual([]);
  });

  it('says what is wrong with a field that it cannot hold', async () => {
    await field().fill('response.status');
    await ann.getByRole('button', { name: 'Add' }).click();
    await ann.getByRole('button', { name: 'Save and index the past' }).click();
    await ann.getByText(/response.status is a/).waitFor();
    // The browser itself notes the refused request.
    opened.watched.complaints.splice(0);
  });

  it('is not changed over what somebody else has saved meanwhile', async () => {
    await ann.goto('/shop/index');
    await ann.getByRole('button', { name: 'Remove request.form.city' }).click();
    await opened.api('/datasets/shop/index', {
      method: 'PUT',
      body: { fields: [], pageText: true },
    });
    await ann.getByRole('button', { name: 'Save and index the past' }).click();
    await ann.getByRole('heading', { name: 'Somebody changed "Index"' }).waitFor();
    await ann.getByRole('button', { name: 'Keep mine, over theirs' }).click();
    await ann.getByText('Saved. What the index').waitFor();
    expect((await opened.api('/datasets/shop/index')).rules).toEqual({
      fields: [],
      pageText: false,
    });
    opened.watched.complaints.splice(0);
  });
});

describe('jobs', () => {
  const patient = { timeout: 45_000 };
  const row = (kind: string) => ann.locator('cn-jobs-page tbody tr', { hasText: kind }).first();

  it('are begun, listed with what came of them, and cancelled', async () => {
    await ann.goto('/jobs');
    await ann.getByRole('button', { name: 'Verify what is stored' }).click();
    // Three sessions were sent, each of one hit.
    await expect
      .poll(() => row('Verify').innerText(), patient)
      .toMatch(/Done\s.*3 records, 3 sound, 0 damaged, 0 missing/s);
    const said = ann.locator('cn-jobs-page').getByRole('status').first();
    expect(await said.textContent()).toMatch(/^Verify: Done$/);
    await ann.getByRole('button', { name: 'Publish what has changed' }).click();
    await expect.poll(() => row('Publish').innerText(), patient).toMatch(/Done\s.*1 days/s);

    const { number } = await opened.api('/datasets/shop/imports', { body: { format: 'combined' } });
    await opened.api(`/imports/${number}/file`, { body: { name: 'access.log' } });
    await expect.poll(() => row('Import').innerText(), patient).toMatch(/access\.log\s.*Running/s);
    expect(await violations(ann)).toEqual([]);
    await confirmed(ann, /^Cancel Import/);
    await expect.poll(() => row('Import').innerText(), patient).toMatch(/Cancelled/);
    const gone = await fetch(`${opened.product.baseUrl}/api/imports/${number}/finish`, {
      method: 'POST',
      headers,
    });
    expect(gone.status).toBe(404);
    expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
  });
});

describe('two people at the same definition', () => {
  const late = { name: 'Late', condition: 'session.hits >= 3', colour: 1 };
  const kept = async () => (await opened.api('/datasets/shop/definitions/label/Late')).condition;
  const condition = (page: Page) => page.locator('cn-condition-box textarea').first();
  const edit = async (page: Page, text: string) => {
    await condition(page).fill(text);
    await condition(page).press('Escape');
    await page.getByRole('button', { name: 'Save label' }).click();
  };

  it('the second sees what the first has saved beside what is typed, and chooses', async () => {
    await opened.api('/datasets/shop/definitions/label', { method: 'PUT', body: late });
    for (const page of [ann, bob]) {
      await page.goto('/shop/definitions?name=Late');
      await condition(page).waitFor();
    }
    await edit(ann, 'session.hits >= 4');
    await ann.getByText('"Late" is saved.').waitFor();
    await edit(bob, 'session.hits >= 5');
    await bob
      .getByRole('heading', { name: 'Somebody changed "Late" since you opened it' })
      .waitFor();
    const differs = bob.locator('cn-conflict-note tbody tr');
    expect(await differs.count()).toBe(1);
    expect(await differs.locator('td').allInnerTexts()).toEqual([
      'condition',
      'session.hits >= 4',
      'session.hits >= 5',
    ]);
    expect(await kept()).toBe('session.hits >= 4');
    expect(await violations(bob)).toEqual([]);

    await bob.getByRole('button', { name: 'Keep mine, over theirs' }).click();
    await bob.getByText('"Late" is saved.').waitFor();
    expect(await kept()).toBe('session.hits >= 5');
  });

  it('or takes what the first has saved', async () => {
    await bob.goto('/shop/definitions?name=Late');
    await condition(bob).waitFor();
    await opened.api('/datasets/shop/definitions/label', {
      method: 'PUT',
      body: { ...late, condition: 'session.hits >= 9' },
    });
    await edit(bob, 'session.hits >= 6');
    await bob.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => condition(bob).inputValue()).toBe('session.hits >= 9');
    expect(await kept()).toBe('session.hits >= 9');
  });

  it('or makes it anew when it was deleted', async () => {
    await bob.goto('/shop/definitions?name=Late');
    await condition(bob).waitFor();
    await opened.api('/datasets/shop/definitions/label/Late', { method: 'DELETE' });
    await edit(bob, 'session.hits >= 7');
    await bob.getByRole('heading', { name: 'Somebody deleted "Late"' }).waitFor();
    await bob.getByRole('button', { name: 'Make it anew with mine' }).click();
    await bob.getByText('"Late" is saved.').waitFor();
    expect(await kept()).toBe('session.hits >= 7');
  });

  it('the same with an alert', async () => {
    const rule = {
      name: 'Errors',
      subject: { kind: 'event', event: 'Server error' },
      measure: 'count',
      windowMinutes: 10,
      operator: 'at_least',
      bound: 3,
    };
    await opened.api('/datasets/shop/alerts/rules', { method: 'PUT', body: rule });
    await bob.goto('/shop/alerts?alert=Errors');
    await bob.getByLabel('Description (optional)').fill('Mine');
    await opened.api('/datasets/shop/alerts/rules', { method: 'PUT', body: { ...rule, bound: 4 } });
    await bob.getByRole('button', { name: 'Save alert' }).click();
    await bob.getByRole('heading', { name: 'Somebody changed "Errors"' }).waitFor();
    await bob.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => bob.getByLabel('Bound').inputValue()).toBe('4');
    expect(await violations(bob)).toEqual([]);
  });
});

describe('an analyst', () => {
  it('sees events and alerts, and is offered nothing that would be refused', async () => {
    const token = /\/welcome#(f_[\w-]{43})/.exec(opened.product.said())?.[1];
    const admin = { token, email: 'ann@shop.example', name: 'Ann', password };
    expect((await ann.request.post('/api/first', { headers, data: admin })).ok()).toBe(true);
    const invited = await ann.request.post('/api/users', {
      headers,
      data: {
        email: 'carl@shop.example',
        name: 'Carl',
        grants: [{ role: 'analyst', dataset: 'shop' }],
        sendMail: false,
      },
    });
    const { link } = (await invited.json()) as { link: string };
    const carl = await opened.newPage();
    const carls = watch(carl, opened.product.baseUrl);
    const taken = await carl.request.post('/api/links/use', {
      headers,
      data: { token: link.split('#')[1], password, name: 'Carl' },
    });
    expect(taken.ok(), await taken.text()).toBe(true);

    await carl.goto('/shop/events');
    await carl.getByRole('link', { name: 'Server error', exact: true }).waitFor();
    for (const name of [/New event/, /Delete/, /New attribute/, /Publish/, /Roll back/, /Run over/])
      expect(await carl.locator('main').getByRole('button', { name }).count(), String(name)).toBe(
        0,
      );
    expect(await carl.getByRole('link', { name: 'New event' }).count()).toBe(0);
    expect(await violations(carl)).toEqual([]);
    await carl.getByRole('link', { name: 'Server error', exact: true }).click();
    await carl.getByText('Your role looks at it.').waitFor();
    await carl.getByText('response.status >= 500').waitFor();
    expect(await carl.locator('main').getByRole('textbox').count()).toBe(0);

    await carl.goto('/shop/alerts');
    await carl.getByRole('link', { name: 'Errors', exact: true }).waitFor();
    expect(
      await carl
        .locator('main')
        .getByRole('button', { name: /Delete|channel/ })
        .count(),
    ).toBe(0);
    await carl.getByRole('link', { name: 'Errors', exact: true }).click();
    await carl.getByText('Your role looks at it.').waitFor();
    expect(await violations(carl)).toEqual([]);
    expect(await carl.getByRole('link', { name: 'Definitions' }).count()).toBe(0);
    expect(carls).toEqual({ foreignRequests: [], complaints: [] });
  });
});
