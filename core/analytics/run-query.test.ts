import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DimensionName, dimensionNames, dimensions } from '../contract/dimension.ts';
import { type MetricName, metrics } from '../contract/metric.ts';
import { type QueryInput, querySchema } from '../contract/query.ts';
import type { ClosedSession, SessionHit } from '../contract/session.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openDuckDbAnalytics } from '../stores/duckdb-analytics.ts';
import type { AnalyticsStore } from './analytics-store.ts';
import { runQuery } from './run-query.ts';

const minuteMs = 60_000;
const desktop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let ids = 0;
const nextId = () => {
  ids += 1;
  return ids.toString(16).padStart(32, '0');
};

type HitParts = [minutes: number, path: string, more?: Partial<SessionHit>];

function session(
  visitor: string,
  start: string,
  userAgent: string,
  hits: HitParts[],
  acquisition: ClosedSession['acquisition'] = {},
): ClosedSession {
  const startedAt = Date.parse(start);
  return {
    id: nextId(),
    dataset: 'shop',
    visitor,
    startedAt,
    endedAt: startedAt + Math.max(...hits.map(([minutes]) => minutes)) * minuteMs,
    origin: 'tracker',
    userAgent,
    technology: technologyOf(userAgent),
    acquisition,
    endReason: 'idle',
    hits: hits.map(([minutes, path, more]) => ({
      id: nextId(),
      at: startedAt + minutes * minuteMs,
      type: 'page_view',
      origin: 'tracker',
      method: 'GET',
      host: 'shop.example',
      path,
      status: 200,
      ...more,
    })),
  };
}

/**
 * In Berlin the clock goes back on 25 October 2026: that day has 25 hours, from 24 Oct 22:00 to 25 Oct 23:00 UTC.
 * The first session goes over midnight there, the second lies in the 25th hour, the third begins behind it.
 */
const sessions = [
  session(
    'v1',
    '2026-10-24T21:50:00Z',
    desktop,
    [
      [0, '/'],
      [20, '/a'],
      [21, '/a', { type: 'event', name: 'Bought', status: undefined }],
    ],
    {
      referrerHost: 'www.google.com',
      source: 'Google',
      campaign: 'spring',
    },
  ),
  session('v2', '2026-10-25T22:30:00Z', phone, [[0, '/']]),
  session('v1', '2026-10-25T23:30:00Z', desktop, [
    [0, '/a'],
    [1, '/missing', { type: 'request', status: 404 }],
  ]),
  session('v3', '2026-10-25T10:00:00Z', googlebot, [
    [0, '/'],
    [5, '/'],
  ]),
];

let folder: string;
let store: AnalyticsStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-query-'));
  store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
  await store.store(
    sessions.map((one) => ({
      session: one,
      firstSeq: 0,
      lastSeq: 0,
      place: { day: '2026-10-25', offset: 0, length: 1 },
    })),
    undefined,
  );
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const whole = { from: '2026-10-24', to: '2026-10-27' };
async function ask(query: Partial<QueryInput>, timeZone = 'Europe/Berlin') {
  return await runQuery(
    store,
    querySchema.parse({ metrics: ['sessions'], range: whole, ...query }),
    timeZone,
  );
}
const rows = async (query: Partial<QueryInput>, timeZone?: string) =>
  (await ask(query, timeZone)).rows;
const all: MetricName[] = [
  'sessions',
  'visitors',
  'page_views',
  'hits',
  'bounce_rate',
  'session_duration',
  'page_depth',
];

describe('the metrics', () => {
  test('of people', async () => {
    expect(await rows({ metrics: all })).toEqual([
      [3, 2, 4, 6, 2 / 3, ((21 + 0 + 1) * minuteMs) / 3, 4 / 3],
    ]);
  });

  test('with robots', async () => {
    expect(await rows({ metrics: all, robots: true })).toEqual([
      [4, 3, 6, 8, 2 / 4, ((21 + 0 + 1 + 5) * minuteMs) / 4, 6 / 4],
    ]);
  });

  test('of days without data are zero where they count, and empty where they would divide', async () => {
    const range = { from: '2027-01-01', to: '2027-01-03' };
    const nothing = [0, 0, 0, 0, null, null, null];
    expect(await rows({ metrics: all, range })).toEqual([nothing]);
    expect(await rows({ metrics: all, range, dimensions: ['day'] })).toEqual([
      ['2027-01-01', ...nothing],
      ['2027-01-02', ...nothing],
    ]);
    expect(await ask({ metrics: all, range, dimensions: ['browser'] })).toMatchObject({
      rows: [],
      rowsTotal: 0,
    });
  });

  test('each name their unit and their label', async () => {
    const { columns } = await ask({ metrics: ['bounce_rate'], dimensions: ['day'] });
    expect(columns).toEqual([
      { kind: 'dimension', name: 'day', label: 'Day', definition: dimensions.day.definition },
      { kind: 'metric', name: 'bounce_rate', ...metrics.bounce_rate, opens: undefined },
    ]);
  });
});

