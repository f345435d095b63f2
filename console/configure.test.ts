/**
 * Configuring in Chromium against the built product: a label seen in a report, session rules recut and taken back,
 * costs of a campaign, the order of page groups, and texts of strangers in every field.
 */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { firefox, violations } from './testing/pages.ts';
import { forget, runCommand } from './testing/product.ts';

const hostile = `<img src=x onerror='window.hit=1'>\${1}{{2}}`;
const minuteMs = 60_000;
const definitions = '/datasets/shop/definitions';

let opened: OpenedConsole;
let page: Page;

beforeAll(async () => {
  opened = await openConsole();
  page = opened.page;
  await opened.makeDataset({ slug: 'shop', idleTimeoutMs: 2_000 });
  await sendLog();
});

afterAll(() => opened?.close());

async function put(method: string, path: string, body: object): Promise<Response> {
  const response = await fetch(`${opened.product.baseUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-canister': 'test' },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return response;
}

/** Ada looks at 2 pages 10 minutes apart, Grace at 3 pages a second apart, an hour ago: 3 sessions at 2 seconds. */
async function sendLog(): Promise<void> {
  const beganAt = Date.now() - 60 * minuteMs;
  const lines = [
    ['203.0.113.1', 0, '/'],
    ['203.0.113.1', 10 * minuteMs, '/shop/tea'],
    ['198.51.100.2', 1_000, '/'],
    ['198.51.100.2', 2_000, '/shop/tea'],
    ['198.51.100.2', 3_000, '/cart'],
  ] as const;
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  const two = (part: number) => String(part).padStart(2, '0');
  const log = lines
    .toSorted((one, other) => one[1] - other[1])
    .map(([address, afterMs, path]) => {
      const at = new Date(beganAt + afterMs);
      const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
      const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
      return `${address} - - [${day}:${time} +0000] "GET ${path} HTTP/1.1" 200 900 "-" "${firefox}"\n`;
    });
  const begun = await put('POST', '/api/datasets/shop/imports', {});
  const { number } = (await begun.json()) as { number: number };
  await put('POST', `/api/imports/${number}/file`, { name: `${randomUUID()}.log` });
  await fetch(`${opened.product.baseUrl}/api/imports/${number}/bytes`, {
    method: 'POST',
    headers: { 'x-canister': 'test', 'content-type': 'application/octet-stream' },
    body: log.join(''),
  });
  await put('POST', `/api/imports/${number}/file/end`, {});
  await put('POST', `/api/imports/${number}/finish`, {});
}

const sessionsNow = async () => {
  const sql = 'SELECT count(*) AS sessions FROM sessions';
  const response = await put('POST', '/api/datasets/shop/sql', { sql });
  return ((await response.json()) as { rows: unknown[][] }).rows[0]?.[0];
};

const condition = (label: string) => page.getByLabel(label, { exact: true });

/** Escape closes the list of suggestions, which would lie over what is below. */
async function typeCondition(label: string, text: string): Promise<void> {
  await condition(label).fill(text);
  await condition(label).press('Escape');
}

describe('configuring', () => {
  it('makes a label that stands in a report', async () => {
    await forget(opened.product, `${definitions}/label/Readers`);
    await page.goto('/shop/definitions');
    await page.getByRole('heading', { name: 'There is no label yet' }).waitFor();
    await page.getByRole('link', { name: 'New label' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Readers');
    await typeCondition('Sessions with', 'session.page_views >= 3');
    await page.getByRole('radio', { name: '4' }).check();
    await page.getByRole('button', { name: 'Save label' }).click();
    await page.getByText('"Readers" is saved').waitFor();
    await page.goto('/shop/reports/overview?range=last_7_days&label=Readers');
    const label = page.locator('cn-figure-row dd.label');
    await label.first().waitFor();
    // Grace alone saw three pages: one session, one visitor, three page views.
    expect((await label.allInnerTexts()).slice(0, 3)).toEqual([
      'Readers 1',
      'Readers 1',
      'Readers 3',
    ]);
  });

  it('refuses a condition that is not understood, and keeps what was typed', async () => {
    await page.goto('/shop/definitions?name=');
    await page.getByLabel('Name', { exact: true }).fill('Wrong');
    await typeCondition('Sessions with', 'luck = 1');
    await page.getByRole('button', { name: 'Save label' }).click();
    await page.getByRole('alert').getByText('There is no field "luck"').waitFor();
    expect(await condition('Sessions with').inputValue()).toBe('luck = 1');
    expect(opened.watched.complaints.splice(0).filter((text) => !text.includes('400'))).toEqual([]);
  });

  it('shows what a recut would move, applies it, and takes it back', async () => {
    // An earlier try may have ended on its way.
    if ((await sessionsNow()) !== 3) {
      const back = ['recut', '--dataset', 'shop', '--idle-timeout-ms', '2000', '--apply'];
      expect((await runCommand([...back, '--data', opened.product.data])).code).toBe(0);
    }
    expect(await sessionsNow()).toBe(3);
    await page.goto('/shop/rules');
    await page.getByLabel('Idle timeout in minutes').fill('15');
    await page.getByRole('button', { name: 'Show what would move' }).click();
    await page.getByRole('heading', { name: 'What would move' }).waitFor();
    const cells = page.getByRole('row', { name: /^Sessions/ }).getByRole('cell');
    expect(await cells.allInnerTexts()).toEqual(['3', '2']);
    await page.getByText('1 stay as they are, 0 are split, and 2 are joined with others').waitFor();
    expect(await sessionsNow()).toBe(3);
    expect(await violations(page)).toEqual([]);
    await press('Apply to the past and from now on');
    await page.getByRole('heading', { name: 'What has moved' }).waitFor();
    expect(await sessionsNow()).toBe(2);
    await page.getByRole('button', { name: /Take it back/ }).click();
    await page.getByRole('heading', { name: 'What would move' }).waitFor();
    await press('Apply to the past and from now on');
    await page.getByRole('heading', { name: 'What has moved' }).waitFor();
    expect(await sessionsNow()).toBe(3);
  });

  it('says what would go before anything goes by retention', async () => {
    await page.goto('/shop/rules');
    await page.getByLabel('Keep days').fill('30');
    await page.getByRole('button', { name: 'Show what would go' }).click();
    await page.getByText('No session would go now.').waitFor();
    await press('Set it, and remove that');
    await page.getByText('These rules are in force.').waitFor();
    const response = await fetch(`${opened.product.baseUrl}/api/datasets/shop`);
    expect(await response.json()).toMatchObject({ keepSessionsDays: 30 });
  });

  it('makes page groups in their order, and a funnel of them', async () => {
    const groups = ['Tea', 'Shop'].map((name) => `${definitions}/page_group/${name}`);
    await forget(opened.product, `${definitions}/funnel/Order`, ...groups);
    for (const [name, text] of [
      ['Tea', 'request.path = "/shop/tea"'],
      ['Shop', 'request.path starts with "/shop/"'],
    ] as const) {
      await page.goto('/shop/definitions?kind=page_group&name=');
      await page.getByLabel('Name', { exact: true }).fill(name);
      await typeCondition('Hits with', text);
      await page.getByRole('button', { name: 'Save page group' }).click();
      await page.getByText(`"${name}" is saved`).waitFor();
    }
    await page.getByRole('button', { name: 'Move Shop up' }).click();
    await page.getByText('"Shop" is number 1 now.').waitFor();
    const response = await fetch(
      `${opened.product.baseUrl}/api/datasets/shop/definitions/page_group`,
    );
    const kept = (await response.json()) as { definitions: { name: string }[] };
    expect(kept.definitions.map(({ name }) => name)).toEqual(['Shop', 'Tea']);

    await page.goto('/shop/definitions?kind=funnel&name=');
    await page.getByLabel('Name', { exact: true }).fill('Order');
    await page.getByLabel('Name of stage 1').fill('Shop');
    await page.getByLabel('Name of stage 2').fill('Cart');
    await typeCondition('Hits of stage 2 (optional)', 'request.path = "/cart"');
    await page.getByRole('button', { name: 'Save funnel' }).click();
    await page.getByRole('cell', { name: 'Shop → Cart' }).waitFor();
  });

  it('takes the costs of a campaign out of a CSV file whose columns it asks for', async () => {
    await forget(opened.product, `${definitions}/campaign/Spring`);
    await page.goto('/shop/definitions?kind=campaign&name=');
    await page.getByLabel('Name', { exact: true }).fill('Spring');
    await page.getByLabel('utm_campaign').fill('spring');
    await page.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('cell', { name: 'utm_campaign = spring' }).waitFor();
    await page.getByLabel('CSV file', { exact: true }).setInputFiles({
      name: 'costs.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('When;Campaign;Spent\n2026-11-01;Spring;12.50\n2026-11-02;Other;7.50\n'),
    });
    expect(await page.getByRole('combobox', { name: 'Campaign', exact: true }).inputValue()).toBe(
      'Campaign',
    );
    await page.getByRole('combobox', { name: 'Day', exact: true }).selectOption('When');
    await page.getByRole('combobox', { name: 'Cost', exact: true }).selectOption('Spent');
    await page.getByLabel('Currency, where the file has none').fill('eur');
    await page.getByRole('button', { name: 'Take the costs' }).click();
    await page.getByText('20.00 EUR').waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'Other' }).count()).toBe(1);
  });

  it('exports the configuration, and takes it into another dataset after a look', async () => {
    // A dataset of its own for each try: what one has taken in is nothing new for the next.
    const blog = `blog-${randomUUID().slice(0, 8)}`;
    await put('POST', '/api/datasets', { slug: blog });
    await page.goto('/shop/configuration');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export the configuration' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('shop-configuration.json');
    const file = await download.path();
    await page.goto(`/${blog}/configuration`);
    await page.getByLabel('Configuration file').setInputFiles(file);
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Show what would change' }).click();
    // The label, two page groups, the funnel and the campaign that were made above.
    await page.getByText('5 pieces would be taken in.').waitFor();
    await page.getByRole('row', { name: 'label Readers New' }).waitFor();
    await page.getByRole('row', { name: /setting idleTimeoutMs Left as it is/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take it in' }).click();
    await page.getByText('5 pieces were taken in.').waitFor();
    await page.goto(`/${blog}/definitions`);
    await page.getByRole('link', { name: 'Readers' }).waitFor();
  });

  it('shows what strangers write as text, in every field', async () => {
    const kept: [string, object][] = [
      ['label', { condition: `request.path contains "${hostile}"` }],
      ['campaign', { utm: { source: hostile, term: hostile } }],
      ['goal', { condition: 'session.hits > 1', revenue: { event: hostile, property: hostile } }],
      [
        'funnel',
        { stages: [{ name: hostile, condition: 'request.path = "/"' }, { name: 'Shop' }] },
      ],
      ['page_group', { condition: `request.path contains "${hostile}"` }],
      ['annotation', { day: '2026-11-01', text: hostile }],
    ];
    for (const [kind, definition] of kept) {
      const path = `/api/datasets/shop/definitions/${kind}`;
      await put('PUT', path, { name: hostile, ...definition });
      await page.goto(`/shop/definitions?kind=${kind}`);
      await page.getByRole('link', { name: hostile }).click();
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(hostile);
    }
    expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  });

  it.each(['light', 'dark'] as const)('has nothing for axe to find, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const kinds = ['label', 'campaign', 'goal', 'funnel', 'page_group', 'annotation'];
    const forms = kinds.map((kind) => `definitions?kind=${kind}&name=`);
    for (const place of ['definitions', 'definitions?kind=campaign', ...forms, 'rules']) {
      await page.goto(`/shop/${place}`);
      await page.locator('main form, main table').first().waitFor();
      expect(await violations(page), place).toEqual([]);
    }
  });

  it('never asked another host for anything, and nothing was complained about', () => {
    expect(opened.watched).toEqual({ foreignRequests: [], complaints: [] });
  });
});

/** Presses a button that acts at the second press; one that comes at once is a double click. */
async function press(name: string): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.waitForTimeout(450);
  await page.getByRole('button', { name: 'Press again' }).click();
}
