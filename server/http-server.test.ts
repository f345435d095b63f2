/** The stop of a server at which others look on: live views end at once, and what was acknowledged is stored. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand, startProduct } from '../console/testing/product.ts';

const liveViews = 10;
const senders = 4;
const stopMsMax = 2_000;
const folder = mkdtempSync(join(tmpdir(), 'canister-stop-'));
const data = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('A stop ends open live views at once, and loses no hit that was acknowledged meanwhile', async () => {
  const made = await runCommand(['dataset', 'create', 'shop', '--json', '--data', data]);
  const { writeKey } = JSON.parse(made.out) as { writeKey: string };
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
