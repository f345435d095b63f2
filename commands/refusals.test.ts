/** What a wrong value of an option is answered with: its option's name, and the exit code of wrong usage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

let folder: string;
let product: Product;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-refusals-'));
  product = await startProduct({ data: join(folder, 'data') });
  await run('dataset', 'create', 'shop');
});
afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCommand([...args, '--data', join(folder, 'data')]);

test.each([
  ['retention --dataset shop --keep-days 0', '--keep-days: must be at least 1'],
  ['retention --dataset shop --keep-bytes 5', '--keep-bytes: must be at least 1,000,000'],
  ['recut --dataset shop --idle-timeout-ms 0', '--idle-timeout-ms: must be at least 1,000'],
  ['server-retention --keep-audit-days 1', '--keep-audit-days: must be at least 30'],
  ['channel save ops --mail nobody', '--mail: is not a mail address'],
  ['dataset create blog --host ***', '--host: is not a host name'],
  ['source create s --dataset shop --from nowhere', '--from: is no path'],
  ['source create s --dataset shop --from /x --time-zone x', '--time-zone: is not a known time'],
  ['subscription create s --dataset shop --to nobody --daily', '--to: is not a mail address'],
  ['subscription create s --dataset shop --to a@b.example --monthly 40', '--monthly: must be at'],
  [
    'export --dataset shop --out x --from a --to b',
    'canister: --from: is not a date like 2026-11-21; --to: is not a date like 2026-11-21\n',
  ],
  ['report overview --dataset shop --to abc', "option '--to <date>' argument 'abc' is invalid"],
  ['audit list --limit 1e3', "option '--limit <entries>' argument '1e3' is invalid"],
  ['key create k --role reader --days 0', 'It must be a number from 1 to 730.'],
  ['backup create --keep 99999999999999999999', 'is invalid. It is too large.'],
])('%s', async (line, said) => {
  const { code, notes, out } = await run(...line.split(' '));
  expect(notes).toContain(said);
  expect([code, out]).toEqual([2, '']);
});

test.each([
  [['query', 'SELECT 1', '--dataset', ''], "option '--dataset <slug>' is empty."],
  [['job', 'list', '--dataset', ''], "option '--dataset <slug>' is empty."],
  [['report', 'overview', '--dataset', 'shop', '--label', ''], "option '--label <name>' is empty."],
  [['label', 'delete', '', '--dataset', 'shop'], "argument 'name' is empty."],
])('What is empty, as a variable that was not set: %j', async (args, said) => {
  const { code, notes } = await run(...args);
  expect(notes).toContain(said);
  expect(code).toBe(2);
});
