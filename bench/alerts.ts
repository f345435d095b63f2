/**
 * How long it takes from the 2xx of a hit until its notice is handed to the channel: the whole product, a webhook that
 * is received on this machine, one alert a hit, with other traffic going on beside it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { readConfig } from '../core/config.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { openCanister } from '../main.ts';

const alertsWatched = 100;
const besideEveryMs = 20;
const pauseMs = 150;
const waitMsMax = 30_000;
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';

/** The figures of 100 alerts, each fired once. */
export async function alerts(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  const arrivedAt = new Map<string, number>();
  const receiver = createServer(async (request, response) => {
    const nowMs = performance.now();
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.end();
    arrivedAt.set(JSON.parse(Buffer.concat(parts).toString()).data.rule, nowMs);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const environment = {
    CANISTER_DATA: join(folder, 'data'),
    CANISTER_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    CANISTER_VISITOR_RATE_MAX: '0',
  };
  const fatal = (why: Error) => {
    throw why;
  };
  const canister = await openCanister(readConfig(environment), fatal, () => undefined);
  try {
    const baseUrl = `http://127.0.0.1:${await canister.listen(0, '127.0.0.1')}`;
    const { writeKey } = await prepare(baseUrl, port);
    const delaysMs = await fireAll(baseUrl, writeKey, arrivedAt);
    const sorted = delaysMs.toSorted((a, b) => a - b);
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      alerts: alertsWatched,
      arrived: sorted.length,
      hitsBesideASecond: 1_000 / besideEveryMs,
      delayMs: { median: at(0.5), p99: at(0.99), max: at(1) },
      goalMs: { p99: 5_000 },
    };
  } finally {
    await canister.close();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask<T>(baseUrl: string, method: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${baseUrl}/api${path}`, {
    method,
    headers: { 'x-canister': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

async function prepare(baseUrl: string, port: number): Promise<Dataset> {
  const dataset = await ask<Dataset>(baseUrl, 'POST', '/datasets', { slug: 'shop' });
  await ask(baseUrl, 'PUT', '/channels', {
    name: 'hook',
    kind: 'webhook',
    url: `http://127.0.0.1:${port}/`,
  });
  for (let number = 0; number < alertsWatched; number += 1) {
    await ask(baseUrl, 'PUT', '/datasets/shop/alerts/rules', {
      name: `Alert ${number}`,
      measure: 'count',
      subject: { kind: 'event', event: `Event ${number}` },
      windowMinutes: 1,
      operator: 'above',
      bound: 0,
      channels: ['hook'],
    });
  }
  return dataset;
}

/** Sends one event an alert, and gives how long each notice took since the answer to its hit. */
async function fireAll(
  baseUrl: string,
  writeKey: string,
  arrivedAt: Map<string, number>,
): Promise<number[]> {
  const send = async (hit: object) => {
    const answer = await fetch(`${baseUrl}/hits`, {
      method: 'POST',
      headers: { 'user-agent': agent },
      body: JSON.stringify({
        dataset: writeKey,
        id: randomUUID(),
        url: 'http://shop.example/',
        visitor: 'beside',
        type: 'page_view',
        ...hit,
      }),
    });
    if (answer.status !== 202) throw new Error(`a hit was answered ${answer.status}`);
  };
  const beside = setInterval(() => void send({}).catch(() => undefined), besideEveryMs);
  const answeredAt = new Map<string, number>();
  for (let number = 0; number < alertsWatched; number += 1) {
    await send({ type: 'event', name: `Event ${number}`, visitor: `v${number}` });
    answeredAt.set(`Alert ${number}`, performance.now());
    await pause(pauseMs);
  }
  const until = systemClock() + waitMsMax;
  while (arrivedAt.size < alertsWatched && systemClock() < until) await pause(pauseMs);
  clearInterval(beside);
  return [...arrivedAt].map(([rule, at]) => at - (answeredAt.get(rule) ?? 0));
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
