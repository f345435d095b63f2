/** What the doctor says of sessions that were stored by a clock that was ahead. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../console/testing/product.ts';
import { examineFiles } from '../core/stores/examine-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-doctor-future-'));
const line = (address: string, day: number) =>
  `${address} - - [${day}/May/2015:10:05:00 +0000] "GET / HTTP/1.1" 200 5\n`;
const log = line('10.0.1.1', 16) + line('10.0.2.1', 17) + line('10.0.3.1', 18);

beforeAll(async () => {
  await runCommand(['dataset', 'create', 'shop', '--data', folder]);
  const { code } = await runCommand(['import', '-', '--dataset', 'shop', '--data', folder], log);
  expect(code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const notesAt = async (now: string) =>
  (await examineFiles(folder, Date.parse(now)))
    .filter(({ check, level }) => check === 'segments' && level !== 'well')
    .map(({ says }) => says.split(':', 2).join(':'));

test.each([
  ['2015-05-14T23:59:59Z', ['shop: 3 sessions of 2015-05-16 to 2015-05-18 lie in the future']],
  ['2015-05-16T00:00:00Z', ['shop: 1 session of 2015-05-18 lies in the future']],
  ['2015-05-16T23:59:59Z', ['shop: 1 session of 2015-05-18 lies in the future']],
  ['2015-05-17T00:00:00Z', []],
  ['2026-11-23T00:00:00Z', []],
])('at %s: %j', async (now, notes) => {
  expect(await notesAt(now)).toEqual(notes);
});
