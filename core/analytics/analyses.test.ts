/** Changes, signs of fraud, and how whole the capture is: counted by hand, statistics against other sources. */
import { afterEach, describe, expect, test } from 'vitest';
import { cohensH, falseShares, twoProportionsP } from './analyses/proportions.ts';
import { openSmallSite, type SmallSession, type SmallSite } from './testing/small-site.ts';

const range = { from: '2026-11-14', to: '2026-11-21' };
let site: SmallSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});
async function open(sessions: readonly SmallSession[], timeZone?: string): Promise<SmallSite> {
  site = await openSmallSite(sessions, timeZone);
  return site;
}
const many = (count: number, session: SmallSession) => Array.from({ length: count }, () => session);

describe('The statistics of changes', () => {
  test('the test of two proportions gives the p-values of the tables', () => {
    // z is 1.96 at 5 %, 2.5758 at 1 %: the two-sided areas of the normal distribution.
    const p = (part: number, other: number, whole: number) =>
      twoProportionsP({ part, whole }, { part: other, whole }) ?? 0;
    // 60 and 40 of 100: pooled 0.5, deviation √(0.25 · 0.02) = 0.0707, z = 2.8284, p = 0.004678.
    expect(p(60, 40, 100)).toBeCloseTo(0.004678, 6);
    // 55 and 45 of 100: z = 1.41421, p = 0.157299.
    expect(p(55, 45, 100)).toBeCloseTo(0.157299, 6);
    expect(p(50, 50, 100)).toBeCloseTo(1, 12);
    // z = 5.65685: p = 1.5417e-8.
    expect(p(700, 620, 10_000)).toBeCloseTo(0.0227, 3);
    expect(p(240, 160, 400) / 1.5417e-8).toBeCloseTo(1, 3);
  });

  test('fewer than five expected on a side are not tested', () => {
    expect(twoProportionsP({ part: 9, whole: 100 }, { part: 0, whole: 100 })).toBeUndefined();
    expect(twoProportionsP({ part: 10, whole: 100 }, { part: 0, whole: 100 })).toBeDefined();
  });

  test('Cohen: from 0.5 to 0.7 is 0.4115', () => {
    expect(cohensH({ part: 7, whole: 10 }, { part: 5, whole: 10 })).toBeCloseTo(0.4115, 4);
  });

  test('Benjamini and Hochberg: the example of their paper, in any order', () => {
    // 15 tests; at 5 % the four smallest are finds, as 0.0095 · 15 / 4 = 0.0356 and 0.0201 · 15 / 5 = 0.0603.
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ];
    const shares = falseShares(ps);
    expect(shares.filter((share) => share <= 0.05)).toHaveLength(4);
    expect(shares[3]).toBeCloseTo(0.035625, 12);
    // What stands behind may be surer: 0.0278 · 15 / 6 = 0.0695, but 0.0298 · 15 / 7 = 0.0639.
    expect(shares[5]).toBeCloseTo((0.0298 * 15) / 7, 12);
    expect(falseShares(ps.toReversed())).toEqual(shares.toReversed());
  });
});

describe("What's changed (ClickTracks)", () => {
  const now = { start: '2026-11-16T10:00:00Z' };
  const before = { start: '2026-11-09T10:00:00Z' };

  test('relative to all sessions: what falls in number may rise in share', async () => {
    const { analyze } = await open([
      ...many(60, { ...now, hits: ['/tea'] }),
      ...many(40, { ...now, hits: ['/cups'] }),
      ...many(80, { ...before, hits: ['/tea'] }),
      ...many(320, { ...before, hits: ['/cups'] }),
    ]);
    const asked = { range, dimensions: ['entry_path' as const] };
    const { rows, notes, comparedWith } = await analyze({ kind: 'changes', ...asked });
    expect(comparedWith).toEqual({
      from: '2026-11-07',
      to: '2026-11-14',
      storedFrom: '2026-11-09',
    });
    // 60 of 100 against 80 of 400: pooled 0.28, deviation √(0.28 · 0.72 · (1/100 + 1/400)) = 0.050199, z = 7.9682.
    const h = 2 * Math.asin(Math.sqrt(0.6)) - 2 * Math.asin(Math.sqrt(0.2));
    expect(rows.map((row) => row.slice(0, 6)).sort()).toEqual([
      ['Entry page', '/cups', 40, 320, 0.4, 0.8],
      ['Entry page', '/tea', 60, 80, 0.6, 0.2],
    ]);
    const tea = rows.find((row) => row[1] === '/tea');
    expect(tea?.[6]).toBeCloseTo(h, 12);
    expect(Number(tea?.[7]) / 1.61e-15).toBeCloseTo(1, 1);
    expect(notes?.[0]).toContain('2026-11-07 to 2026-11-14');
  });

  test('chance is not shown, and hits of one session count it once', async () => {
    const { analyze } = await open([
      ...many(52, { ...now, hits: ['/tea', '/tea', '/tea'] }),
      ...many(48, { ...now, hits: ['/cups'] }),
      ...many(48, { ...before, hits: ['/tea'] }),
      ...many(52, { ...before, hits: ['/cups'] }),
    ]);
    expect((await analyze({ kind: 'changes', range })).rows).toEqual([]);
    const all = await analyze({ kind: 'changes', range, dimensions: ['path'], falseShareMax: 0.5 });
    expect(all.rows).toEqual([]);
    const nothing = { from: '2027-01-01', to: '2027-01-08' };
    expect((await analyze({ kind: 'changes', range: nothing })).rows).toEqual([]);
  });
});

