/** The tracker in a page of another origin: what counts as a page view, and who is left alone. */
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { trackedSite } from '../testing/tracked-site.ts';

const opened = trackedSite();
const { hits, stored, quiet } = opened;

describe('the tracker script', () => {
  it('is smaller than 2 kB in brotli', () => {
    expect(brotliCompressSync(opened.script).length).toBeLessThan(2_000);
  });
});

describe('the tracker in a page of another origin', () => {
  it('sends one page view with what it knows, and asks no one else for anything', async () => {
    const before = Date.now();
    await opened.page.goto(`${opened.site}/start?q=1#part`);
    await stored(1);
    const [hit] = hits();
    expect(hit).toMatchObject({
      type: 'page_view',
      url: `${opened.site}/start?q=1`,
      title: 'Page /start?q=1',
      referrer: '',
      number: 0,
      language: 'de-CH',
      visitor: expect.stringMatching(/^[0-9a-f]{32}$/),
      id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    });
    expect(hit?.screenWidth).toBe(await opened.page.evaluate(() => screen.width));
    expect(hit?.at).toBeGreaterThanOrEqual(before);
    expect(hit?.sentAt).toBeGreaterThanOrEqual(hit?.at ?? Number.POSITIVE_INFINITY);
    const origins = new Set(opened.requested.map((url) => new URL(url).origin));
    expect(origins).toEqual(new Set([opened.site, opened.collectorOrigin]));
    expect(opened.requested.filter((url) => url.startsWith(opened.collectorOrigin)).sort()).toEqual(
      [`${opened.collectorOrigin}/hits`, `${opened.collectorOrigin}/tracker.js`],
    );
  });

  it('sends a page view for each change of path or query, with the page before as referrer', async () => {
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
    await opened.page.evaluate(() => {
      history.pushState({}, '', '/b');
      document.title = 'Late title';
    });
    await stored(2);
    await opened.page.evaluate(() => history.replaceState({}, '', '/b?tab=2'));
    await stored(3);
    await opened.page.goBack();
    await stored(4);
    await opened.page.evaluate(() => {
      history.replaceState({ scroll: 10 }, '', location.href);
      location.hash = 'only-a-fragment';
    });
    await quiet();
    expect(hits().map((hit) => [hit.url, hit.referrer, hit.number])).toEqual([
      [`${opened.site}/a`, '', 0],
      [`${opened.site}/b`, `${opened.site}/a`, 1],
      [`${opened.site}/b?tab=2`, `${opened.site}/b`, 2],
      [`${opened.site}/a`, `${opened.site}/b?tab=2`, 3],
    ]);
    expect(hits()[1]?.title).toBe('Late title');
    expect(new Set(hits().map((hit) => hit.visitor)).size).toBe(1);
  });

  it('counts fragments as pages where data-hash asks for it', async () => {
    await opened.page.goto(`${opened.site}/hash#/one`);
    await stored(1);
    await opened.page.evaluate(() => {
      location.hash = '#/two';
    });
    await stored(2);
    await quiet();
    expect(hits().map((hit) => hit.url)).toEqual([
      `${opened.site}/hash#/one`,
      `${opened.site}/hash#/two`,
    ]);
  });

  it('sends events, also those called before it was loaded', async () => {
    await opened.page.goto(`${opened.site}/early`);
    await stored(2);
    await opened.page.evaluate(() =>
      (window as never as { canister: (...args: unknown[]) => void }).canister('event', 'Bought', {
        price: 12.5,
        gift: true,
      }),
    );
    await stored(3);
    expect(hits().map((hit) => [hit.type, hit.name, hit.properties])).toEqual([
      ['page_view', undefined, undefined],
      ['event', 'Early', { n: 1 }],
      ['event', 'Bought', { price: 12.5, gift: true }],
    ]);
  });

  it('closes the session when the page says so', async () => {
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
    await opened.page.evaluate(() =>
      (window as never as { canister: (command: string) => void }).canister('closeSession'),
    );
    await stored(2);
    expect(hits().map((hit) => [hit.type, hit.closeSession])).toEqual([
      ['page_view', undefined],
      ['steps', true],
    ]);
  });

  it('names the user from its first page view to the logout', async () => {
    await opened.page.goto(`${opened.site}/signed-in`);
    await stored(1);
    await opened.page.evaluate(() => {
      const { canister } = window as never as { canister: (...args: string[]) => void };
      canister('event', 'Saved');
      canister('logout');
      canister('event', 'After');
    });
    await stored(4);
    expect(hits().map((hit) => [hit.type, hit.userId, hit.closeSession])).toEqual([
      ['page_view', 'id-4711', undefined],
      ['event', 'id-4711', undefined],
      ['steps', 'id-4711', true],
      ['event', undefined, undefined],
    ]);
  });

  it('stays one tracker when the page holds the script twice', async () => {
    await opened.page.goto(`${opened.site}/twice`);
    await stored(1);
    await quiet();
    expect(hits()).toHaveLength(1);
  });

  it('sends nothing where the person has switched it off', async () => {
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
    await opened.page.evaluate(() => localStorage.setItem('canister-ignore', '1'));
    await opened.page.goto(`${opened.site}/early`);
    await quiet();
    expect(hits()).toHaveLength(1);
  });
});

describe('a browser that asks not to be tracked', () => {
  const ask = (signal: string, value: unknown) =>
    opened.page.addInitScript(
      ([name, given]) =>
        Object.defineProperty(navigator, name as string, { value: given, configurable: true }),
      [signal, value] as const,
    );

  it.each([
    ['doNotTrack', '1'],
    ['globalPrivacyControl', true],
  ])('by %s is left alone where the tag heeds it: no hit, nothing kept, no error', async (signal, value) => {
    const failures: Error[] = [];
    opened.page.on('pageerror', (error) => failures.push(error));
    await ask(signal, value);
    await opened.page.goto(`${opened.site}/dnt`);
    await opened.page.evaluate("canister('event', 'Bought')");
    await quiet();
    expect(hits()).toEqual([]);
    expect(await opened.page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    expect(failures).toEqual([]);
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
  });

  it.each([
    ['doNotTrack', null],
    ['doNotTrack', 'unspecified'],
    ['doNotTrack', '0'],
    ['globalPrivacyControl', false],
  ])('counts where %s is %s', async (signal, value) => {
    await ask(signal, value);
    await opened.page.goto(`${opened.site}/dnt`);
    await stored(1);
  });
});
