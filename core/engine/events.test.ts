/** Events from the inbox to the tables: fired while the session is open, the same after a crash. */
import { expect, test } from 'vitest';
import type { ClosedSession } from '../contract/session.ts';
import { compileEventSet } from '../events/compile.ts';
import { replaySession } from '../events/replay.ts';
import { eventSet, type TestEvent } from '../events/testing/event-session.ts';
import { eventWorlds, page } from '../testing/event-world.ts';
import { worldStartMs } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = eventWorlds();

const purchase: TestEvent = {
  name: 'Purchase',
  condition: 'response.body contains "Thank you for your order"',
  record: { kind: 'number', from: { kind: 'hit_attribute', name: 'order_total' } },
  dimensions: [{ name: 'path', from: { kind: 'field', field: 'request.path' } }],
  actions: [
    { do: 'add_to_counter', counter: 'orders' },
    {
      do: 'add_to_counter',
      counter: 'revenue',
      from: { kind: 'hit_attribute', name: 'order_total' },
    },
  ],
};
const orderTotal = {
  name: 'order_total',
  side: 'response',
  type: 'number',
  take: { by: 'pattern', pattern: 'Total: ([0-9.,]+)' },
} as const;

test('A purchase whose response says so: its event, its value and its counter are in the tables', async () => {
  const { world, publish } = await start();
  await publish([purchase], [orderTotal]);
  await world.send(page('/cart'));
  world.advance(minuteMs);
  await world.send(
    page('/thanks', {
      responseBody: '<h1>Thank you for your order</h1><p>Total: 1,249.50 EUR</p>',
    }),
  );
  await world.settle();

  const { active } = (await world.engine.activeSessions('shop', 1)) ?? {};
  const open = await world.engine.session('shop', active?.sessions[0]?.id ?? '');
  expect(open?.facts).toMatchObject([{ event: 'Purchase', hitNumber: 2, valueNumber: 1249.5 }]);
  expect(open?.attributes).toEqual({ orders: ['1'], revenue: ['1249.5'] });

  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql(
      'shop',
      'SELECT event, hit_number, epoch_ms("at"), value_number, value_text, dimensions, version, backfilled, origin FROM events',
    ),
  ).toEqual([
    [
      'Purchase',
      2,
      worldStartMs + minuteMs,
      1249.5,
      null,
      '{"path":"/thanks"}',
      1,
      false,
      'definition',
    ],
  ]);
  expect(await world.sql('shop', 'SELECT field, value FROM session_values ORDER BY field')).toEqual(
    [
      ['orders', '1'],
      ['revenue', '1249.5'],
    ],
  );
  expect(
    await world.sql(
      'shop',
      "SELECT count(*) FROM events JOIN hits USING (hit_id) WHERE path = '/thanks'",
    ),
  ).toEqual([[1]]);
});

test('Custom events of pages stand beside; building blocks do not show', async () => {
  const { world, publish } = await start();
  await publish([
    { name: 'Block', condition: 'session.hits >= 1', buildingBlock: true },
    { name: 'Signed up', condition: 'custom.name = "signup"' },
  ]);
  await world.send(
    page('/'),
    page('/', { type: 'event', name: 'signup', properties: { value: 5, plan: 'gold' } }),
  );
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql(
      'shop',
      'SELECT event, origin, value_number, value_text, dimensions, hit_number FROM events ORDER BY origin',
    ),
  ).toEqual([
    ['Signed up', 'definition', null, null, null, 2],
    ['signup', 'page', 5, '5', '{"value":5,"plan":"gold"}', 2],
  ]);
});

test('A session keeps the version that was in force at its first hit; after a crash too', async () => {
  const history = async (crashes: boolean) => {
    const here = await start();
    const { world } = here;
    const version = (name: string): TestEvent[] => [{ name, condition: 'session.hits >= 1' }];
    const look = async () => {
      await world.settle();
      if (!crashes) return;
      await world.crash();
      await world.reopen();
    };
    await world.send(page('/', { visitor: 'a' }));
    await look();
    await here.publish(version('First'));
    await world.send(page('/', { visitor: 'b' }), page('/', { visitor: 'a' }));
    await look();
    await here.publish(version('Second'));
    await look();
    await world.send(page('/', { visitor: 'c' }), page('/', { visitor: 'b' }));
    await look();
    world.advance(hourMs);
    await world.settle();
    return await world.sql(
      'shop',
      'SELECT visitor_id, event, hit_number, version FROM events JOIN sessions USING (session_id) ORDER BY ALL',
    );
  };
  const expected = [
    ['b', 'First', 1, 1],
    ['b', 'First', 2, 1],
    ['c', 'Second', 1, 2],
  ];
  expect(await history(false)).toEqual(expected);
  expect(await history(true)).toEqual(expected);
});

test('What was published and not told before a stop is in force after it', async () => {
  const { world, sets } = await start();
  sets.put('shop', { ...eventSet([{ name: 'Late', condition: 'session.hits >= 1' }]), version: 7 });
  await world.reopen();
  await world.send(page('/'));
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT event, version FROM events')).toEqual([['Late', 7]]);
});

