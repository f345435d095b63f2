/** The served program against strangers: what went through once, asked of the whole of it. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, startProduct } from './console/testing/product.ts';

const idleMs = 500;
const day = new Date().toISOString().slice(0, 10);
const after = new Date(Date.parse(day) + 2 * 86_400_000).toISOString().slice(0, 10);

let product: Product;
beforeAll(async () => {
  product = await startProduct({ environment: { CANISTER_IDLE_TIMEOUT_MS: String(idleMs) } });
}, 120_000);
afterAll(() => product.stop());

const get = (path: string) => fetch(`${product.baseUrl}${path}`);

test('Pages called as what all objects have are pages: reports are drawn, and the program lives on', async () => {
  const made = await fetch(`${product.baseUrl}/api/datasets`, {
    method: 'POST',
    headers: { 'x-canister': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ slug: 'shop', name: 'Shop' }),
  });
  const { writeKey } = (await made.json()) as { writeKey: string };
  const names = Object.getOwnPropertyNames(Object.prototype);
  const hits = names.map((name) => ({
    dataset: writeKey,
    id: randomUUID(),
    type: 'page_view',
    visitor: name,
    url: `https://shop.example/?utm_source=${name}&utm_medium=${name}&utm_campaign=${name}`,
    title: name,
  }));
  const sent = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    body: JSON.stringify(hits),
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Firefox/157.0' },
  });
  expect(sent.status).toBe(202);
  const report = async (name: string, format: string) => {
    const range = `from=${day}&to=${after}`;
    const answer = await get(`/api/datasets/shop/reports/${name}?${range}&format=${format}`);
    return { status: answer.status, text: await answer.text() };
  };
  await expect
    .poll(async () => (await report('channels', 'csv')).text, { timeout: 20_000, interval: 200 })
    .toContain('__proto__');
  for (const name of ['content', 'channels', 'campaigns', 'content', 'channels'])
    for (const format of ['html', 'xlsx', 'png'])
      expect([name, format, (await report(name, format)).status]).toEqual([name, format, 200]);
  expect((await get('/healthz')).status).toBe(200);
}, 60_000);

test('What is not among the files of the console is not said to be so for ever', async () => {
  const page = await (await get('/')).text();
  const [there = ''] = /\/assets\/[^"]+/.exec(page) ?? [];
  expect((await get(there)).headers.get('cache-control')).toContain('immutable');
  const missing = await get('/assets/of-the-next-version.js');
  expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-cache']);
});

test('After a body that is too large its connection takes the next request', async () => {
  const { hostname, port } = new URL(product.baseUrl);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes;
  });
  const post = (body: string) =>
    socket.write(
      `POST /api/sign-in HTTP/1.1\r\nHost: ${hostname}\r\nX-Canister: 1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  await once(socket, 'connect');
  post('['.repeat(300_000));
  await expect.poll(() => said).toContain('body_too_large');
  post('{}');
  await expect.poll(() => said).toContain('email: is missing');
  socket.destroy();
});