describe('days', () => {
  test('are those of the dataset’s time zone, also when one has 25 hours', async () => {
    expect(
      await rows({
        metrics: ['sessions', 'page_views', 'hits', 'bounce_rate'],
        dimensions: ['day'],
      }),
    ).toEqual([
      ['2026-10-24', 1, 1, 1, 0],
      ['2026-10-25', 1, 2, 3, 1],
      ['2026-10-26', 1, 1, 2, 1],
    ]);
    expect(
      await rows(
        { metrics: ['sessions', 'page_views', 'hits', 'bounce_rate'], dimensions: ['day'] },
        'UTC',
      ),
    ).toEqual([
      ['2026-10-24', 1, 2, 3, 0],
      ['2026-10-25', 2, 2, 3, 1],
      ['2026-10-26', 0, 0, 0, null],
    ]);
  });

  test('cut a range at their own midnight', async () => {
    const one = { from: '2026-10-25', to: '2026-10-26' };
    expect(await rows({ metrics: ['sessions', 'hits'], range: one })).toEqual([[1, 3]]);
    expect(await rows({ metrics: ['sessions', 'hits'], range: one }, 'UTC')).toEqual([[2, 3]]);
    expect(await rows({ metrics: ['sessions', 'hits'], range: one }, 'Pacific/Fiji')).toEqual([
      [1, 3],
    ]);
    // In Los Angeles, 7 hours behind, everything of people lies on the 24th and 25th.
    expect(await rows({ dimensions: ['day'] }, 'America/Los_Angeles')).toEqual([
      ['2026-10-24', 1],
      ['2026-10-25', 2],
      ['2026-10-26', 0],
    ]);
  });

  test('with another dimension come in order and without gaps filled', async () => {
    expect(await rows({ dimensions: ['day', 'device'] })).toEqual([
      ['2026-10-24', 'desktop', 1],
      ['2026-10-25', 'mobile', 1],
      ['2026-10-26', 'desktop', 1],
    ]);
  });

  test('are cut at the limit, and their number without it is told', async () => {
    expect(await ask({ dimensions: ['day'], limit: 2 })).toMatchObject({
      rows: [
        ['2026-10-24', 1],
        ['2026-10-25', 1],
      ],
      rowsTotal: 3,
    });
  });
});

const byDimension: Record<DimensionName, [value: string | number | null, sessions: number][]> = {
  day: [
    ['2026-10-24', 1],
    ['2026-10-25', 2],
    ['2026-10-26', 1],
  ],
  path: [
    ['/', 3],
    ['/a', 2],
    ['/missing', 1],
  ],
  status: [
    [200, 4],
    [404, 1],
    [null, 1],
  ],
  entry_path: [
    ['/', 3],
    ['/a', 1],
  ],
  exit_path: [
    ['/', 2],
    ['/a', 2],
  ],
  referrer: [
    [null, 3],
    ['www.google.com', 1],
  ],
  source: [
    [null, 3],
    ['Google', 1],
  ],
  campaign: [
    [null, 3],
    ['spring', 1],
  ],
  browser: [
    ['Firefox', 2],
    ['Safari', 1],
    [null, 1],
  ],
  system: [
    ['Windows', 2],
    ['iOS', 1],
    [null, 1],
  ],
  device: [
    ['desktop', 2],
    ['mobile', 1],
    ['robot', 1],
  ],
  robot: [
    [null, 3],
    ['Googlebot', 1],
  ],
  week: [
    ['2026-10-19', 3],
    ['2026-10-26', 1],
  ],
  month: [['2026-10-01', 4]],
  weekday: [
    [7, 2],
    [1, 1],
    [6, 1],
  ],
  hour: [
    [23, 2],
    [0, 1],
    [11, 1],
  ],
  page_group: [[null, 4]],
  title: [[null, 4]],
  host: [['shop.example', 4]],
  query: [[null, 4]],
  site_search: [[null, 4]],
  method: [['GET', 4]],
  event: [
    [null, 4],
    ['Bought', 1],
  ],
  hit_referrer: [[null, 4]],
  channel: [
    ['direct', 3],
    ['organic search', 1],
  ],
  referrer_path: [[null, 4]],
  medium: [[null, 4]],
  term: [[null, 4]],
  content: [[null, 4]],
  browser_version: [
    ['143', 2],
    ['18', 1],
    [null, 1],
  ],
  screen: [[null, 4]],
  country: [[null, 4]],
  region: [[null, 4]],
  city: [[null, 4]],
  click_id: [[null, 4]],
  robot_behaviour: [[null, 4]],
  network: [[null, 4]],
  language: [[null, 4]],
  origin: [['tracker', 4]],
  end_reason: [['idle', 4]],
  robot_purpose: [
    [null, 3],
    ['search engine', 1],
  ],
  visitor_kind: [
    ['new', 3],
    ['returning', 1],
  ],
  frequency: [
    ['1', 3],
    ['2', 1],
  ],
  recency: [
    [null, 3],
    ['1', 1],
  ],
  depth: [
    ['1', 2],
    ['2', 2],
  ],
  duration: [
    ['0 s', 1],
    ['31-60 s', 1],
    ['3-10 min', 1],
    ['10-30 min', 1],
  ],
};

