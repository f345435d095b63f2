import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { createWorld, type World } from '../testing/world.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');
const noon = Date.UTC(2026, 4, 17, 12);
const minuteMs = 60_000;

/** A line of the Combined format, `minutes` after noon. */
function line(
  minutes: number,
  address: string,
  path = '/',
  more: { status?: number; agent?: string; referrer?: string } = {},
): string {
  const at = new Date(noon + minutes * minuteMs);
  const time = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  const { status = 200, agent = 'Mozilla/5.0 Firefox/143.0', referrer = '-' } = more;
  return `${address} - - [${time}] "GET ${path} HTTP/1.1" ${status} 12 "${referrer}" "${agent}"`;
}
const text = (...lines: string[]) => lines.map((one) => `${one}\n`).join('');

/** Three visitors; `a` comes twice, `b` asks for one page three times in one second. */
const log = text(
  line(0, '10.0.0.1', '/in', { referrer: 'https://www.google.com/' }),
  line(1, '10.0.0.2', '/x'),
  line(1, '10.0.0.2', '/x'),
  line(1, '10.0.0.2', '/x'),
  line(2, '10.0.0.1', '/style.css'),
  line(5, '10.0.0.1', '/missing', { status: 404 }),
  line(20, '10.0.0.3', '/other', { agent: 'curl/8.5.0' }),
  line(60, '10.0.0.1', '/again'),
);
const whole = { lines: 8, accepted: 8, duplicate: 0, excluded: 0, bad: 0, sessions: 4 };

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

/** All rows, without the places in the segments, and without what hangs on the dataset's secret. */
async function tables(from: World = world) {
  const { analytics } = from.stores('shop');
  const read = async (sql: string) => (await analytics.query(sql, [])).rows;
  return {
    sessions: await read(
      'SELECT * EXCLUDE (visitor_id, address_key, segment_day, segment_offset, segment_length) FROM store.sessions ORDER BY ALL',
    ),
    hits: await read('SELECT * EXCLUDE (visitor_id) FROM store.hits ORDER BY ALL'),
  };
}

/** The tables of one import of `content` into a dataset of its own. */
async function tablesOfOneImport(content: string): Promise<Awaited<ReturnType<typeof tables>>> {
  const other = await createWorld();
  try {
    await other.dataset({ slug: 'shop' });
    await other.importText('shop', { 'access.log': content });
    return await tables(other);
  } finally {
    await other.close();
  }
}

describe('one import', () => {
  test('gives the sessions and hits that a person would count', async () => {
    expect(await world.importText('shop', { 'access.log': log })).toEqual({
      ...whole,
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
    await world.importText('shop', { 'access.log': log });
    await world.crash();
    expect(existsSync(`${world.root}/datasets/shop/analytics.duckdb.wal`)).toBe(false);
    await world.reopen();
    expect((await tables()).hits).toHaveLength(8);
  });

  test('does not touch the live sessions nor the inbox’s position', async () => {
    await world.send({ visitor: 'live' });
    await world.settle();
    await world.importText('shop', { 'access.log': log });
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
    const nothing = { ...whole, lines: 0, accepted: 0, sessions: 0 };
    expect(await world.importText('shop', {})).toMatchObject(nothing);
    expect(await world.importText('shop', { a: '', b: gzipSync('') })).toMatchObject(nothing);
  });

  test.each([1, 7, 100])('sent in pieces of %i bytes gives the same', async (pieceBytes) => {
    await world.importText('shop', { 'access.log': log }, { pieceBytes });
    expect(await tables()).toEqual(await tablesOfOneImport(log));
  });
});

describe('importing again', () => {
  test('the same lines changes nothing, plain or compressed', async () => {
    await world.importText('shop', { 'access.log': log });
    const before = await tables();
    const again = { ...whole, accepted: 0, duplicate: 8, sessions: 0 };
    expect(await world.importText('shop', { 'access.log': log })).toMatchObject(again);
    expect(await world.importText('shop', { 'access.log.gz': gzipSync(log) })).toMatchObject(again);
    expect(await world.importText('shop', { renamed: log.replaceAll('\n', '\r\n') })).toMatchObject(
      again,
    );
    await world.crash();
    await world.reopen();
    expect(await world.importText('shop', { 'access.log': log })).toMatchObject(again);
    expect(await tables()).toEqual(before);
  });

  test('a longer file takes its new lines only', async () => {
    const lines = log.trimEnd().split('\n');
    await world.importText('shop', { 'access.log': text(...lines.slice(0, 5)) });
    expect(await world.importText('shop', { 'access.log': log })).toMatchObject({
      accepted: 3,
      duplicate: 5,
    });
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT hit_id) FROM hits')).toEqual([
      [8, 8],
    ]);
  });

  test('files that overlap counts each line once', async () => {
    const lines = log.trimEnd().split('\n');
    const summary = await world.importText('shop', {
      one: text(...lines.slice(0, 6)),
      two: gzipSync(text(...lines.slice(4))),
    });
    expect(summary).toMatchObject({
      lines: 10,
      accepted: 8,
      duplicate: 2,
      formats: ['combined', 'combined'],
    });
    expect(await tables()).toEqual(await tablesOfOneImport(log));
  });

  test('the same file twice in one import takes it once', async () => {
    const summary = await world.importText('shop', { one: log, two: log });
    expect(summary).toMatchObject({ lines: 16, accepted: 8, duplicate: 8, sessions: 4 });
    expect(await tables()).toEqual(await tablesOfOneImport(log));
  });
});

