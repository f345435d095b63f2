/** The API: datasets, and the live stream. */
import { describe, expect, test, vi } from 'vitest';
import { datasetInputSchema } from '../contract/dataset.ts';
import { openedApi } from '../testing/opened-api.ts';
import { worldControl } from '../testing/shared-links.ts';
import { worldStartMs } from '../testing/world.ts';
import { createApi } from './app.ts';
import { streamLimits } from './open-streams.ts';

const opened = openedApi();
const { get, post, problem } = opened;

describe('datasets', () => {
  test('are made, listed and found', async () => {
    const made = await post('/api/datasets', {
      slug: 'shop',
      name: ' Shop ',
      timeZone: 'Pacific/Fiji',
      hosts: ['*.shop.example'],
      idleTimeoutMs: 60_000,
    });
    expect(made.status).toBe(201);
    const shop = await made.json();
    expect(shop).toEqual({
      slug: 'shop',
      name: 'Shop',
      timeZone: 'Pacific/Fiji',
      hosts: ['*.shop.example'],
      idleTimeoutMs: 60_000,
      cutAtMidnight: false,
      cutOnNewCampaign: false,
      writeKey: expect.stringMatching(/^wk_[\w-]{24}$/),
      createdAt: worldStartMs,
    });
    expect(await (await get('/api/datasets/shop')).json()).toEqual(shop);
    expect(await (await get('/api/datasets')).json()).toEqual({ datasets: [shop] });
    expect(JSON.stringify(shop)).not.toContain('ecret');
    expect(await problem(post('/api/datasets', { slug: 'shop' }))).toMatchObject({
      status: 409,
      code: 'dataset_exists',
    });
  });

  test('say which idle timeout is in force where the server has one for all', async () => {
    const { world, asked } = opened;
    await world.dataset({ slug: 'shop', idleTimeoutMs: 60_000 });
    const api = createApi({ ...asked, ...worldControl(world), idleTimeoutMs: 5_000 });
    const read = async (path: string) => {
      const request = { headers: { host: 'localhost' } };
      return await (await api.request(`http://localhost/api/datasets${path}`, request)).json();
    };
    const shop = { slug: 'shop', idleTimeoutMs: 60_000, idleTimeoutMsInForce: 5_000 };
    expect(await read('/shop')).toMatchObject(shop);
    expect(await read('')).toMatchObject({ datasets: [shop] });
    expect((await (await get('/api/datasets/shop')).json()).idleTimeoutMsInForce).toBeUndefined();
  });

  test('take hits as soon as they were answered', async () => {
    await post('/api/datasets', { slug: 'shop' });
    await opened.world.send({ title: 'Start' });
    await opened.world.settle();
    const active = await (await get('/api/datasets/shop/sessions/active?limit=5')).json();
    expect(active).toMatchObject({
      total: 1,
      robots: 0,
      sessions: [{ lastTitle: 'Start', entryPath: '/' }],
    });
    expect(await problem(get('/api/datasets/shop/sessions/active?limit=0'))).toMatchObject({
      code: 'request_invalid',
    });
    expect(await problem(get('/api/datasets/nowhere/sessions/active'))).toMatchObject({
      code: 'dataset_unknown',
    });
  });
});

test('A dataset that is being made is in every list with nothing in it, and none is refused for it', async () => {
  // Noted already, and not yet open.
  await opened.asked.datasets.create(datasetInputSchema.parse({ slug: 'shop' }));
  expect(await (await get('/api/status')).json()).toMatchObject({
    datasets: [{ slug: 'shop', activeSessions: 0, storedSessions: 0, storedHits: 0 }],
  });
  expect(await (await get('/api/jobs')).json()).toEqual({ jobs: [] });
  expect(await (await get('/metrics')).text()).toContain(
    'canister_stored_sessions{dataset="shop"} 0',
  );
});

test('the live stream begins with what there is and goes on with changes', async () => {
  await post('/api/datasets', { slug: 'shop' });
  const response = await get('/api/datasets/shop/sessions/active/stream');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.getReader();
  const next = async () => new TextDecoder().decode((await reader?.read())?.value);
  expect(await next()).toBe('event: sessions\ndata: {"total":0,"robots":0,"sessions":[]}\n\n');
  await opened.world.send({});
  await opened.world.settle();
  expect(await next()).toContain('"total":1');
  await reader?.cancel();
});

test('one caller has a number of live streams, and gets the place of one that was closed', async () => {
  await post('/api/datasets', { slug: 'shop' });
  const ask = () => get('/api/datasets/shop/sessions/active/stream');
  const streams = await Promise.all(Array.from({ length: streamLimits.ofCallerMax }, ask));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  expect(await problem(ask())).toMatchObject({ status: 429, code: 'streams_too_many' });
  await streams[0]?.body?.cancel();
  const another = await vi.waitFor(
    async () => {
      const answer = await ask();
      expect(answer.status).toBe(200);
      return answer;
    },
    { timeout: 20_000 },
  );
  for (const { body } of [...streams.slice(1), another]) await body?.cancel();
});
