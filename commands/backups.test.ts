/** A backup as an administrator makes it: of a server that takes hits all the while, put back on an empty machine. */
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Backup, Backups } from '../core/contract/backup.ts';

let folder: string;
let data: string;
let product: Product | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-backup-'));
  data = join(folder, 'data');
});

afterEach(async () => {
  await product?.stop();
  product = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const command = (...args: string[]) => runCommand([...args, '--data', data]);
const json = async <T>(...args: string[]) => {
  const { code, out, notes } = await command(...args, '--json');
  if (code !== 0) throw new Error(notes);
  return JSON.parse(out) as T;
};

/** Sends hits of many visitors, one request after the other, until it is stopped. Gives the ids that were acknowledged. */
function sending(baseUrl: string, writeKey: string) {
  const acknowledged: string[] = [];
  let sent = 0;
  let stopped = false;
  async function send(number: number): Promise<void> {
    for (let turn = 0; !stopped; turn += 1) {
      const hits = Array.from({ length: 10 }, (_, visitor) => ({
        dataset: writeKey,
        id: randomUUID(),
        type: 'page_view',
        visitor: `visitor-${number}-${visitor}-${turn % 7}`,
        url: `https://shop.example/${number}/${turn}`,
      }));
      sent += hits.length;
      const { status } = await fetch(`${baseUrl}/hits`, {
        method: 'POST',
        body: JSON.stringify(hits),
      });
      if (status === 202) acknowledged.push(...hits.map(({ id }) => id));
    }
  }
  const all = Promise.all([send(1), send(2), send(3)]);
  return {
    acknowledged,
    sent: () => sent,
    async stop() {
      stopped = true;
      await all;
    },
  };
}

test('What was acknowledged before a backup of a busy server is in it, once, and nothing that cannot be read', async () => {
  const { writeKey } = await json<{ writeKey: string }>('dataset', 'create', 'shop');
  product = await startProduct({
    data,
    environment: {
      CANISTER_IDLE_TIMEOUT_MS: '300',
      CANISTER_CLIENT_RATE_MAX: '0',
      CANISTER_DATASET_RATE_MAX: '0',
      CANISTER_VISITOR_RATE_MAX: '0',
    },
  });
  const load = sending(product.baseUrl, writeKey);
  while (load.acknowledged.length < 500) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = [...load.acknowledged];
  const made = await json<Backup & { path: string }>('backup', 'create');
  await load.stop();
  expect(made.path).toBe(join(data, 'backups', made.name));
  await product.stop();
  product = undefined;

  // An empty machine: the copy, and the key from where it is kept.
  const machine = join(folder, 'machine');
  cpSync(made.path, machine, { recursive: true });
  expect(existsSync(join(machine, 'master.key'))).toBe(false);
  cpSync(join(data, 'master.key'), join(machine, 'master.key'));
  data = machine;
  const doctor = await command('doctor');
  expect([doctor.code, doctor.out]).toEqual([0, expect.stringContaining('All is well.')]);
  // Whoever was active goes on, and has been idle for long by now.
  product = await startProduct({ data, environment: { CANISTER_IDLE_TIMEOUT_MS: '100' } });
  const counts = async () => {
    const wanted = before.map((id) => `'${id}'`).join(', ');
    const sql = `SELECT count(*) AS hits, count(DISTINCT hit_id) AS ids, count(*) FILTER (hit_id IN (${wanted})) AS wanted FROM hits`;
    const [row] = await json<Record<'hits' | 'ids' | 'wanted', number>[]>(
      ...['query', '--dataset', 'shop', sql],
    );
    return row;
  };
  await expect.poll(async () => (await counts())?.wanted, { timeout: 30_000 }).toBe(before.length);
  // What came while the copy was made may be in it or not, but never twice.
  const { hits, ids } = (await counts()) ?? {};
  expect(hits).toBe(ids);
  expect(hits).toBeLessThanOrEqual(load.sent());
  const [verified] = await json<{ damagedCount: number; missingCount: number }[]>('verify');
  expect(verified).toMatchObject({ damagedCount: 0, missingCount: 0 });
});

test('Backups are listed, the oldest go when asked, and only their owner can read them', async () => {
  await json('dataset', 'create', 'shop');
  expect((await command('backup', 'list')).out).toContain('canister backup create');
  const made: Backup[] = [];
  for (let count = 0; count < 3; count += 1)
    made.push(await json<Backup>('backup', 'create', '--keep', '2'));
  const { backups } = await json<Backups>('backup', 'list');
  expect(backups.map(({ name }) => name)).toEqual([made[2]?.name, made[1]?.name]);
  const [newest] = backups;
  expect(newest?.datasets).toEqual([{ dataset: 'shop', sessions: 0, hits: 0 }]);
  for (const name of readdirSync(join(data, 'backups'), { recursive: true, encoding: 'utf8' }))
    expect([name, statSync(join(data, 'backups', name)).mode & 0o077]).toEqual([name, 0]);
  const { out } = await command('backup', 'list');
  expect(out).toContain(newest?.name);
});

test('What is no backup is left alone, and one that was broken off goes with the next', async () => {
  await json('dataset', 'create', 'shop');
  const place = join(data, 'backups');
  mkdirSync(join(place, '2026-01-01T00-00-00-000Z.making/datasets'), { recursive: true });
  mkdirSync(join(place, 'mine'));
  writeFileSync(join(place, 'mine/notes.txt'), 'keep me');
  const { name } = await json<Backup>('backup', 'create', '--keep', '1');
  expect(readdirSync(place).sort()).toEqual([name, 'mine'].sort());
  expect((await json<Backups>('backup', 'list')).backups.map((one) => one.name)).toEqual([name]);
});

test('A folder that cannot be used is refused with its name and what to set', async () => {
  await json('dataset', 'create', 'shop');
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { code, notes } = await runCommand(['backup', 'create', '--data', data], '', {
    CANISTER_BACKUPS: file,
  });
  expect(code).toBe(1);
  expect(notes).toContain(file);
  expect(notes).toContain('CANISTER_BACKUPS');
  expect(notes).not.toContain('unexpected');
});

test('While the master key is being changed no backup is made, and the refusal says why', async () => {
  await json('dataset', 'create', 'shop');
  writeFileSync(join(data, 'master.key.next'), 'half way');
  const { code, notes } = await command('backup', 'create');
  expect(code).toBe(1);
  expect(notes).toContain('master.key');
});
