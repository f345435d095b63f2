import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findOwner, openDataFolder } from './data-folder.ts';
import { type FolderLock, lockDataFolder } from './folder-lock.ts';

let root: string;
const children: ChildProcess[] = [];
const lockFile = () => join(root, 'owner.json');

/** A process that lives until the test ends, and its start in the kernel's ticks. */
async function otherProcess(
  work = 'process.stdout.write("up")',
): Promise<{ child: ChildProcess; pid: number; startTicks: string }> {
  const child = spawn(process.execPath, ['-e', `${work}; setInterval(() => {}, 1000)`]);
  children.push(child);
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return { child, pid, startTicks: stat.split(') ')[1]?.split(' ')[19] ?? '' };
}

beforeEach(() => {
  root = openDataFolder(join(mkdtempSync(join(tmpdir(), 'canister-folder-')), 'data')).root;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(join(root, '..'), { recursive: true, force: true });
});

test('a data folder is made for its owner alone, and names its files', () => {
  const folder = openDataFolder(root);
  expect(statSync(root).mode & 0o777).toBe(0o700);
  expect(folder.hitsFile).toBe(join(root, 'hits.db'));
  expect(folder.dataset('shop')).toEqual({
    folder: join(root, 'datasets/shop'),
    canister: join(root, 'datasets/shop/canister'),
    analyticsFile: join(root, 'datasets/shop/analytics.duckdb'),
    recut: join(root, 'datasets/shop/recut'),
    published: join(root, 'datasets/shop/published'),
    exports: join(root, 'datasets/shop/exports'),
  });
  expect(folder.badLinesFile('shop', 's')).toBe(
    join(root, 'datasets/shop/imports/bad-lines-s.tsv'),
  );
});

describe('the lock', () => {
  const locks: FolderLock[] = [];
  afterEach(() => {
    for (const lock of locks.splice(0)) lock.release();
  });
  async function own(): Promise<FolderLock> {
    const lock = await lockDataFolder(root);
    locks.push(lock);
    return lock;
  }

  test('names this process, then its port, and goes when it is released', async () => {
    const lock = await lockDataFolder(root);
    expect(findOwner(root)).toEqual({
      pid: process.pid,
      startTicks: expect.stringMatching(/^\d+$/),
    });
    lock.announce(8080);
    expect(findOwner(root)).toMatchObject({ pid: process.pid, port: 8080 });
    lock.release();
    expect(findOwner(root)).toBeUndefined();
    expect(existsSync(lockFile())).toBe(false);
    await own();
  });

  test('is refused to a second owner, who is told the first one’s number', async () => {
    await own();
    await expect(lockDataFolder(root)).rejects.toMatchObject({
      code: 'data_in_use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  test('of another living process is respected, and taken over when that process was killed', async () => {
    const { child, pid, startTicks } = await otherProcess();
    writeFileSync(lockFile(), JSON.stringify({ pid, startTicks, port: 8081 }));
    await expect(lockDataFolder(root)).rejects.toThrow(`process ${pid}`);
    expect(findOwner(root)?.port).toBe(8081);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findOwner(root)).toBeUndefined();
    await own();
    expect(findOwner(root)?.pid).toBe(process.pid);
  });

  test('of a dead process is taken over though another has its number now', async () => {
    const { pid, startTicks } = await otherProcess();
    writeFileSync(lockFile(), JSON.stringify({ pid, startTicks: `${Number(startTicks) - 1}` }));
    await own();
    expect(findOwner(root)?.pid).toBe(process.pid);
  });

  test.each(['', '{', 'null', '{"pid":"x"}', '[]'])('that holds %j is taken over', async (text) => {
    writeFileSync(lockFile(), text);
    await own();
    expect(findOwner(root)?.pid).toBe(process.pid);
  });

  test('is held by the kernel: one of a process with the same number in another container counts', async () => {
    // What is read there names a process that is another one here, so that it seems to be gone.
    const there = JSON.stringify({ pid: process.pid, startTicks: '1' });
    writeFileSync(lockFile(), there);
    const { child } = await otherProcess(`
      const { createClient } = require('@libsql/client');
      const client = createClient({ url: 'file:${join(root, 'owner.lock')}' });
      client.transaction('write').then((held) => { globalThis.held = held; process.stdout.write('up'); });
    `);
    expect(findOwner(root)).toBeUndefined();
    await expect(lockDataFolder(root)).rejects.toMatchObject({
      code: 'data_in_use',
      message: expect.stringContaining('container'),
    });
    expect(readFileSync(lockFile(), 'utf8')).toBe(there);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await own();
    expect(findOwner(root)?.pid).toBe(process.pid);
  });
});