describe('each dimension breaks sessions down', () => {
  test.each(dimensionNames)('%s', async (name) => {
    const answer = await ask({ dimensions: [name], robots: true });
    expect(answer.rows).toEqual(byDimension[name]);
    expect(answer.rowsTotal).toBe(byDimension[name].length);
  });
});

describe('every metric', () => {
  test.each(dimensionNames)('is answered or refused with a reason by %s', async (name) => {
    for (const metric of all) {
      const refusedBy =
        dimensions[name].home === 'hit' && ['session_duration', 'page_depth'].includes(metric);
      const asked = ask({ metrics: [metric], dimensions: [name] });
      if (refusedBy) await expect(asked).rejects.toMatchObject({ code: 'query_invalid' });
      else expect((await asked).rows.length).toBeGreaterThan(0);
    }
  });
});

describe('pages', () => {
  test('count their views, and are listed only where they were shown', async () => {
    expect(
      await rows({ metrics: ['page_views', 'hits', 'sessions', 'visitors'], dimensions: ['path'] }),
    ).toEqual([
      ['/', 2, 2, 2, 2],
      ['/a', 2, 3, 2, 1],
    ]);
    expect(await rows({ metrics: ['hits'], dimensions: ['path'] })).toEqual([
      ['/a', 3],
      ['/', 2],
      ['/missing', 1],
    ]);
  });

  test('can be crossed with what belongs to their session', async () => {
    expect(await rows({ metrics: ['hits'], dimensions: ['path', 'device'], robots: true })).toEqual(
      [
        ['/a', 'desktop', 3],
        ['/', 'robot', 2],
        ['/', 'desktop', 1],
        ['/', 'mobile', 1],
        ['/missing', 'desktop', 1],
      ],
    );
  });

  test('of sessions that began before the range count where they happened', async () => {
    const range = { from: '2026-10-25', to: '2026-10-26' };
    expect(
      await rows({ metrics: ['sessions', 'hits', 'bounce_rate'], dimensions: ['device'], range }),
    ).toEqual([
      ['mobile', 1, 1, 1],
      ['desktop', 0, 2, null],
    ]);
  });
});

describe('rows', () => {
  test('come largest first, or as asked, and empty values last', async () => {
    const by = (name: 'sessions' | 'browser', direction: 'ascending' | 'descending') =>
      rows({ dimensions: ['browser'], robots: true, order: { by: name, direction } });
    expect(await by('sessions', 'ascending')).toEqual([
      ['Safari', 1],
      [null, 1],
      ['Firefox', 2],
    ]);
    expect(await by('browser', 'ascending')).toEqual([
      ['Firefox', 2],
      ['Safari', 1],
      [null, 1],
    ]);
    expect(await by('browser', 'descending')).toEqual([
      ['Safari', 1],
      ['Firefox', 2],
      [null, 1],
    ]);
  });

  test('are cut at the limit, and their number without it is told', async () => {
    expect(await ask({ metrics: ['hits'], dimensions: ['path'], limit: 1 })).toMatchObject({
      rows: [['/a', 3]],
      rowsTotal: 3,
    });
  });
});

describe('a query is refused', () => {
  test('when it is ordered by what it does not ask for', async () => {
    await expect(ask({ order: { by: 'hits', direction: 'ascending' } })).rejects.toMatchObject({
      code: 'query_invalid',
    });
    await expect(ask({ order: { by: 'browser', direction: 'ascending' } })).rejects.toMatchObject({
      code: 'query_invalid',
    });
  });

  test('with a sentence that says what to ask instead', async () => {
    await expect(
      ask({ metrics: ['sessions', 'page_depth'], dimensions: ['path', 'day'] }),
    ).rejects.toThrow(
      'Pages per session belongs to whole sessions and cannot be broken down by path.',
    );
  });

  test.each<Partial<Record<keyof QueryInput, unknown>>>([
    { metrics: [] },
    { metrics: ['nothing'] },
    { dimensions: ['nothing'] },
    { dimensions: ['path; DROP TABLE hits'] },
    { range: { from: '2026-10-25', to: '2026-10-25' } },
    { range: { from: '2026-02-30', to: '2026-03-01' } },
    { range: { from: '2026-1-1', to: '2026-03-01' } },
    { limit: 0 },
    { limit: 10_001 },
    { order: { by: 'sessions; --', direction: 'ascending' } },
  ])('of the wrong shape: %j', (wrong) => {
    expect(querySchema.safeParse({ metrics: ['sessions'], range: whole, ...wrong }).success).toBe(
      false,
    );
  });
});
