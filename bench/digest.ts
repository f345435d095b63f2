/**
 * How long a digest takes: one with its charts, and a hundred subscriptions that came due while the server was away,
 * from its start until a mail server on this machine has them all. The whole product with the generated traffic of the demo.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { demoSlug, fillWithDemo } from '../commands/demo.ts';
import { systemClock } from '../core/clock.ts';
import type { DigestDelivery } from '../core/contract/subscription.ts';
import { startMailServer } from '../reports/testing/mail-server.ts';
import { type Product, pause, startProduct } from './product.ts';

const subscriptions = 100;
const rendered = 10;
const waitMsMax = 180_000;
const pollMs = 100;

const periods = ['yesterday', 'last_7_days', 'last_week', 'last_28_days', 'last_month'];
const reportSets = [
  ['overview', 'channels', 'pages'],
  ['overview', 'times', 'referrers'],
];

/** The figures of ten previews, and of a hundred subscriptions that are due at once. */
export async function digest(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  const data = join(folder, 'data');
  const server = await startMailServer();
  const environment = {
    CANISTER_SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    CANISTER_MAIL_FROM: 'Canister <stats@shop.example>',
  };
  try {
    await fillWithDemo(data, systemClock(), () => undefined);
    const first = await startProduct(data, environment);
    const one = await prepare(first).finally(first.stop);
    await letAllComeDue(data);
    const startedAt = performance.now();
    const second = await startProduct(data, environment);
    try {
      while (server.mails.length < subscriptions && performance.now() - startedAt < waitMsMax)
        await pause(pollMs);
      const receivedSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
      await pause(pollMs * 20);
      const answer = await ask(second, 'GET', '/digest-deliveries?limit=1000');
      const { deliveries } = (await answer.json()) as { deliveries: DigestDelivery[] };
      const sent = deliveries.filter(({ state }) => state === 'sent').length;
      const received = new Set(server.mails.map(({ messageId }) => messageId)).size;
      const differentQuestions = periods.length * reportSets.length;
      return {
        one,
        all: { subscriptions, differentQuestions, receivedSeconds, received, sent },
        goal: { oneMs: 1_000, allSeconds: 60 },
      };
    } finally {
      await second.stop();
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask({ port }: Product, method: string, path: string, body?: unknown) {
  const response = await fetch(`http://127.0.0.1:${port}/api${path}`, {
    method,
    headers: { 'x-canister': '1', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

/** Makes the subscriptions, and gives how long the mail of one takes. */
async function prepare(product: Product): Promise<object> {
  for (let number = 0; number < subscriptions; number += 1)
    await ask(product, 'PUT', '/subscriptions', {
      name: `Subscription ${number}`,
      schedule: { kind: 'weekly', at: '07:00' },
      recipients: [`reader${number}@shop.example`],
      datasets: [demoSlug],
      period: periods[number % periods.length],
      reports: reportSets[Math.floor(number / periods.length) % reportSets.length],
    });
  const takenMs: number[] = [];
  let charts = 0;
  for (let number = 0; number < rendered; number += 1) {
    const startedAt = performance.now();
    const path = '/subscriptions/Subscription%201/preview?format=json';
    const { html } = (await (await ask(product, 'GET', path)).json()) as { html: string };
    takenMs.push(performance.now() - startedAt);
    charts = html.split('data:image/png').length - 1;
  }
  const sorted = takenMs.toSorted((a, b) => a - b).map(Math.round);
  return {
    charts,
    firstMs: Math.round(takenMs[0] ?? 0),
    medianMs: sorted[Math.floor(sorted.length / 2)],
    maxMs: sorted.at(-1),
  };
}

/** As if the server had been away when they were due. */
async function letAllComeDue(data: string): Promise<void> {
  const client = createClient({ url: `file:${join(data, 'control.db')}` });
  try {
    await client.batch(['UPDATE subscription SET done_until = 0'], 'write');
  } finally {
    client.close();
  }
}
