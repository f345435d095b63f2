/** Events over the past: the rows must be those that there would be had the event been there from the first day. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type EventDefinitionInput, eventDefinitionSchema } from '../contract/event.ts';
import { createEventDesk, type EventDesk } from '../desks/event-desk.ts';
import { standardEventSet } from '../events/standard-events.ts';
import { openLibsqlEvents } from '../stores/libsql-events.ts';
import { createWorld, type World } from '../testing/world.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

interface Site {
  world: World;
  desk: () => EventDesk;
  publish(...events: EventDefinitionInput[]): Promise<void>;
  /** Runs to its end, and gives what it tells. */
  backfill(event: string, days?: { from?: string; to?: string }): ReturnType<typeof ended>;
  /** The rows of an event that do not say how they came to be. */
  rows(event: string): Promise<unknown[][]>;
}

async function site(): Promise<Site> {
  const world = await createWorld();
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  const desk = () =>
    createEventDesk({
      book: openLibsqlEvents(world.control, world.now),
      engine: world.engine,
      standard: standardEventSet,
    });
  return {
    world,
    desk,
    async publish(...events) {
      for (const event of events) {
        const definition = eventDefinitionSchema.parse(event);
        await desk().save('shop', { kind: 'event', definition }, 'cli');
      }
      await desk().publish('shop', { events: events.map(({ name }) => name) }, 'cli');
      await world.settle();
    },
    async backfill(event, days = {}) {
      const published = await desk().publishedEvent('shop', event);
      const { number } = await world.engine.beginBackfill('shop', { ...published, ...days });
      return await ended(world, number);
    },
    rows: async (event) =>
      await query(
        world,
        `SELECT session_id, number, hit_number, hit_id, "at", value_number, value_text, dimensions, alert
         FROM store.events WHERE event = '${event}' ORDER BY session_id, number`,
      ),
  };
}

const query = async (world: World, sql: string) =>
  (await world.stores('shop').analytics.query(sql, [])).rows;

const marks = (world: World, event: string) =>
  query(
    world,
    `SELECT version, backfilled, count(*)::INTEGER FROM store.events WHERE event = '${event}' GROUP BY ALL ORDER BY ALL`,
  );

