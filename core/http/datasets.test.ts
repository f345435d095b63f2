/** The API: datasets, and the live stream. */
import { describe, expect, test } from 'vitest';
import { openedApi } from '../testing/opened-api.ts';
import { worldStartMs } from '../testing/world.ts';

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
