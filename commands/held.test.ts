/** A dataset that cannot be opened, as its administrator meets it: every place says so, and everything else goes on. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { Status } from '../core/contract/status.ts';

const environment = { CANISTER_IDLE_TIMEOUT_MS: '300' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let data: string;
let product: Product;

const command = (...args: string[]) => runCommand([...args, '--data', data]);
const get = (path: string) => fetch(`${product.baseUrl}${path}`);

beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'canister-held-')), 'data');
});
afterEach(async () => {
  await product.stop();
  rmSync(join(data, '..'), { recursive: true, force: true });
});

/** Gives the write key. */
async function createDataset(slug: string): Promise<string> {
  const response = await fetch(`${product.baseUrl}/api/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-canister': '1' },
    body: JSON.stringify({ slug }),
  });
  return ((await response.json()) as { writeKey: string }).writeKey;
}

async function send(dataset: string): Promise<number> {
  const hit = {
    dataset,
    id: randomUUID(),
    type: 'page_view',
    visitor: 'v',
    url: 'http://a.example/',
  };
  const body = JSON.stringify(hit);
  return (await fetch(`${product.baseUrl}/hits`, { method: 'POST', body })).status;
}

async function storedHits(slug: string): Promise<number | undefined> {
  const { datasets } = (await (await get('/api/status')).json()) as Status;
  return datasets.find((dataset) => dataset.slug === slug)?.storedHits;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it never came');
    await pause(100);
  }
}

test('One dataset is held, the other goes on, and everything says so until it is mended', async () => {
  product = await startProduct({ data, environment });
  const [shop, blog] = [await createDataset('shop'), await createDataset('blog')];
  await product.stop();
  const canister = join(data, 'datasets/shop/canister');
  rmSync(canister, { recursive: true });
  writeFileSync(canister, 'no folder');

  product = await startProduct({ data, environment });
  expect([await send(shop), await send(blog)]).toEqual([202, 202]);
  await until(async () => (await storedHits('blog')) === 1);
  const status = (await (await get('/api/status')).json()) as Status;
  const [ofBlog, ofShop] = status.datasets;
  expect(ofBlog).not.toHaveProperty('held');
  expect(ofShop).toMatchObject({
    slug: 'shop',
    counts: { accepted: 1 },
    held: { waitingHits: 1, reason: expect.stringMatching(/EEXIST.*start it again/) },
  });
  await until(async () => (await (await get('/readyz')).text()).includes('held'));
  expect(await (await get('/readyz')).json()).toMatchObject({ status: 'ok' });
  expect(((await (await get('/api/status')).json()) as Status).alarms).toMatchObject([
    { code: 'dataset_held', detail: expect.stringMatching(/^shop: /) },
  ]);
  const metrics = await (await get('/metrics')).text();
  expect(metrics).toContain('canister_dataset_held{dataset="shop"} 1');
  expect(metrics).toContain('canister_dataset_held{dataset="blog"} 0');
  const doctor = await command('doctor');
  expect([doctor.code, /shop is held, and 1 of its hits wait/.test(doctor.out)]).toEqual([1, true]);
  const asked = await command('query', 'SELECT 1', '--dataset', 'shop');
  expect([asked.code, asked.out]).toEqual([1, '']);
  expect(asked.notes).toMatch(/^canister: The dataset shop is held.*EEXIST/m);

  expect(await product.stop()).toBe(0);
  rmSync(canister);
  mkdirSync(canister);
  product = await startProduct({ data, environment });
  await until(async () => (await storedHits('shop')) === 1);
  expect(await storedHits('blog')).toBe(1);
});
