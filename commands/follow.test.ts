/** A live log followed by the real command beside the real server: growth, a line in parts, rotation, Ctrl+C, and on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

let root: string;
let file: string;
let product: Product;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'canister-follow-'));
  mkdirSync(join(root, 'logs'));
  file = join(root, 'logs', 'access.log');
  product = await startProduct({ environment: { CANISTER_SOURCE_FOLDERS: join(root, 'logs') } });
  expect((await runCommand(['dataset', 'create', 'shop', '--data', product.data])).code).toBe(0);
});
afterAll(async () => {
  await product?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** One visitor a line, long ago: its session has ended when the line comes. */
const line = (hour: number) =>
  `10.0.0.${hour} - - [20/Nov/2026:${String(hour).padStart(2, '0')}:00:00 +0000] "GET /h${hour} HTTP/1.1" 200 12 "-" "Mozilla/5.0 Firefox/143.0"\n`;

interface Following {
  process: ChildProcess;
  notes: () => string;
  /** How many hits it has told of so far, in whatever portions they came. */
  accepted: () => number;
  /** Presses Ctrl+C and gives the summary. */
  stop(): Promise<Record<string, number>>;
}

function startFollow(path = file): Following {
  const { data } = product;
  const args = ['canister.mjs', 'import', path, '--dataset', 'shop', '--follow', '--json'];
  const child = spawn(process.execPath, [...args, '--data', data], { stdio: 'pipe' });
  let out = '';
  let notes = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (notes += text));
  return {
    process: child,
    notes: () => notes,
    accepted: () =>
      [...notes.matchAll(/(\d+) accepted/g)].reduce((sum, [, count]) => sum + Number(count), 0),
    async stop() {
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      child.kill('SIGINT');
      expect(await ended, notes).toBe(0);
      return JSON.parse(out);
    },
  };
}

const storedPaths = async () => {
  const sql = 'SELECT path FROM hits ORDER BY path';
  const { code, out } = await runCommand([
    'query',
    sql,
    '--dataset',
    'shop',
    '--json',
    '--data',
    product.data,
  ]);
  expect(code).toBe(0);
  return (JSON.parse(out) as { path: string }[]).map(({ path }) => path);
};

const patient = { timeout: 45_000, interval: 100 };

it('takes every line once, through growth, rotation and a stop', async () => {
  writeFileSync(file, line(1) + line(2));
  const first = startFollow();
  await expect.poll(first.accepted, patient).toBe(2);
  const [head, tail] = [line(3).slice(0, 40), line(3).slice(40)];
  appendFileSync(file, head);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  appendFileSync(file, tail + line(4));
  await expect.poll(first.accepted, patient).toBe(4);
  appendFileSync(file, line(5));
  renameSync(file, `${file}.1`);
  writeFileSync(file, line(6));
  await expect.poll(first.accepted, patient).toBe(6);
  expect(await first.stop()).toMatchObject({ lines: 6, accepted: 6, duplicate: 0, bad: 0 });
  expect(await storedPaths()).toEqual(['/h1', '/h2', '/h3', '/h4', '/h5', '/h6']);

  appendFileSync(file, `${line(7)}no line of a log\n${line(8)}`);
  const second = startFollow();
  await expect.poll(second.accepted, patient).toBe(2);
  expect(await second.stop()).toMatchObject({ lines: 3, accepted: 2, duplicate: 0, bad: 1 });
  expect(await storedPaths()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((hour) => `/h${hour}`));
});

it('refuses what it cannot follow', async () => {
  const tried = async (...args: string[]) => {
    const { code, notes } = await runCommand([
      'import',
      ...args,
      '--dataset',
      'shop',
      '--follow',
      '--data',
      product.data,
    ]);
    expect(code).toBe(2);
    return notes;
  };
  expect(await tried('-')).toContain('the path of one file');
  expect(await tried(file, `${file}.1`)).toContain('takes one file');
  expect(await tried(file, '--dry-run')).toContain('leave out --dry-run');
});

it('ends where nothing can be read when it begins, with each problem in a line of its own', async () => {
  const outside = join(root, 'outside.log');
  writeFileSync(outside, line(1));
  const notes = join(root, 'logs', 'notes.txt');
  writeFileSync(notes, 'no log line\n');
  const follow = async (path: string, ...args: string[]) => {
    const where = ['--dataset', 'shop', '--data', product.data];
    const { code, notes: says } = await runCommand(['import', path, '--follow', ...where, ...args]);
    expect(code, says).toBe(1);
    return says;
  };
  expect(await follow(outside)).toMatch(/outside\.log: .+\n.*outside\.log\.1: .+\n/);
  expect(await follow(notes)).toContain('is in a known format');
  writeFileSync(`${notes}.2`, 'no log line\n');
  expect(await follow(`${notes}.2`, '--format', 'combined')).toContain('not one of 1 line could');
});

it('waits for a file that is not there yet', async () => {
  const later = join(root, 'logs', 'later.log');
  const following = startFollow(later);
  await expect.poll(following.notes, patient).toMatch(/later\.log: there is no such file/);
  writeFileSync(later, line(1) + line(2));
  await expect.poll(following.notes, patient).toContain('+');
  await following.stop();
});
