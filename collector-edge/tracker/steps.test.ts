/** What people do on a page between two hits, and what of it is told. */
import { describe, expect, it } from 'vitest';
import { trackedSite } from '../testing/tracked-site.ts';

const opened = trackedSite();
const { hits, stored } = opened;

describe('the steps of a page', () => {
  const steps = () => hits().flatMap((hit) => hit.steps ?? []);
  const kinds = () => steps().map(({ kind, target }) => `${kind} ${target}`);
  const start = async () => {
    await opened.page.goto(`${opened.site}/steps`);
    await stored(1);
  };

  it('tell of a click that does nothing, and not of one that does something', async () => {
    await start();
    await opened.page.click('#dead');
    await opened.page.waitForTimeout(1_200);
    await opened.page.click('#alive');
    await opened.page.waitForTimeout(1_200);
    await expect.poll(kinds, { timeout: 10_000 }).toEqual(['dead_click button#dead']);
  });

  it('tell of clicks in a row, but not of a text that is selected by them', async () => {
    await start();
    await opened.page.click('#alive', { clickCount: 4 });
    await opened.page.click('#text', { clickCount: 3 });
    await expect.poll(kinds, { timeout: 10_000 }).toEqual(['rage_click button#alive']);
  });

  it('tell that a form is used and sent, and never what is typed', async () => {
    await start();
    await opened.page.fill('input[name=tea]', 'secret oolong');
    await opened.page.press('input[name=tea]', 'Enter');
    await opened.page.fill('input[name=tea]', 'more');
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual(['input form#order', 'submit form#order', 'input form#order']);
    expect(JSON.stringify(opened.posted)).not.toContain('oolong');
  });

  it('tell of links to files and to other sites, without their queries', async () => {
    await start();
    for (const link of ['#file', '#out', '#mail', '#file']) await opened.page.click(link);
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual([
        `download ${opened.site}/guide.pdf`,
        'outbound https://elsewhere.example/page',
        `download ${opened.site}/guide.pdf`,
      ]);
  });

  it('tell of scripts that fail', async () => {
    await start();
    await opened.page.evaluate('fail(); Promise.reject(new Error("no tea")); 0');
    await expect.poll(() => steps().length, { timeout: 10_000 }).toBe(2);
    expect(steps().map(({ kind, value }) => [kind, value])).toEqual(
      expect.arrayContaining([
        ['error', 'Error: no tea'],
        ['error', 'Uncaught Error: broken tea'],
      ]),
    );
  });

  it('are sent when the page goes, before their time has come', async () => {
    await start();
    await opened.page.click('#out');
    await opened.page.goto(`${opened.site}/next`);
    await expect
      .poll(kinds, { timeout: 10_000 })
      .toEqual(['outbound https://elsewhere.example/page']);
  });

  it('stop at a hundred a page: a script that fails for ever sends no more', async () => {
    await start();
    await opened.page.evaluate(
      'for (let i = 0; i < 300; i += 1) setTimeout(() => { throw new Error("again") })',
    );
    await expect.poll(() => steps().length, { timeout: 10_000 }).toBe(100);
    await opened.page.click('#out');
    await opened.page.waitForTimeout(2_500);
    expect(steps().length).toBe(100);
  });

  it('come with how the page was answered', async () => {
    await start();
    expect(hits()[0]).toMatchObject({ type: 'page_view', status: 200 });
    expect(hits()[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });
});
