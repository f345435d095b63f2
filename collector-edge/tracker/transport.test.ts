/** How hits come to the collector: again after a refusal, over a navigation, when the page goes, after being offline. */
import { describe, expect, it } from 'vitest';
import { type StoredHit, trackedSite } from '../testing/tracked-site.ts';

const opened = trackedSite();
const { hits, stored, quiet } = opened;

describe('the transport', () => {
  const idsOf = (body: string) => (JSON.parse(body) as StoredHit[]).map((hit) => hit.id);

  it('sends a hit again with the same id after a 503, when it was asked to', async () => {
    opened.refusals = [{ status: 503, retryAfter: '1' }];
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
    expect(opened.posted).toHaveLength(2);
    expect(idsOf(opened.posted[1] ?? '')).toEqual(idsOf(opened.posted[0] ?? ''));
    expect(await opened.page.evaluate(() => sessionStorage.getItem('canister-hits'))).toBe('[]');
  });

  it('comes back by itself after 429 and 502 without Retry-After, and sends later hits along', async () => {
    opened.refusals = [{ status: 429 }, { status: 502 }];
    await opened.page.goto(`${opened.site}/a`);
    await expect.poll(() => opened.posted.length).toBe(1);
    await opened.page.evaluate(() => history.pushState({}, '', '/b'));
    await stored(2);
    expect(hits().map((hit) => hit.url)).toEqual([`${opened.site}/a`, `${opened.site}/b`]);
  });

  it('carries an unsent hit over a navigation, and it counts once', async () => {
    opened.refusals = [{ status: 503, retryAfter: '600' }];
    await opened.page.goto(`${opened.site}/a`);
    await expect.poll(() => opened.posted.length).toBe(1);
    await opened.page.click('a');
    await stored(2);
    await quiet();
    expect(hits().map((hit) => hit.url)).toEqual([`${opened.site}/a`, `${opened.site}/next`]);
    expect(idsOf(opened.posted[0] ?? '')).toEqual([hits()[0]?.id]);
    expect(opened.collector.counts()['shop accepted']).toBe(2);
  });

  it('sends what waits with a beacon when the page goes away for good', async () => {
    opened.refusals = [{ status: 503, retryAfter: '600' }];
    const refused = opened.page.waitForResponse((response) => response.status() === 503);
    await opened.page.goto(`${opened.site}/a`);
    await refused;
    // A request that is still under way is not sent a second time: the page has to have seen its refusal.
    await quiet();
    await opened.page.goto('about:blank');
    await stored(1);
  });

  it('drops a hit that is refused for good', async () => {
    opened.refusals = [{ status: 400 }];
    await opened.page.goto(`${opened.site}/a`);
    await expect
      .poll(() => opened.page.evaluate(() => sessionStorage.getItem('canister-hits')))
      .toBe('[]');
    await quiet();
    expect([opened.posted.length, hits().length]).toEqual([1, 0]);
  });

  it('keeps at most fifty hits, and sends them when the network is back', async () => {
    await opened.page.goto(`${opened.site}/a`);
    await stored(1);
    await opened.context.setOffline(true);
    await opened.page.evaluate(() => {
      const { canister } = window as never as { canister: (...args: unknown[]) => void };
      for (let n = 0; n < 60; n += 1) canister('event', `Offline ${n}`);
    });
    await quiet();
    await opened.context.setOffline(false);
    await stored(51);
    await quiet();
    expect(hits().at(-1)?.name).toBe('Offline 59');
    expect(hits()[1]?.name).toBe('Offline 10');
  });
});
