/** Events from the inbox to the tables: fired while the session is open, the same after a crash. */
import { afterEach, expect, test } from 'vitest';
import type { EventSet } from '../contract/event.ts';
import type { ClosedSession } from '../contract/session.ts';
import { compileEventSet } from '../events/compile.ts';
import { type MemoryEventSets, memoryEventSets } from '../events/event-sets.ts';
import { replaySession } from '../events/replay.ts';
import { eventSet, type TestEvent } from '../events/testing/event-session.ts';
import { createWorld, type World, type WorldOptions, worldStartMs } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

type Sets = MemoryEventSets;

async function start(options: WorldOptions = {}): Promise<{ world: World; sets: Sets }> {
  const sets = memoryEventSets();
  const world = await createWorld({ eventSets: sets, ...options });
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  return { world, sets };
}

let versions = 0;

async function publish(
  { world, sets }: { world: World; sets: Sets },
  events: readonly TestEvent[],
  attributes?: Parameters<typeof eventSet>[1],
): Promise<EventSet> {
  versions += 1;
  const set = { ...eventSet(events, attributes), version: versions };
  sets.put('shop', set);
  await world.engine.publishEvents('shop', set);
  return set;
}

const page = (path: string, more: object = {}) => ({ url: `https://shop.example${path}`, ...more });
const counts = async (world: World) =>
  Object.fromEntries(
    (
      await world.hits.batch(
        ['SELECT outcome, reason, sum(count) AS count FROM hit_count GROUP BY 1, 2'],
        'read',
      )
    )[0]?.rows.map(({ outcome, reason, count }) => [`${outcome} ${reason}`.trim(), count]) ?? [],
  );
