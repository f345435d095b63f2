/** Alerts on the real process: from a hit to a mail, and what a `kill -9` between the two leaves. */
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Product, startProduct } from '../console/testing/product.ts';
import type { AlertEntry, Delivery } from '../core/contract/alert.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { startMailServer } from '../reports/testing/mail-server.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(port: number, data?: string): Promise<Product> {
  const product = await startProduct({
    ...(data === undefined ? {} : { data }),
    environment: {
      CANISTER_SMTP_URL: `smtp://127.0.0.1:${port}`,
      CANISTER_MAIL_FROM: 'Canister <stats@shop.example>',
      CANISTER_CONSOLE_URL: 'https://stats.example',
    },
  });
  closing.push(product.stop);
  return product;
}

async function ask<T>(
  { baseUrl }: Product,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${baseUrl}/api${path}`, {
    method,
    headers: { 'x-canister': '1', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect([response.status, await response.clone().text()]).toEqual([
    expect.toSatisfy((status: number) => status < 300),
    expect.anything(),
  ]);
  return (await response.json()) as T;
}

/** A dataset with an alert on the first purchase, and a purchase. */
async function buy(product: Product): Promise<void> {
  const { writeKey } = await ask<Dataset>(product, 'POST', '/datasets', { slug: 'shop' });
  await ask(product, 'PUT', '/channels', { name: 'ops', kind: 'mail', to: ['ann@shop.example'] });
  await ask(product, 'PUT', '/datasets/shop/alerts/rules', {
    name: 'Purchases',
    measure: 'count',
    subject: { kind: 'event', event: 'Purchase' },
    windowMinutes: 60,
    operator: 'above',
    bound: 0,
    channels: ['ops'],
  });
  const taken = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'user-agent': firefox },
    body: JSON.stringify({
      dataset: writeKey,
      id: randomUUID(),
      type: 'event',
      name: 'Purchase',
      visitor: 'v1',
      url: 'http://shop.example/thanks',
    }),
  });
  expect(taken.status).toBe(202);
}

const deliveriesOf = async (product: Product) =>
  (await ask<{ deliveries: Delivery[] }>(product, 'GET', '/deliveries')).deliveries;
const historyOf = async (product: Product) =>
  (await ask<{ entries: AlertEntry[] }>(product, 'GET', '/datasets/shop/alerts/history')).entries;
const within = { timeout: 45_000, interval: 100 };

test('Killed before a notice was sent it is sent once; killed before that is noted, again with the same Message-ID', async () => {
  // It is connected to, and says nothing: the mail is written down and cannot leave.
  const sockets: Socket[] = [];
  const deaf = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const { port } = deaf.address() as { port: number };
  const first = await start(port);
  await buy(first);
  await expect.poll(() => sockets.length, within).toBe(1);
  expect(await deliveriesOf(first)).toMatchObject([{ state: 'waiting', tries: 1 }]);
  await first.kill();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => deaf.close(resolve));

  // It takes the mail, and the sender is killed before it hears so.
  const silent = await startMailServer({ port, isSilent: true });
  const second = await start(port, first.data);
  await expect.poll(() => silent.mails.length, within).toBe(1);
  expect(await deliveriesOf(second)).toMatchObject([{ state: 'waiting', tries: 2 }]);
  await second.kill();
  await silent.close();
  const [mail] = silent.mails;
  expect(silent.mails).toHaveLength(1);
  expect(mail?.messageId).toMatch(/^<[0-9a-f]{32}@shop\.example>$/);
  expect(mail).toMatchObject({ subject: 'Warning: Purchases (shop)' });

  const server = await startMailServer({ port });
  closing.push(server.close);
  const third = await start(port, first.data);
  await expect.poll(async () => (await deliveriesOf(third))[0]?.state, within).toBe('sent');
  expect(server.mails.map(({ messageId }) => messageId)).toEqual([mail?.messageId]);

  // The alert has fired once. The session that caused it is in the mail, and is there.
  const [entry, ...more] = await historyOf(third);
  expect(more).toEqual([]);
  const [sessionId = ''] = entry?.sessions ?? [];
  expect(mail?.text).toContain(`https://stats.example/shop/sessions/${sessionId}`);
  const session = await ask<{ hits: unknown[] }>(
    third,
    'GET',
    `/datasets/shop/sessions/${sessionId}`,
  );
  expect(session.hits).toHaveLength(1);
});