describe('several files', () => {
  const lines = Array.from({ length: 300 }, (_, minute) =>
    line(minute, `10.0.0.${minute % 3}`, `/${minute}`),
  );

  test('in the order of time give the sessions of one file', async () => {
    await world.importText('shop', {
      'access.log.1': text(...lines.slice(0, 150)),
      'access.log': text(...lines.slice(150)),
    });
    expect(await tables()).toEqual(await tablesOfOneImport(text(...lines)));
  });

  test('newest first cut no session within a file', async () => {
    // Each visitor comes every 3 minutes for 5 hours: one session, or two where the files meet.
    const files = {
      'access.log': text(...lines.slice(150)),
      'access.log.1': text(...lines.slice(0, 150)),
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
  const shuffled = text(
    ...minutes.flatMap((minute) => [
      line(minute, '10.0.0.1', `/${minute}`),
      line(minute + 1, '10.0.0.2'),
    ]),
  );
  await world.importText('shop', { 'access.log': shuffled }, { pieceBytes: 10 });
  expect(await tables()).toEqual(await tablesOfOneImport(shuffled));
});

test('a late line finds its session ended, wherever the lines were cut into batches', async () => {
  // More lines than are looked up together; at minute 40 the first session of 10.0.0.1 has been idle for too long.
  const many = Array.from({ length: 20_000 }, (_, index) =>
    line(0, `10.1.${index % 50}.1`, `/${index}`),
  );
  const late = text(
    line(0, '10.0.0.1', '/first'),
    ...many,
    line(40, '10.0.0.2', '/other'),
    line(25, '10.0.0.1', '/late'),
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

describe('an import that is given up', () => {
  /** Visitors whose sessions end one after the other, and one whose session fills and goes on. */
  const long = [
    ...Array.from({ length: 2_500 }, (_, index) => line(index / 60, '10.9.9.9', `/${index}`)),
    ...Array.from({ length: 400 }, (_, index) =>
      line(45 + index, `10.0.${index % 5}.1`, `/b/${index}`),
    ),
  ];

  test('and taken again gives the same tables as one import', async () => {
    const expected = await tablesOfOneImport(text(...long));
    expect(expected.sessions.some((row) => row.includes('hits_limit'))).toBe(true);
    for (const given of [10, 2_100, 2_600, 2_899]) {
      const other = await createWorld();
      await other.dataset({ slug: 'shop' });
      const number = await other.engine.beginImport('shop', { format: 'auto' });
      await other.engine.beginFile(number, 'access.log');
      await other.engine.feedFile(number, Buffer.from(text(...long.slice(0, given))));
      await other.engine.endFile(number);
      await other.engine.abandonImport(number);
      const kept = await other.sql('shop', 'SELECT count(*) FROM hits');
      const summary = await other.importText('shop', { 'access.log': text(...long) });
      expect(summary.duplicate).toBe(kept[0]?.[0]);
      expect(summary.accepted + summary.duplicate).toBe(2_900);
      expect(await tables(other), `given up after ${given} lines`).toEqual(expected);
      // Every hit that is stored was accepted once; the lines that were given up with open sessions count only later.
      const counts = (await openLibsqlCounts(other.hits, other.now).read()).get('shop');
      expect(counts).toEqual({
        received: Number(kept[0]?.[0]) + 2_900,
        accepted: 2_900,
        duplicate: Number(kept[0]?.[0]),
        excluded: 0,
        bad: 0,
      });
      await other.close();
    }
  });

  test('in the middle of a file leaves the dataset ready for the next', async () => {
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    await world.engine.beginFile(number, 'access.log');
    await world.engine.feedFile(number, Buffer.from(log).subarray(0, 300));
    const waiting = world.importText('shop', { 'access.log': log });
    await world.engine.abandonImport(number);
    expect(await waiting).toMatchObject(whole);
    await expect(world.engine.finishImport(number)).rejects.toMatchObject({
      code: 'import_unknown',
    });
  });
});

describe('lines that cannot be read', () => {
  test('are listed with file, number and reason, and counted', async () => {
    const mixed = [
      'junk',
      '',
      line(0, '10.0.0.1'),
      'tab\there \u001b[2J',
      line(0, '10.0.0.1').replace('200', 'abc'),
      'x'.repeat(70_000),
      line(1, '10.0.0.1'),
    ];
    const summary = await world.importText('shop', {
      'first.log': log,
      'odd\tname.log': mixed.join('\n'),
    });
    expect(summary).toMatchObject({ lines: 15, accepted: 10, duplicate: 0, excluded: 0, bad: 5 });
    const rows = readFileSync(summary.badFile ?? '', 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((row) => row.split('\t'));
    expect(rows.map(([file, number]) => [file, number])).toEqual(
      ['1', '2', '4', '5', '6'].map((number) => ['odd\\tname.log', number]),
    );
    expect(rows.map((row) => row.length)).toEqual(Array(5).fill(4));
    expect(rows[1]?.[2]).toBe('the line is empty');
    expect(rows[2]?.[3]).toBe('tab\\there \\u001b[2J');
    expect(rows[4]?.[2]).toBe('the line is longer than 64 KiB');
  });

  test('of no known format are refused, plain or compressed, and nothing is taken', async () => {
    const junk = 'no log at all\n'.repeat(50_000);
    for (const content of [junk, gzipSync(junk)]) {
      await expect(
        world.importText('shop', { 'notes.txt': content }, { pieceBytes: 1_000 }),
      ).rejects.toMatchObject({ code: 'import_format_unknown' });
    }
    // A promise that fails later, with nobody to hear of it, would end the process.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await world.importText('shop', { 'access.log': log })).toMatchObject(whole);
  });

  test('of a gzip file that was cut end the file, and every line is accounted for', async () => {
    const packed = gzipSync(log);
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    await world.engine.beginFile(number, 'cut.gz');
    await world.engine.feedFile(number, packed.subarray(0, packed.length - 10));
    await expect(world.engine.endFile(number)).rejects.toMatchObject({ code: 'file_unreadable' });
    await world.engine.beginFile(number, 'whole.gz');
    await world.engine.feedFile(number, packed);
    await world.engine.endFile(number);
    const summary = await world.engine.finishImport(number);
    expect(summary.accepted + summary.duplicate + summary.excluded + summary.bad).toBe(
      summary.lines,
    );
    expect((await tables()).hits).toHaveLength(8);
  });

  test('with odd bytes are taken as they are', async () => {
    const odd = [
      line(0, '10.0.0.1', '/a\u0000b'),
      line(1, '10.0.0.1', '/%00?constructor=1'),
      line(2, '10.0.0.1', '/x', { referrer: 'https://constructor/' }),
    ];
    await world.importText('shop', {
      'access.log': Buffer.concat([Buffer.from(text(...odd)), Buffer.from([0xff, 0xfe, 0x0a])]),
    });
    expect(await world.sql('shop', 'SELECT path FROM hits ORDER BY number')).toEqual([
      ['/a\u0000b'],
      ['/%00'],
      ['/x'],
    ]);
  });
});

describe('the desk that imports come to', () => {
  test('refuses bytes without a file, a file within a file, an end without a file, and a summary of a half one', async () => {
    const { engine } = world;
    const number = await engine.beginImport('shop', { format: 'auto' });
    const refused = { code: 'request_invalid' };
    await expect(engine.feedFile(number, Buffer.from(log))).rejects.toMatchObject(refused);
    await expect(engine.endFile(number)).rejects.toMatchObject(refused);
    await engine.beginFile(number, 'one');
    await expect(engine.beginFile(number, 'two')).rejects.toMatchObject(refused);
    await expect(engine.finishImport(number)).rejects.toMatchObject(refused);
    await engine.feedFile(number, Buffer.from(log));
    await engine.endFile(number);
    expect(await engine.finishImport(number)).toMatchObject(whole);
    await expect(engine.beginFile(number, 'late')).rejects.toMatchObject({
      code: 'import_unknown',
    });
  });

  test('takes one piece after the other with one waiting, and never loses one', async () => {
    const { engine } = world;
    const number = await engine.beginImport('shop', { format: 'auto' });
    await engine.beginFile(number, 'one');
    const bytes = Buffer.from(log);
    const answers = await Promise.allSettled([
      engine.feedFile(number, bytes.subarray(0, 100)),
      engine.feedFile(number, bytes.subarray(100)),
      engine.feedFile(number, bytes),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await engine.endFile(number);
    expect(await engine.finishImport(number)).toMatchObject(whole);
  });

  test('says how long an import took, by the clock that it was given', async () => {
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    world.advance(2_500);
    expect((await world.engine.finishImport(number)).seconds).toBe(2.5);
  });

  test('lets an import of another dataset go ahead', async () => {
    await world.dataset({ slug: 'blog' });
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    expect(await world.importText('blog', { 'access.log': log })).toMatchObject(whole);
    await world.engine.abandonImport(number);
  });
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
    const before = await tables();
    expect(await world.importText('shop', { again: packed })).toMatchObject({
      accepted: 0,
      duplicate: summary.accepted,
      sessions: 0,
    });
    expect(await tables()).toEqual(before);
  });
});
