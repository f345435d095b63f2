import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { openDataKeys, openMasterKey } from './master-key.ts';
import { controlMigrations } from './migrations/migrations.ts';

let folder: string;
let control: LibsqlFile;
const file = () => join(folder, 'master.key');
const clock = () => 1_000;
const keysUnder = (masterKey: Buffer) => openDataKeys({ control, masterKey, clock });
async function stored(): Promise<unknown[][]> {
  const [result] = await control.batch(
    ['SELECT dataset, day, hex(wrapped), created_at FROM data_key ORDER BY 1, 2'],
    'read',
  );
  return (result?.rows ?? []).map((row) => [row[0], row[1], row[2], row[3]]);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-keys-'));
  control = await openLibsqlFile(join(folder, 'control.db'), controlMigrations);
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the master key', () => {
  test('is made at the first start, 32 random bytes that only the owner can read', async () => {
    const key = await openMasterKey(file(), control);
    expect(key).toHaveLength(32);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).toBe(`${key.toString('base64')}\n`);
    expect(await openMasterKey(file(), control)).toEqual(key);
  });

  test.each([
    '',
    'x',
    'AAAA',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
  ])('is not taken from a file that holds %j, and the file stays as it is', async (text) => {
    writeFileSync(file(), text);
    await expect(openMasterKey(file(), control)).rejects.toMatchObject({ code: 'key_missing' });
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  test('is not made anew where there is data that the lost one opens', async () => {
    await keysUnder(await openMasterKey(file(), control))('shop', '2026-11-21');
    rmSync(file());
    await expect(openMasterKey(file(), control)).rejects.toMatchObject({ code: 'key_missing' });
    expect(() => statSync(file())).toThrow('ENOENT');
  });
});

describe('data keys', () => {
  const masterKey = Buffer.alloc(32, 1);

  test('are one a dataset and day, the same each time and after a restart', async () => {
    const keys = keysUnder(masterKey);
    const [a, b, c] = await Promise.all([
      keys('shop', '2026-11-21'),
      keys('shop', '2026-11-22'),
      keys('blog', '2026-11-21'),
    ]);
    expect(new Set([a, b, c].map((key) => key.toString('hex'))).size).toBe(3);
    expect(await keys('shop', '2026-11-21')).toEqual(a);
    expect(await keysUnder(masterKey)('shop', '2026-11-21')).toEqual(a);
    expect(
      (await stored()).map(([dataset, day, , createdAt]) => [dataset, day, createdAt]),
    ).toEqual([
      ['blog', '2026-11-21', 1_000],
      ['shop', '2026-11-21', 1_000],
      ['shop', '2026-11-22', 1_000],
    ]);
  });

  test('are never stored in the clear', async () => {
    const key = await keysUnder(masterKey)('shop', '2026-11-21');
    const [row] = await stored();
    expect(String(row?.[2]).toLowerCase()).not.toContain(key.toString('hex'));
  });

  test('do not open with another master key, for old days nor for new ones, and nothing changes', async () => {
    await keysUnder(masterKey)('shop', '2026-11-21');
    const before = await stored();
    const wrong = keysUnder(Buffer.alloc(32, 2));
    for (const [dataset, day] of [
      ['shop', '2026-11-21'],
      ['shop', '2026-11-22'],
      ['blog', '2026-11-21'],
    ] as const)
      await expect(wrong(dataset, day)).rejects.toMatchObject({ code: 'key_missing' });
    expect(await stored()).toEqual(before);
  });

  test('of one day do not open as those of another', async () => {
    await keysUnder(masterKey)('shop', '2026-11-21');
    await control.batch([`UPDATE data_key SET day = '2026-11-22'`], 'write');
    await expect(keysUnder(masterKey)('shop', '2026-11-22')).rejects.toMatchObject({
      code: 'key_missing',
    });
  });
});
