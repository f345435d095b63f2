/** The stop of a server at which others look on: live views and unread answers end at once, and what was acknowledged is stored. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';

const liveViews = 10;
const senders = 4;
/** Below what a stop waits for requests under way: who is cut only then has held it. */
const stopMsMax = 4_500;
const folder = mkdtempSync(join(tmpdir(), 'canister-stop-'));
const data = join(folder, 'data');
let writeKey: string;
beforeAll(async () => {
  const made = await runCommand(['dataset', 'create', 'shop', '--json', '--data', data]);
  ({ writeKey } = JSON.parse(made.out) as { writeKey: string });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('A stop ends open live views at once, and loses no hit that was acknowledged meanwhile', async () => {
  const product = await startProduct({ data });
  const stream = `${product.baseUrl}/api/datasets/shop/sessions/active/stream`;
  const ends: Promise<string>[] = [];
  const endOf = async (reader: ReadableStreamDefaultReader | undefined): Promise<string> => {
    for (;;) if ((await reader?.read())?.done) return 'ended';
  };
  for (let view = 0; view < liveViews; view += 1) {
    const reader = (await fetch(stream)).body?.getReader();
    await reader?.read();
    ends.push(endOf(reader).catch(() => 'broken off'));
  }
  const acknowledged: string[] = [];
  const sending = Array.from({ length: senders }, async () => {
    for (;;) {
      const id = randomUUID();
      const hit = { dataset: writeKey, id, type: 'page_view', url: 'https://shop.example/' };
      const body = JSON.stringify(hit);
      const answer = await fetch(`${product.baseUrl}/hits`, { method: 'POST', body }).catch(
        () => undefined,
      );
      if (answer?.status !== 202) return;
      acknowledged.push(id);
    }
  });
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(50);
  const stoppedAt = performance.now();
  expect(await product.stop()).toBe(0);
  const elapsedMs = performance.now() - stoppedAt;
  expect(await Promise.all(ends)).toEqual(Array.from({ length: liveViews }, () => 'ended'));
  expect(elapsedMs).toBeLessThan(stopMsMax);
  await Promise.all(sending);
  const again = await startProduct({ data });
  const status = await (await fetch(`${again.baseUrl}/api/status`)).json();
  expect(await again.stop()).toBe(0);
  const { accepted } = (status as { datasets: { counts: { accepted: number } }[] }).datasets[0]
    ?.counts as { accepted: number };
  expect(accepted).toBeGreaterThanOrEqual(acknowledged.length);
});

test('Who asks and reads nothing of the answer does not keep the server from its stop', async () => {
  const product = await startProduct({ data });
  const { hostname, port } = new URL(product.baseUrl);
  // Some 28 MB, which no socket takes at once.
  const sql = 'SELECT range(600)::VARCHAR FROM range(10000)';
  const body = JSON.stringify({ sql });
  const reader = connect(Number(port), hostname);
  reader.on('error', () => {});
  reader.write(
    `POST /api/datasets/shop/sql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-Canister: test\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await once(reader, 'readable');
  expect(reader.read(15)?.toString()).toBe('HTTP/1.1 200 OK');
  // As much as lies between the two is on its way.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const stoppedAt = performance.now();
  expect(await product.stop()).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(stopMsMax);
  reader.destroy();
});