/** As the collector counts what it accepts: tests put hits into the inbox behind its back. */
const countAccepted = (world: World, hits: number) =>
  world.hits.batch(
    ['received', 'accepted'].map((outcome) => ({
      sql: `INSERT INTO hit_count (dataset, hour, outcome, reason, count) VALUES ('shop', ?, ?, '', ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      args: [Math.floor(world.now() / hourMs), outcome, hits],
    })),
    'write',
  );

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
  const { world, sets } = await start();
  await publish({ world, sets }, [purchase], [orderTotal]);
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
      versions,
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
  const { world, sets } = await start();
  await publish({ world, sets }, [
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
    versions = 0;
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
    await publish(here, version('First'));
    await world.send(page('/', { visitor: 'b' }), page('/', { visitor: 'a' }));
    await look();
    await publish(here, version('Second'));
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
  const { world, sets } = await start();
  await publish({ world, sets }, [{ name: 'Good', condition: 'session.hits >= 1' }]);
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

test('An event closes the session: the next hit begins another one', async () => {
  const { world, sets } = await start();
  await publish({ world, sets }, [
    { name: 'Logout', condition: 'request.path = "/logout"', actions: [{ do: 'close_session' }] },
    { name: 'End', trigger: 'session_end', condition: 'session.end_reason = "closed_by_event"' },
  ]);
  await world.send(page('/'), page('/logout'), page('/login'));
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql('shop', 'SELECT hits, end_reason, exit_path FROM sessions ORDER BY exit_path'),
  ).toEqual([
    [1, 'idle', '/login'],
    [2, 'closed_by_event', '/logout'],
  ]);
  expect(await world.sql('shop', 'SELECT event, hit_number FROM events ORDER BY ALL')).toEqual([
    ['End', 2],
    ['Logout', 2],
  ]);
});

test('An event changes the timeout of its session, and of no other', async () => {
  const { world, sets } = await start();
  await publish({ world, sets }, [
    {
      name: 'Video',
      condition: 'request.path = "/video"',
      actions: [{ do: 'change_timeout', idleTimeoutMs: 2 * hourMs }],
    },
    {
      name: 'Kiosk',
      condition: 'request.path = "/kiosk"',
      actions: [{ do: 'change_timeout', idleTimeoutMs: minuteMs }],
    },
  ]);
  await world.send(
    page('/video', { visitor: 'long' }),
    page('/', { visitor: 'usual' }),
    page('/kiosk', { visitor: 'short' }),
  );
  const stored = async () => {
    await world.settle();
    const rows = await world.sql('shop', 'SELECT visitor_id FROM sessions ORDER BY 1');
    return rows.flat();
  };
  world.advance(2 * minuteMs);
  expect(await stored()).toEqual(['short']);
  world.advance(30 * minuteMs);
  expect(await stored()).toEqual(['short', 'usual']);
  await world.crash();
  await world.reopen();
  await world.send(page('/later', { visitor: 'long' }));
  world.advance(90 * minuteMs);
  expect(await stored()).toEqual(['short', 'usual']);
  world.advance(31 * minuteMs);
  expect(await stored()).toEqual(['long', 'short', 'usual']);
  expect(await world.sql('shop', "SELECT hits FROM sessions WHERE visitor_id = 'long'")).toEqual([
    [2],
  ]);
});

test('A discarded session is not stored; its hits count as excluded, once, and every hit is accounted for', async () => {
  const { world, sets } = await start();
  await publish({ world, sets }, [
    { name: 'Probe', condition: 'request.path = "/health"', actions: [{ do: 'discard_session' }] },
  ]);
  await countAccepted(world, 6);
  await world.send(
    page('/a', { visitor: 'probe' }),
    page('/health', { visitor: 'probe' }),
    page('/b', { visitor: 'probe' }),
    page('/a', { visitor: 'human' }),
  );
  await world.settle();
  const account = async () => {
    const [one] = await world.engine.account();
    const { accepted = 0, stored = 0, active = 0, waiting = 0, setAside = 0 } = one ?? {};
    return { accepted, found: stored + active + waiting + setAside };
  };
  await world.send(page('/b', { visitor: 'human' }), page('/x', { visitor: 'other' }));
  expect(await account()).toEqual({ accepted: 6, found: 6 });
  // The others stay open: the hits of the discarded session lie behind the position.
  world.advance(20 * minuteMs);
  await countAccepted(world, 2);
  await world.send(page('/c', { visitor: 'human' }), page('/y', { visitor: 'other' }));
  world.advance(20 * minuteMs);
  await world.settle();
  expect(await account()).toEqual({ accepted: 5, found: 5 });
  for (let again = 0; again < 2; again += 1) {
    await world.crash();
    await world.reopen();
    await world.settle();
    expect(await account()).toEqual({ accepted: 5, found: 5 });
  }
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT visitor_id, hits FROM sessions ORDER BY ALL')).toEqual([
    ['human', 3],
    ['other', 2],
  ]);
  expect(await counts(world)).toEqual({ received: 8, accepted: 5, 'excluded event: Probe': 3 });
});

test('Discarded sessions of a log are excluded lines of its import', async () => {
  const { world, sets } = await start();
  await publish({ world, sets }, [
    {
      name: 'Internal',
      condition: 'request.path starts with "/internal"',
      actions: [{ do: 'discard_session' }],
    },
    { name: 'Missing', condition: 'response.status = 404' },
  ]);
  await world.settle();
  const line = (address: string, second: number, path: string, status = 200) =>
    `${address} - - [21/Nov/2026:09:00:${String(second).padStart(2, '0')} +0000] "GET ${path} HTTP/1.1" ${status} 5 "-" "Mozilla/5.0 Firefox/157.0"`;
  const log = [
    line('192.0.2.1', 1, '/'),
    line('192.0.2.2', 2, '/internal/a'),
    line('192.0.2.1', 3, '/gone', 404),
    line('192.0.2.2', 4, '/'),
  ].join('\n');
  const summary = await world.importText('shop', { 'access.log': log });
  expect(summary).toMatchObject({ lines: 4, accepted: 2, excluded: 2, sessions: 1 });
  expect(await world.sql('shop', 'SELECT event, hit_number FROM events')).toEqual([['Missing', 2]]);
});

test('A dimension has so many values an hour and no more, also after a crash', async () => {
  const { world, sets } = await start();
  await publish({ world, sets }, [
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
  const { world, sets } = await start();
  const set = await publish({ world, sets }, [
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
  const { world, sets } = await start();
  await publish({ world, sets }, [purchase], [orderTotal]);
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
  const { world, sets } = await start();
  await publish({ world, sets }, [
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
    version: versions,
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

test('A crash between counting a discarded session and storing the others counts nothing twice', async () => {
  let fails = false;
  const { world, sets } = await start({
    wrapStores: (stores) => ({
      ...stores,
      analytics: {
        ...stores.analytics,
        store: (...given) => {
          if (fails) throw new Error('the process is gone');
          return stores.analytics.store(...given);
        },
      },
    }),
  });
  await publish({ world, sets }, [
    { name: 'Probe', condition: 'request.path = "/health"', actions: [{ do: 'discard_session' }] },
  ]);
  await countAccepted(world, 4);
  await world.send(
    page('/', { visitor: 'probe' }),
    page('/health', { visitor: 'probe' }),
    page('/', { visitor: 'human' }),
    page('/a', { visitor: 'human' }),
  );
  await world.settle();
  world.advance(hourMs);
  fails = true;
  await expect(world.settle()).rejects.toThrow('the process is gone');
  expect(await counts(world)).toEqual({ received: 4, accepted: 2, 'excluded event: Probe': 2 });
  await world.crash();
  fails = false;
  await world.reopen();
  await world.settle();
  expect(await counts(world)).toEqual({ received: 4, accepted: 2, 'excluded event: Probe': 2 });
  expect(await world.sql('shop', 'SELECT visitor_id, hits FROM sessions')).toEqual([['human', 2]]);
  expect((await world.engine.account())[0]).toMatchObject({ accepted: 2, stored: 2, known: true });
});
