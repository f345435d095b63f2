/** Export and erasure of one visitor with the built program. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../console/testing/product.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-visitors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = ['--data', join(folder, 'data')];

const canary = 'canary-path-of-one-reader';
const line = (address: string, path: string) =>
  `${address} - - [21/Nov/2026:10:00:00 +0000] "GET /${path} HTTP/1.1" 200 12 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"`;

const filesWith = (text: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  ).length;

test('A visitor of a log is exported whole, and erased with a proof', async () => {
  const log = join(folder, 'access.txt');
  writeFileSync(log, [line('192.0.2.1', canary), line('198.51.100.7', 'teas')].join('\n'));
  await runCommand(['dataset', 'create', 'shop', ...data]);
  await runCommand(['import', log, '--dataset', 'shop', ...data]);
  rmSync(log);
  const sql = `SELECT visitor_id FROM sessions WHERE entry_path = '/${canary}'`;
  const rows = JSON.parse(
    (await runCommand(['query', '--dataset', 'shop', sql, '--json', ...data])).out,
  );
  const key = String(rows[0].visitor_id);
  const exported = await runCommand(['visitor', 'export', key, '--dataset', 'shop', ...data]);
  const lines = exported.out.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    visitor: key,
    hits: [{ path: `/${canary}` }],
  });
  const dry = await runCommand(['visitor', 'erase', key, '--dataset', 'shop', ...data]);
  expect(dry.out).toContain(
    'Would be removed for good: 1 session with 1 hit, and 0 active sessions',
  );
  const erased = await runCommand(['visitor', 'erase', key, '--dataset', 'shop', '--yes', ...data]);
  expect(erased.out).toContain('nothing is left');
  expect([filesWith(canary), filesWith(key)]).toEqual([0, 0]);
  const left = await runCommand([
    'query',
    '--dataset',
    'shop',
    'SELECT entry_path FROM sessions',
    '--json',
    ...data,
  ]);
  expect(JSON.parse(left.out)).toEqual([{ entry_path: '/teas' }]);
  const again = await runCommand(['visitor', 'erase', key, '--dataset', 'shop', '--yes', ...data]);
  expect(again.notes).toContain('holds nothing of this visitor');
});
