/** What events do to their session: they end it, change its timeout, or discard it, and every hit is accounted for. */
import { expect, test } from 'vitest';
import { eventWorlds, page } from '../testing/event-world.ts';
import type { World } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = eventWorlds();

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

test('An event closes the session: the next hit begins another one', async () => {
  const { world, publish } = await start();
  await publish([
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
  const { world, publish } = await start();
  await publish([
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
  const { world, publish } = await start();
  await publish([
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
  const { world, publish } = await start();
  await publish([
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

test('A crash between counting a discarded session and storing the others counts nothing twice', async () => {
  let fails = false;
  const { world, publish } = await start({
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
  await publish([
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
