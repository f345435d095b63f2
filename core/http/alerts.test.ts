/** Alerts and channels through the API: what is refused and why, and dry runs against a count made by hand. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertDryRun } from '../contract/alert.ts';
import type { Problem } from '../contract/problem.ts';
import { worldAlerts } from '../testing/alert-desk.ts';
import { createWorld, type World } from '../testing/world.ts';
import { alertRoutes } from './alerts.ts';
import { channelRoutes } from './channels.ts';
import { answerErrors } from './problems.ts';
import { newRoutes } from './routes.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: World;
let api: ReturnType<typeof newRoutes>;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', timeZone: 'UTC' });
  const { desk } = await worldAlerts(world, { privateNetworks: [] });
  api = newRoutes()
    .route('/', alertRoutes({ ...desk, datasets: world.datasets, clock: world.now }))
    .route('/', channelRoutes({ ...desk, clock: world.now }));
  api.onError(answerErrors(() => undefined));
});
afterEach(async () => {
  await world.close();
});

async function ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
  const answer = await api.request(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

const rule = {
  name: 'Few purchases',
  measure: 'count',
  subject: { kind: 'event', event: 'Purchase' },
  windowMinutes: 60,
  operator: 'above',
  bound: 1,
};
const rules = '/datasets/shop/alerts/rules';

test('An alert is saved, shown, changed, listed and deleted', async () => {
  expect((await ask('PUT', rules, rule)).status).toBe(200);
  expect((await ask('PUT', rules, { ...rule, bound: 2 })).body).toMatchObject({ bound: 2 });
  const shown = await ask('GET', `${rules}/Few%20purchases`);
  expect(shown.body).toMatchObject({
    rule: { bound: 2, rearmMinutes: 60 },
    state: { firing: false },
    muted: false,
  });
  const always = [{ from: '00:00', to: '24:00' }];
  await ask('PUT', rules, { ...rule, blackouts: always });
  expect((await ask('GET', rules)).body.alerts).toMatchObject([{ muted: true }]);
  await ask('PUT', rules, { ...rule, active: false });
  expect((await ask('GET', rules)).body.alerts).toMatchObject([{ muted: true }]);
  expect((await ask('DELETE', `${rules}/Few%20purchases`)).body).toEqual({ deleted: rule.name });
  expect(await ask('DELETE', `${rules}/Few%20purchases`)).toMatchObject({
    status: 404,
    body: { code: 'alert_unknown' },
  });
});

describe('Refused', () => {
  test.each<[string, object, number, string]>([
    ['a window of a year', { windowMinutes: 525_600 }, 400, 'request_invalid'],
    ['a threshold that always holds', { operator: 'at_least', bound: 0 }, 400, 'alert_invalid'],
    ['a channel that is not there', { channels: ['ops'] }, 404, 'channel_unknown'],
    ['a name with a line break', { name: 'a\r\nb' }, 400, 'request_invalid'],
    ['a metric that is none', { subject: { kind: 'metric', metric: 'x' } }, 400, 'request_invalid'],
  ])('an alert with %s', async (_name, more, status, code) => {
    const answer = await ask<Problem>('PUT', rules, { ...rule, ...more });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test.each<[string, object, string]>([
    [
      'an address with a line break',
      { kind: 'mail', to: ['a@b.example\r\nBcc: c@d.example'] },
      'request_invalid',
    ],
    ['no address', { kind: 'mail', to: [] }, 'request_invalid'],
    ['a private address', { kind: 'webhook', url: 'http://192.168.0.1/' }, 'channel_invalid'],
    ['this machine', { kind: 'webhook', url: 'http://localhost:8080/' }, 'channel_invalid'],
    ['another scheme', { kind: 'webhook', url: 'javascript:alert(1)' }, 'channel_invalid'],
    [
      'a secret that is none',
      { kind: 'webhook', url: 'https://a.example/', secret: 'x' },
      'request_invalid',
    ],
  ])('a channel with %s', async (_name, channel, code) => {
    const answer = await ask<Problem>('PUT', '/channels', { name: 'ops', ...channel });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

test('A channel keeps its secret, shows it once, and stays while an alert uses it', async () => {
  const hook = { name: 'hook', kind: 'webhook', url: 'https://hooks.example/' };
  const { secret } = (await ask('PUT', '/channels', hook)).body;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await ask('PUT', '/channels', { ...hook, slack: true })).body).toMatchObject({ secret });
  expect(JSON.stringify((await ask('GET', '/channels')).body)).not.toContain(secret);
  await ask('PUT', rules, { ...rule, channels: ['hook'] });
  expect((await ask<Problem>('DELETE', '/channels/hook')).body).toMatchObject({
    code: 'channel_in_use',
    detail: expect.stringContaining('Few purchases (shop)'),
  });
  expect((await ask('POST', '/channels/hook/test')).status).toBe(200);
  expect((await ask('GET', '/deliveries')).body.deliveries).toMatchObject([
    { channel: 'hook', state: 'waiting' },
  ]);
});

test('A dry run says how often an alert would have fired in the last 30 days', async () => {
  const purchases = async (count: number) => {
    const hits = Array.from({ length: count }, (_, index) => ({
      type: 'event' as const,
      name: 'Purchase',
      visitor: `v${index}`,
      properties: { value: index },
      closeSession: true as const,
    }));
    await world.send(...hits);
    await world.settle();
  };
  // 40 days ago: outside. Then three, one, two and five on four days, the last two within a rearm time.
  world.advance(-40 * dayMs);
  await purchases(9);
  world.advance(20 * dayMs);
  await purchases(3);
  world.advance(5 * dayMs);
  await purchases(1);
  world.advance(5 * dayMs);
  await purchases(2);
  world.advance(3 * hourMs);
  await purchases(5);
  world.advance(10 * dayMs - 3 * hourMs);
  const run = async (more: object) =>
    (await ask<AlertDryRun>('POST', '/datasets/shop/alerts/dry-run', { ...rule, ...more })).body;
  const found = await run({});
  // Three, two and five are more than one; each is over an hour later.
  expect(found.firings.map(({ value }) => value)).toEqual([5, 2, 3]);
  expect(found.fired).toBe(3);
  for (const { at, recoveredAt } of found.firings) {
    expect((recoveredAt ?? 0) - at).toBeGreaterThanOrEqual(59 * 60_000);
    expect((recoveredAt ?? 0) - at).toBeLessThanOrEqual(61 * 60_000);
  }
  expect(await run({ rearmMinutes: 240 })).toMatchObject({ fired: 2 });
  expect(await run({ measure: 'max', bound: 2 })).toMatchObject({ fired: 1 });
  const allDay = { from: '00:00', to: '24:00' };
  expect(await run({ blackouts: [allDay] })).toMatchObject({ fired: 0, firings: [] });
  // Nothing is kept of it.
  expect((await ask('GET', '/datasets/shop/alerts/history')).body).toEqual({ entries: [] });
});
