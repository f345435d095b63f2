/**
 * The built product as a user meets it: started, asked, killed at a bad moment, started again. Expectations are
 * counted here, from what was sent and what was answered.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFolder } from './console/testing/data-folder.ts';
import { type Product, startProduct } from './console/testing/product.ts';

/** How long a state is waited for. */
const patient = { timeout: 90_000, interval: 200 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const opened = dataFolder({ CANISTER_IDLE_TIMEOUT_MS: '1500' });
const { start, createDataset, query } = opened;

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
    const first = await startProduct({ data: opened.data });
    await post(first.baseUrl, hit(writeKey, 'anna'));
    expect(await first.stop()).toBe(0);

    const second = await startProduct({ data: opened.data });
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

test('The master key is made on the first start, and only its owner can read it', async () => {
  await createDataset('shop');
  expect(statSync(join(opened.data, 'master.key')).mode & 0o777).toBe(0o600);
  expect(statSync(opened.data).mode & 0o777).toBe(0o700);
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
