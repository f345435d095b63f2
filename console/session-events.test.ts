/** What events have recorded, on the page of a session: the built product in Chromium, with hits that the test counts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { isFocused, violations } from './testing/pages.ts';

const hostile = '<img src=x onerror="window.hit=1">';
let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '600000' } });
  const writeKey = await opened.makeDataset({ slug: 'shop' });
  await opened.api('/datasets/shop/events/Basket', {
    method: 'PUT',
    body: {
      trigger: 'every_hit',
      condition: 'custom.name = "basket"',
      record: { kind: 'number', from: { kind: 'field', field: 'property.amount' } },
      dimensions: [{ name: 'tea', from: { kind: 'field', field: 'property.tea' } }],
      actions: [
        {
          do: 'set_attribute',
          attribute: 'last_tea',
          from: { kind: 'field', field: 'property.tea' },
        },
        { do: 'raise_alert', severity: 'critical' },
      ],
    },
  });
  await opened.api('/datasets/shop/event-sets', { body: {} });
  const basket = { type: 'event', name: 'basket' };
  const at = Date.now();
  const sent = [
    { path: '/', visitor: 'ada' },
    { ...basket, visitor: 'ada', properties: { amount: 12.5, tea: hostile } },
    { path: '/gone', visitor: 'ada', status: 404 },
    { ...basket, visitor: 'ada', properties: { amount: 1_204, tea: 'green' } },
    { path: '/', visitor: 'ben', closeSession: true },
    { path: '/', visitor: 'Ben' },
    { path: '/again', visitor: 'ben' },
  ];
  await opened.send(
    writeKey,
    sent.map((hit, index) => ({ ...hit, at: at - 60_000 + index * 1_000, sentAt: at })),
  );
});
afterAll(() => opened?.close());

const sessionOf = async (visitor: string) => {
  const found = async () => {
    const { sessions } = await opened.api('/datasets/shop/sessions/active');
    const all: { visitor: string; id: string }[] = await Promise.all(
      sessions.map(({ id }: { id: string }) => opened.api(`/datasets/shop/sessions/${id}`)),
    );
    return all.find((session) => session.visitor === visitor)?.id;
  };
  await expect.poll(found, { timeout: 45_000 }).toMatch(/^[0-9a-f]{32}$/);
  return await found();
};

it('lists them with their values, and leads to the hit of each', async () => {
  const { page } = opened;
  await page.goto(`/shop/sessions/${await sessionOf('ada')}`);
  const rows = page.locator('cn-session-events tbody tr');
  await rows.first().waitFor();
  const texts = await rows.allInnerTexts();
  expect(texts.map((text) => text.split(/[\t\n]+/).map((part) => part.trim()))).toEqual([
    ['+0:01', 'Basket Critical', '12.50', `tea ${hostile}`, 'Hit 2'],
    ['+0:02', 'Page not found', '–', 'path /gone', 'referrer [Empty]', 'Hit 3'],
    ['+0:03', 'Basket Critical', '1,204', 'tea green', 'Hit 4'],
  ]);
  expect(await rows.first().getByRole('link').getAttribute('href')).toBe(
    '/shop/events?event=Basket',
  );
  const attribute = page.locator('cn-session-events dl.facts > div');
  expect(await attribute.allInnerTexts()).toEqual([expect.stringMatching(/^last_tea\s+green$/)]);
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: 'Hit 3', exact: true }).click();
  const third = page.locator('cn-hit-list ol > li').nth(2);
  await third.getByText('/gone').first().waitFor();
  expect(await third.locator('summary').evaluate(isFocused)).toBe(true);
  expect(await third.locator('details').getAttribute('open')).toBe('');
  const fired = page.getByRole('list', { name: 'Events that fired on it' });
  expect(await fired.allInnerTexts()).toEqual(['Basket', 'Page not found', 'Basket']);
});

it('says that none has fired', async () => {
  const { page } = opened;
  await page.goto(`/shop/sessions/${await sessionOf('ben')}`);
  await page.getByText('No event has fired in it so far.').waitFor();
  expect(await page.getByRole('button', { name: /^Hit \d/ }).count()).toBe(0);
});

it('leads to all sessions of its visitor, ended ones too, and to nobody else’s', async () => {
  const { page } = opened;
  await page.goto(`/shop/sessions/${await sessionOf('ben')}`);
  await page.getByRole('link', { name: 'All sessions of this visitor' }).click();
  await page.getByText('2 sessions', { exact: true }).waitFor();
  await page.locator('cn-found-sessions').getByText('/again').first().waitFor();
});

it('is no wider than a telephone, also in Arabic', async () => {
  const page = await opened.newPage({ viewport: { width: 390, height: 800 }, locale: 'ar' });
  await page.goto(`/shop/sessions/${await sessionOf('ada')}`);
  await page.locator('cn-session-events tbody tr').first().waitFor();
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ]);
  expect(content).toBeLessThanOrEqual(window ?? 0);
});
