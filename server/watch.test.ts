/** What the server finds wrong with its accounts, and how an administrator says that it is known. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLibsqlCounts } from '../core/stores/libsql-counts.ts';
import { createWorld, type World } from '../core/testing/world.ts';
import { createWatch } from './watch.ts';

let world: World;
let told: string[];
beforeEach(async () => {
  told = [];
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

/** As a server that starts now. Gives the alarm about hits that are not accounted for, looking anew each time. */
function startWatch(acceptLoss: boolean) {
  const counts = openLibsqlCounts(world.hits, world.now);
  const watch = createWatch({
    root: world.root,
    config: { acceptLoss },
    clock: world.now,
    steady: { jumpMs: () => 0 },
    hits: world.hits,
    engine: world.engine,
    counts,
    lateChannels: async () => [],
    log: (_level, code, text) => told.push(`${code}: ${text}`),
  });
  watch.stop();
  const job = watch.jobs.find(({ description }) => description.includes('accounted for'));
  return {
    counts,
    async unaccounted() {
      await job?.run();
      return watch.alarms().map(({ code, detail }) => `${code}: ${detail}`);
    },
  };
}

test('A loss that is accepted at a start is no alarm any more, and the next one is', async () => {
  // Sent past the collector, which counts: as if the counts had gone.
  await world.send({ visitor: 'anna' }, { visitor: 'ben' });
  await world.settle();
  const alarm = 'hits_unaccounted: shop: 2 hits are too many (0 accepted, but 0 stored, 2 active';
  expect(await startWatch(false).unaccounted()).toEqual([expect.stringContaining(alarm)]);

  told = [];
  const accepting = startWatch(true);
  expect(await accepting.unaccounted()).toEqual([]);
  expect(told).toEqual([expect.stringMatching(/^loss_accepted: .*shop: 2 hits are too many/)]);
  expect((await accepting.counts.read()).get('shop')).toMatchObject({ received: 2, accepted: 2 });
  expect(await accepting.counts.findBroken()).toEqual([]);
  expect(await startWatch(false).unaccounted()).toEqual([]);

  await world.send({ visitor: 'carl' });
  await world.settle();
  const next = expect.stringContaining('shop: 1 hit is too many (2 accepted, but');
  // What comes while the server runs was not known to whoever started it.
  expect(await accepting.unaccounted()).toEqual([next]);
  expect(await startWatch(false).unaccounted()).toEqual([next]);
});

test('Hits that are missing are accepted as well', async () => {
  await world.send({ visitor: 'anna' });
  await world.settle();
  const hour = Math.floor(world.now() / 3_600_000);
  const counted = (outcome: string) => ({
    sql: "INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES ('shop', ?, ?, '', 5)",
    args: [hour, outcome],
  });
  await world.hits.batch([counted('received'), counted('accepted')], 'write');
  expect(await startWatch(false).unaccounted()).toHaveLength(1);
  expect(await startWatch(true).unaccounted()).toEqual([]);
  expect(await startWatch(false).unaccounted()).toEqual([]);
});
