import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { StoredSession } from '../analytics/rows.ts';
import type { ClosedSession, SessionHit } from '../contract/session.ts';
import { technologyOf } from '../hits/user-agent.ts';
import { openDuckDbAnalytics } from './duckdb-analytics.ts';

const startMs = Date.UTC(2026, 10, 21, 10);
const hex = (number: number | bigint) => number.toString(16).padStart(32, '0');

let folder: string;
let file: string;
let store: AnalyticsStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-analytics-'));
  file = join(folder, 'analytics.duckdb');
  store = await openDuckDbAnalytics(file);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Parts {
  visitor?: string;
  hits?: string[];
  seqs?: [first: number, last: number];
  more?: Partial<ClosedSession>;
}

function stored(
  number: number,
  { visitor = `v${number}`, hits = [hex(number)], seqs = [number, number], more = {} }: Parts = {},
): StoredSession {
  return {
    session: {
      id: hex(number),
      dataset: 'shop',
      visitor,
      startedAt: startMs,
      endedAt: startMs,
      origin: 'tracker',
      userAgent: 'curl/8',
      technology: technologyOf('curl/8'),
      acquisition: {},
      endReason: 'idle',
      hits: hits.map((id) => ({
        id,
        at: startMs,
        type: 'page_view',
        origin: 'tracker',
        method: 'GET',
        host: 'shop.example',
        path: '/',
      })),
      ...more,
    },
    firstSeq: seqs[0],
    lastSeq: seqs[1],
    place: { day: '2026-11-21', offset: 19, length: 100 },
  };
}

const column = async (sql: string) => (await store.query(sql, [])).rows.map(([cell]) => cell);
const counts = () =>
  store
    .query('SELECT (SELECT count(*) FROM store.sessions), (SELECT count(*) FROM store.hits)', [])
    .then(({ rows }) => rows[0]);

/** Goes on with the files as a killed process would leave them now. */
async function crash(): Promise<void> {
  const image = join(folder, `image-${Date.now()}`);
  cpSync(file, join(image, 'analytics.duckdb'));
  cpSync(`${file}.wal`, join(image, 'analytics.duckdb.wal'), { recursive: true });
  await store.close();
  file = join(image, 'analytics.duckdb');
  store = await openDuckDbAnalytics(file);
}

describe('a stored session', () => {
  test('is there with its hits and the position, also after a crash', async () => {
    const position = await store.store([stored(1, { hits: [hex(1), hex(2)] }), stored(3)], 7);
    expect(position).toEqual({ epoch: 1, low: 7 });
    await crash();
    expect(await counts()).toEqual([2, 3]);
    expect((await store.resume()).position).toEqual({ epoch: 1, low: 7 });
  });

  test('keeps every cell as it is', async () => {
    const id = 'f123456789abcdef0123456789abcdef';
    const text = 'Ünïcode 😀 \'quoted\' "too" \\ \t\n; DROP TABLE hits';
    const properties = { plan: 'large', count: 2, trial: false };
    await store.store(
      [
        stored(1, {
          more: {
            id,
            continues: '8000000000000000000000000000000f',
            visitor: text,
            endedAt: startMs + 90_001,
            hits: [
              {
                id: 'ffffffffffffffffffffffffffffffff',
                at: startMs,
                type: 'page_view',
                origin: 'log',
                method: 'GET',
                host: '',
                path: text,
                query: 'a=1',
                status: 200,
                responseBytes: 9_007_199_254_740_991,
                durationMs: 12,
                title: text,
              },
              {
                id: hex(0),
                at: startMs + 90_001,
                type: 'event',
                origin: 'tracker',
                method: 'POST',
                host: 'h',
                path: '/e',
                name: 'Bought',
                properties,
              },
            ],
          },
        }),
      ],
      undefined,
    );
    const hits = await store.query(
      `SELECT hit_id, session_id, epoch_ms("at"), path, query, status, response_bytes, title, host, event, properties, is_entry, is_exit, time_on_page_ms, number FROM hits ORDER BY number`,
      [],
    );
    const uuid = 'f1234567-89ab-cdef-0123-456789abcdef';
    expect(hits.rows).toEqual([
      [
        'ffffffff-ffff-ffff-ffff-ffffffffffff',
        uuid,
        startMs,
        text,
        'a=1',
        200,
        9_007_199_254_740_991,
        text,
        null,
        null,
        null,
        true,
        true,
        null,
        1,
      ],
      [
        '00000000-0000-0000-0000-000000000000',
        uuid,
        startMs + 90_001,
        '/e',
        null,
        null,
        null,
        null,
        'h',
        'Bought',
        JSON.stringify(properties),
        false,
        false,
        null,
        2,
      ],
    ]);
    const sessions = await store.query(
      'SELECT session_id, visitor_id, epoch_ms(started_at), epoch_ms(ended_at), duration_ms, hits, page_views, custom_events, is_bounce, is_robot, continues_session_id, entry_path FROM sessions',
      [],
    );
    expect(sessions.rows).toEqual([
      [
        uuid,
        text,
        startMs,
        startMs + 90_001,
        90_001,
        2,
        1,
        1,
        false,
        true,
        '80000000-0000-0000-0000-00000000000f',
        text,
      ],
    ]);
  });

  test('may have more hits than a chunk of the engine', async () => {
    const hits = Array.from({ length: 5_000 }, (_, index) => hex(index));
    await store.store([stored(1, { hits }), stored(2)], undefined);
    expect(await counts()).toEqual([2, 5_001]);
    expect(await column('SELECT count(DISTINCT hit_id) FROM hits')).toEqual([5_000]);
  });
});

