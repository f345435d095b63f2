/** Files with damaged pages. What must be left of them is counted by SQLite's own account of which page holds what. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type InStatement, type Row } from '@libsql/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLibsqlFile } from './libsql-file.ts';
import { hitsMigrations } from './migrations/migrations.ts';
import { salvageHits } from './salvage-hits.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-salvage-'));
const whole = join(folder, 'whole.db');
const file = join(folder, 'hits.db');
const copy = join(folder, 'hits.db.making');
const hits = 3_000;
const hourCount = 200;
const pageBytes = 4_096;

interface Page {
  number: number;
  cells: number;
}

async function ask(path: string, sql: string): Promise<Row[]> {
  const client = createClient({ url: `file:${path}` });
  const [result] = await client.batch([sql], 'read');
  client.close();
  return result?.rows ?? [];
}

const seqsOf = async (path: string) =>
  (await ask(path, 'SELECT seq FROM hit_inbox ORDER BY seq')).map(({ seq }) => Number(seq));

/** In the order of their keys. */
async function leavesOf(name: string): Promise<Page[]> {
  const rows = await ask(
    whole,
    `SELECT pageno, ncell FROM dbstat WHERE name = '${name}' AND pagetype = 'leaf' ORDER BY path`,
  );
  return rows.map(({ pageno, ncell }) => ({ number: Number(pageno), cells: Number(ncell) }));
}

const middleOf = <T>(list: readonly T[]): T => list[Math.floor(list.length / 2)] as T;

