/** Names that are written from right to left, in a console that is read from left to right: in their own order. The built product in Chromium. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

/** Its last character stands on its left; in the order of the page around it, it would stand on its right. */
const name = 'עגלה 12!';

let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole();
  await opened.makeDataset({ slug: 'shop' });
  const { api } = opened;
  const path = encodeURIComponent(name);
  await api(`/datasets/shop/queries/${path}`, { method: 'PUT', body: { sql: 'SELECT 1' } });
  await api(`/datasets/shop/events/${path}`, {
    method: 'PUT',
    body: { trigger: 'every_hit', condition: 'response.status = 418' },
  });
  await api('/datasets/shop/alerts/rules', {
    method: 'PUT',
    body: {
      name,
      subject: { kind: 'event', event: name },
      measure: 'count',
      operator: 'above',
      bound: 3,
      windowMinutes: 60,
      rearmMinutes: 60,
      severity: 'notice',
      channels: [],
    },
  });
});
afterAll(() => opened?.close());

it.each([
  ['sql', 'button'],
  ['events', 'a'],
  ['alerts', 'a'],
  ['alerts', '.caption'],
  [`events?event=${encodeURIComponent(name)}`, 'h1'],
  [`alerts?alert=${encodeURIComponent(name)}`, 'h1'],
])('%s has it in its order in %s', async (place, element) => {
  const { page } = opened;
  await page.goto(`/shop/${place}`);
  const shown = page.locator('main').locator(element).filter({ hasText: name });
  await shown.first().waitFor();
  expect(await shown.first().evaluate(edgesOf, name)).toEqual({ isLastLeftOfFirst: true });
});

it('and a result of SQL', async () => {
  const { page } = opened;
  await page.goto('/shop/sql');
  await page.getByLabel('SQL query').fill(`SELECT '${name}' AS "${name}"`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  for (const element of ['th', 'td']) {
    const shown = page.locator(element).filter({ hasText: name });
    await shown.waitFor();
    expect(await shown.evaluate(edgesOf, name)).toEqual({ isLastLeftOfFirst: true });
  }
});

/** Where the first and the last character of a text are drawn. */
function edgesOf(element: Element, text: string): { isLastLeftOfFirst: boolean } {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  while (node && !node.nodeValue?.includes(text)) node = walker.nextNode();
  if (!node) throw new Error(`no text ${text}`);
  const start = node.nodeValue?.indexOf(text) ?? 0;
  const leftOf = (at: number) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect().left;
  };
  return { isLastLeftOfFirst: leftOf(start + text.length - 1) < leftOf(start) };
}
