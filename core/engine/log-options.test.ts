import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

const combined = (
  second: number,
  path: string,
  status = 200,
  agent = 'Mozilla/5.0 Firefox/143.0',
) =>
  `192.0.2.7 - - [17/May/2026:10:05:${String(second).padStart(2, '0')} +0000] "GET ${path} HTTP/1.1" ${status} 5 "-" "${agent}"\n`;

test('lines that are left out are counted by their rule, and nothing else is stored', async () => {
  const log =
    combined(1, '/a?utm_source=mail&x=1') +
    combined(2, '/style.css') +
    combined(3, '/gone', 404) +
    combined(4, '/moved', 302) +
    combined(5, '/b', 200, 'curl/8.5.0') +
    combined(6, '/admin/x');
  const summary = await world.importText(
    'shop',
    { log },
    {
      staticFiles: false,
      robots: false,
      errors: false,
      redirects: false,
      excludePaths: ['/admin/*'],
      stripQuery: true,
    },
  );
  expect(summary).toMatchObject({
    lines: 6,
    accepted: 1,
    excluded: 5,
    bad: 0,
    excludedBy: { static: 1, error: 1, redirect: 1, robot: 1, path: 1 },
  });
  expect(await world.sql('shop', 'SELECT path, query FROM hits')).toEqual([['/a', null]]);
  expect(await world.sql('shop', 'SELECT source FROM sessions')).toEqual([['mail']]);
});

test('a dry run says what would happen, and nothing has happened', async () => {
  const log = `${combined(1, '/a').repeat(2)}${combined(2, '/b')}junk\n`;
  const options = { dryRun: true } as const;
  const expected = { lines: 4, accepted: 3, duplicate: 0, bad: 1, sessions: 1 };
  expect(await world.importText('shop', { log }, options)).toMatchObject({
    ...expected,
    dryRun: true,
    badSamples: [{ file: 'log', line: 4, reason: expect.stringContaining('beginning') }],
  });
  expect(await world.sql('shop', 'SELECT count(*) FROM hits')).toEqual([[0]]);
  expect(existsSync(`${world.root}/datasets/shop/imports`)).toBe(false);
  expect((await openLibsqlCounts(world.hits, world.now).read()).get('shop')?.received ?? 0).toBe(0);
  expect(await world.importText('shop', { log })).toMatchObject(expected);
  expect(await world.importText('shop', { log }, options)).toMatchObject({
    accepted: 0,
    duplicate: 3,
  });
});

test('a line is known again in whatever encoding it is read, and with a mark in front', async () => {
  const line = combined(1, '/PATH');
  const bytes = Buffer.concat([
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from(line.replace('PATH', 'first')),
    // `中文` in Big5; its second byte may be a backslash or a letter.
    Buffer.from(line.split('PATH')[0] ?? ''),
    Buffer.from([0xa4, 0xa4, 0xa4, 0xe5]),
    Buffer.from(line.split('PATH')[1] ?? ''),
  ]);
  expect(await world.importText('shop', { log: bytes }, { encoding: 'big5' })).toMatchObject({
    accepted: 2,
  });
  expect(await world.sql('shop', 'SELECT path FROM hits ORDER BY path')).toEqual([
    ['/first'],
    ['/中文'],
  ]);
  for (const encoding of ['utf-8', 'latin1', 'big5'])
    expect(await world.importText('shop', { log: bytes }, { encoding })).toMatchObject({
      accepted: 0,
      duplicate: 2,
    });
  for (const encoding of ['utf-16', 'klingon'])
    await expect(world.importText('shop', { log: bytes }, { encoding })).rejects.toMatchObject({
      code: 'request_invalid',
    });
});