describe('a batch that fails', () => {
  const many = Array.from({ length: 3_000 }, (_, index) => hex(index));
  test.each<[string, StoredSession[]]>([
    ['in its first session', [stored(1, { more: { id: 'no id' } })]],
    ['in its last session', [stored(1), stored(2), stored(3, { more: { continues: 'no id' } })]],
    ['in its last hit', [stored(1), stored(2, { hits: [...many, 'no id'] })]],
  ])('%s leaves nothing, now and later, and the next one is stored', async (_name, sessions) => {
    await store.store([stored(10)], 3);
    await expect(store.store(sessions, 9)).rejects.toThrow();
    // What holds rows that were not written must not write them when it is cleared away.
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await counts()).toEqual([1, 1]);
    expect((await store.resume()).position).toEqual({ epoch: 1, low: 3 });
    expect(await store.store([stored(11)], 5)).toEqual({ epoch: 2, low: 5 });
    await crash();
    expect(await counts()).toEqual([2, 2]);
  });
});

test('a hit with fields of the wrong type is stored with what can be read, and holds nothing back', async () => {
  const [first] = stored(1).session.hits;
  const odd = {
    ...first,
    title: 7,
    durationMs: 'long',
    status: 1e12,
    responseBytes: 0.5,
  } as unknown as SessionHit;
  await store.store([stored(1, { more: { hits: [odd] } })], 3);
  const { rows } = await store.query(
    'SELECT title, duration_ms, status, response_bytes FROM hits',
    [],
  );
  expect(rows).toEqual([['7', null, null, null]]);
});

test('W10: a commit that did not come through is noticed', async () => {
  const elsewhere = await openDuckDbAnalytics(join(folder, 'other.duckdb'));
  await elsewhere.store([stored(1)], 4);
  await elsewhere.query('UPDATE store.position SET epoch = 41', []);
  expect(await elsewhere.store([stored(2)], 5)).toEqual({ epoch: 2, low: 5 });
  await elsewhere.query('DELETE FROM store.position', []);
  await expect(elsewhere.store([stored(3)], 6)).rejects.toThrow('store.position');
  await elsewhere.close();
});

test('without a new position the old one stays', async () => {
  await store.store([stored(1)], 8);
  expect(await store.store([stored(2)], undefined)).toEqual({ epoch: 2, low: 8 });
  expect(await store.store([], 9)).toEqual({ epoch: 3, low: 9 });
});

