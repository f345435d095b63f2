/** A site whose pages hold the tracker and whose log is imported, counted by hand: each page view counts once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { fingerprintOf } from '../analytics/fingerprint.ts';
import type { StoredSession } from '../analytics/rows.ts';
import { runQuery } from '../analytics/run-query.ts';
import { noDefinitions } from '../contract/definition.ts';
import type { MetricName } from '../contract/metric.ts';
import { type QueryInput, querySchema } from '../contract/query.ts';
import type { HitOrigin, SessionHit } from '../contract/session.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openDuckDbAnalytics } from './duckdb-analytics.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const bot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const midnight = Date.UTC(2026, 10, 22);
const range = { from: '2026-11-21', to: '2026-11-23' };

let folder: string;
let store: AnalyticsStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-seen-'));
  store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A hit of a log or a page: its path, and the seconds after ten o'clock on the 21st of November. */
type Hit = readonly [path: string, s: number, more?: Partial<SessionHit>];

const tenOClock = Date.UTC(2026, 10, 21, 10);

/** A session whose id says nothing but which one it is. */
function session(
  name: string,
  origin: HitOrigin,
  client: string,
  hits: readonly Hit[],
  userAgent = firefox,
): StoredSession {
  const times = hits.map(([, s]) => tenOClock + s * 1_000);
  const idOf = (index: number) =>
    Buffer.from(`${name}-${index}`).toString('hex').padStart(32, '0').slice(-32);
  return {
    session: {
      id: idOf(99),
      dataset: 'shop',
      visitor: name,
      startedAt: Math.min(...times),
      endedAt: Math.max(...times),
      origin,
      userAgent,
      addressKey: client,
      addressPrefix: '192.0.2.0',
      technology: technologyOf(userAgent),
      acquisition: {},
      endReason: 'idle',
      hits: hits.map(([path, , more], index) => ({
        id: idOf(index),
        at: times[index] ?? 0,
        type: 'page_view',
        origin,
        method: 'GET',
        host: 'shop.example',
        path,
        ...(origin === 'log' ? { status: 200, responseBytes: 1_000 } : {}),
        ...more,
      })),
    },
    firstSeq: 0,
    lastSeq: 0,
    place: { day: origin === 'log' ? '2026-11-20' : '2026-11-21', offset: 0, length: 1 },
  };
}

const file = { type: 'request' as const };

/**
 * Seen by both: 7 page views. By the tracker only: 2. By the log only: 5, one of them of a robot.
 * Sessions of people: 4 of the tracker, and of the log those of `noscript` and `office-log`.
 */
const site = {
  // One visitor, whole: one page view a second before its line, one after it, and a page out of the cache.
  tag: [
    session('anna', 'tracker', 'a', [
      ['/', 0],
      ['/teas', 60],
      ['/cached', 90],
    ]),
    // Two people behind one address with one browser, on the same page at the same time; the log cannot tell them apart.
    session('ben', 'tracker', 'office', [
      ['/', 10],
      ['/teas', 30],
    ]),
    session('cleo', 'tracker', 'office', [
      ['/', 12],
      ['/news', 300],
    ]),
    // Another browser behind the address of somebody who blocks scripts; the log does not know it at all.
    session('dora', 'tracker', 'n', [['/', 5]], `${firefox} Other`),
    // A robot that runs scripts.
    session('bot', 'tracker', 'b', [['/', 20]], bot),
  ],
  log: [
    session('anna-log', 'log', 'a', [
      ['/', 1, { durationMs: 40 }],
      ['/style.css', 1, file],
      ['/teas', 58],
      ['/brochure.pdf', 70, file],
    ]),
    // The third view of the front page is of a colleague who blocks scripts; and so is one of the news, a minute later.
    session('office-log', 'log', 'office', [
      ['/', 11],
      ['/', 13],
      ['/', 14],
      ['/teas', 30],
      ['/news', 302],
      ['/news', 362],
    ]),
    session('noscript', 'log', 'n', [
      ['/', 5],
      ['/teas', 8],
    ]),
    session(
      'bot-log',
      'log',
      'b',
      [
        ['/', 20],
        ['/teas', 25],
      ],
      bot,
    ),
  ],
};