test('A set that cannot be used is refused, and the one before stays', async () => {
  const { world, publish } = await start();
  await publish([{ name: 'Good', condition: 'session.hits >= 1' }]);
  await expect(
    world.engine.publishEvents('shop', {
      ...eventSet([{ name: 'Bad', condition: 'event "Gone"' }]),
      version: 99,
    }),
  ).rejects.toMatchObject({ code: 'event_invalid' });
  await world.send(page('/'));
  await world.settle();
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT event FROM events')).toEqual([['Good']]);
});

test('A dimension has so many values an hour and no more, also after a crash', async () => {
  const { world, publish } = await start();
  await publish([
    {
      name: 'Seen',
      condition: 'session.hits >= 1',
      dimensions: [
        { name: 'path', from: { kind: 'field', field: 'request.path' }, valuesPerHourMax: 3 },
        { name: 'title', from: { kind: 'field', field: 'page.title' } },
      ],
    },
  ]);
  const values = async () =>
    (
      await world.sql(
        'shop',
        `SELECT dimensions ->> '$.path' AS path, count(*) FROM events GROUP BY 1 ORDER BY min("at"), 1`,
      )
    ).map((row) => row.join(' '));
  for (const number of [1, 2, 2, 3])
    await world.send(page(`/${number}`, { visitor: `v${number}` }));
  world.advance(31 * minuteMs);
  await world.settle();
  await world.crash();
  await world.reopen();
  // Twenty-nine minutes of the hour are left.
  for (const number of [4, 5, 3]) await world.send(page(`/${number}`, { visitor: `w${number}` }));
  world.advance(31 * minuteMs);
  await world.send(page('/6', { visitor: 'x' }));
  world.advance(hourMs);
  await world.settle();
  expect((await values()).sort()).toEqual(['/1 1', '/2 2', '/3 2', '/6 1', '[Limit] 2']);
  expect(await world.sql('shop', `SELECT DISTINCT dimensions ->> '$.title' FROM events`)).toEqual([
    ['[Empty]'],
  ]);
});

test('Late hits have their place in time; events fired as they came, and a replay fires the same', async () => {
  const { world, publish } = await start();
  const set = await publish([
    { name: 'A', condition: 'request.path = "/a"' },
    { name: 'B', condition: 'request.path = "/b"' },
    { name: 'B then A', condition: 'event "B" then event "A"' },
    { name: 'Known', condition: 'user = "kim"', track: 'first' },
  ]);
  const at = world.now();
  await world.send(page('/b', { at: at + 5_000, sentAt: at + 5_000 }));
  world.advance(10_000);
  await world.send(
    page('/a', { at: at - 5_000, sentAt: at + 10_000 }),
    page('/c', { userId: 'kim' }),
  );
  world.advance(hourMs);
  await world.settle();
  const rows = () =>
    world.sql(
      'shop',
      'SELECT events.event, hit_number, path FROM events JOIN hits USING (hit_id) ORDER BY events.number',
    );
  expect(await rows()).toEqual([
    ['B', 2, '/b'],
    ['A', 1, '/a'],
    ['B then A', 1, '/a'],
    ['Known', 3, '/c'],
  ]);
  const [[id]] = (await world.sql('shop', 'SELECT session_id FROM sessions')) as [[string]];
  const session = await world.engine.session('shop', id.replaceAll('-', ''));
  const replayed = replaySession(
    compileEventSet(set, { timeZone: 'UTC' }),
    session as ClosedSession,
  );
  expect(replayed.facts).toEqual(session?.facts);
  expect(replayed.facts).toHaveLength(4);
});

test('New tables made of the canister hold the same events and values', async () => {
  const { world, publish } = await start();
  await publish([purchase], [orderTotal]);
  await world.send(page('/'), page('/t', { responseBody: 'Thank you for your order. Total: 12' }));
  world.advance(hourMs);
  await world.settle();
  const result = await world.engine.rebuild('shop', false);
  expect(result).toMatchObject({
    equal: true,
    after: { events: { rows: 1 }, sessionValues: { rows: 2 } },
  });
  expect(await world.sql('shop', 'SELECT event, value_number FROM events')).toEqual([
    ['Purchase', 12],
  ]);
});

test('A definition that fails on one hit is set aside for that hit, is counted, and the rest goes on', async () => {
  const { world, publish } = await start();
  await publish([
    {
      name: 'Total',
      condition: 'request.query.total exists',
      record: { kind: 'number', from: { kind: 'field', field: 'request.query.total' } },
    },
    { name: 'Any', condition: 'session.hits >= 1' },
  ]);
  await world.send(page('/?total=12'), page('/?total=twelve'), page('/?total=13'));
  await world.settle();
  expect((await world.engine.figures('shop')).events).toEqual({
    version: 1,
    failed: 1,
    lastFault: { event: 'Total', hitNumber: 2, reason: '"twelve" is no number' },
  });
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql('shop', 'SELECT event, hit_number, value_number FROM events ORDER BY ALL'),
  ).toEqual([
    ['Any', 1, null],
    ['Any', 2, null],
    ['Any', 3, null],
    ['Total', 1, 12],
    ['Total', 3, 13],
  ]);
});
