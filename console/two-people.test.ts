/**
 * Two people at the same setting in Chromium: whoever is second is told what the first has saved, beside what was typed,
 * and chooses. Each kind of setting that has a form, in the built product.
 */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmed, type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { violations } from './testing/pages.ts';

interface Setting {
  what: string;
  address: string;
  /** What the note calls it. */
  name: string;
  /** Makes it as both find it. */
  make: (api: OpenedConsole['api']) => Promise<unknown>;
  /** Opens its form, as far as the address does not. */
  open?: (page: Page) => Promise<unknown>;
  type: (page: Page, value: string) => Promise<unknown>;
  save: (page: Page) => Promise<unknown>;
  /** What ann saves, what bob types, and the field that differs. */
  values: [anns: string, bobs: string];
  field: string;
  /** What is in force, as the API tells. */
  inForce: (api: OpenedConsole['api']) => Promise<unknown>;
}

const nightly = '0 3 * * *';

const change = async (page: Page, name: string) => {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('button', { name: 'Change' }).click();
};
const saveButton = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click();

const settings: Setting[] = [
  {
    what: 'a source',
    address: '/sources',
    name: 'Night log',
    make: (api) =>
      api('/sources', {
        method: 'PUT',
        body: {
          source: {
            name: 'Night log',
            dataset: 'shop',
            locations: ['https://logs.shop.example/a.log'],
            schedule: nightly,
          },
        },
      }),
    open: (page) => change(page, 'Night log'),
    type: (page, value) => page.getByLabel('Where the logs are').fill(value),
    save: saveButton,
    values: ['https://logs.shop.example/b.log', 'https://logs.shop.example/c.log'],
    field: 'locations',
    inForce: async (api) =>
      (await api('/sources')).sources.map(
        ({ source }: { source: { locations: string[] } }) => source.locations[0],
      )[0],
  },
  {
    what: 'a subscription',
    address: '/subscriptions',
    name: 'Weekly',
    make: (api) =>
      api('/subscriptions', {
        method: 'PUT',
        body: {
          name: 'Weekly',
          schedule: { kind: 'weekly', weekday: 'mon', at: '07:00' },
          recipients: ['a@shop.example'],
          datasets: ['shop'],
        },
      }),
    open: (page) => change(page, 'Weekly'),
    type: (page, value) => page.getByLabel('Recipients').fill(value),
    save: saveButton,
    values: ['ann@shop.example', 'bob@shop.example'],
    field: 'recipients',
    inForce: async (api) =>
      (await api('/subscriptions')).subscriptions[0].subscription.recipients[0],
  },
  {
    what: 'the retention of a dataset',
    address: '/shop/rules',
    name: 'Retention',
    make: (api) =>
      api('/datasets/shop/retention', { body: { keepSessionsDays: 300, dryRun: false } }),
    type: (page, value) => page.getByLabel('Keep days').fill(value),
    save: async (page) => {
      await page.getByRole('button', { name: 'Show what would go' }).click();
      await page.getByText('No session would go now.').waitFor();
      await confirmed(page, 'Set it, and remove that');
    },
    values: ['200', '100'],
    field: 'keepSessionsDays',
    inForce: async (api) => String((await api('/datasets/shop')).keepSessionsDays),
  },
  {
    what: 'the retention of the server',
    address: '/audit',
    name: 'Retention',
    make: (api) => api('/retention', { method: 'PUT', body: { keepAuditDays: 300 } }),
    type: (page, value) => page.getByLabel('Days of the audit trail').fill(value),
    save: (page) => confirmed(page, 'Set it, and remove that'),
    values: ['200', '100'],
    field: 'keepAuditDays',
    inForce: async (api) => String((await api('/retention')).keepAuditDays),
  },
  {
    what: 'the hit rules',
    address: '/shop/hit-rules',
    name: 'Hit rules',
    make: (api) => api('/datasets/shop/rules/hits'),
    type: async (page, value) => {
      await page.getByLabel('Default pages').fill(value);
      await page.getByLabel('Default pages').blur();
    },
    save: (page) => page.getByRole('button', { name: 'Set the rules' }).click(),
    values: ['index.html', 'default.htm'],
    field: 'urls',
    inForce: async (api) => (await api('/datasets/shop/rules/hits')).urls.defaultPages.join(),
  },
];

let opened: OpenedConsole;
let ann: Page;
let bob: Page;

beforeAll(async () => {
  opened = await openConsole();
  await opened.makeDataset({ slug: 'shop' });
  ann = opened.page;
  bob = await opened.newPage();
});
afterAll(() => opened?.close());

const note = (page: Page) => page.locator('cn-conflict-note');