describe('Signs of click fraud (ClickTracks)', () => {
  test('robots, repeated addresses, and crowds that leave at once, with what they cost', async () => {
    const ad = { acquisition: { campaign: 'ad' } };
    const clicks = (count: number, more: Partial<SmallSession>) =>
      many(count, { start: '2026-11-16T10:00:00Z', hits: ['/', '/a'], ...ad, ...more });
    const { analyze } = await open([
      // One address five times on a day: three beyond the second; and once on the next day.
      ...clicks(5, { addressKey: 'k1', addressPrefix: '192.0.2.0' }),
      ...clicks(1, { start: '2026-11-17T10:00:00Z', addressKey: 'k1', addressPrefix: '192.0.2.0' }),
      // Ten from one network that leave at once, of 18 in all: more than half.
      ...Array.from({ length: 10 }, (_, n) =>
        clicks(1, { hits: ['/'], addressKey: `n${n}`, addressPrefix: '203.0.113.0' }),
      ).flat(),
      ...clicks(1, { hits: ['/'], addressKey: 'other', addressPrefix: '198.51.100.0' }),
      ...clicks(1, { userAgent: 'curl/8.0', addressKey: 'r', addressPrefix: '198.51.100.0' }),
      { start: '2026-11-16T10:00:00Z', hits: ['/'] },
    ]);
    const costs = [
      {
        campaign: 'AD',
        day: '2026-11-16',
        cost: 36,
        clicks: 20,
        impressions: null,
        currency: 'EUR',
      },
    ];
    const { rows } = await analyze({ kind: 'click_fraud', range }, { costs });
    // name, sessions, robots, repeated, short, addresses, largest network, suspect (1 + 3 + 10), share, clicks, cost
    expect(rows).toEqual([
      ['ad', 18, 1, 3, 11, 13, 10 / 18, 14, 14 / 18, 20, expect.closeTo(28, 9)],
    ]);
  });
});

describe('Capture', () => {
  test('a page view whose referrer was never shown tells of one that is missing', async () => {
    const from = (path: string, referrer: string) => ({ path, referrer });
    const { analyze } = await open(
      [
        {
          start: '2026-11-16T10:00:00Z',
          hits: [
            from('/', 'https://www.google.com/'),
            from('/a', 'https://shop.example/?x=1'), // the page before: /
            from('/c', 'https://shop.example/b?q'), // /b is missing
            from('/d', 'https://shop.example/d'), // itself: a reload
          ],
        },
        // 23:30 in Berlin of the 16th, whose first hit is no page view.
        { start: '2026-11-16T22:30:00Z', hits: [{ type: 'event', name: 'Played' }, '/'] },
        { start: '2026-11-16T22:30:00Z', origin: 'log', hits: [{ path: '/x', origin: 'log' }] },
      ],
      'Europe/Berlin',
    );
    const { rows } = await analyze({ kind: 'capture_integrity', range });
    expect(rows).toEqual([['2026-11-16', 6, 5, 1, 1 / 6, 2, 1]]);
  });

  test('a referrer is of the same host only when its host is just that one', async () => {
    const from = (path: string, referrer: string) => ({ path, referrer });
    const { analyze } = await open([
      {
        start: '2026-11-16T10:00:00Z',
        hits: [
          '/',
          from('/a', 'https://shop.example'), // the page before: /
          from('/b', 'http://shop.example#top'), // the same
          from('/c', 'https://shop.example.evil/gone'), // another host
          from('/d', 'https://shop.example:8080/gone'), // another host
          from('/e', 'ftp://shop.example/gone'), // no page
          from('/f', 'https://shop.example/gone#part?x'), // /gone is missing
          from('/g', 'https://shop.example/later'), // /later came only later: it is missing here
          '/later',
          from('/h', 'https://shop.example/later?again=1'), // was shown
        ],
      },
    ]);
    const { rows } = await analyze({ kind: 'capture_integrity', range });
    expect(rows).toEqual([['2026-11-16', 10, 10, 2, 2 / 12, 1, 0]]);
  });

  test('page views of tracker and log are the same within ten seconds', async () => {
    const log = { origin: 'log' as const };
    const { analyze } = await open([
      {
        start: '2026-11-16T10:00:00Z',
        addressPrefix: '192.0.2.0',
        addressKey: 'a1',
        hits: ['/', { path: '/a', s: 60 }],
      },
      {
        start: '2026-11-16T09:59:58Z',
        addressPrefix: '192.0.2.0',
        addressKey: 'a1',
        ...log,
        hits: [
          { path: '/', ...log },
          { path: '/a', s: 30, ...log },
        ],
      },
      // Somebody who blocks scripts.
      {
        start: '2026-11-16T10:00:00Z',
        addressPrefix: '203.0.113.0',
        addressKey: 'a2',
        ...log,
        hits: [{ path: '/', ...log }],
      },
    ]);
    const { rows, notes } = await analyze({ kind: 'tag_and_log', range });
    expect(rows).toEqual([
      ['/', 1, 0, 1, 1 / 2],
      ['/a', 0, 1, 1, 0],
    ]);
    expect(notes?.[0]).toContain('estimate');
    const { rows: networks } = await analyze({ kind: 'tag_and_log', by: 'network', range });
    expect(networks).toEqual([
      ['192.0.2.0', 1, 1, 1, 1 / 2],
      ['203.0.113.0', 0, 0, 1, 0],
    ]);
  });
});
