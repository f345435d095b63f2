/** The care of stored sessions as an administrator meets it: by the built command line, killed at bad moments. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

const visitors = 300;
const minutes = 20;
const lines = visitors * minutes * 2;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let data: string;
let product: Product | undefined;

const command = (...args: string[]) => runCommand([...args, '--data', data]);
const json = async (...args: string[]) =>
  JSON.parse((await command(...args, '--json')).out) as unknown;
const canisterFile = (day: string) => join(data, `datasets/logs/canister/${day}.seg`);
const analyticsFile = () => join(data, 'datasets/logs/analytics.duckdb');

/** On two days, 300 people who each ask for 20 pages. */
function log(): string {
  const all: string[] = [];
  for (const day of ['03', '04']) {
    for (let minute = 0; minute < minutes; minute += 1) {
      for (let visitor = 0; visitor < visitors; visitor += 1) {
        const address = `203.0.${Math.floor(visitor / 250)}.${visitor % 250}`;
        const time = `${day}/Mar/2024:10:${String(minute).padStart(2, '0')}:00 +0000`;
        all.push(
          `${address} - - [${time}] "GET /p${minute} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
        );
      }
    }
  }
  return `${all.join('\n')}\n`;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-upkeep-'));
  data = join(folder, 'data');
  await command('dataset', 'create', 'logs');
  writeFileSync(join(folder, 'access.log'), log());
  const { code, notes } = await command('import', join(folder, 'access.log'), '--dataset', 'logs');
  if (code !== 0) throw new Error(notes);
});

afterEach(async () => {
  await product?.stop();
  product = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const totals = () =>
  json('query', 'SELECT count(*) n, count(DISTINCT hit_id) ids FROM hits', '--dataset', 'logs');

test('What is sound is called sound, without a server and through one, and a rebuild equals it', async () => {
  const sound = {
    dataset: 'logs',
    segments: 2,
    records: visitors * 2,
    sound: visitors * 2,
    orphans: 0,
    tornBytes: 0,
    damagedCount: 0,
    damaged: [],
    missingCount: 0,
    missing: [],
  };
  expect(await json('verify', '--dataset', 'logs')).toEqual(sound);
  const first = (await json('rebuild', '--dataset', 'logs')) as { equal: boolean };
  expect(first).toMatchObject({
    equal: true,
    after: { sessions: { rows: visitors * 2 }, hits: { rows: lines } },
  });
  product = await startProduct({ data });
  expect(await json('verify')).toEqual([sound]);
  expect(await json('rebuild', '--dataset', 'logs')).toEqual(first);
  expect(await json('keys', 'rotate')).toEqual({ keys: 2 });
  expect(await json('verify')).toEqual([sound]);
});

test('A rebuild that is killed at any moment changes nothing, and can be run again', async () => {
  const before = await json('rebuild', '--dataset', 'logs');
  for (const afterMs of [500, 700, 900, 1_100, 1_300]) {
    const child = spawn(
      process.execPath,
      ['canister.mjs', 'rebuild', '--dataset', 'logs', '--data', data],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await pause(afterMs);
    child.kill('SIGKILL');
    await ended;
    expect(await totals()).toEqual([{ n: lines, ids: lines }]);
  }
  expect(await json('rebuild', '--dataset', 'logs')).toEqual(before);
});

test('A damaged byte is named with its session and code 1, and a rebuild refuses to lose it', async () => {
  const bytes = readFileSync(canisterFile('2024-03-03'));
  bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
  writeFileSync(canisterFile('2024-03-03'), bytes);
  const { code, out } = await command('verify', '--dataset', 'logs');
  expect([code, /damaged: session [0-9a-f]{32} in 2024-03-03\.seg/.test(out)]).toEqual([1, true]);
  const refused = await command('rebuild', '--dataset', 'logs');
  expect([refused.code, refused.out]).toEqual([1, '']);
  // All that share a block with it, which ends at 64 KiB of sessions.
  expect(refused.notes).toMatch(/15 of 600 sessions .* Nothing was changed/);
  expect(await totals()).toEqual([{ n: lines, ids: lines }]);
});

test('Tables that are gone come back by themselves; where that loses hits, the sentence says how many', async () => {
  rmSync(analyticsFile());
  const { notes, out } = await command(
    'query',
    'SELECT count(*) n FROM hits',
    '--dataset',
    'logs',
    '--json',
  );
  expect(JSON.parse(out)).toEqual([{ n: lines }]);
  expect(notes).toMatch(/tables of the dataset logs are gone/);

  rmSync(analyticsFile());
  rmSync(canisterFile('2024-03-03'));
  const refused = await command('query', 'SELECT 1', '--dataset', 'logs');
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.notes).toMatch(
    new RegExp(`canister: The dataset logs is held.*: ${lines / 2} stored hits`),
  );
  expect(refused.notes).not.toMatch(/^\s+at /m);
  expect(existsSync(analyticsFile())).toBe(false);
  product = await startProduct({ data, args: ['--accept-loss'] });
  expect(await totals()).toEqual([{ n: lines / 2, ids: lines / 2 }]);
});

test('A recut shows what moves, is seen by the doctor, and is in force when told, with a server and without', async () => {
  const recut = (...args: string[]) => json('recut', '--dataset', 'logs', ...args);
  const tables = 'SELECT count(*) n, sum(hits)::INTEGER hits FROM sessions';
  const now = () => json('query', tables, '--dataset', 'logs');
  // Everybody asks for a page a minute: with half a minute each hit is a session of its own.
  const before = { sessions: visitors * 2, hits: lines };
  const after = { sessions: lines, hits: lines, bounceRate: 1, durationMsMean: 0 };
  const moves = { before, after, split: visitors * 2, unchanged: 0, joined: 0 };
  expect(await recut('--idle-timeout-ms', '30000')).toMatchObject({ ...moves, applied: false });
  expect(await now()).toEqual([{ n: before.sessions, hits: lines }]);
  const { code, out } = await command('doctor');
  expect([code, /recut +logs: a recut waits \(600 sessions would be 12000\)/.test(out)]).toEqual([
    1,
    true,
  ]);
  product = await startProduct({ data });
  expect(await recut()).toMatchObject({ ...moves, applied: false });
  expect(await recut('--apply')).toMatchObject({ ...moves, applied: true });
  expect(await now()).toEqual([{ n: lines, hits: lines }]);
  expect(await json('dataset', 'list')).toMatchObject([{ idleTimeoutMs: 30_000 }]);
  expect(await json('verify')).toMatchObject([{ sound: lines, damagedCount: 0, missingCount: 0 }]);
  expect(await recut('--idle-timeout-ms', '60000')).toMatchObject({ joined: lines });
  expect(await recut('--discard')).toBe(null);
  expect((await command('recut', '--dataset', 'logs', '--apply')).notes).toMatch(
    /no recut to apply/,
  );
  expect((await command('recut', '--dataset', 'logs', '--cut-at-midnight', 'yes')).code).toBe(2);
});

test('Retention says what would go, and then it goes', async () => {
  const rule = ['retention', '--dataset', 'logs', '--keep-days', '30'];
  expect(await json(...rule, '--dry-run')).toMatchObject({
    applied: false,
    sessions: visitors * 2,
    hits: lines,
    days: [{ day: '2024-03-03', reason: 'age' }, { day: '2024-03-04' }],
  });
  expect(await totals()).toEqual([{ n: lines, ids: lines }]);
  expect((await command(...rule)).out).toMatch(/Removed: 2 days, 600 sessions, 12000 hits/);
  expect(await totals()).toEqual([{ n: 0, ids: 0 }]);
  expect(readdirSync(join(data, 'datasets/logs/canister'))).toEqual([]);
  expect(await json('dataset', 'list')).toMatchObject([{ keepSessionsDays: 30 }]);
  const old = join(data, 'old.log');
  writeFileSync(old, '192.0.2.7 - - [05/Mar/2024:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n');
  const { notes } = await command('import', old, '--dataset', 'logs');
  expect(notes).toMatch(/1 session of 2024-03-05 is more than the retention of logs keeps/);
  expect((await command('retention', '--dataset', 'logs', '--keep-all')).out).toMatch(
    /kept for good/,
  );
});
