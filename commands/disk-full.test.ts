/**
 * The built product on a small disk that becomes full and empty again. It needs the right to mount a file system in
 * memory; where that is missing the tests are shown as skipped.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

const diskBytes = 48 * 1024 * 1024;
const idleTimeoutMs = 1_500;
const folder = mkdtempSync(join(tmpdir(), 'canister-disk-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder]).status === 0;
const filler = join(folder, 'filler');
const data = join(folder, 'data');
const patient = { timeout: 45_000, interval: 200 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let product: Product | undefined;
let writeKey = '';

beforeAll(async () => {
  if (!mounted) return;
  const { code, out, notes } = await runCommand([
    'dataset',
    'create',
    'shop',
    '--json',
    '--data',
    data,
  ]);
  if (code !== 0) throw new Error(notes);
  writeKey = (JSON.parse(out) as { writeKey: string }).writeKey;
});

afterAll(async () => {
  await product?.stop();
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves so many bytes free. */
function fill(freeBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
}

async function send(): Promise<{ ids: string[]; status: number; refused: string | null }> {
  const hits = Array.from({ length: 20 }, (_, index) => ({
    dataset: writeKey,
    id: randomUUID(),
    type: 'page_view',
    visitor: `v${index}`,
    url: `https://shop.example/${'x'.repeat(1_000)}`,
  }));
  const response = await fetch(`${product?.baseUrl}/hits`, {
    method: 'POST',
    body: JSON.stringify(hits),
  });
  if (response.status === 503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  const refused = response.headers.get('x-canister-refused');
  return { ids: hits.map(({ id }) => id), status: response.status, refused };
}

describe.skipIf(!mounted)('A disk that becomes full', () => {
  test('Hits are answered 503 and never 2xx while they cannot be stored, and taken again when there is room', async () => {
    product = await startProduct({
      data,
      environment: {
        CANISTER_IDLE_TIMEOUT_MS: String(idleTimeoutMs),
        CANISTER_DISK_FREE_BYTES_MIN: '0',
      },
    });
    const { baseUrl } = product;
    const acknowledged = new Set<string>();
    const statuses = new Set<number>();
    const sendAndNote = async () => {
      const { ids, status, refused } = await send();
      statuses.add(status);
      if (status === 202) for (const id of ids) acknowledged.add(id);
      return { status, refused };
    };
    expect((await sendAndNote()).status).toBe(202);
    fill(64 * 1024);
    let failed = 0;
    for (let tries = 0; tries < 400 && failed < 10; tries += 1) {
      const { status, refused } = await sendAndNote();
      if (status !== 503) continue;
      expect(refused).toBe('inbox_failed');
      failed += 1;
    }
    expect(failed).toBe(10);
    // Sessions end meanwhile, and find no room either.
    await pause(idleTimeoutMs * 2 + 1_000);
    const alarms = async () => {
      const status = await (await fetch(`${baseUrl}/api/status`)).json();
      return (status as { alarms: { code: string }[] }).alarms.map(({ code }) => code);
    };
    await expect.poll(alarms, patient).toEqual(['disk_full']);
    expect((await fetch(`${baseUrl}/healthz`)).status).toBe(200);
    const waiting = await fetch(`${baseUrl}/readyz`);
    expect([waiting.status, await waiting.json()]).toEqual([
      503,
      { status: 'unavailable', detail: expect.stringMatching(/wait for room/) },
    ]);

    rmSync(filler);
    for (let tries = 0; tries < 50 && (await sendAndNote()).status !== 202; tries += 1)
      await pause(100);
    expect((await sendAndNote()).status).toBe(202);
    const ready = async () => (await fetch(`${baseUrl}/readyz`)).status;
    await expect.poll(ready, patient).toBe(200);
    expect([...statuses].sort()).toEqual([202, 503]);
    const storedHits = async () => {
      const status = await (await fetch(`${baseUrl}/api/status`)).json();
      return (status as { datasets: { storedHits: number }[] }).datasets[0]?.storedHits;
    };
    await expect.poll(storedHits, patient).toBe(acknowledged.size);
    const { out, notes } = await runCommand([
      ...['query', 'SELECT hit_id::VARCHAR AS id FROM hits LIMIT 10000', '--dataset', 'shop'],
      ...['--json', '--data', data],
    ]);
    const stored = (JSON.parse(out || notes) as { id: string }[]).map(({ id }) => id);
    expect(new Set(stored).size).toBe(stored.length);
    const known = new Set(stored);
    expect([...acknowledged].filter((id) => !known.has(id))).toEqual([]);
    expect(stored).toHaveLength(acknowledged.size);
    expect(await product.stop()).toBe(0);
  });

  test('An import that finds no room says so, and is done again when there is some', async () => {
    const lines = 20_000;
    const log = `${folder}.log`;
    const paths = Array.from({ length: lines }, (_, index) => `/p${index}`);
    const line = (path: string, index: number) =>
      `192.0.${index % 250}.7 - - [02/Mar/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n`;
    writeFileSync(log, paths.map(line).join(''));
    const shop = ['--dataset', 'shop', '--data', data];
    product = await startProduct({ data, environment: { CANISTER_DISK_FREE_BYTES_MIN: '0' } });
    try {
      fill(64 * 1024);
      const refused = await runCommand(['import', log, ...shop]);
      expect([refused.code, refused.notes]).toEqual([
        1,
        expect.stringContaining('no room left on the disk'),
      ]);
      rmSync(filler);
      const done = await runCommand(['import', log, ...shop]);
      expect(done.code, done.notes).toBe(0);
      const sql = `SELECT count(*)::INTEGER AS hits, count(DISTINCT path)::INTEGER AS paths FROM hits WHERE origin = 'log'`;
      const { out } = await runCommand(['query', sql, '--json', ...shop]);
      expect(JSON.parse(out)).toEqual([{ hits: lines, paths: lines }]);
    } finally {
      rmSync(log);
      expect(await product.stop()).toBe(0);
    }
  });

  test('Below the low mark hits are refused before anything fails, and taken again by themselves', async () => {
    product = await startProduct({ data });
    expect((await send()).status).toBe(202);
    fill(2 * 1024 * 1024);
    let answer = await send();
    for (let tries = 0; tries < 30 && answer.status === 202; tries += 1) {
      await pause(500);
      answer = await send();
    }
    expect(answer).toMatchObject({ status: 503, refused: 'disk_low' });
    const { alarms } = (await (await fetch(`${product.baseUrl}/api/status`)).json()) as {
      alarms: { code: string }[];
    };
    expect(alarms.map(({ code }) => code)).toEqual(['disk_low']);
    expect((await fetch(`${product.baseUrl}/readyz`)).status).toBe(503);
    rmSync(filler);
    for (let tries = 0; tries < 30 && answer.status !== 202; tries += 1) {
      await pause(500);
      answer = await send();
    }
    expect(answer.status).toBe(202);
  });
});
