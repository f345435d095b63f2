import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTestCollector, testHit, testStartMs } from '../testing/collector.ts';

const hourMs = 3_600_000;

/** What a collector with this clock writes of one and the same client. */
async function keysAt(nowMs: number, more: Record<string, unknown> = { visitor: undefined }) {
  const { post, bodies } = createTestCollector({ clock: () => nowMs });
  await post(JSON.stringify(testHit(1, more)), { 'user-agent': 'Firefox' });
  const [{ visitor, visitorBefore } = {}] = bodies();
  return { visitor, visitorBefore };
}

test('the key of a client without an id turns every four hours, and the one before goes along', async () => {
  // The tests begin at 10:00 UTC: in the third period of the day, which ends at 12:00.
  const now = await keysAt(testStartMs);
  const last = await keysAt(testStartMs + 2 * hourMs - 1);
  const turned = await keysAt(testStartMs + 2 * hourMs);
  expect(last).toEqual(now);
  expect(turned.visitor).not.toBe(now.visitor);
  expect(turned.visitorBefore).toBe(now.visitor);
  expect((await keysAt(testStartMs + 6 * hourMs)).visitorBefore).toBe(turned.visitor);
});

test('two collectors agree on the key: it is made of the secret, the period, the address and the user agent', async () => {
  const period = Date.UTC(2026, 10, 21, 8) / (4 * hourMs);
  const key = (number: number) =>
    createHmac('sha256', 'secret of shop')
      .update(`${number}\n203.0.113.77\nFirefox`)
      .digest('hex')
      .slice(0, 32);
  expect(await keysAt(testStartMs)).toEqual({
    visitor: key(period),
    visitorBefore: key(period - 1),
  });
});

test('who has an id keeps it, and nothing else goes along', async () => {
  expect(await keysAt(testStartMs, { visitor: 'v9' })).toEqual({
    visitor: 'v9',
    visitorBefore: undefined,
  });
});

test('a sender cannot name the key before', async () => {
  expect(await keysAt(testStartMs, { visitor: 'v9', visitorBefore: 'v8' })).toMatchObject({
    visitorBefore: undefined,
  });
});
