/** Data folders that cannot be opened, and results that cannot be written: each command says why, and ends. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';

const launcher = fileURLToPath(new URL('../canister.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'canister-unusable-'));
const whole = join(folder, 'whole');
const disk = join(folder, 'disk');
mkdirSync(disk);
let writeKey = '';
const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', disk]).status === 0;
/** A line of the program in what the user reads. */
const stackLine = /\n\s+at |node:internal/;

/** A command that must end by itself: one that hangs gets no exit code. */
function run(...args: string[]): { code: number | null; said: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [launcher, ...args], {
    encoding: 'utf8',
    timeout: 90_000,
    env: { ...process.env, PORT: '0' },
  });
  return { code: status, said: `${stdout}${stderr}` };
}

beforeAll(async () => {
  const made = await runCommand(['dataset', 'create', 'shop', '--json', '--data', whole]);
  if (made.code !== 0) throw new Error(made.notes);
  writeKey = (JSON.parse(made.out) as { writeKey: string }).writeKey;
});

afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(folder, { recursive: true, force: true });
});

describe('A data folder that cannot be opened', () => {
  test('because a newer version wrote it is refused by every command, which ends and leaves no lock', async () => {
    const data = join(folder, 'newer');
    cpSync(whole, data, { recursive: true });
    const client = createClient({ url: `file:${join(data, 'control.db')}` });
    await client.batch(['PRAGMA user_version = 999'], 'write');
    client.close();
    for (const args of [['serve'], ['dataset', 'list']]) {
      const { code, said } = run(...args, '--data', data);
      expect([args, code]).toEqual([args, 1]);
      expect(said).toMatch(/control\.db was written by a newer version/);
      expect(existsSync(join(data, 'owner.json'))).toBe(false);
    }
  });

  test.each(['hits.db', 'control.db'])('because %s is damaged says so, and what to do', (file) => {
    const data = join(folder, `damaged-${file}`);
    cpSync(whole, data, { recursive: true });
    writeFileSync(join(data, file), Buffer.alloc(20_000, 'x'));
    const { code, said } = run('serve', '--data', data);
    expect(code).toBe(1);
    expect(said).toContain(`${file} is damaged. Put your backup`);
    expect(said).not.toMatch(stackLine);
    expect(run('doctor', '--data', data).said).toMatch(/!!.*(?:damaged|cannot be read)/);
  });

  test.each([
    ['gone', rmSync],
    ['empty', truncateSync],
  ])('because control.db is %s is not begun anew beside stored sessions', (what, damage) => {
    const data = join(folder, `control-${what}`);
    cpSync(whole, data, { recursive: true });
    const file = join(data, 'control.db');
    rmSync(`${file}-wal`, { force: true });
    damage(file);
    const { code, said } = run('serve', '--data', data);
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/control\.db is missing or empty, .*shop/),
    ]);
    expect(statSync(file, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect(run('doctor', '--data', data)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/!!.*control\.db: missing or empty/),
    });
  });

  test.each([
    ['gone', rmSync],
    ['empty', truncateSync],
  ])('because hits.db is %s goes on only when that loss is accepted, and counts new hits', async (what, damage) => {
    const data = join(folder, `hits-${what}`);
    cpSync(whole, data, { recursive: true });
    rmSync(join(data, 'hits.db-wal'), { force: true });
    damage(join(data, 'hits.db'));
    expect(run('serve', '--data', data)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/hits\.db is missing or empty.*serve --accept-loss/),
    });
    const product = await startProduct({ data, args: ['--accept-loss'] });
    const body = JSON.stringify({
      dataset: writeKey,
      id: randomUUID(),
      type: 'page_view',
      url: 'https://shop.example/',
    });
    expect((await fetch(`${product.baseUrl}/hits`, { method: 'POST', body })).status).toBe(202);
    expect(await product.stop()).toBe(0);
    expect(run('doctor', '--data', data).said).toContain('all 1 accepted hits are accounted for');
  });

  test('because there is none is not begun by a slip in its name', () => {
    const data = join(folder, 'slip');
    for (const args of [
      ['dataset', 'list'],
      ['query', 'SELECT 1', '--dataset', 'shop'],
      ['keys', 'rotate'],
    ]) {
      const { code, said } = run(...args, '--data', data);
      expect([code, said]).toEqual([
        1,
        `canister: There is no data folder ${data}. Name it with --data or CANISTER_DATA, or begin a new one: canister dataset create SLUG\n`,
      ]);
    }
    expect(existsSync(data)).toBe(false);
  });

  test('because it is a file, or nothing can be made there, says so', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const data of [file, '/proc/canister']) {
      const { code, said } = run('serve', '--data', data);
      expect([data, code]).toEqual([data, 1]);
      expect(said).toContain(`canister: ${data} is no`);
      expect(said).not.toMatch(stackLine);
    }
    expect(run('doctor', '--data', file)).toMatchObject({ code: 1 });
  });

  test.skipIf(!isMounted)(
    'because its disk is for reading only: the doctor does not call it well',
    () => {
      const data = join(disk, 'data');
      cpSync(whole, data, { recursive: true });
      spawnSync('mount', ['-o', 'remount,ro', disk]);
      const served = run('serve', '--data', data);
      expect(served.code).toBe(1);
      expect(served.said).toContain('its disk is mounted for reading only');
      expect(served.said).not.toMatch(stackLine);
      const { code, said } = run('doctor', '--data', data);
      expect(code).toBe(1);
      expect(said).toMatch(/!!.* cannot be read and written by this user/);
    },
  );
});

