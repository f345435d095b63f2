/** The numbers by which hits are joined to sessions: rising, of one session, and given to files that had none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import { type FacetCounts, findInTables } from '../analytics/search-tables.ts';
import { analyticsMigrations } from '../analytics/tables.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openDuckDbAnalytics } from './duckdb-analytics.ts';
import { openDuckDbFile } from './duckdb-file.ts';

const startMs = Date.UTC(2026, 10, 21, 10);
const hex = (number: number) => number.toString(16).padStart(32, '0');

let folder: string;
let file: string;
let store: AnalyticsStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-rows-'));
  file = join(folder, 'analytics.duckdb');
  store = await openDuckDbAnalytics(file);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A session with as many hits as `hits` says. */
function stored(number: number, { hits = 1, startedAt = startMs } = {}): StoredSession {
  return {
    session: {
      id: hex(number),
      dataset: 'shop',
      visitor: `v${number}`,
      startedAt,
      endedAt: startedAt,
      origin: 'tracker',
      userAgent: 'curl/8',
      technology: technologyOf('curl/8'),
      acquisition: {},
      endReason: 'idle',
      hits: Array.from({ length: hits }, (_, index) => ({
        id: hex(number * 1_000 + index),
        at: startedAt,
        type: 'page_view' as const,
        origin: 'tracker' as const,
        method: 'GET',
        host: 'shop.example',
        path: '/',
      })),
    },
    firstSeq: number,
    lastSeq: number,
    place: { day: '2026-11-21', offset: number, length: 100 },
  };
}

/** The hits of each session by its id, once joined by number and once by id. */
async function hitsBySession() {
  const by = async (key: string) =>
    (
      await store.query(
        `SELECT s.session_id::VARCHAR, count(*), count(DISTINCT s.session_row) FROM store.sessions s
         JOIN store.hits h ON h.${key} = s.${key} GROUP BY 1 ORDER BY 1`,
        [],
      )
    ).rows.map(([id, hits, rows]) => [Number(`0x${String(id).replaceAll('-', '')}`), hits, rows]);
  const byRow = await by('session_row');
  expect(byRow).toEqual(await by('session_id'));
  return byRow;
}

const rowOf = async (number: number) =>
  (await store.query('SELECT session_row FROM store.sessions WHERE first_seq = $1', [number]))
    .rows[0]?.[0];

test('each session has a number of its own, also after a restart and a removal', async () => {
  await store.store([stored(1, { hits: 2 }), stored(2)], undefined);
  await store.store([stored(3, { hits: 3 })], undefined);
  await store.close();
  store = await openDuckDbAnalytics(file);
  await store.eraseSessions([hex(2)]);
  await store.store([stored(4, { hits: 4 })], undefined);
  expect(await hitsBySession()).toEqual([
    [1, 2, 1],
    [3, 3, 1],
    [4, 4, 1],
  ]);
  expect(Number(await rowOf(4))).toBeGreaterThan(Number(await rowOf(3)));
});

test('tables that are made anew are numbered too', async () => {
  await store.store([stored(1), stored(2)], undefined);
  await store.remake(async (fresh) => {
    await fresh.add([stored(2, { hits: 2 })]);
    await fresh.add([stored(1, { hits: 3 })]);
    return true;
  });
  await store.store([stored(3)], undefined);
  expect(await hitsBySession()).toEqual([
    [1, 3, 1],
    [2, 2, 1],
    [3, 1, 1],
  ]);
});

test('the figures are those of the rows after whatever changes them', async () => {
  const counted = async () => {
    const { rows } = await store.query(
      'SELECT (SELECT count(*) FROM store.sessions), (SELECT count(*) FROM store.hits), (SELECT epoch_ms(max(ended_at)) FROM store.sessions)',
      [],
    );
    const [sessions, hits, lastEndedAt] = (rows[0] ?? []).map((cell) => cell && Number(cell));
    return { sessions, hits, ...(lastEndedAt === null ? {} : { lastEndedAt }) };
  };
  const changes: (() => Promise<unknown>)[] = [
    async () => {},
    () => store.store([stored(1, { hits: 2 }), stored(2)], undefined),
    () => store.store([stored(3, { hits: 3 })], 9),
    () => store.eraseSessions([hex(2)]),
    () =>
      store.remake(async (fresh) => {
        await fresh.add([stored(5, { hits: 4 })]);
        return true;
      }),
    () => store.removeDays(['2026-11-21']),
  ];
  const seen: unknown[] = [];
  for (const change of changes) {
    await change();
    const [one, again] = await Promise.all([store.figures(), store.figures()]);
    expect(one).toEqual(await counted());
    expect(again).toEqual(one);
    seen.push([one.sessions, one.hits]);
  }
  expect(seen).toEqual([
    [0, 0],
    [2, 3],
    [3, 6],
    [2, 5],
    [1, 4],
    [0, 0],
  ]);
});

test('a file from before there were numbers gets them', async () => {
  await store.store([stored(1, { hits: 2 }), stored(2), stored(3, { hits: 3 })], undefined);
  await store.close();
  const before = analyticsMigrations.findIndex((statements) =>
    statements.some((sql) => sql.includes('ADD COLUMN IF NOT EXISTS session_row')),
  );
  expect(before).toBeGreaterThan(0);
  const old = await openDuckDbFile(file);
  const connection = await old.connect();
  for (const table of ['sessions', 'hits'])
    await connection.run(`ALTER TABLE store.${table} DROP COLUMN session_row`);
  await connection.run(`DELETE FROM store.version WHERE version > ${before}`);
  connection.closeSync();
  old.close();

  store = await openDuckDbAnalytics(file);
  await store.store([stored(4)], undefined);
  expect(await hitsBySession()).toEqual([
    [1, 2, 1],
    [2, 1, 1],
    [3, 3, 1],
    [4, 1, 1],
  ]);
});

test.each([
  { sessionsMax: 40 },
  { sessionsMax: undefined },
])('a search turns its pages through equal starts, few found or many: $sessionsMax', async ({
  sessionsMax,
}) => {
  const sessions = Array.from({ length: 40 }, (_, index) => {
    // Ids in no order; half of the sessions start at the same instant.
    const number = ((index * 17) % 40) + 1;
    return { number, startedAt: startMs + (index % 2 === 0 ? 0 : index * 1_000) };
  });
  await store.store(
    sessions.map(({ number, startedAt }) => stored(number, { startedAt })),
    undefined,
  );
  const expected = sessions
    .toSorted((one, other) => other.startedAt - one.startedAt || other.number - one.number)
    .map(({ number }) => hex(number));

  const seen: string[] = [];
  let facets: FacetCounts = new Map();
  for (let after: { id: string; startedAt: number } | undefined; ; ) {
    const found = await findInTables(store, {
      clause: { sql: 'true', values: [], sessionsMax },
      range: {},
      except: [],
      after,
      limit: 7,
      facets: true,
    });
    expect(found.sessions).toBe(40);
    facets = found.facets;
    seen.push(...found.page.map(({ id }) => id));
    after = found.page.at(-1);
    if (after === undefined) break;
  }
  expect(seen).toEqual(expected);
  expect(facets.get('session.end_reason')).toEqual(new Map([['idle', 40]]));
});
