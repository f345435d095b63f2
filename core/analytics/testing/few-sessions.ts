/** Four sessions about the end of summer time, in a DuckDB file, and questions to them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricName } from '../../contract/metric.ts';
import { type Answer, type QueryInput, querySchema } from '../../contract/query.ts';
import type { ClosedSession, SessionHit } from '../../contract/session.ts';
import { technologyOf } from '../../hits/user-agent.ts';
import { openDuckDbAnalytics } from '../../stores/duckdb-analytics.ts';
import { runQuery } from '../run-query.ts';

export const minuteMs = 60_000;
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

/** The days that hold them all. */
export const whole = { from: '2026-10-24', to: '2026-10-27' };
/** Some metrics of hits, and some of whole sessions. */
export const someMetrics: MetricName[] = [
  'sessions',
  'visitors',
  'page_views',
  'hits',
  'bounce_rate',
  'session_duration',
  'page_depth',
];

export interface FewSessions {
  /** Asks for the sessions of all days, unless the query says otherwise. */
  ask(query: Partial<QueryInput>, timeZone?: string): Promise<Answer>;
  rows(query: Partial<QueryInput>, timeZone?: string): Promise<Answer['rows']>;
  close(): Promise<void>;
}

export async function openFewSessions(): Promise<FewSessions> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-query-'));
  const store = await openDuckDbAnalytics(join(folder, 'analytics.duckdb'));
  await store.store(
    sessions.map((one) => ({
      session: one,
      firstSeq: 0,
      lastSeq: 0,
      place: { day: '2026-10-25', offset: 0, length: 1 },
    })),
    undefined,
  );
  const ask = (query: Partial<QueryInput>, timeZone = 'Europe/Berlin') =>
    runQuery(store, querySchema.parse({ metrics: ['sessions'], range: whole, ...query }), timeZone);
  return {
    ask,
    rows: async (query, timeZone) => (await ask(query, timeZone)).rows,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