test('bad input is said line by line, and the rest goes on', async () => {
  const w3c = [
    '#Fields: date time c-ip cs-uri-stem sc-status',
    '2026-05-17 10:00:00 192.0.2.7 /a 200',
    combined(1, '/other-format').trim(),
    '2026-05-17 10:00:01 192.0.2.7 /cut',
    '2087-05-17 10:00:01 192.0.2.7 /future 200',
    '1970-01-01 00:00:01 192.0.2.7 /past 200',
    '\u0000\u0001\u0002',
    `2026-05-17 10:00:02 192.0.2.7 /${'x'.repeat(70_000)} 200`,
    '#Fields: c-ip date time sc-status cs-uri-stem',
    '192.0.2.7 2026-05-17 10:00:03 404 /b',
  ].join('\n');
  const summary = await world.importText('shop', { w3c }, { pieceBytes: 40 });
  expect(summary).toMatchObject({ lines: 10, accepted: 2, excluded: 2, bad: 6, formats: ['w3c'] });
  expect(summary.excludedBy).toEqual({ directive: 2 });
  const rows = readFileSync(summary.badFile ?? '', 'utf8')
    .split('\n')
    .slice(0, -1);
  expect(rows.map((row) => row.split('\t')[1])).toEqual(['3', '4', '5', '6', '7', '8']);
  expect(rows[2]).toContain('in the future');
  expect(await world.sql('shop', 'SELECT path, status FROM hits ORDER BY path')).toEqual([
    ['/a', 200],
    ['/b', 404],
  ]);
  // A million line ends in one piece of input.
  const ends = await world.importText('shop', {
    ends: `${combined(9, '/z')}${'\n'.repeat(300_000)}`,
  });
  expect(ends).toMatchObject({ lines: 300_001, accepted: 1, bad: 300_000 });
}, 60_000);

const realLog = fileURLToPath(
  new URL('../../../shared/data/semicomplete-access.log.gz', import.meta.url),
);
const hasGoaccess = spawnSync('goaccess', ['--version']).status === 0;

interface GoAccessItem {
  data: string;
  hits: { count: number };
  items?: GoAccessItem[];
}

describe.skipIf(!existsSync(realLog) || !hasGoaccess)('a real log, beside GoAccess and awk', () => {
  test('has the same counts by status, path and day, and of addresses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'canister-goaccess-'));
    try {
      // GoAccess takes the one line whose agent is not closed; so it is left out for both.
      const lines = gunzipSync(readFileSync(realLog)).toString('latin1').split('\n');
      const good = lines.filter((line) => line.split('"').length === 7);
      expect(good).toHaveLength(9_999);
      const file = join(folder, 'access.log');
      writeFileSync(file, `${good.join('\n')}\n`, 'latin1');
      const out = join(folder, 'out.json');
      const all = ['--no-query-string', '--all-static-files', '--max-items=20000', '--tz=UTC'];
      execFileSync(
        'goaccess',
        [file, '--log-format=COMBINED', ...all, '--no-progress', '-o', out],
        // Its first line is read in the zone of the environment, whatever it is told.
        { stdio: 'ignore', env: { ...process.env, TZ: 'UTC' } },
      );
      const theirs = JSON.parse(readFileSync(out, 'utf8'));
      const format = '%h %^[%d:%t %^] "%r" %s %b "%R" "%u"';
      await world.importText('shop', { log: readFileSync(file) }, { format });

      const count = async (column: string) =>
        Object.fromEntries(
          (await world.sql('shop', `SELECT ${column}::VARCHAR, count(*) FROM hits GROUP BY 1`)) as [
            string,
            number,
          ][],
        );
      const tally = (items: GoAccessItem[]) =>
        Object.fromEntries(items.map(({ data, hits }) => [data, hits.count]));
      const statuses = theirs.status_codes.data.flatMap(({ items }: GoAccessItem) => items ?? []);
      expect(await count('status')).toEqual(
        tally(statuses.map((one: GoAccessItem) => ({ ...one, data: one.data.slice(0, 3) }))),
      );
      expect(await count("strftime(timezone('UTC', \"at\"), '%Y%m%d')")).toEqual(
        tally(theirs.visitors.data),
      );
      const awk = execFileSync('awk', ['{print $1}', file], { encoding: 'utf8' })
        .trim()
        .split('\n');
      expect(await world.sql('shop', 'SELECT count(DISTINCT address_key) FROM sessions')).toEqual([
        [new Set(awk).size],
      ]);
      expect(theirs.hosts.metadata.data.unique ?? theirs.hosts.data.length).toBe(new Set(awk).size);
      const paths = execFileSync('awk', ['{sub(/\\?.*/, "", $7); print $7}', file], {
        encoding: 'utf8',
      });
      const byPath: Record<string, number> = {};
      for (const path of paths.trim().split('\n')) byPath[path] = (byPath[path] ?? 0) + 1;
      expect(await count('path')).toEqual(byPath);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
