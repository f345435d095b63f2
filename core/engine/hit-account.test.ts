/** Every accepted hit is somewhere, at every moment; and the check sees it when one is not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HitAccount } from '../contract/status.ts';
import { startJobs } from '../jobs.ts';
import { describeBroken, openLibsqlCounts } from '../stores/libsql-counts.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createAlarms } from './alarms.ts';
import { explainAccount } from './hit-account.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

const hour = () => Math.floor(world.now() / 3_600_000);

/** Counts as the collector does, which stands outside of this world. */
async function countAccepted(count: number): Promise<void> {
  await world.hits.batch(
    ['received', 'accepted'].map((outcome) => ({
      sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES ('shop', ?, ?, '', ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      args: [hour(), outcome, count],
    })),
    'write',
  );
}

async function account(): Promise<HitAccount> {
  const [only] = await world.engine.account();
  if (only === undefined) throw new Error('there is no account');
  return only;
}

describe('The account of hits', () => {
  test('Hits are waiting, then active or set aside, then stored, and the sum is always what was accepted', async () => {
    await world.send({ visitor: 'anna' }, { visitor: 'anna' }, { visitor: 'ben' });
    await world.sendBody('shop', Buffer.from('{"broken'));
    await countAccepted(4);
    const places = { accepted: 4, stored: 0, active: 0, waiting: 0, setAside: 0, known: true };
    expect(await account()).toEqual({ dataset: 'shop', ...places, waiting: 4 });
    await world.settle();
    expect(await account()).toEqual({ dataset: 'shop', ...places, active: 3, setAside: 1 });
    world.advance(31 * 60_000);
    await world.settle();
    expect(await account()).toEqual({ dataset: 'shop', ...places, stored: 3, setAside: 1 });
    expect(explainAccount(await account())).toBeUndefined();
    await world.importText('shop', {
      'a.log':
        '203.0.113.7 - - [03/Mar/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "Firefox"\n',
    });
    expect(await account()).toEqual({ dataset: 'shop', ...places, stored: 3, setAside: 1 });
  });

  test('After a crash it is unknown until the inbox was taken again, and then it adds up', async () => {
    await world.send({ visitor: 'anna' }, { visitor: 'ben' });
    world.advance(20 * 60_000);
    await world.send({ visitor: 'anna' });
    await countAccepted(3);
    await world.settle();
    world.advance(15 * 60_000);
    // Ben's session ends and is stored; Anna's older hit keeps the position back.
    await world.settle();
    expect(await account()).toMatchObject({ stored: 1, active: 2 });
    await world.crash();
    await world.reopen();
    const before = await account();
    expect(before).toMatchObject({ known: false, stored: 1, waiting: 3 });
    expect(explainAccount(before)).toBeUndefined();
    await world.settle();
    const after = await account();
    expect(after).toMatchObject({ known: true, stored: 1, active: 2, waiting: 0 });
    expect(explainAccount(after)).toBeUndefined();
  });

  test('A hit that is lost or doubled is found, with the figures', async () => {
    await world.send({ visitor: 'anna' }, { visitor: 'ben' });
    await world.settle();
    await countAccepted(3);
    expect(explainAccount(await account())).toBe(
      'shop: 1 hit is missing (3 accepted, but 0 stored, 2 active, 0 waiting and 0 set aside)',
    );
    await world.send({ visitor: 'carl' }, { visitor: 'carl' }, { visitor: 'carl' });
    expect(explainAccount(await account())).toMatch(/^shop: 2 hits are too many /);
  });
});

describe('The counters', () => {
  test('An hour that does not add up is found, and a sound one is not', async () => {
    const counts = openLibsqlCounts(world.hits, world.now);
    await countAccepted(5);
    expect(describeBroken(await counts.findBroken())).toBeUndefined();
    await world.hits.batch(["UPDATE hit_count SET count = 7 WHERE outcome = 'received'"], 'write');
    expect(await counts.findBroken()).toEqual([
      { dataset: 'shop', at: Date.UTC(2026, 10, 21, 10), received: 7, explained: 5 },
    ]);
    expect(describeBroken(await counts.findBroken())).toBe(
      'shop, 2026-11-21T10:00 UTC: 7 hits received, but 5 explained',
    );
  });
});

describe('Alarms and jobs', () => {
  test('An alarm is told when it begins, changes and ends, and not in between', () => {
    const told: unknown[] = [];
    const alarms = createAlarms((code, detail) => told.push([code, detail]));
    alarms.set('disk_low', undefined);
    alarms.set('disk_low', 'little room');
    alarms.set('disk_low', 'little room');
    expect(alarms.list()).toEqual([{ code: 'disk_low', detail: 'little room' }]);
    alarms.set('disk_low', 'no room');
    alarms.set('disk_low', undefined);
    expect(told).toEqual([
      ['disk_low', 'little room'],
      ['disk_low', 'no room'],
      ['disk_low', undefined],
    ]);
    expect(alarms.list()).toEqual([]);
  });

  test('A job runs at once and each period, never twice at a time, and a failure is told until it is over', async () => {
    vi.useFakeTimers();
    try {
      let runs = 0;
      let fails = true;
      let release = () => {};
      const told: string[][] = [];
      const stop = startJobs(
        [
          {
            description: 'do the one thing',
            periodMs: 1_000,
            run() {
              runs += 1;
              if (fails) throw new Error('not today');
            },
          },
          {
            description: 'wait',
            periodMs: 1_000,
            run: () =>
              new Promise<void>((resolve) => {
                runs += 100;
                release = resolve;
              }),
          },
        ],
        (failing) =>
          told.push([...failing].map(([job, why]) => `${job.description}: ${why.message}`)),
      );
      await vi.advanceTimersByTimeAsync(0);
      expect([runs, told.at(-1)]).toEqual([101, ['do the one thing: not today']]);
      fails = false;
      await vi.advanceTimersByTimeAsync(2_000);
      expect([runs, told.at(-1)]).toEqual([103, []]);
      release();
      await stop();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(runs).toBe(103);
    } finally {
      vi.useRealTimers();
    }
  });
});
