/** The master key is changed and the change killed at each step: every data key opens at every moment. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld } from '../testing/world.ts';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { type Keyring, openKeyring, type RotationStep } from './master-key.ts';
import { controlMigrations } from './migrations/migrations.ts';

/** More than two batches of data keys. */
const daysMax = 450;
const days = Array.from({ length: daysMax }, (_, index) =>
  new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10),
);

let folder: string;
let control: LibsqlFile;
const file = () => join(folder, 'master.key');
const open = () => openKeyring({ file: file(), control, clock: () => 1_000 });
const all = async ({ keys }: Keyring) =>
  (await Promise.all(days.map((day) => keys('shop', day)))).map((key) => key.toString('hex'));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-rotation-'));
  control = await openLibsqlFile(join(folder, 'control.db'), controlMigrations);
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

class Killed extends Error {}

test('A new master key opens all data keys, which stay the same; the old one opens none', async () => {
  const ring = await open();
  const before = await all(ring);
  const old = readFileSync(file(), 'utf8');
  const steps: RotationStep[] = [];
  expect(await ring.rotate((step) => steps.push(step))).toBe(daysMax);
  expect(steps).toEqual([
    'next key written',
    'batch wrapped',
    'batch wrapped',
    'batch wrapped',
    'all wrapped',
    'key in place',
  ]);
  expect(readFileSync(file(), 'utf8')).not.toBe(old);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).filter((name) => name.includes('key'))).toEqual(['master.key']);
  expect(await all(ring)).toEqual(before);
  expect(await all(await open())).toEqual(before);
  writeFileSync(file(), old);
  await expect((await open()).keys('shop', '2025-01-01')).rejects.toMatchObject({
    code: 'key_missing',
  });
});

test.each([
  1, 2, 3, 4, 5, 6,
])('Killed at step %i, the next start finishes the change and every data key opens', async (dieAt) => {
  const ring = await open();
  const before = await all(ring);
  const old = readFileSync(file(), 'utf8');
  let steps = 0;
  const killed = ring.rotate(() => {
    steps += 1;
    if (steps === dieAt) throw new Killed();
  });
  await expect(killed).rejects.toThrow(Killed);
  const again = await open();
  expect(existsSync(`${file()}.next`)).toBe(false);
  expect(readFileSync(file(), 'utf8')).not.toBe(old);
  expect(await all(again)).toEqual(before);
  expect(await again.rotate()).toBe(daysMax);
  expect(await all(await open())).toEqual(before);
});

test.each([
  1, 3, 5, 6,
])('Failed at step %i in a process that goes on, all keys still open, and the next call finishes it', async (failAt) => {
  const ring = await open();
  const before = await all(ring);
  let steps = 0;
  const failed = ring.rotate(() => {
    steps += 1;
    if (steps === failAt) throw new Killed();
  });
  await expect(failed).rejects.toThrow(Killed);
  const fresh = await ring.keys('shop', '2030-01-01');
  expect(await all(ring)).toEqual(before);
  await ring.rotate();
  const later = await open();
  expect(await all(later)).toEqual(before);
  expect(await later.keys('shop', '2030-01-01')).toEqual(fresh);
});

test('A new key that was killed while it was written is thrown away', async () => {
  const before = await all(await open());
  const old = readFileSync(file(), 'utf8');
  writeFileSync(`${file()}.next.making`, 'AAAA');
  expect(await all(await open())).toEqual(before);
  expect(readFileSync(file(), 'utf8')).toBe(old);
  expect(existsSync(`${file()}.next.making`)).toBe(false);
});

test('A master key that is not the right one is not changed, and nothing else is', async () => {
  await all(await open());
  const wrong = `${Buffer.alloc(32, 9).toString('base64')}\n`;
  writeFileSync(file(), wrong);
  await expect((await open()).rotate()).rejects.toMatchObject({ code: 'key_missing' });
  expect(readFileSync(file(), 'utf8')).toBe(wrong);
});

test('Sessions of before and after a change are read while the engine runs', async () => {
  const world = await createWorld();
  try {
    await world.dataset({ slug: 'shop' });
    for (const visitor of ['before', 'after', 'much later']) {
      await world.send({ visitor });
      world.advance(30 * 3_600_000);
      await world.settle();
      expect(await world.engine.rotateKeys()).toBeGreaterThan(0);
    }
    expect(await world.engine.verify('shop')).toMatchObject({ sound: 3, damagedCount: 0 });
    await world.crash();
    await world.reopen();
    expect(await world.engine.verify('shop')).toMatchObject({ sound: 3, damagedCount: 0 });
  } finally {
    await world.close();
  }
});
