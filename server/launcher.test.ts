/** The launcher for a user who may run the program and not build it, as a service does. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'canister-launcher-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const nobody = 65_534;
/** Root may write everywhere. */
const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

const launch = () =>
  spawnSync(process.execPath, [join(folder, 'canister.mjs')], { encoding: 'utf8', ...user });

test('What was built runs; what is older than its sources says who has to build it, and how', () => {
  const cli = join(folder, 'dist/node/cli.js');
  for (const name of ['dist/node', 'node_modules', 'core'])
    mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(import.meta.dirname, '../canister.mjs'), join(folder, 'canister.mjs'));
  writeFileSync(join(folder, 'core/clock.ts'), '');
  writeFileSync(cli, 'process.stdout.write("It runs.")');
  chmodSync(join(folder, 'node_modules'), 0o555);
  chmodSync(folder, 0o755);
  expect(launch()).toMatchObject({ status: 0, stdout: 'It runs.', stderr: '' });
  utimesSync(cli, 1, 1);
  const { status, stdout, stderr } = launch();
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^The program in .* is older than its sources.* \(EACCES\)\. .*npm ci/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
