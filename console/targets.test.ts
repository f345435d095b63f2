/**
 * Every page on a telephone: what is pressed is as large as WCAG 2.2 wants it (2.5.8); links within text are not meant.
 * The built product in Chromium.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageFiles } from './page-files.ts';
import { type OpenedConsole, openConsole } from './testing/opened-console.ts';

const timeMsMax = 240_000;
let opened: OpenedConsole;

beforeAll(async () => {
  opened = await openConsole({
    environment: { CANISTER_IDLE_TIMEOUT_MS: '1000' },
    context: { viewport: { width: 390, height: 780 }, isMobile: true },
  });
  const writeKey = await opened.makeDataset({ slug: 'shop' });
  await opened.api('/datasets/shop/events/404', {
    method: 'PUT',
    body: { trigger: 'every_hit', condition: 'response.status = 404' },
  });
  await opened.api('/datasets/shop/definitions/page_group', {
    method: 'PUT',
    body: { name: 'Tea', condition: 'request.path = "/tea"' },
  });
  await opened.send(writeKey, [{ visitor: 'ann' }]);
  await opened.stored('shop', 1);
});
afterAll(() => opened?.close());

/** What is smaller than a finger needs it, in words. */
function tooSmall(): string[] {
  const sideMin = 24;
  const pressed = [
    'button',
    'a.button',
    'nav a',
    'summary',
    'select',
    'input:is([type=checkbox], [type=radio])',
    '[role=tab]',
  ].join();
  const found: string[] = [];
  const look = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (!element.matches(pressed) || !element.checkVisibility()) continue;
      // A box is pressed by its words, too.
      const target = (element.localName === 'input' && element.closest('label')) || element;
      const { width, height, right, bottom } = target.getBoundingClientRect();
      const isOnlyRead = width <= 1 || right <= 0 || bottom <= 0;
      if (isOnlyRead || Math.min(width, height) >= sideMin - 0.01) continue;
      const words = (target.ariaLabel ?? target.textContent)?.trim().replaceAll(/\s+/g, ' ');
      found.push(
        `${target.localName} "${words?.slice(0, 40)}" ${width.toFixed(1)} × ${height.toFixed(1)}`,
      );
    }
  };
  look(document);
  return found;
}

it(
  'is large enough on every page',
  async () => {
    const { page } = opened;
    const more = [
      '/shop/alerts?alert=',
      '/shop/events?event=',
      '/shop/definitions?name=',
      '/shop/definitions?kind=page_group',
    ];
    const addresses = Object.keys(pageFiles)
      .filter((path) => !path.includes(':session'))
      .map((path) => path.replace(':dataset', 'shop').replace(':report', 'overview'));
    const small = new Set<string>();
    let seen = 0;
    for (const address of [...addresses, ...more]) {
      await page.goto(address);
      await page.locator('main h1, main h2').first().waitFor();
      await page.waitForTimeout(400);
      seen += await page.getByRole('button').count();
      for (const one of await page.evaluate(tooSmall)) small.add(`${address}: ${one}`);
    }
    expect(seen).toBeGreaterThan(100);
    expect([...small]).toEqual([]);
  },
  timeMsMax,
);