test('batches that are stored at the same time come one after the other', async () => {
  const positions = await Promise.all(
    Array.from({ length: 8 }, (_, index) => store.store([stored(index)], index)),
  );
  expect(positions.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await counts()).toEqual([8, 8]);
});

test('what a restart must skip is the last stored hit of each visitor beyond the position', async () => {
  await store.store(
    [
      stored(1, { visitor: 'a', seqs: [1, 4] }),
      stored(2, { visitor: 'a', seqs: [5, 9] }),
      stored(3, { visitor: 'b', seqs: [2, 3] }),
      stored(4, { visitor: 'c', seqs: [6, 7] }),
      stored(5, { visitor: 'd', seqs: [0, 0], more: { origin: 'log' } }),
    ],
    3,
  );
  expect((await store.resume()).closedThrough).toEqual(
    new Map([
      ['a', 9],
      ['c', 7],
    ]),
  );
});

test('sessions that a limit closed and nothing continues yet are known by visitor', async () => {
  const limit = { endReason: 'hits_limit' as const };
  await store.store(
    [
      stored(1, { visitor: 'a', more: { ...limit, endedAt: startMs + 1 } }),
      stored(2, { visitor: 'a', more: { ...limit, continues: hex(1), endedAt: startMs + 2 } }),
      stored(3, { visitor: 'b', more: { endReason: 'duration_limit' } }),
      stored(4, { visitor: 'b', more: { continues: hex(3) } }),
      stored(5, { visitor: 'c' }),
      stored(6, { visitor: 'a', more: { ...limit, origin: 'log' } }),
    ],
    undefined,
  );
  expect(await store.unfinished('tracker')).toEqual(
    new Map([['a', { id: hex(2), endedAt: startMs + 2 }]]),
  );
  expect(await store.unfinished('log')).toEqual(new Map([['a', { id: hex(6), endedAt: startMs }]]));
});

describe('hits that are known', () => {
  const ids = [
    hex(0),
    hex(1),
    'ffffffffffffffffffffffffffffffff',
    '80000000000000000000000000000000',
  ];

  test('are those of the ids that are stored within the time, borders included', async () => {
    await store.store([stored(1, { hits: ids })], undefined);
    const asked = [...ids, hex(99), 'fffffffffffffffffffffffffffffffe'];
    expect(await store.knownHits(asked, startMs, startMs)).toEqual(new Set(ids));
    expect(await store.knownHits(asked, startMs - 5, startMs + 5)).toEqual(new Set(ids));
    expect(await store.knownHits(asked, startMs + 1, startMs + 5)).toEqual(new Set());
    expect(await store.knownHits(asked, startMs - 5, startMs - 1)).toEqual(new Set());
    expect(await store.knownHits([], startMs, startMs)).toEqual(new Set());
    expect(await store.knownHits([hex(99)], startMs, startMs)).toEqual(new Set());
  });
});

test('a checkpoint moves everything into the file itself', async () => {
  await store.store([stored(1)], 3);
  await store.checkpoint();
  const copy = join(folder, 'copy.duckdb');
  cpSync(file, copy);
  const instance = await DuckDBInstance.create(copy, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  expect((await connection.runAndReadAll('SELECT low FROM store.position')).getRows()).toEqual([
    [3n],
  ]);
  connection.closeSync();
  instance.closeSync();
});

test('a file of a newer version is refused and stays as it is', async () => {
  await store.query('INSERT INTO store.version VALUES (99)', []);
  await store.close();
  await expect(openDuckDbAnalytics(file)).rejects.toMatchObject({ code: 'data_newer' });
  store = await openDuckDbAnalytics(join(folder, 'other.duckdb'));
});

test('a checkpoint waits for a transaction of another connection that is not cleaned up yet', async () => {
  await store.store([stored(1)], 1);
  for (const sql of ['BEGIN', 'UPDATE store.unpublished SET epoch = epoch'])
    await store.query(sql, []);
  let isDone = false;
  const done = store.checkpoint().then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(isDone).toBe(false);
  await store.query('COMMIT', []);
  await done;
});
