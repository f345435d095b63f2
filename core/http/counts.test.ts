/** The API: counters and metrics. */
import { describe, expect, test } from 'vitest';
import type { DatasetCounts } from '../contract/status.ts';
import { openedApi } from '../testing/opened-api.ts';
import { worldStartMs } from '../testing/world.ts';

const opened = openedApi();
const { get, problem } = opened;

describe('Counts', () => {
  const hour = Math.floor(worldStartMs / 3_600_000);

  async function count(
    ...rows: [slug: string, hour: number, outcome: string, reason: string, n: number][]
  ) {
    const sql =
      'INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES (?, ?, ?, ?, ?)';
    await opened.world.hits.batch(
      rows.map((args) => ({ sql, args })),
      'write',
    );
  }

  async function counts(query: string): Promise<DatasetCounts> {
    return (await (await get(`/api/datasets/shop/counts?${query}`)).json()) as DatasetCounts;
  }

  test('Hours come with their outcomes and reasons, cut in the zone of the dataset, and with what was set aside', async () => {
    await opened.world.dataset({ slug: 'shop', timeZone: 'Asia/Tokyo' });
    await opened.world.dataset({ slug: 'blog' });
    await count(
      ['shop', hour, 'received', '', 10],
      ['shop', hour, 'accepted', '', 6],
      ['shop', hour, 'excluded', 'host_not_allowed', 1],
      ['shop', hour, 'bad', 'hit_invalid', 2],
      ['shop', hour, 'bad', 'rate_exceeded', 1],
      // 15:00 UTC is midnight in Tokyo: this hour belongs to the next day.
      ['shop', hour + 5, 'received', '', 3],
      ['shop', hour + 5, 'accepted', '', 3],
      ['blog', hour, 'received', '', 100],
    );
    await opened.world.sendBody('shop', Buffer.from('no hit'));
    await opened.world.settle();
    const today = await counts('from=2026-11-21&to=2026-11-22');
    expect(today.total).toEqual({
      received: 10,
      accepted: 6,
      duplicate: 0,
      excluded: 1,
      bad: 3,
      setAside: 1,
    });
    expect(today.hours).toHaveLength(1);
    expect(today.hours[0]).toMatchObject({ at: worldStartMs, received: 10, setAside: 1 });
    expect(today.hours[0]?.reasons).toEqual(
      expect.arrayContaining([
        { outcome: 'excluded', reason: 'host_not_allowed', count: 1 },
        { outcome: 'bad', reason: 'hit_invalid', count: 2 },
        { outcome: 'bad', reason: 'rate_exceeded', count: 1 },
        { outcome: 'set_aside', reason: expect.any(String), count: 1 },
      ]),
    );
    const both = await counts('from=2026-11-21&to=2026-11-23');
    expect(both.hours.map(({ received }) => received)).toEqual([10, 3]);
    expect(both.total).toMatchObject({ received: 13, accepted: 9 });
  });

  test('A range that is too long or runs backwards, and an unknown dataset, are refused', async () => {
    await opened.world.dataset({ slug: 'shop' });
    const refused = (query: string, slug = 'shop') =>
      problem(get(`/api/datasets/${slug}/counts?${query}`));
    expect(await refused('from=2026-11-22&to=2026-11-21')).toMatchObject({
      status: 400,
      code: 'date_range_invalid',
    });
    expect(await refused('from=2026-01-01&to=2026-11-21')).toMatchObject({
      code: 'date_range_invalid',
    });
    expect(await refused('from=2026-11-21&to=2026-11-22', 'nobody')).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
  });

  test('The status shows what is wrong', async () => {
    expect(await (await get('/api/status')).json()).toMatchObject({ alarms: [] });
    opened.alarms = [{ code: 'disk_low', detail: 'The disk is nearly full.' }];
    expect(await (await get('/api/status')).json()).toMatchObject({ alarms: opened.alarms });
  });
});

describe('Metrics', () => {
  test('They are for this machine only, and come in the text format with what really happened', async () => {
    await opened.world.dataset({ slug: 'shop' });
    await opened.world.send({ visitor: 'anna' }, { visitor: 'ben' });
    await opened.world.settle();
    opened.world.advance(31 * 60_000);
    await opened.world.settle();
    await opened.world.send({ visitor: 'carl' });
    opened.world.advance(1_500);
    opened.alarms = [{ code: 'disk_low', detail: 'The disk is nearly full.' }];
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = (await response.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'canister_info{version="1.2.3"} 1',
        'canister_waiting_hits 1',
        'canister_lag_milliseconds 1500',
        'canister_active_sessions{dataset="shop"} 0',
        'canister_stored_sessions{dataset="shop"} 2',
        'canister_stored_hits{dataset="shop"} 2',
        'canister_commit_duration_seconds_bucket{le="+Inf"} 1',
        'canister_commit_duration_seconds_count 1',
        'canister_alarm{code="disk_low"} 1',
        'canister_event_loop_lag_seconds{quantile="0.99"} 0.02',
        'process_resident_memory_bytes 1000',
      ]),
    );
    opened.peer = '203.0.113.9';
    expect(await problem(get('/metrics'))).toMatchObject({ status: 403, code: 'local_only' });
  });
});
