/** What every test of a page in Chromium asks: did it stay on its origin, did anything complain, what does axe find. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** A browser's name for hits that a test sends: without it they would be a robot's. */
export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0';

/** What must stay empty over a whole run. */
export interface Watched {
  foreignRequests: string[];
  complaints: string[];
}

/** Notes every request to another origin, and every warning, error and exception of a page from now on. */
export function watch(page: Page, baseUrl: string): Watched {
  const ours = new URL(baseUrl).origin;
  const watched: Watched = { foreignRequests: [], complaints: [] };
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== ours) watched.foreignRequests.push(request.url());
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text());
  });
  page.on('pageerror', (error) => watched.complaints.push(String(error)));
  return watched;
}

/** Whether an element has the focus, inside whatever shadow root it is in. */
export const isFocused = (element: Element) =>
  (element.getRootNode() as Document | ShadowRoot).activeElement === element;

/** What axe finds, in short: the rule and the elements. The script comes past the page's security policy. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Axe {
      run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
    }
    const { axe } = window as unknown as { axe: Axe };
    const result = await axe.run();
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`);
  });
}