const figure = async (metric: MetricName, more: Partial<QueryInput> = {}) => {
  const query = querySchema.parse({ metrics: [metric], range, ...more });
  const { rows } = await runQuery(store, query, 'UTC', noDefinitions);
  return rows[0]?.[0];
};

/** Rows of a broken-down query. */
const rows = async (query: Omit<QueryInput, 'range'>) =>
  (await runQuery(store, querySchema.parse({ range, ...query }), 'UTC', noDefinitions)).rows;

const marked = async () => {
  const found = await store.query(
    `SELECT s.visitor_id, h.number FROM store.hits h JOIN store.sessions s USING (session_row)
     WHERE h.seen_by_tag ORDER BY ALL`,
    [],
  );
  return found.rows.map(([visitor, number]) => `${visitor} ${number}`);
};
const markedByLog = async () => {
  const found = await store.query(
    'SELECT visitor_id, number FROM store.hits WHERE seen_by_log ORDER BY ALL',
    [],
  );
  return found.rows.map(([visitor, number]) => `${visitor} ${number}`);
};
const sessionsSeen = async () =>
  (
    await store.query(
      'SELECT visitor_id FROM store.sessions WHERE seen_by_tag ORDER BY visitor_id',
      [],
    )
  ).rows.flat();

async function keep(...parts: readonly (readonly StoredSession[])[]): Promise<void> {
  for (const part of parts) await store.store(part, undefined);
}

const orders: [string, () => Promise<void>][] = [
  ['the log first', () => keep(site.log, site.tag)],
  ['the tracker first', () => keep(site.tag, site.log)],
  ['both at once', () => keep([...site.tag, ...site.log])],
  [
    'one session after the other, from the end',
    () => keep(...[...site.log, ...site.tag].reverse().map((one) => [one])),
  ],
];

describe('The same page view', () => {
  test.each(orders)('is known as the same, stored with %s', async (_, storeAll) => {
    await storeAll();
    expect(await marked()).toEqual([
      'anna-log 1',
      'anna-log 3',
      'bot-log 1',
      'office-log 1',
      'office-log 2',
      'office-log 4',
      'office-log 5',
    ]);
    expect(await markedByLog()).toEqual([
      'anna 1',
      'anna 2',
      'ben 1',
      'ben 2',
      'bot 1',
      'cleo 1',
      'cleo 2',
    ]);
    // Of the others the log has page views that only it saw.
    expect(await sessionsSeen()).toEqual(['anna-log']);
  });

  test('counts once', async () => {
    await keep(site.log, site.tag);
    // Anna 3, Ben 2, Cleo 2, Dora 1; and of the log alone: one front page and one of the news in the office, two of noscript.
    expect(await figure('page_views')).toBe(12);
    expect(await figure('sessions')).toBe(6);
    expect(await figure('visitors')).toBe(6);
    // The files that Anna's browser loaded are nobody else's.
    expect(await figure('hits')).toBe(14);
    expect(await rows({ metrics: ['page_views', 'sessions'], dimensions: ['path'] })).toEqual([
      ['/', 6, 6],
      ['/teas', 3, 3],
      ['/news', 2, 2],
      ['/cached', 1, 1],
    ]);
    expect(await figure('page_views', { robots: true })).toBe(14);
    expect(await figure('sessions', { robots: true })).toBe(8);
  });

  test('counts twice where that is asked', async () => {
    await keep(site.log, site.tag);
    expect(await figure('page_views', { seenByTag: true })).toBe(8 + 10);
    expect(await figure('sessions', { seenByTag: true })).toBe(7);
    expect(await figure('hits', { seenByTag: true })).toBe(8 + 12);
  });

  test('is found by a condition', async () => {
    await keep(site.log, site.tag);
    const all = { robots: true, seenByTag: true };
    expect(await figure('sessions', { ...all, condition: 'session.seen_by_tag = true' })).toBe(1);
    expect(await figure('sessions', { ...all, condition: 'session.seen_by_tag = false' })).toBe(8);
  });

  test('tells what only the log knows', async () => {
    await keep(site.log, site.tag);
    expect(await figure('transferred')).toBe(12_000);
    expect(await figure('response_time')).toBe(40);
    expect(
      await rows({ metrics: ['page_views', 'transferred'], dimensions: ['path'], limit: 2 }),
    ).toEqual([
      ['/', 6, 5_000],
      ['/teas', 3, 3_000],
    ]);
  });

  test('does not hide the files that are taken with it', async () => {
    await keep(site.log, site.tag);
    const query = {
      metrics: ['hits' as const, 'sessions' as const],
      dimensions: ['path' as const],
    };
    expect(await rows({ ...query, hitCondition: 'request.path ends with ".pdf"' })).toEqual([
      ['/brochure.pdf', 1, 1],
    ]);
  });
});

