/** Sources of files on this machine: what is in the way of one folder or file is not in the way of the others. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSourceWorld, type SourceWorld } from '../../testing/source-world.ts';

const line = (address: string) =>
  `${address} - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "Firefox"\n`;

let sources: SourceWorld;
let folder: string;
beforeEach(async () => {
  sources = await openSourceWorld({ readsFolder: true });
  ({ folder } = sources);
});
afterEach(() => sources.close());

function log(site: string, text: string): string {
  const file = join(folder, site, 'log', 'access.log');
  mkdirSync(join(folder, site, 'log'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

test('A folder that is no site, or leads elsewhere, keeps no other from being read', async () => {
  log('blog', line('10.0.0.1'));
  log('shop', line('10.0.0.2'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'file'), '');
  const pattern = join(folder, '*/log/access.log');
  expect(await sources.run(pattern)).toMatchObject({ state: 'done', accepted: 2, problems: [] });
  log('shop', `${line('10.0.0.2')}${line('10.0.0.3')}`);
  mkdirSync(join(sources.world.root, 'outside/log'), { recursive: true });
  symlinkSync(join(sources.world.root, 'outside/log'), join(folder, 'empty/log'));
  expect(await sources.run(pattern)).toMatchObject({
    state: 'partly',
    accepted: 1,
    problems: [expect.stringContaining('is in none of the folders that sources may read')],
  });
});

test('A folder that has gone is said in words, and is read again when it is back', async () => {
  const pattern = join(folder, 'shop/log/*.log');
  log('shop', line('10.0.0.1'));
  await sources.run(pattern);
  rmSync(join(folder, 'shop'), { recursive: true });
  expect(await sources.desk.run('Web')).toMatchObject({
    state: 'failed',
    problems: [`${pattern}: ${join(folder, 'shop/log')} is not there (ENOENT).`],
  });
  log('shop', `${line('10.0.0.1')}${line('10.0.0.2')}`);
  expect(await sources.desk.run('Web')).toMatchObject({ state: 'done', accepted: 1 });
});

/** Whoever is root may read everything. */
const isRoot = process.getuid?.() === 0;

test.skipIf(isRoot)(
  'What may not be read is said, and a file in a folder that may not be listed is read',
  async () => {
    const file = log('shop', line('10.0.0.1'));
    const closed = log('closed', line('10.0.0.2'));
    chmodSync(join(folder, 'shop/log'), 0o311);
    chmodSync(closed, 0o000);
    expect(await sources.run(file)).toMatchObject({ state: 'done', accepted: 1 });
    const run = await sources.run(join(folder, '*/log/*.log'));
    chmodSync(join(folder, 'shop/log'), 0o700);
    expect(run.state).toBe('failed');
    expect(run.problems.join()).toContain('shop/log may not be read by the user who runs Canister');
    expect(run.problems.join()).toContain(`${closed} may not be read`);
  },
);