/** Bytes without a meaning, the same in each run. */
function noise(length: number, seed: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

function overwrite(offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}

const damage = ({ number }: Page) => overwrite((number - 1) * pageBytes, noise(pageBytes, number));

async function fill(): Promise<void> {
  const made = await openLibsqlFile(whole, hitsMigrations);
  const statements: InStatement[] = [];
  for (let seq = 1; seq <= hits; seq += 1) {
    const id = Buffer.from(String(seq).padStart(16, '0'));
    const body = Buffer.from(`{"hit":${seq},"text":"${'ä'.repeat(seq % 150)}"}`);
    statements.push(
      {
        sql: 'INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES (?, ?, ?, ?)',
        args: ['shop', id, seq, body],
      },
      {
        sql: 'INSERT INTO recent_hit VALUES (?, ?, ?, ?, ?)',
        args: ['shop', id, Buffer.alloc(16, 7), 0, seq],
      },
    );
  }
  for (let hour = 1; hour <= hourCount; hour += 1)
    for (const [outcome, count] of Object.entries({ received: 16, accepted: 15, duplicate: 1 }))
      statements.push({
        sql: 'INSERT INTO hit_count VALUES (?, ?, ?, ?, ?)',
        args: ['shop', hour, outcome, '', count],
      });
  await made.batch(statements, 'write');
  await made.scrub();
  made.close();
}

beforeAll(fill);
beforeEach(() => {
  for (const path of [file, copy])
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  copyFileSync(whole, file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('A file that is sound', () => {
  test('is left as it is, to the byte', async () => {
    expect(await salvageHits(file, copy)).toBeUndefined();
    expect(readFileSync(file).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(copy)).toBe(false);
  });

  test('is so with what its log holds', async () => {
    const open = await openLibsqlFile(file, hitsMigrations);
    await open.batch(['DELETE FROM hit_inbox WHERE seq < 10'], 'write');
    expect(await salvageHits(file, copy)).toBeUndefined();
    expect((await seqsOf(file))[0]).toBe(10);
    open.close();
  });
});

describe('Of a file with a damaged page', () => {
  test('in the middle of the inbox all hits of the others are copied, as they were', async () => {
    const page = middleOf(await leavesOf('hit_inbox'));
    damage(page);
    expect(await salvageHits(file, copy)).toBe(hits - page.cells);
    const rows = 'SELECT seq, dataset, hex(hit_id), received_at, hex(body) FROM hit_inbox';
    const before = (await ask(whole, rows)).map(String);
    const left = (await ask(copy, rows)).map(String);
    expect(before).toEqual(expect.arrayContaining(left));
    expect(await ask(copy, 'PRAGMA integrity_check')).toMatchObject([{ integrity_check: 'ok' }]);
  });

  test('at the end of the inbox no position is given a second time', async () => {
    const page = (await leavesOf('hit_inbox')).at(-1) as Page;
    damage(page);
    expect(await salvageHits(file, copy)).toBe(hits - page.cells);
    const open = await openLibsqlFile(copy, hitsMigrations);
    await open.batch(['INSERT INTO hit_inbox (received_at) VALUES (0)'], 'write');
    open.close();
    expect((await seqsOf(copy)).slice(-2)).toEqual([hits - page.cells, hits + 1]);
  });

  test('in several places what lies between them is copied, too', async () => {
    const pages = await leavesOf('hit_inbox');
    const some = [0, 5, 6, 40, pages.length - 1].map((at) => pages[at] as Page);
    some.forEach(damage);
    const lost = some.reduce((sum, { cells }) => sum + cells, 0);
    expect(await salvageHits(file, copy)).toBe(hits - lost);
  });

  test('with ids, those of the hits in the inbox are known still', async () => {
    const pages = await leavesOf('recent_hit');
    [middleOf(pages), pages.at(-1) as Page].forEach(damage);
    expect(await salvageHits(file, copy)).toBe(hits);
    const known = 'SELECT count(*) AS ids FROM recent_hit JOIN hit_inbox USING (dataset, hit_id)';
    expect(await ask(copy, known)).toMatchObject([{ ids: hits }]);
  });

  test('with ids, those of hits that left the inbox are known but for the page', async () => {
    const open = await openLibsqlFile(file, hitsMigrations);
    await open.batch(['DELETE FROM hit_inbox'], 'write');
    await open.scrub();
    open.close();
    const pages = await ask(
      file,
      `SELECT pageno, ncell FROM dbstat WHERE name = 'recent_hit' AND pagetype = 'leaf' ORDER BY path`,
    );
    const { pageno, ncell } = middleOf(pages);
    damage({ number: Number(pageno), cells: Number(ncell) });
    expect(await salvageHits(file, copy)).toBe(0);
    expect(await ask(copy, 'SELECT count(*) AS ids FROM recent_hit')).toMatchObject([
      { ids: hits - Number(ncell) },
    ]);
  });

  test('with all counters the sums are those of none', async () => {
    (await leavesOf('hit_count')).forEach(damage);
    await salvageHits(file, copy);
    expect(await ask(copy, 'SELECT * FROM hit_count UNION ALL SELECT *, 0 FROM hit_total')).toEqual(
      [],
    );
  });

  test('with counters each hour adds up, and the sums are those of the hours', async () => {
    const page = middleOf(await leavesOf('hit_count'));
    damage(page);
    await salvageHits(file, copy);
    const sums = await ask(
      copy,
      'SELECT outcome, sum(count) AS count FROM hit_count GROUP BY 1 ORDER BY 1',
    );
    expect(await ask(copy, 'SELECT outcome, count FROM hit_total ORDER BY 1')).toEqual(sums);
    const byOutcome = Object.fromEntries(sums.map(({ outcome, count }) => [outcome, count]));
    const { accepted = 0, duplicate = 0, received = 0 } = byOutcome as Record<string, number>;
    expect(received).toBe(accepted + duplicate);
    // Three rows an hour: of all but two hours on the page everything is lost, or nothing.
    const hoursLost = hourCount - accepted / 15;
    expect(Math.abs(hoursLost - page.cells / 3)).toBeLessThan(1);
    const wrong = `SELECT hour FROM hit_count GROUP BY hour
      HAVING sum(CASE outcome WHEN 'received' THEN count ELSE -count END) <> 0`;
    expect(await ask(copy, wrong)).toEqual([]);
  });

  test.each([
    ['a text of bytes that are none', [Buffer.from('shop'), Buffer.from([0xff])]],
    // In the head of a row: text, 16 bytes, a number of two bytes. A text of two bytes instead of the number.
    ['a text instead of a number', [Buffer.from([21, 44, 2]), Buffer.from([21, 44, 17])]],
  ] as const)('%s is left out, and does not end the process', async (_, [found, instead]) => {
    const pages = await leavesOf('hit_inbox');
    const start = ((pages[20]?.number ?? 0) - 1) * pageBytes;
    const place = readFileSync(file).indexOf(found, start);
    expect(place - start).toBeLessThan(pageBytes);
    overwrite(place, instead);
    const page = middleOf(pages);
    damage(page);
    expect(await salvageHits(file, copy)).toBe(hits - page.cells - 1);
  });

  test('no hit is copied under the key of another one', async () => {
    const [seq, other] = [Buffer.from([0x8b, 0x5c]), Buffer.from([0x96, 0x54])];
    expect([0x0b * 128 + 0x5c, 0x16 * 128 + 0x54]).toEqual([1_500, 2_900]);
    const id = '0000000000001500';
    const bytes = readFileSync(file);
    const place = bytes.lastIndexOf(id, bytes.indexOf('{"hit":1500,'));
    const key = bytes.lastIndexOf(seq, place);
    expect([key > 0, place - key < 16]).toEqual([true, true]);
    overwrite(key, other);
    const cells = Math.max(...(await leavesOf('hit_inbox')).map((page) => page.cells));
    expect(await salvageHits(file, copy)).toBeGreaterThanOrEqual(hits - cells);
    expect(await ask(copy, `SELECT seq FROM hit_inbox WHERE hex(hit_id) = hex('${id}')`)).toEqual(
      [],
    );
  });

  test('or that was cut short, what lies before the end is copied', async () => {
    truncateSync(file, Math.floor(statSync(file).size / 2 / pageBytes) * pageBytes);
    const pages = statSync(file).size / pageBytes;
    const left = (await leavesOf('hit_inbox'))
      .filter(({ number }) => number <= pages)
      .reduce((sum, { cells }) => sum + cells, 0);
    expect(left).toBeGreaterThan(0);
    expect(await salvageHits(file, copy)).toBe(left);
  });

  test.each([
    1, 2, 3, 4, 5, 6, 7, 8,
  ])('at a place of the disk that is none of SQLite (%i)', async (seed) => {
    const offset = pageBytes + Math.floor(((statSync(whole).size - 3 * pageBytes) * seed) / 8.5);
    overwrite(offset + seed * 100, noise(pageBytes, seed));
    const touched = [0, 1].map((next) => Math.floor((offset + seed * 100) / pageBytes) + next + 1);
    const lost = (await leavesOf('hit_inbox'))
      .filter(({ number }) => touched.includes(number))
      .reduce((sum, { cells }) => sum + cells, 0);
    const copied = await salvageHits(file, copy);
    expect(copied).toBeLessThanOrEqual(hits);
    expect(copied).toBeGreaterThanOrEqual(hits - lost);
    const keys = 'SELECT seq, dataset, hex(hit_id), received_at FROM hit_inbox';
    const before = (await ask(whole, keys)).map(String);
    expect(before).toEqual(expect.arrayContaining((await ask(copy, keys)).map(String)));
  });

  test('that holds the schema, nothing is done, and it says what to do', async () => {
    overwrite(0, noise(pageBytes, 1));
    await expect(salvageHits(file, copy)).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringMatching(/move hits\.db away/),
    });
  });
});
