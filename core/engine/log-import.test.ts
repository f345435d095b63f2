/** Logs that become sessions: once, again, in several files, and with lines out of their order. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  logLine,
  logText,
  smallLog,
  smallLogSummary,
  tablesOf,
  tablesOfOneImport,
} from '../testing/log-text.ts';
import { createWorld, type World } from '../testing/world.ts';

const minuteMs = 60_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

describe('one import', () => {
  test('gives the sessions and hits that a person would count', async () => {
    expect(await world.importText('shop', { 'access.log': smallLog })).toEqual({
      ...smallLogSummary,
      seconds: 0,
      formats: ['combined'],
      detections: [
        {
          file: 'access.log',
          format: 'combined',
          why: 'it reads 8 of the first 8 lines, no other format reads any',
        },
      ],
      excludedBy: {},
      badSamples: [],
      unreadFiles: [],
      dryRun: false,
    });
    expect(
      await world.sql(
        'shop',
        "SELECT epoch_ms(started_at) - epoch_ms(TIMESTAMPTZ '2026-05-17 12:00:00Z'), hits, page_views, entry_path, exit_path, end_reason, source, is_robot FROM sessions ORDER BY ALL",
      ),
    ).toEqual([
      [0, 3, 1, '/in', '/in', 'idle', 'Google', false],
      [1 * minuteMs, 3, 3, '/x', '/x', 'idle', null, false],
      [20 * minuteMs, 1, 1, '/other', '/other', 'idle', null, true],
      [60 * minuteMs, 1, 1, '/again', '/again', 'end_of_log', null, false],
    ]);
    expect(
      await world.sql(
        'shop',
        'SELECT path, type, status, count(*) FROM hits GROUP BY ALL ORDER BY path',
      ),
    ).toEqual([
      ['/again', 'page_view', 200, 1],
      ['/in', 'page_view', 200, 1],
      ['/missing', 'request', 404, 1],
      ['/other', 'page_view', 200, 1],
      ['/style.css', 'request', 200, 1],
      ['/x', 'page_view', 200, 3],
    ]);
    expect(
      await world.sql(
        'shop',
        'SELECT count(DISTINCT address_key), count(DISTINCT visitor_id), min(address_prefix) FROM sessions',
      ),
    ).toEqual([[3, 3, '10.0.0.0']]);
  });

  test('is durable when it is summed up', async () => {
    await world.importText('shop', { 'access.log': smallLog });
    await world.crash();
    expect(existsSync(`${world.root}/datasets/shop/analytics.duckdb.wal`)).toBe(false);
    await world.reopen();
    expect((await tablesOf(world)).hits).toHaveLength(8);
  });

  test('does not touch the live sessions nor the inbox’s position', async () => {
    await world.send({ visitor: 'live' });
    await world.settle();
    await world.importText('shop', { 'access.log': smallLog });
    expect((await world.engine.activeSessions('shop', 10))?.active.total).toBe(1);
    world.advance(31 * minuteMs);
    await world.settle();
    expect(
      await world.sql('shop', 'SELECT origin, count(*) FROM sessions GROUP BY ALL ORDER BY 1'),
    ).toEqual([
      ['log', 4],
      ['tracker', 1],
    ]);
  });

  test('of no file, or of empty files, changes nothing', async () => {
    const nothing = { ...smallLogSummary, lines: 0, accepted: 0, sessions: 0 };
    expect(await world.importText('shop', {})).toMatchObject(nothing);
    expect(await world.importText('shop', { a: '', b: gzipSync('') })).toMatchObject(nothing);
  });

  test.each([1, 7, 100])('sent in pieces of %i bytes gives the same', async (pieceBytes) => {
    await world.importText('shop', { 'access.log': smallLog }, { pieceBytes });
    expect(await tablesOf(world)).toEqual(await tablesOfOneImport(smallLog));
  });
});

describe('importing again', () => {
  test('the same lines changes nothing, plain or compressed', async () => {
    await world.importText('shop', { 'access.log': smallLog });
    const before = await tablesOf(world);
    const again = { ...smallLogSummary, accepted: 0, duplicate: 8, sessions: 0 };
    expect(await world.importText('shop', { 'access.log': smallLog })).toMatchObject(again);
    expect(await world.importText('shop', { 'access.log.gz': gzipSync(smallLog) })).toMatchObject(
      again,
    );
    expect(
      await world.importText('shop', { renamed: smallLog.replaceAll('\n', '\r\n') }),
    ).toMatchObject(again);
    await world.crash();
    await world.reopen();
    expect(await world.importText('shop', { 'access.log': smallLog })).toMatchObject(again);
    expect(await tablesOf(world)).toEqual(before);
  });

  test('a longer file takes its new lines only', async () => {
    const lines = smallLog.trimEnd().split('\n');
    await world.importText('shop', { 'access.log': logText(...lines.slice(0, 5)) });
    expect(await world.importText('shop', { 'access.log': smallLog })).toMatchObject({
      accepted: 3,
      duplicate: 5,
    });
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
      [8, 8],
    ]);
  });

  test('files that overlap counts each line once', async () => {
    const lines = smallLog.trimEnd().split('\n');
    const summary = await world.importText('shop', {
      one: logText(...lines.slice(0, 6)),
      two: gzipSync(logText(...lines.slice(4))),
    });
    expect(summary).toMatchObject({
      lines: 10,
      accepted: 8,
      duplicate: 2,
      formats: ['combined', 'combined'],
    });
    expect(await tablesOf(world)).toEqual(await tablesOfOneImport(smallLog));
  });

  test('the same file twice in one import takes it once', async () => {
    const summary = await world.importText('shop', { one: smallLog, two: smallLog });
    expect(summary).toMatchObject({ lines: 16, accepted: 8, duplicate: 8, sessions: 4 });
    expect(await tablesOf(world)).toEqual(await tablesOfOneImport(smallLog));
  });
});

describe('several files', () => {
  const lines = Array.from({ length: 300 }, (_, minute) =>
    logLine(minute, `10.0.0.${minute % 3}`, `/${minute}`),
  );

  test('in the order of time give the sessions of one file', async () => {
    await world.importText('shop', {
      'access.log.1': logText(...lines.slice(0, 150)),
      'access.log': logText(...lines.slice(150)),
    });
    expect(await tablesOf(world)).toEqual(await tablesOfOneImport(logText(...lines)));
  });

  test('newest first cut no session within a file', async () => {
    // Each visitor comes every 3 minutes for 5 hours: one session, or two where the files meet.
    const files = {
      'access.log': logText(...lines.slice(150)),
      'access.log.1': logText(...lines.slice(0, 150)),
    };
    for (const pieceBytes of [1 << 20, 500]) {
      const other = await createWorld();
      await other.dataset({ slug: 'shop' });
      const summary = await other.importText('shop', files, { pieceBytes });
      expect(summary).toMatchObject({ accepted: 300, bad: 0 });
      expect(await other.sql('shop', 'SELECT hits FROM sessions')).toEqual(
        Array(summary.sessions).fill([expect.any(Number)]),
      );
      expect(summary.sessions).toBeLessThanOrEqual(6);
      await other.close();
    }
  });
});

test('lines out of order give the same sessions however the bytes come', async () => {
  const minutes = [0, 40, 25, 41, 5, 90, 60, 130, 100, 131, 20];
  const shuffled = logText(
    ...minutes.flatMap((minute) => [
      logLine(minute, '10.0.0.1', `/${minute}`),
      logLine(minute + 1, '10.0.0.2'),
    ]),
  );
  await world.importText('shop', { 'access.log': shuffled }, { pieceBytes: 10 });
  expect(await tablesOf(world)).toEqual(await tablesOfOneImport(shuffled));
});

test('a late line finds its session ended, wherever the lines were cut into batches', async () => {
  // More lines than are looked up together; at minute 40 the first session of 10.0.0.1 has been idle for too long.
  const many = Array.from({ length: 20_000 }, (_, index) =>
    logLine(0, `10.1.${index % 50}.1`, `/${index}`),
  );
  const late = logText(
    logLine(0, '10.0.0.1', '/first'),
    ...many,
    logLine(40, '10.0.0.2', '/other'),
    logLine(25, '10.0.0.1', '/late'),
  );
  for (const pieceBytes of [1 << 22, 5_000]) {
    const other = await createWorld();
    await other.dataset({ slug: 'shop' });
    await other.importText('shop', { 'access.log': late }, { pieceBytes });
    expect(
      await other.sql(
        'shop',
        "SELECT entry_path, hits FROM sessions WHERE entry_path IN ('/first', '/late') ORDER BY 1",
      ),
    ).toEqual([
      ['/first', 1],
      ['/late', 1],
    ]);
    await other.close();
  }
});

const realLog = fileURLToPath(
  new URL('../../../shared/data/semicomplete-access.log.gz', import.meta.url),
);

describe.skipIf(!existsSync(realLog))('a log of a real server', () => {
  test('has the counts that splitting its text gives', async () => {
    const packed = readFileSync(realLog);
    const raw = gunzipSync(packed)
      .toString('utf8')
      .split('\n')
      .filter((one) => one !== '');
    // One way through the text that shares nothing with the parser: by quotes, then by spaces.
    const fields = raw.map((one) => one.split('"'));
    const good = fields.filter((parts) => parts.length === 7);
    const tally = (values: string[]) => {
      const counts = new Map<string, number>();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    };
    const summary = await world.importText(
      'shop',
      { 'access.log.gz': packed },
      { pieceBytes: 50_000 },
    );
    expect([raw.length, good.length]).toEqual([10_000, 9_999]);
    expect(summary).toMatchObject({
      lines: 10_000,
      accepted: 9_999,
      duplicate: 0,
      excluded: 0,
      bad: 1,
    });

    const statuses = await world.sql(
      'shop',
      'SELECT status::VARCHAR, count(*) FROM hits GROUP BY 1 ORDER BY 1',
    );
    expect(statuses).toEqual(tally(good.map((parts) => parts[2]?.trim().split(' ')[0] ?? '')));
    const paths = await world.sql('shop', 'SELECT path, count(*) FROM hits GROUP BY 1');
    expect((paths as [string, number][]).sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(
      tally(good.map((parts) => parts[1]?.split(' ')[1]?.split('?')[0] ?? '')),
    );
    expect(await world.sql('shop', 'SELECT count(DISTINCT address_key) FROM sessions')).toEqual([
      [new Set(good.map((parts) => parts[0]?.split(' ')[0])).size],
    ]);
    expect(await world.sql('shop', 'SELECT count(DISTINCT visitor_id) FROM sessions')).toEqual([
      [new Set(good.map((parts) => `${parts[0]?.split(' ')[0]}\n${parts[5]?.slice(0, 512)}`)).size],
    ]);
    const before = await tablesOf(world);
    expect(await world.importText('shop', { again: packed })).toMatchObject({
      accepted: 0,
      duplicate: summary.accepted,
      sessions: 0,
    });
    expect(await tablesOf(world)).toEqual(before);
  });
});
