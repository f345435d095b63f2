/**
 * The built product as a user meets it: started, asked, killed at a bad moment, started again. Expectations are
 * counted here, from what was sent and what was answered.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from './console/testing/product.ts';

const idleTimeoutMs = 1_500;
const environment = { CANISTER_IDLE_TIMEOUT_MS: String(idleTimeoutMs) };
/** How long a state is waited for. */
const patient = { timeout: 90_000, interval: 200 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let data: string;
let products: Product[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canister-main-'));
  data = join(folder, 'data');
});

afterEach(async () => {
  for (const product of products) await product.stop();
  products = [];
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Product> {
  const product = await startProduct({ data, environment });
  products.push(product);
  return product;
}

function command(...args: string[]) {
  return runCommand([...args, '--data', data]);
}

async function createDataset(slug: string): Promise<string> {
  const { code, out, notes } = await command('dataset', 'create', slug, '--json');
  if (code !== 0) throw new Error(notes);
  return (JSON.parse(out) as { writeKey: string }).writeKey;
}

async function query<T>(slug: string, sql: string): Promise<T[]> {
  const { code, out, notes } = await command('query', sql, '--dataset', slug, '--json');
  if (code !== 0) throw new Error(notes);
  return JSON.parse(out) as T[];
}

interface Counts {
  received: number;
  accepted: number;
  duplicate: number;
  excluded: number;
  bad: number;
}

async function statusOf({ baseUrl }: Product, slug: string) {
  const status = (await (await fetch(`${baseUrl}/api/status`)).json()) as {
    datasets: { slug: string; counts: Counts; storedHits: number; storedSessions: number }[];
  };
  const found = status.datasets.find((dataset) => dataset.slug === slug);
  if (!found) throw new Error(`the status does not name ${slug}`);
  return found;
}

const countsOf = async (product: Product, slug: string) => (await statusOf(product, slug)).counts;

/** What has come through to the tables. */
async function storedOf(product: Product, slug: string) {
  const { storedHits, storedSessions } = await statusOf(product, slug);
  return { hits: storedHits, sessions: storedSessions };
}

function expectConserved({ received, accepted, duplicate, excluded, bad }: Counts): void {
  expect(accepted + duplicate + excluded + bad).toBe(received);
}

const hit = (writeKey: string, visitor: string, id: string = randomUUID()) => ({
  dataset: writeKey,
  id,
  type: 'page_view',
  visitor,
  url: `https://shop.example/${visitor}`,
});

const post = (baseUrl: string, body: unknown) =>
  fetch(`${baseUrl}/hits`, { method: 'POST', body: JSON.stringify(body) });

/** A combined log: `visitors` people, each asking for a page every minute of an hour. */
function combinedLog(visitors: number): string {
  const lines: string[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    for (let visitor = 0; visitor < visitors; visitor += 1) {
      const time = `03/Mar/2024:10:${String(minute).padStart(2, '0')}:00 +0000`;
      const address = `203.0.${Math.floor(visitor / 250)}.${visitor % 250}`;
      lines.push(
        `${address} - - [${time}] "GET /p${minute} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('Collection', () => {
  test('A thousand acknowledged hits are each stored once, although the process is killed at once', async () => {
    const writeKey = await createDataset('shop');
    const product = await start();
    let acknowledged = 0;
    for (let batch = 0; batch < 25; batch += 1) {
      const hits = Array.from({ length: 40 }, (_, index) =>
        hit(writeKey, `v${(batch * 40 + index) % 97}`),
      );
      const response = await post(product.baseUrl, hits);
      acknowledged += ((await response.json()) as { accepted: number }).accepted;
    }
    await product.kill();
    expect(acknowledged).toBe(1_000);

    const again = await start();
    await expect
      .poll(() => storedOf(again, 'shop'), patient)
      .toEqual({ hits: 1_000, sessions: 97 });
    const [counted] = await query<{ n: number; ids: number; sessions: number }>(
      'shop',
      'SELECT count(*) n, count(DISTINCT hit_id) ids, count(DISTINCT session_id) sessions FROM hits',
    );
    expect(counted).toEqual({ n: 1_000, ids: 1_000, sessions: 97 });
    expect(await countsOf(again, 'shop')).toEqual({
      received: 1_000,
      accepted: 1_000,
      duplicate: 0,
      excluded: 0,
      bad: 0,
    });
  });

  test('Through five kills and restarts, clients that retry lose nothing and nothing counts twice', async () => {
    const writeKey = await createDataset('shop');
    const acknowledged = new Set<string>();
    const clients = 6;
    let product = await start();
    let running = true;
    const client = async (number: number) => {
      for (let sent = 0; running; sent += 1) {
        const next = hit(writeKey, `c${number}-${Math.floor(sent / 20)}`);
        for (let done = false; !done; ) {
          const response = await post(product.baseUrl, next).catch(() => undefined);
          done = response?.status === 202;
          if (done) acknowledged.add(next.id);
          else if (!running) return;
          else await pause(20);
        }
      }
    };
    const sending = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
    for (let kill = 0; kill < 5; kill += 1) {
      await pause(300 + kill * 350);
      await product.kill();
      product = await start();
    }
    running = false;
    await sending;
    const { accepted } = await countsOf(product, 'shop');
    await expect.poll(async () => (await storedOf(product, 'shop')).hits, patient).toBe(accepted);

    const stored = (
      await query<{ id: string }>('shop', 'SELECT hit_id::VARCHAR AS id FROM hits LIMIT 10000')
    ).map(({ id }) => id);
    expect(stored.length).toBeLessThan(10_000);
    expect(acknowledged.size).toBeGreaterThan(100);
    expect(new Set(stored).size).toBe(stored.length);
    const known = new Set(stored);
    expect([...acknowledged].filter((id) => !known.has(id))).toEqual([]);
    const counts = await countsOf(product, 'shop');
    expectConserved(counts);
    expect(counts.accepted).toBe(stored.length);
  });

  test('SIGTERM ends the process with code 0, and what was open goes on in the same session', async () => {
    const writeKey = await createDataset('shop');
    const first = await startProduct({ data });
    await post(first.baseUrl, hit(writeKey, 'anna'));
    expect(await first.stop()).toBe(0);

    const second = await startProduct({ data });
    await post(second.baseUrl, hit(writeKey, 'anna'));
    const active = async () => {
      const answer = await fetch(`${second.baseUrl}/api/datasets/shop/sessions/active`);
      return (await answer.json()) as { total: number; sessions: { pageViews: number }[] };
    };
    await expect.poll(active, patient).toMatchObject({ total: 1, sessions: [{ pageViews: 2 }] });
    await second.stop();
  });

  test('What a sender does wrong is refused by name, stops nothing, and is counted', async () => {
    const writeKey = await createDataset('shop');
    const { baseUrl } = await start();
    const good = hit(writeKey, 'anna');
    const bodies: [name: string, body: string, status: number, reason: string | null][] = [
      ['a good hit', JSON.stringify(good), 202, null],
      ['the same hit again', JSON.stringify(good), 202, null],
      ['no JSON', '{"dataset"', 400, 'not_json'],
      ['the wrong shape', JSON.stringify({ ...good, id: 'nope' }), 400, 'hit_invalid'],
      [
        'a lone surrogate',
        JSON.stringify({ ...good, title: 'x' }).replace('"x"', '"\\ud800"'),
        400,
        'text_invalid',
      ],
      ['__proto__', `{"__proto__": {}, ${JSON.stringify(good).slice(1)}`, 400, 'key_forbidden'],
      [
        'an unknown dataset',
        JSON.stringify({ ...good, dataset: 'wk_nobody' }),
        404,
        'dataset_unknown',
      ],
      [
        'too many bytes',
        JSON.stringify({ ...good, title: 'x'.repeat(70_000) }),
        413,
        'body_too_large',
      ],
    ];
    for (const [name, body, status, reason] of bodies) {
      const response = await fetch(`${baseUrl}/hits`, { method: 'POST', body });
      expect([name, response.status, response.headers.get('x-canister-refused')]).toEqual([
        name,
        status,
        reason,
      ]);
    }
    const sums = async () => {
      const status = (await (await fetch(`${baseUrl}/api/status`)).json()) as {
        datasets: { counts: Counts }[];
        unassigned: Counts;
      };
      const all = [...status.datasets.map(({ counts }) => counts), status.unassigned];
      for (const counts of all) expectConserved(counts);
      const names = ['received', 'accepted', 'duplicate', 'bad'] as const;
      return names.map((name) => all.reduce((total, counts) => total + counts[name], 0));
    };
    await expect.poll(sums, patient).toEqual([8, 1, 1, 6]);
  });
});

describe('Import', () => {
  const visitors = 400;
  const lines = visitors * 60;

  function totals() {
    return query(
      'logs',
      'SELECT count(*) n, count(DISTINCT hit_id) ids, (SELECT count(*) FROM sessions) sessions FROM hits',
    );
  }

  test('A log is imported once, however often and in whatever packing it comes', async () => {
    await createDataset('logs');
    const text = combinedLog(visitors);
    writeFileSync(join(folder, 'access.log'), text);
    writeFileSync(join(folder, 'access.log.gz'), gzipSync(text));

    const first = await command(
      'import',
      join(folder, 'access.log'),
      '--dataset',
      'logs',
      '--json',
    );
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({
      lines,
      accepted: lines,
      duplicate: 0,
      excluded: 0,
      bad: 0,
      sessions: visitors,
    });
    const before = await totals();
    const second = await command(
      'import',
      join(folder, 'access.log.gz'),
      '--dataset',
      'logs',
      '--json',
    );
    expect(JSON.parse(second.out)).toMatchObject({
      lines,
      accepted: 0,
      duplicate: lines,
      bad: 0,
      sessions: 0,
    });
    expect(await totals()).toEqual(before);
    expect(before).toEqual([{ n: lines, ids: lines, sessions: visitors }]);
  });

  test('An import that is killed at any moment can be run again: the totals are those of one import', async () => {
    await createDataset('logs');
    const file = join(folder, 'access.log');
    writeFileSync(file, combinedLog(visitors));
    for (const afterMs of [400, 700, 1_000, 1_300]) {
      const child: ChildProcess = spawn(
        process.execPath,
        ['canister.mjs', 'import', file, '--dataset', 'logs', '--data', data],
        { stdio: 'ignore' },
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await pause(afterMs);
      child.kill('SIGKILL');
      await ended;
    }
    expect((await command('import', file, '--dataset', 'logs', '--json')).code).toBe(0);
    expect(await totals()).toEqual([{ n: lines, ids: lines, sessions: visitors }]);
  });

  test('An import through a running server gives the same as one without', async () => {
    await createDataset('logs');
    const file = join(folder, 'access.log');
    writeFileSync(file, `${combinedLog(20)}this is no log line\n`);
    products.push(await startProduct({ data }));
    const { code, out } = await command('import', file, '--dataset', 'logs', '--json');
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { badFile: string };
    expect(summary).toMatchObject({ lines: 1_201, accepted: 1_200, bad: 1, sessions: 20 });
    expect(existsSync(summary.badFile)).toBe(true);
    expect(await totals()).toEqual([{ n: 1_200, ids: 1_200, sessions: 20 }]);
  });

  test('What cannot be imported is refused with a sentence and code 1, and changes nothing', async () => {
    await createDataset('logs');
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'prose.txt'), 'It was a dark night.\nNothing was logged.\n');
    writeFileSync(join(folder, 'cut.gz'), gzipSync(combinedLog(5)).subarray(0, 100));
    const cases: [args: string[], says: RegExp][] = [
      [[join(folder, 'nowhere.log')], /There is no file .*nowhere\.log/],
      [[join(folder, 'logs')], /is a directory/],
      [[join(folder, 'prose.txt')], /is in a known format/],
      [[join(folder, 'cut.gz')], /gzip data is damaged or cut/],
    ];
    for (const [args, says] of cases) {
      const { code, out, notes } = await command('import', ...args, '--dataset', 'logs');
      expect([code, out]).toEqual([1, '']);
      expect(notes).toMatch(says);
    }
    const unknown = await command('import', join(folder, 'prose.txt'), '--dataset', 'nobody');
    expect([unknown.code, unknown.notes]).toEqual([
      1,
      expect.stringMatching(/No dataset is called "nobody"/),
    ]);
    expect(await totals()).toEqual([{ n: 0, ids: 0, sessions: 0 }]);
  });
});

describe('The command line', () => {
  test('Wrong usage ends with code 2, a refusal with code 1, help with 0', async () => {
    expect((await runCommand(['nonsense'])).code).toBe(2);
    expect((await runCommand(['import', '--dataset', 'x'])).code).toBe(2);
    expect((await runCommand(['--help'])).code).toBe(0);
    await createDataset('shop');
    expect((await command('dataset', 'create', 'shop')).code).toBe(1);
    expect((await command('dataset', 'create', 'Not A Slug')).code).toBe(2);
    expect((await command('report', 'nothing', '--dataset', 'shop')).notes).toMatch(/overview/);
    const unsaid = await command('query', '--dataset', 'shop');
    expect(unsaid).toMatchObject({ code: 2, out: '' });
    expect(unsaid.notes).toContain('Give SQL, or the name of a saved query');
  });

  test('W22: A second server on one data folder is refused, and the sentence names the first one', async () => {
    await start();
    const { code, notes } = await runCommand(['serve', '--data', data]);
    expect(code).toBe(1);
    expect(notes).toMatch(/in use by process \d+/);
  });

  test('A data folder that cannot be opened is left: the command ends with code 1, and so does the server', async () => {
    await createDataset('shop');
    for (const file of ['control.db', 'hits.db']) {
      const sound = readFileSync(join(data, file));
      writeFileSync(join(data, file), 'This is no database.'.repeat(500));
      for (const args of [['dataset', 'list'], ['serve']]) {
        const { code, notes } = await command(...args);
        expect([file, args, code]).toEqual([file, args, 1]);
        expect(notes).toContain('file is not a database');
        expect(existsSync(join(data, 'owner.json'))).toBe(false);
      }
      writeFileSync(join(data, file), sound);
    }
    expect((await command('dataset', 'list')).out).toContain('shop');
  });

  test('A report is the same figure as JSON, CSV, text and by SQL', async () => {
    await createDataset('logs');
    writeFileSync(join(folder, 'access.log'), combinedLog(3));
    await command('import', join(folder, 'access.log'), '--dataset', 'logs');
    const range = ['--from', '2024-03-03', '--to', '2024-03-04', '--dataset', 'logs'];
    const json = JSON.parse(
      (await command('report', 'overview', ...range, '--format', 'json')).out,
    ) as {
      panels: { name: string; answer: { columns: { name: string }[]; rows: number[][] } }[];
    };
    const panel = json.panels.find(({ name }) => name === 'totals');
    const figures = Object.fromEntries(
      panel?.answer.columns.map(({ name }, index) => [name, panel.answer.rows[0]?.[index]]) ?? [],
    );
    expect(figures).toMatchObject({
      sessions: 3,
      visitors: 3,
      page_views: 180,
      bounce_rate: 0,
      page_depth: 60,
      session_duration: 59 * 60_000,
    });
    expect((await command('report', 'overview', ...range, '--format', 'csv')).out).toMatch(
      /^totals,current,2024-03-03,2024-03-04,.*\b180\b/m,
    );
    expect((await command('report', 'overview', ...range)).out).toMatch(/Page views\s+180/);
    expect(await query('logs', "SELECT count(*) n FROM page_views WHERE path = '/p7'")).toEqual([
      { n: 3 },
    ]);
  });
});

test('The master key is made on the first start, and only its owner can read it', async () => {
  await createDataset('shop');
  expect(statSync(join(data, 'master.key')).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test('Into a file the server logs lines of JSON, which name nothing that a client sent', async () => {
  const writeKey = await createDataset('shop');
  const product = await start();
  const canary = 'canary-7f3a';
  const headers = { 'User-Agent': `${canary}-agent`, Referer: `https://shop.example/${canary}` };
  const bodies = [
    { ...hit(writeKey, canary), userId: canary, title: canary },
    { ...hit(writeKey, canary), url: `ftp://${canary}` },
    `{"broken": "${canary}`,
  ];
  for (const body of bodies)
    await fetch(`${product.baseUrl}/hits?${canary}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  await fetch(`${product.baseUrl}/api/datasets/${canary}?${canary}`, { headers });
  await expect.poll(() => storedOf(product, 'shop'), patient).toEqual({ hits: 1, sessions: 1 });
  expect(await product.stop()).toBe(0);
  const events = product
    .said()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { time: string; level: string; code: string });
  expect(events.map(({ code }) => code)).toEqual(['started', 'stopping', 'stopped']);
  for (const { time, level } of events) {
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(level).toBe('info');
  }
  expect(product.said()).not.toContain(canary);
});

test('A stop while imports wait for their turn is told as no fault', async () => {
  await createDataset('shop');
  const product = await start();
  const begin = () =>
    fetch(`${product.baseUrl}/api/datasets/shop/imports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-canister': 'test' },
      body: '{}',
    });
  expect((await begin()).status).toBe(201);
  const waiting = Promise.allSettled([begin(), begin(), begin()]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await product.stop()).toBe(0);
  await waiting;
  expect(product.said()).not.toContain('"level":"error"');
});

test('A stop while somebody watches live writes nothing but log lines', async () => {
  await createDataset('shop');
  const product = await start();
  const watching = await fetch(`${product.baseUrl}/api/datasets/shop/sessions/active/stream`);
  const reader = watching.body?.getReader();
  await reader?.read();
  expect(await product.stop()).toBe(0);
  await reader?.cancel().catch(() => undefined);
  const lines = product.said().trim().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('code');
});
