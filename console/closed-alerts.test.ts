/** Alerts that somebody closes by hand: the built product in Chromium, with a person who signs in, and by command. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';
import { isFocused, violations } from './testing/pages.ts';
import { runCommand } from './testing/product.ts';

const password = 'a long enough password';
const note = 'The <b>supplier</b> is told';
const patient = { interval: 200, timeout: 45_000 };
let opened: OpenedConsole;

const ask = async (method: 'put' | 'post', path: string, data: object) => {
  const { request } = opened.page;
  const answer = await request[method](`/api${path}`, { headers: { 'x-canister': 'test' }, data });
  expect(answer.ok(), await answer.text()).toBe(true);
};
const read = async (path: string) => (await opened.page.request.get(`/api${path}`)).json();
const closedBy = async (name: string) => {
  const { state } = await read(`/datasets/shop/alerts/rules/${name}`);
  return [state.firing, state.closed?.by, state.closed?.note];
};

beforeAll(async () => {
  opened = await openConsole({ environment: { CANISTER_IDLE_TIMEOUT_MS: '600000' } });
  const writeKey = await opened.makeDataset({ slug: 'shop' });
  await opened.send(writeKey, [{ visitor: 'ada' }, { visitor: 'ben' }]);
  const token = /welcome#(f_[\w-]{43})/.exec(opened.product.said())?.[1];
  await opened.api('/first', { body: { token, email: 'ann@shop.example', name: 'Ann', password } });
  await ask('post', '/sign-in', { email: 'ann@shop.example', password });
  const rule = {
    measure: 'count',
    subject: { kind: 'metric', metric: 'hits' },
    windowMinutes: 60,
    operator: 'at_least',
    bound: 1,
  };
  for (const name of ['Hits', 'Views'])
    await ask('put', '/datasets/shop/alerts/rules', { ...rule, name });
});
afterAll(() => opened?.close());

it('is closed with a note, by keyboard alone, and says by whom', async () => {
  const { page } = opened;
  await expect.poll(() => closedBy('Views'), patient).toEqual([true, undefined, undefined]);
  await page.goto('/shop/alerts');
  const row = page.getByRole('row', { name: /Hits/ }).first();
  await row.getByText('Firing').waitFor();
  const way = row.getByRole('button', { name: /^Close\s+Hits$/ });
  await way.focus();
  await page.keyboard.press('Enter');
  const field = row.getByLabel('Note (optional)');
  expect(await field.evaluate(isFocused)).toBe(true);
  await page.keyboard.press('Escape');
  expect(await way.evaluate(isFocused)).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.type(note);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await row.getByText(note).waitFor();
  // What others write stands apart from the sentence around it, whatever its direction.
  const apart = /[\u2068\u2069]/g;
  expect((await row.innerText()).replace(apart, '')).toContain(`by Ann: ${note}`);
  expect(await row.getByText('Closed', { exact: true }).count()).toBe(1);
  expect(await row.getByRole('button', { name: /^Close\s/ }).count()).toBe(0);
  expect(await closedBy('Hits')).toEqual([true, 'Ann', note]);
  const entry = page.locator('cn-alert-history tbody tr').first();
  expect(
    (await entry.innerText())
      .replace(apart, '')
      .split(/[\t\n]+/)
      .slice(1, 3),
  ).toEqual(['Closed Hits', `by Ann: ${note}`]);
});

it('is closed by command, too, and the audit trail has both', async () => {
  const { product } = opened;
  const where = ['--dataset', 'shop', '--data', product.data];
  const run = (...command: string[]) => runCommand(['alert', ...command, ...where]);
  expect((await run('close', 'Views')).out).toBe('Closed the alert "Views".\n');
  const again = await run('close', 'Views');
  expect([again.code, again.notes]).toEqual([1, expect.stringContaining('closed the alert')]);
  expect((await run('list')).out).toMatch(/^Hits +closed/m);
  const history = (await run('history', 'Hits')).out;
  expect(history).toMatch(/closed +warning +Hits: Closed by Ann: The <b>supplier<\/b> is told/);
  const { entries } = await read('/audit?limit=100');
  const closings = entries.filter(({ action }: { action: string }) => action.endsWith('/close'));
  expect(closings.map(({ actor, action }: Record<string, string>) => [actor, action])).toEqual([
    ['machine', 'POST /api/datasets/shop/alerts/rules/Views/close'],
    ['machine', 'POST /api/datasets/shop/alerts/rules/Views/close'],
    ['user ann@shop.example', 'POST /api/datasets/shop/alerts/rules/Hits/close'],
  ]);
});