describe('Marks', () => {
  test('are the same in tables that are made anew', async () => {
    await keep(site.tag, site.log);
    const before = await fingerprintOf(store.query);
    await store.remake(async (fresh) => {
      for (const one of [...site.log, ...site.tag].reverse()) await fresh.add([one]);
      expect(await fingerprintOf(fresh.query)).toEqual(before);
      return true;
    });
    expect(await fingerprintOf(store.query)).toEqual(before);
    expect(await sessionsSeen()).toEqual(['anna-log']);
  });

  test('go when the session of the tracker goes, and days that they change are published again', async () => {
    await keep(site.log, site.tag);
    await store.publish(midnight);
    expect(store.isUnpublished()).toBe(false);
    await store.eraseSessions(
      site.tag
        .filter(({ session: { visitor } }) => visitor === 'anna')
        .map(({ session: { id } }) => id),
    );
    expect(store.isUnpublished()).toBe(true);
    expect(await sessionsSeen()).toEqual([]);
    expect(await marked()).not.toContain('anna-log 1');
    // All of the tracker; the segments of the log are of another day.
    await store.removeDays(['2026-11-21']);
    expect(await marked()).toEqual([]);
    expect(await figure('page_views')).toBe(10);
  });

  test('publish the day of the session that they change', async () => {
    // The log's session began the day before.
    const late = 14 * 3_600;
    await keep([
      session('night-log', 'log', 'x', [
        ['/before', late - 60],
        ['/after', late + 60],
      ]),
    ]);
    await store.publish(midnight);
    await keep([session('night', 'tracker', 'x', [['/after', late + 61]])]);
    const { written } = await store.publish(midnight);
    expect(written.some((name) => name.includes('2026-11-21'))).toBe(true);
    expect(await sessionsSeen()).toEqual([]);
    await keep([session('evening', 'tracker', 'x', [['/before', late - 60]])]);
    expect(await sessionsSeen()).toEqual(['night-log']);
  });

  test('need the same client, page and day, and no more than ten seconds between', async () => {
    const lines = (s: number, path = '/'): Hit[] => [[path, s]];
    await keep(
      [
        session('1-ten', 'log', 'ten', lines(0)),
        session('2-eleven', 'log', 'eleven', lines(0)),
        session('3-path', 'log', 'path', lines(0, '/a')),
        session('4-agent', 'log', 'agent', lines(0), `${firefox} Other`),
        session('5-midnight', 'log', 'midnight', lines(14 * 3_600 - 1)),
      ],
      [
        session('ten', 'tracker', 'ten', lines(10)),
        session('eleven', 'tracker', 'eleven', lines(11)),
        session('path', 'tracker', 'path', lines(0, '/A')),
        session('agent', 'tracker', 'agent', lines(0)),
        session('midnight', 'tracker', 'midnight', lines(14 * 3_600)),
      ],
    );
    expect(await sessionsSeen()).toEqual(['1-ten']);
  });

  test('a session of the log without page views is no session of the tracker', async () => {
    await keep(
      [session('robot-log', 'log', 'a', [['/robots.txt', 0, file]])],
      [session('a', 'tracker', 'a', [['/robots.txt', 0]])],
    );
    expect(await sessionsSeen()).toEqual([]);
    expect(await figure('sessions')).toBe(2);
  });
});
