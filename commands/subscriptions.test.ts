/** Subscriptions on the real process: made on the command line, mailed by SMTP, left by a link that needs no sign-in. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import { addDays, dayOf } from '../core/contract/calendar.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import type { ReportResult } from '../core/contract/report.ts';
import type { DigestDelivery, SubscriptionStatus } from '../core/contract/subscription.ts';
import { startMailServer } from '../reports/testing/mail-server.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const within = { timeout: 45_000, interval: 200 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Runs a command on the data folder of the product, which it reaches through its server. */
async function run<T>(product: Product, ...args: string[]): Promise<T> {
  const { code, out, notes } = await runCommand([...args, '--data', product.data, '--json']);
  expect([code, notes]).toEqual([0, expect.anything()]);
  return JSON.parse(out) as T;
}

test('From the command line to a mailbox, with the figures of the API, and off the list again', async () => {
  const server = await startMailServer();
  closing.push(server.close);
  const product = await startProduct({
    environment: {
      CANISTER_SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      CANISTER_MAIL_FROM: 'Canister <stats@shop.example>',
      CANISTER_CONSOLE_URL: 'https://stats.example',
      CANISTER_IDLE_TIMEOUT_MS: '300',
    },
  });
  closing.push(product.stop);
  const { writeKey } = await run<Dataset>(product, 'dataset', 'create', 'shop');
  const pages = ['/', '/teas', '/teas'];
  // Sent by a page that was offline; but for the last half hour of a day that is the day before.
  const yesterday = Date.now() - 23.5 * 3_600_000;
  const hit = (path: string, visitor: string) => ({
    dataset: writeKey,
    id: randomUUID(),
    type: 'page_view',
    visitor,
    url: `http://shop.example${path}`,
    at: yesterday,
    sentAt: Date.now(),
  });
  const taken = await fetch(`${product.baseUrl}/hits`, {
    method: 'POST',
    headers: { 'user-agent': firefox },
    body: JSON.stringify(pages.map((path, number) => hit(path, `v${number}`))),
  });
  expect(taken.status).toBe(202);
  const made = await run<SubscriptionStatus>(
    product,
    ...['subscription', 'create', 'Reader’s week', '--dataset', 'shop', '--weekly', 'mon'],
    ...['--to', 'ann@shop.example', '--to', 'bob@shop.example', '--report', 'overview'],
  );
  expect(made.state.nextDueAt).toBeGreaterThan(Date.now());

  const today = dayOf(Date.now(), 'UTC');
  const report = async () => {
    const range = `from=${addDays(today, -7)}&to=${today}&compare=previous`;
    const path = `/api/datasets/shop/reports/overview?${range}`;
    return (await (await fetch(product.baseUrl + path)).json()) as ReportResult;
  };
  const isDayBefore = dayOf(yesterday, 'UTC') < today;
  const sessions = async () => Number((await report()).panels[0]?.answer.rows[0]?.[0]);
  await expect.poll(sessions, within).toBe(isDayBefore ? 3 : 0);

  const { ids } = await run<{ ids: string[] }>(product, 'subscription', 'run', 'Reader’s week');
  expect(ids).toHaveLength(2);
  await expect.poll(() => server.mails.length, within).toBe(2);
  const asked = (await report()).panels[0]?.answer.rows[0] ?? [];
  for (const { text, subject } of server.mails) {
    expect(subject).toMatch(/^Reader’s week: /);
    // The dataset was made today: of the days before nothing is known.
    expect(text).toMatch(new RegExp(`^Sessions +${asked[0]} +–$`, 'm'));
    expect(text).toMatch(new RegExp(`^Page views +${asked[2]} +–$`, 'm'));
  }
  const deliveries = () => run<DigestDelivery[]>(product, 'delivery', 'list');
  await expect
    .poll(async () => (await deliveries()).map(({ state }) => state), within)
    .toEqual(['sent', 'sent']);

  const ofAnn = server.mails.find((mail) => mail.to?.[0]?.address === 'ann@shop.example');
  const link = /https:\/\/stats\.example(\/unsubscribe\/\S+)/.exec(ofAnn?.text ?? '')?.[1] ?? '';
  // As it comes through a proxy from the outside, which the API refuses.
  const outside = { 'x-forwarded-for': '203.0.113.9', host: 'stats.example' };
  expect((await fetch(`${product.baseUrl}/api/subscriptions`, { headers: outside })).status).toBe(
    401,
  );
  const left = await fetch(product.baseUrl + link, {
    method: 'POST',
    headers: { ...outside, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  expect(left.status).toBe(200);
  const [after] = await run<SubscriptionStatus[]>(product, 'subscription', 'list');
  expect(after?.state.unsubscribed).toEqual(['ann@shop.example']);
  const refused = await runCommand(['subscription', 'run', 'Nobody', '--data', product.data]);
  expect([refused.code, refused.notes]).toEqual([
    1,
    expect.stringContaining('There are: Reader’s week'),
  ]);
});