test('What is made in a folder that others may enter is closed to them, and the doctor tells where it is not', async () => {
  const data = join(folder, 'open');
  mkdirSync(data);
  chmodSync(data, 0o755);
  await runCommand(['dataset', 'create', 'shop', '--data', data]);
  const others = readdirSync(data).filter(
    (name) => (statSync(join(data, name)).mode & 0o077) !== 0,
  );
  expect([readdirSync(data), others]).toEqual([
    expect.arrayContaining(['control.db', 'datasets', 'hits.db']),
    [],
  ]);
  expect(run('doctor', '--data', data)).toMatchObject({ code: 0 });
  chmodSync(join(data, 'control.db'), 0o644);
  const { code, said } = run('doctor', '--data', data);
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(/Others on this machine can read control\.db\.\n.*chmod -R go-rwx/),
  ]);
});

describe('A result that cannot be written', () => {
  const manyRows = 'SELECT md5(range::VARCHAR) AS text FROM range(9000)';
  const inShell = (command: string) =>
    spawnSync(
      'bash',
      [
        '-o',
        'pipefail',
        '-c',
        `"$0" "$1" query "$2" --dataset shop --data "$3" ${command}`,
        process.execPath,
        launcher,
        manyRows,
        whole,
      ],
      {
        encoding: 'utf8',
        timeout: 90_000,
      },
    );

  test('because the reader has gone, as head does, is no failure', () => {
    const { status, stdout, stderr } = inShell('| head -1');
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^text\s*\n$/), '']);
  });

  test('because the disk is full fails the command with a sentence', () => {
    const { status, stderr } = inShell('> /dev/full');
    expect(status).toBe(1);
    expect(stderr).toContain('canister: The result cannot be written: no space left on device');
    expect(stderr).not.toMatch(stackLine);
  });

  test('because there is no such folder fails the command with a sentence', () => {
    const file = join(folder, 'nowhere', 'rows.xlsx');
    const { code, said } = run(
      'query',
      'SELECT 1',
      '--dataset',
      'shop',
      '--data',
      whole,
      '--xlsx',
      file,
    );
    expect([code, said]).toEqual([1, `canister: ${file}: no such file or directory (ENOENT).\n`]);
  });
});
