/** The API: an active session, read whole and ended by hand. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openedApi } from '../testing/opened-api.ts';

const opened = openedApi();
const { get, post, problem } = opened;

describe('an active session', () => {
  const path = '/api/datasets/shop/sessions';
  beforeEach(async () => {
    await opened.world.dataset({ slug: 'shop' });
    await opened.world.send({ url: 'https://shop.example/a' });
    await opened.world.settle();
  });
  const activeId = async () =>
    String((await (await get(`${path}/active`)).json()).sessions[0]?.id ?? '');

  test('is ended by hand', async () => {
    const id = await activeId();
    const answer = await post(`${path}/${id}/end`);
    expect([answer.status, await answer.json()]).toEqual([202, { id }]);
    await opened.world.settle();
    expect(await opened.world.sql('shop', 'SELECT hits, end_reason FROM sessions')).toEqual([
      [1, 'ended_by_hand'],
    ]);
    expect(await problem(post(`${path}/${id}/end`))).toMatchObject({
      status: 404,
      code: 'session_unknown',
    });
  });

  test('counts in the durations of commits once it is stored, beside the room on the disk', async () => {
    const status = async () => await (await get('/api/status')).json();
    const disk = { freeBytes: 3_000, totalBytes: 9_000, freeBytesMin: 2_000 };
    expect(await status()).toMatchObject({ commits: { count: 0, sumSeconds: 0 }, disk });
    opened.world.advance(3_600_000);
    await opened.world.settle();
    const { commits } = await status();
    expect(commits).toMatchObject({ count: 1, sumSeconds: expect.any(Number) });
    const within = (commits.within as { boundSeconds: number; count: number }[]).filter(
      ({ boundSeconds, count }) => count !== (commits.sumSeconds <= boundSeconds ? 1 : 0),
    );
    expect([commits.within.length, within]).toEqual([10, []]);
  });

  test('is read whole, with every hit, while it is active and in the same form when it has ended', async () => {
    const id = await activeId();
    await opened.world.send({
      url: 'https://shop.example/b?x=1',
      type: 'event',
      name: 'Bought',
      properties: { price: 12.5 },
    });
    await opened.world.settle();
    const active = await (await get(`${path}/${id}`)).json();
    expect(active).toMatchObject({
      id,
      visitor: 'v1',
      hits: [
        { path: '/a', type: 'page_view' },
        { path: '/b', query: 'x=1', name: 'Bought', properties: { price: 12.5 } },
      ],
    });
    expect(active.endReason).toBeUndefined();
    opened.world.advance(3_600_000);
    await opened.world.settle();
    expect(await (await get(`${path}/${id}`)).json()).toEqual({ ...active, endReason: 'idle' });
  });

  test('is read again only when it has got a hit, or has ended', async () => {
    const id = await activeId();
    const unchanged = await get(`${path}/${id}?unlessHits=1`);
    expect([unchanged.status, await unchanged.text()]).toEqual([204, '']);
    await opened.world.send({ url: 'https://shop.example/b' });
    await opened.world.settle();
    const changed = await (await get(`${path}/${id}?unlessHits=1`)).json();
    expect(changed.hits.map((hit: { path: string }) => hit.path)).toEqual(['/a', '/b']);
    await post(`${path}/${id}/end`);
    await opened.world.settle();
    const ended = await (await get(`${path}/${id}?unlessHits=2`)).json();
    expect(ended).toMatchObject({ id, endReason: 'ended_by_hand' });
    expect(ended.continuedBy).toBeUndefined();
    for (const refused of ['0', '-1', '1.5', 'x', '2049'])
      expect(await problem(get(`${path}/${id}?unlessHits=${refused}`))).toMatchObject({
        code: 'request_invalid',
      });
  });

  test('names the session that goes on where midnight cut it, while that is active and afterwards', async () => {
    const dayMs = 86_400_000;
    await opened.world.dataset({ slug: 'nightly', cutAtMidnight: true, idleTimeoutMs: dayMs });
    const nightly = '/api/datasets/nightly/sessions';
    const newest = async () =>
      String((await (await get(`${nightly}/active`)).json()).sessions[0]?.id ?? '');
    await opened.world.send({ dataset: 'nightly', url: 'https://shop.example/evening' });
    await opened.world.settle();
    const before = await newest();
    opened.world.advance(dayMs - 1);
    await opened.world.send({ dataset: 'nightly', url: 'https://shop.example/morning' });
    await opened.world.settle();
    const after = await newest();
    expect(after).not.toBe(before);
    const read = async (id: string) => await (await get(`${nightly}/${id}`)).json();
    expect(await read(before)).toMatchObject({ endReason: 'midnight', continuedBy: after });
    expect(await read(after)).toMatchObject({ continues: before });
    opened.world.advance(2 * dayMs);
    await opened.world.settle();
    expect(await read(before)).toMatchObject({ endReason: 'midnight', continuedBy: after });
    expect((await read(after)).continuedBy).toBeUndefined();
  });

  test('that nobody knows is not found', async () => {
    expect(await problem(get(`${path}/${'0'.repeat(32)}`))).toMatchObject({
      status: 404,
      code: 'session_unknown',
    });
    const elsewhere = get(`/api/datasets/nowhere/sessions/${'0'.repeat(32)}`);
    expect(await problem(elsewhere)).toMatchObject({ code: 'dataset_unknown' });
  });

  test('has an id of 32 hex digits', async () => {
    expect(await problem(get(`${path}/x`))).toMatchObject({ code: 'request_invalid' });
    expect(await problem(post(`${path}/x/end`))).toMatchObject({ code: 'request_invalid' });
  });
});