async function ended(world: World, number: number) {
  for (;;) {
    const found = (await world.engine.backfills('shop')).find((one) => one.number === number);
    if (found === undefined) throw new Error(`there is no backfill ${number}`);
    if (found.state !== 'waiting' && found.state !== 'running') return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Forty people look at tea, every fourth puts some into the cart, every eighth pays. */
async function traffic({ world }: Site, from = 0, to = 40): Promise<void> {
  for (let visitor = from; visitor < to; visitor += 1) {
    const hit = (path: string) => ({
      visitor: `v${visitor}`,
      url: `https://shop.example${path}`,
    });
    await world.send(hit('/'), hit(`/tea?sort=${visitor % 3}`));
    if (visitor % 4 === 0) await world.send(hit('/cart'), hit('/cart'));
    if (visitor % 8 === 0) await world.send(hit('/paid?plan=gold'));
    world.advance(1_000);
  }
  world.advance(40 * 60_000);
  await world.settle();
}

const cart: EventDefinitionInput = {
  name: 'Cart',
  trigger: 'every_hit',
  condition: 'request.path = "/cart"',
  record: { kind: 'number', from: { kind: 'field', field: 'hit.number' } },
  dimensions: [{ name: 'path', from: { kind: 'field', field: 'request.path' } }],
};
const order: EventDefinitionInput = {
  name: 'Order',
  trigger: 'after_every_hit',
  condition: 'request.path = "/paid" and event "Cart"',
  track: 'first',
  record: { kind: 'text', from: { kind: 'field', field: 'request.path' } },
  actions: [
    {
      do: 'set_attribute',
      attribute: 'plan',
      from: { kind: 'field', field: 'request.query.plan' },
    },
    { do: 'add_to_counter', counter: 'orders' },
  ],
};

test('Published before the traffic or run over it afterwards: equal rows but for mark and version', async () => {
  const before = await site();
  await before.publish(cart, order);
  await traffic(before);
  const after = await site();
  await traffic(after);
  await after.publish(cart, order);
  expect(await after.rows('Cart')).toEqual([]);
  expect(await after.backfill('Cart')).toMatchObject({
    state: 'done',
    version: 1,
    sessionsTotal: 40,
    sessionsDone: 40,
    sessionsFired: 10,
    facts: 20,
    unreadable: 0,
  });
  expect(await after.backfill('Order')).toMatchObject({ sessionsFired: 5, facts: 5 });

  expect(await after.rows('Cart')).toEqual(await before.rows('Cart'));
  expect(await after.rows('Order')).toEqual(await before.rows('Order'));
  expect(await after.rows('Order')).toHaveLength(5);
  const values = 'SELECT * FROM session_values ORDER BY ALL';
  expect(await query(after.world, values)).toEqual(await query(before.world, values));
  expect(await query(after.world, 'SELECT count(*)::INTEGER FROM session_values')).toEqual([[10]]);
  expect(await marks(before.world, 'Cart')).toEqual([[1, false, 20]]);
  expect(await marks(after.world, 'Cart')).toEqual([[1, true, 20]]);
});

test('Sessions that were open, or ended between publishing and running, have each fact once', async () => {
  const shop = await site();
  await traffic(shop, 0, 8);
  // This one is open while the event is published and run over the past.
  await shop.world.send({ visitor: 'open', url: 'https://shop.example/cart' });
  await shop.world.settle();
  await shop.publish(cart);
  // Begun and ended between the two.
  await shop.world.send({ visitor: 'new', url: 'https://shop.example/cart' });
  await shop.world.settle();
  shop.world.advance(10 * 60_000);
  await shop.world.send({ visitor: 'open', url: 'https://shop.example/tea' });
  shop.world.advance(25 * 60_000);
  await shop.world.settle();
  expect(await marks(shop.world, 'Cart')).toEqual([[1, false, 1]]);
  expect(await shop.backfill('Cart')).toMatchObject({ sessionsTotal: 9, facts: 4 });
  expect(await marks(shop.world, 'Cart')).toEqual([
    [1, false, 1],
    [1, true, 4],
  ]);
  shop.world.advance(40 * 60_000);
  await shop.world.settle();
  expect(await marks(shop.world, 'Cart')).toEqual([
    [1, false, 1],
    [1, true, 5],
  ]);
  await shop.backfill('Cart');
  expect(await marks(shop.world, 'Cart')).toEqual([
    [1, false, 1],
    [1, true, 5],
  ]);
});

test('A newer version run over the past takes the place of the older one, only in the days named', async () => {
  const shop = await site();
  await traffic(shop, 0, 8);
  shop.world.advance(24 * 3_600_000);
  await traffic(shop, 8, 16);
  await shop.publish(cart);
  await shop.backfill('Cart');
  expect(await marks(shop.world, 'Cart')).toEqual([[1, true, 8]]);
  await shop.publish({ ...cart, condition: 'request.path starts with "/tea"' });
  expect(await shop.backfill('Cart', { from: '2026-11-22' })).toMatchObject({ facts: 8 });
  expect(await marks(shop.world, 'Cart')).toEqual([
    [1, true, 4],
    [2, true, 8],
  ]);
  await shop.backfill('Cart', { to: '2026-11-22' });
  expect(await marks(shop.world, 'Cart')).toEqual([[2, true, 16]]);
});

test('What was recorded by a definition that did the same stays as it is', async () => {
  const shop = await site();
  await shop.publish(cart);
  await traffic(shop, 0, 8);
  await shop.publish(order);
  await shop.backfill('Cart');
  expect(await marks(shop.world, 'Cart')).toEqual([[1, false, 4]]);
});

test('Tables made anew have what was run over the past, whether the old ones can be read or are gone', async () => {
  const shop = await site();
  await traffic(shop);
  await shop.publish(cart, order);
  await shop.backfill('Cart');
  await shop.backfill('Order');
  await traffic(shop, 40, 48);
  const all = 'SELECT * FROM store.events ORDER BY session_id, event, number';
  const [facts, values] = [
    await query(shop.world, all),
    await query(shop.world, 'SELECT * FROM session_values ORDER BY ALL'),
  ];
  expect(facts).toHaveLength(24 + 6);
  expect(await shop.world.engine.rebuild('shop', false)).toMatchObject({ equal: true });
  expect(await query(shop.world, all)).toEqual(facts);

  await shop.world.crash();
  rmSync(join(shop.world.root, 'datasets/shop/analytics.duckdb'));
  rmSync(join(shop.world.root, 'datasets/shop/analytics.duckdb.wal'), { force: true });
  await shop.world.reopen();
  expect(await query(shop.world, all)).toEqual(facts);
  expect(await query(shop.world, 'SELECT * FROM session_values ORDER BY ALL')).toEqual(values);
});

test('A deleted event leaves its facts; asked to, it takes them, and tables made anew do not bring them back', async () => {
  const shop = await site();
  await shop.publish(cart, order);
  await traffic(shop, 0, 16);
  const remove = (name: string, facts: boolean) =>
    shop.desk().remove('shop', { kind: 'event', name }, { dependents: false, facts }, 'cli');
  await expect(remove('Cart', false)).rejects.toMatchObject({
    code: 'event_needed',
    message: expect.stringContaining('"Order" needs "Cart"'),
  });
  expect(await remove('Order', false)).toEqual({ deleted: ['Order'], version: 2 });
  expect(await marks(shop.world, 'Order')).toEqual([[1, false, 2]]);
  expect(await remove('Cart', true)).toEqual({ deleted: ['Cart'], version: 3 });
  expect(await marks(shop.world, 'Cart')).toEqual([]);
  expect(await shop.world.engine.rebuild('shop', false)).toMatchObject({ equal: true });
  expect(await marks(shop.world, 'Cart')).toEqual([]);
  expect(await marks(shop.world, 'Order')).toEqual([[1, false, 2]]);
});

test('One that is stopped leaves what it has written, as tables made anew have it', async () => {
  const shop = await site();
  await traffic(shop);
  await shop.publish(cart);
  const published = await shop.desk().publishedEvent('shop', 'Cart');
  const { number } = await shop.world.engine.beginBackfill('shop', published);
  await shop.world.engine.cancelBackfill('shop', number);
  expect(await ended(shop.world, number)).toMatchObject({ state: 'cancelled' });
  const left = await marks(shop.world, 'Cart');
  await shop.world.engine.rebuild('shop', false);
  expect(await marks(shop.world, 'Cart')).toEqual(left);
  expect(await shop.backfill('Cart')).toMatchObject({ state: 'done', facts: 20 });
});

test('One that was under way when the core stopped goes on at the next start', async () => {
  const shop = await site();
  await traffic(shop);
  await shop.publish(cart);
  await shop.world.control.batch(
    [
      `INSERT INTO backfill (dataset, kind, event, version, state, counts, requested_at, changed_at)
       VALUES ('shop', 'replay', 'Cart', 1, 'running', '{}', 0, 0)`,
    ],
    'write',
  );
  await shop.world.crash();
  await shop.world.reopen();
  expect(await ended(shop.world, 1)).toMatchObject({ state: 'done', facts: 20 });
  expect(await marks(shop.world, 'Cart')).toEqual([[1, true, 20]]);
});

test('An event that is not published is refused, and one that is not there', async () => {
  const shop = await site();
  await shop.publish(cart);
  const definition = eventDefinitionSchema.parse(order);
  await shop.desk().save('shop', { kind: 'event', definition }, 'cli');
  await expect(shop.backfill('Order')).rejects.toMatchObject({ code: 'event_unpublished' });
  await expect(shop.backfill('Nothing')).rejects.toMatchObject({ code: 'event_unknown' });
});
