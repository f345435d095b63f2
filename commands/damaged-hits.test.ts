/** A damaged page of `hits.db`, as an administrator meets it: at the start, while it runs, and at the stop. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Status } from '../core/contract/status.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-damaged-'));
const whole = join(folder, 'whole');
const pageBytes = 4_096;
const visitors = 120;
const hitsEach = 40;
const sent = visitors * hitsEach;
const environment = { CANISTER_CLIENT_RATE_MAX: '100000' };
const advice = /hits\.db is damaged\. Put your backup.*start once with serve --accept-loss/;
let bodies: string[] = [];
let product: Product | undefined;
let data: string;

const command = (...args: string[]) => runCommand([...args, '--data', data]);
const post = async (body: string) => {
  const response = await fetch(`${product?.baseUrl}/hits`, { method: 'POST', body });
  return response.status;
};

async function status(): Promise<Status> {
  return (await (await fetch(`${product?.baseUrl}/api/status`)).json()) as Status;
}

/** Bytes without a meaning over pages of the inbox: the one in the middle, or all between the ends. Gives their rows. */
async function damageInbox(which: 'middle' | 'most'): Promise<number> {
  // Asked of the sound copy: a file that is open must not be opened a second time.
  const client = createClient({ url: `file:${join(whole, 'hits.db')}` });
  const sql = `SELECT pageno, ncell FROM dbstat WHERE name = 'hit_inbox' AND pagetype = 'leaf' ORDER BY path`;
  const [found] = await client.batch([sql], 'read');
  client.close();
  const pages = found?.rows ?? [];
  const middle = Math.floor(pages.length / 2);
  const chosen = which === 'most' ? pages.slice(1, -1) : pages.slice(middle, middle + 1);
  const noise = Buffer.alloc(pageBytes, 'no page of a database ');
  const handle = openSync(join(data, 'hits.db'), 'r+');
  for (const { pageno } of chosen)
    writeSync(handle, noise, 0, pageBytes, (Number(pageno) - 1) * pageBytes);
  closeSync(handle);
  return chosen.reduce((sum, { ncell }) => sum + Number(ncell), 0);
}

/** A file that the driver still held would be closed later, and its log removed by its name: that of the new one. */
function openFiles(): string[] {
  const { pid } = JSON.parse(readFileSync(join(data, 'owner.json'), 'utf8')) as { pid: number };
  const handles = `/proc/${pid}/fd`;
  return readdirSync(handles).flatMap((name) => {
    try {
      return readlinkSync(join(handles, name));
    } catch {
      return [];
    }
  });
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came: ${product?.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

beforeAll(async () => {
  data = whole;
  const made = await command('dataset', 'create', 'shop', '--json');
  const { writeKey } = JSON.parse(made.out) as { writeKey: string };
  bodies = Array.from({ length: visitors }, (_, visitor) =>
    JSON.stringify(
      Array.from({ length: hitsEach }, (_, page) => ({
        dataset: writeKey,
        id: randomUUID(),
        type: 'page_view',
        visitor: `visitor-${visitor}`,
        url: `https://shop.example/${visitor}/${page}`,
        title: 'A page of the shop '.repeat(20),
      })),
    ),
  );
  product = await startProduct({ data, environment });
  for (const body of bodies) expect(await post(body)).toBe(202);
  expect(await product.stop()).toBe(0);
});
afterEach(async () => {
  await product?.stop();
  product = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function aCopy(name: string): void {
  data = join(folder, name);
  cpSync(whole, data, { recursive: true });
}

test('Met at a start it says what to do; what can be read is stored once, and the loss is counted', async () => {
  aCopy('start');
  const lost = await damageInbox('middle');
  const served = await command('serve');
  expect(served.code).toBe(70);
  expect(served.notes).toMatch(advice);
  expect(await command('doctor')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/hits\.db is damaged: .*\n.*\n.*serve --accept-loss/),
  });

  product = await startProduct({
    data,
    args: ['--accept-loss'],
    environment: { ...environment, CANISTER_IDLE_TIMEOUT_MS: '1000' },
  });
  expect(product.said()).toContain(`${sent - lost} hits of the inbox`);
  expect(openFiles().filter((path) => /unreadable|making|salvaged/.test(path))).toEqual([]);
  await until(() => product?.said().includes('loss_accepted') === true);
  for (const body of bodies) expect(await post(body)).toBe(202);
  await until(async () => (await status()).datasets[0]?.storedHits === sent - lost);
  const { alarms, datasets } = await status();
  expect(alarms.map(({ code }) => code)).not.toContain('hits_unaccounted');
  expect(datasets[0]?.counts).toMatchObject({ accepted: sent - lost, duplicate: sent });
  const asked = await command(
    ...['query', 'SELECT count(DISTINCT hit_id) AS hits, count(*) AS "all" FROM hits'],
    ...['--dataset', 'shop', '--json'],
  );
  expect(JSON.parse(asked.out)).toEqual([{ hits: sent - lost, all: sent - lost }]);
  expect(await product.stop()).toBe(0);
  expect(await command('doctor')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/hits\.db\.unreadable was hits\.db until it was damaged/),
  });
  expect(await command('verify', '--dataset', 'shop')).toMatchObject({ code: 0 });
});

test('A file that is sound is not put aside when a loss is accepted', async () => {
  aCopy('sound');
  product = await startProduct({ data, args: ['--accept-loss'], environment });
  await until(async () => (await status()).datasets[0]?.activeSessions === visitors);
  expect(await product.stop()).toBe(0);
  expect(existsSync(join(data, 'hits.db.unreadable'))).toBe(false);
});

/** Of which all sessions have ended: what is stored leaves the inbox with the next checkpoint, or at the stop. */
async function startStored(): Promise<Product> {
  const started = await startProduct({
    data,
    environment: { ...environment, CANISTER_IDLE_TIMEOUT_MS: '1000' },
  });
  product = started;
  await until(async () => (await status()).datasets[0]?.storedHits === sent);
  return started;
}

test('Met while it runs it ends in order, says what to do, and leaves no lock', async () => {
  aCopy('live');
  const { said, stop } = await startStored();
  await damageInbox('most');
  await until(() => said().includes('part_failed'));
  expect(said()).toMatch(advice);
  expect(await stop()).toBe(70);
  expect(existsSync(join(data, 'owner.json'))).toBe(false);
});

test('Met at the stop it ends in order, and the exit code says that something is wrong', async () => {
  aCopy('stop');
  const { said, stop } = await startStored();
  await damageInbox('most');
  expect([await stop(), said()]).toEqual([
    1,
    expect.stringMatching(/Stopped, but not all was stored: .*hits\.db is damaged/),
  ]);
  expect(existsSync(join(data, 'owner.json'))).toBe(false);
});