describe.each(settings)('two people at $what', (setting) => {
  const { address, name, type, save, values, field } = setting;
  const [anns, bobs] = values;
  const open = async (page: Page) => {
    await page.goto(address);
    await setting.open?.(page);
  };
  const inForce = () => setting.inForce(opened.api);
  /** Both have it open; ann saves what she has typed, and then bob wants to save what he has. */
  const saveBoth = async (theirs: string, mine: string) => {
    await setting.make(opened.api);
    await open(ann);
    await open(bob);
    await type(ann, theirs);
    await type(bob, mine);
    await save(ann);
    await expect.poll(inForce).toBe(theirs);
    await save(bob);
  };

  it('the second sees both, and what was saved stays until there is a choice', async () => {
    await saveBoth(anns, bobs);
    await note(bob)
      .getByRole('heading', { name: `Somebody changed "${name}"` })
      .waitFor();
    const row = note(bob).getByRole('row', { name: field });
    await row.waitFor();
    expect(await row.innerText()).toContain(anns);
    expect(await row.innerText()).toContain(bobs);
    expect(await note(bob).getByRole('row').count()).toBe(2);
    expect(await inForce()).toBe(anns);
    expect(await violations(bob)).toEqual([]);

    await note(bob).getByRole('button', { name: 'Keep mine, over theirs' }).click();
    await expect.poll(inForce).toBe(bobs);
    await note(bob).waitFor({ state: 'detached' });
  });

  it('or takes what the first has saved, and goes on from there', async () => {
    // Neither is what the last test has left.
    const [theirs, mine] = [`${anns.replace(/^\d+$/, '40')}`, `${bobs.replace(/^\d+$/, '60')}`];
    await saveBoth(theirs, mine);
    await note(bob).getByRole('button', { name: 'Take theirs' }).click();
    await note(bob).waitFor({ state: 'detached' });
    expect(await inForce()).toBe(theirs);
    await type(bob, bobs);
    await save(bob);
    await expect.poll(inForce).toBe(bobs);
  });
});

describe('two people at the roles of a third', () => {
  const email = `eve-${randomUUID().slice(0, 8)}@shop.example`;
  const grants = async () => {
    const { users } = await opened.api('/users');
    return users.find((user: { email: string }) => user.email === email).grants;
  };
  const give = async (page: Page, role: string) => {
    const row = page.getByRole('row', { name: new RegExp(email) });
    await row.getByRole('combobox', { name: 'Role' }).selectOption(role);
    await row.getByRole('button', { name: `Give ${email} this role` }).click();
  };

  it('the second sees both, and chooses', async () => {
    const eve = { email, grants: [{ role: 'reader', dataset: 'shop' }] };
    await opened.api('/users', { body: { ...eve, sendMail: false } });
    for (const page of [ann, bob]) {
      await page.goto('/users');
      await page.getByRole('row', { name: new RegExp(email) }).waitFor();
    }
    await give(ann, 'analyst');
    await expect.poll(grants).toEqual([{ role: 'analyst', dataset: 'shop' }]);
    await give(bob, 'configurator');
    await note(bob)
      .getByRole('heading', { name: `Somebody changed "${email}"` })
      .waitFor();
    const cells = note(bob).locator('tbody td');
    expect(
      (await cells.allInnerTexts()).map((text) =>
        /analyst|configurator/i.exec(text)?.[0].toLowerCase(),
      ),
    ).toEqual([undefined, 'analyst', 'configurator']);
    expect(await grants()).toEqual([{ role: 'analyst', dataset: 'shop' }]);
    expect(await violations(bob)).toEqual([]);
    await note(bob).getByRole('button', { name: 'Keep mine, over theirs' }).click();
    await expect.poll(grants).toEqual([{ role: 'configurator', dataset: 'shop' }]);
  });
});

describe('two people at the session rules', () => {
  const tryMinutes = async (page: Page, minutes: string) => {
    await page.getByLabel('Idle timeout in minutes').fill(minutes);
    await page.getByRole('button', { name: 'Show what would move' }).click();
    await page.getByRole('heading', { name: 'What would move' }).waitFor();
    await page.getByText('Nothing is changed yet.').waitFor();
  };

  it('nobody applies what the other one has tried without having seen it', async () => {
    await ann.goto('/shop/rules');
    await bob.goto('/shop/rules');
    await tryMinutes(ann, '15');
    await tryMinutes(bob, '45');
    await confirmed(ann, 'Apply to the past and from now on');
    await ann.getByRole('alert').getByText('Somebody has changed it meanwhile').waitFor();
    // What waits now is bob's, and is shown.
    await expect.poll(() => ann.getByLabel('Idle timeout in minutes').inputValue()).toBe('45');
    expect((await opened.api('/datasets/shop')).idleTimeoutMs).toBe(30 * 60_000);
    await confirmed(ann, 'Apply to the past and from now on');
    await ann.getByRole('heading', { name: 'What has moved' }).waitFor();
    expect((await opened.api('/datasets/shop')).idleTimeoutMs).toBe(45 * 60_000);
  });
});
