/** The built command line as a user meets it: what it imports and tells, and with which code it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataFolder } from './console/testing/data-folder.ts';
import { runCommand } from './console/testing/product.ts';

const opened = dataFolder();
const { start, command, createDataset, query } = opened;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A combined log: `visitors` people, each asking for a page every minute of an hour. */
function combinedLog(visitors: number): string {
  const lines: string[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    for (let visitor = 0; visitor < visitors; visitor += 1) {
      const time = `03/Mar/2024:10:${String(minute).padStart(2, '0')}:00 +0000`;
      const address = `203.0.${Math.floor(visitor / 250)}.${visitor % 250}`;
      lines.push(
        `${address} - - [${time}] "GET /p${minute} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('Import', () => {
  const visitors = 400;
  const lines = visitors * 60;

  function totals() {
    return query(
      'logs',
      'SELECT count(*) n, count(DISTINCT hit_id) ids, (SELECT count(*) FROM sessions) sessions FROM hits',
    );
  }

  test('A log is imported once, however often and in whatever packing it comes', async () => {
    await createDataset('logs');
    const text = combinedLog(visitors);
    writeFileSync(join(opened.folder, 'access.log'), text);
    writeFileSync(join(opened.folder, 'access.log.gz'), gzipSync(text));

    const first = await command(
      'import',
      join(opened.folder, 'access.log'),
      '--dataset',
      'logs',
      '--json',
    );
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({
      lines,
      accepted: lines,
      duplicate: 0,
      excluded: 0,
      bad: 0,
      sessions: visitors,
    });
    const before = await totals();
    const second = await command(
      'import',
      join(opened.folder, 'access.log.gz'),
      '--dataset',
      'logs',
      '--json',
    );
    expect(JSON.parse(second.out)).toMatchObject({
      lines,
      accepted: 0,
      duplicate: lines,
      bad: 0,
      sessions: 0,
    });
    expect(await totals()).toEqual(before);
    expect(before).toEqual([{ n: lines, ids: lines, sessions: visitors }]);
  });

  test('An import that is killed at any moment can be run again: the totals are those of one import', async () => {
    await createDataset('logs');
    const file = join(opened.folder, 'access.log');
    writeFileSync(file, combinedLog(visitors));
    for (const afterMs of [400, 700, 1_000, 1_300]) {
      const child: ChildProcess = spawn(
        process.execPath,
        ['canister.mjs', 'import', file, '--dataset', 'logs', '--data', opened.data],
        { stdio: 'ignore' },
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await pause(afterMs);
      child.kill('SIGKILL');
      await ended;
    }
    expect((await command('import', file, '--dataset', 'logs', '--json')).code).toBe(0);
    expect(await totals()).toEqual([{ n: lines, ids: lines, sessions: visitors }]);
  });

  test('An import through a running server gives the same as one without', async () => {
    await createDataset('logs');
    const file = join(opened.folder, 'access.log');
    writeFileSync(file, `${combinedLog(20)}this is no log line\n`);
    await start();
    const { code, out } = await command('import', file, '--dataset', 'logs', '--json');
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { badFile: string };
    expect(summary).toMatchObject({ lines: 1_201, accepted: 1_200, bad: 1, sessions: 20 });
    expect(existsSync(summary.badFile)).toBe(true);
    expect(await totals()).toEqual([{ n: 1_200, ids: 1_200, sessions: 20 }]);
  });

  test('What cannot be imported is refused with a sentence and code 1, and changes nothing', async () => {
    await createDataset('logs');
    mkdirSync(join(opened.folder, 'logs'));
    writeFileSync(join(opened.folder, 'prose.txt'), 'It was a dark night.\nNothing was logged.\n');
    writeFileSync(join(opened.folder, 'cut.gz'), gzipSync(combinedLog(5)).subarray(0, 100));
    const cases: [args: string[], says: RegExp][] = [
      [[join(opened.folder, 'nowhere.log')], /There is no file .*nowhere\.log/],
      [[join(opened.folder, 'logs')], /is a directory/],
      [[join(opened.folder, 'prose.txt')], /is in a known format/],
      [[join(opened.folder, 'cut.gz')], /gzip data is damaged or cut/],
    ];
    for (const [args, says] of cases) {
      const { code, out, notes } = await command('import', ...args, '--dataset', 'logs');
      expect([code, out]).toEqual([1, '']);
      expect(notes).toMatch(says);
    }
    const unknown = await command(
      'import',
      join(opened.folder, 'prose.txt'),
      '--dataset',
      'nobody',
    );
    expect([unknown.code, unknown.notes]).toEqual([
      1,
      expect.stringMatching(/No dataset is called "nobody"/),
    ]);
    expect(await totals()).toEqual([{ n: 0, ids: 0, sessions: 0 }]);
  });
});

describe('The command line', () => {
  test('Wrong usage ends with code 2, a refusal with code 1, help with 0', async () => {
    expect((await runCommand(['nonsense'])).code).toBe(2);
    expect((await runCommand(['import', '--dataset', 'x'])).code).toBe(2);
    expect((await runCommand(['--help'])).code).toBe(0);
    await createDataset('shop');
    expect((await command('dataset', 'create', 'shop')).code).toBe(1);
    expect((await command('dataset', 'create', 'Not A Slug')).code).toBe(2);
    expect((await command('report', 'nothing', '--dataset', 'shop')).notes).toMatch(/overview/);
    const unsaid = await command('query', '--dataset', 'shop');
    expect(unsaid).toMatchObject({ code: 2, out: '' });
    expect(unsaid.notes).toContain('Give SQL, or the name of a saved query');
  });

  test('An answer that is not whole says so, and what to do about it', async () => {
    await createDataset('shop');
    const notesAt = async (limit: string) => {
      const sql = 'SELECT * FROM range(10001)';
      const { code, notes } = await command('query', '--dataset', 'shop', '--limit', limit, sql);
      expect(code).toBe(0);
      return notes;
    };
    expect(await notesAt('3')).toContain('these are the first 3. Raise --limit (up to 10000) or');
    expect(await notesAt('10000')).toMatch(/these are the first 10000\. Ask for less, .*export$/m);
  });

  test('W22: A second server on one data folder is refused, and the sentence names the first one', async () => {
    await start();
    const { code, notes } = await runCommand(['serve', '--data', opened.data]);
    expect(code).toBe(1);
    expect(notes).toMatch(/in use by process \d+/);
  });

  test('A data folder that cannot be opened is left: the command ends with code 1, and so does the server', async () => {
    await createDataset('shop');
    for (const file of ['control.db', 'hits.db']) {
      const sound = readFileSync(join(opened.data, file));
      writeFileSync(join(opened.data, file), 'This is no database.'.repeat(500));
      for (const args of [['dataset', 'list'], ['serve']]) {
        const { code, notes } = await command(...args);
        expect([file, args, code]).toEqual([file, args, 1]);
        expect(notes).toContain('file is not a database');
        expect(existsSync(join(opened.data, 'owner.json'))).toBe(false);
      }
      writeFileSync(join(opened.data, file), sound);
    }
    expect((await command('dataset', 'list')).out).toContain('shop');
  });

  test('A report is the same figure as JSON, CSV, text and by SQL', async () => {
    await createDataset('logs');
    writeFileSync(join(opened.folder, 'access.log'), combinedLog(3));
    await command('import', join(opened.folder, 'access.log'), '--dataset', 'logs');
    const range = ['--from', '2024-03-03', '--to', '2024-03-04', '--dataset', 'logs'];
    const json = JSON.parse(
      (await command('report', 'overview', ...range, '--format', 'json')).out,
    ) as {
      panels: { name: string; answer: { columns: { name: string }[]; rows: number[][] } }[];
    };
    const panel = json.panels.find(({ name }) => name === 'totals');
    const figures = Object.fromEntries(
      panel?.answer.columns.map(({ name }, index) => [name, panel.answer.rows[0]?.[index]]) ?? [],
    );
    expect(figures).toMatchObject({
      sessions: 3,
      visitors: 3,
      page_views: 180,
      bounce_rate: 0,
      page_depth: 60,
      session_duration: 59 * 60_000,
    });
    expect((await command('report', 'overview', ...range, '--format', 'csv')).out).toMatch(
      /^totals,current,2024-03-03,2024-03-04,.*\b180\b/m,
    );
    expect((await command('report', 'overview', ...range)).out).toMatch(/Page views\s+180/);
    expect(await query('logs', "SELECT count(*) n FROM page_views WHERE path = '/p7'")).toEqual([
      { n: 3 },
    ]);
  });
});
