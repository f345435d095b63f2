import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBadLines } from './bad-lines.ts';

let folder: string;
const place = () => join(folder, 'bad.tsv');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-bad-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('There is no file where no line was bad', async () => {
  expect(await listBadLines(place).close()).toBeUndefined();
  expect(existsSync(place())).toBe(false);
});

test('A hostile line keeps to its row and its columns', async () => {
  const list = listBadLines(place);
  list.add('a\tb.log', 7, 'the line is empty', 'x\ty\n\u001b[2J\u009b1m');
  expect(await list.close()).toBe(place());
  expect(readFileSync(place(), 'utf8')).toBe(
    'a\\tb.log\t7\tthe line is empty\tx\\ty\\n\\u001b[2J\\u009b1m\n',
  );
  expect(statSync(place()).mode & 0o777).toBe(0o600);
});

test('A hundred thousand bad lines all reach the file, in order, a few in memory at a time', async () => {
  const list = listBadLines(place);
  for (let number = 1; number <= 100_000; number += 1) {
    list.add('access.log', number, 'no log line', 'x'.repeat(200));
    if (number % 100 === 0) await list.ease();
  }
  await list.close();
  const numbers = readFileSync(place(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.split('\t')[1]));
  expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, index) => index + 1));
});

test('A list that cannot be written is said at the end', async () => {
  const list = listBadLines(() => join(folder, 'nowhere', 'bad.tsv'));
  list.add('access.log', 1, 'no log line', 'x');
  await expect(list.close()).rejects.toThrow(/ENOENT/);
});
