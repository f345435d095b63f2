import { afterEach, expect, test } from 'vitest';
import { createWorld, type World, type WorldOptions, worldStartMs } from './testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const worlds: World[] = [];
async function start(options?: WorldOptions): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  await world.dataset({ slug: 'shop' });
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const inboxRows = async (world: World) =>
  Number((await world.hits.batch(['SELECT count(*) FROM hit_inbox'], 'read'))[0]?.rows[0]?.[0]);
const active = async (world: World, slug = 'shop') =>
  (await world.engine.activeSessions(slug, 100))?.active;
const sessions = (world: World) =>
  world.sql(
    'shop',
    'SELECT visitor_id, hits, page_views, end_reason, entry_path, exit_path FROM sessions ORDER BY started_at, visitor_id',
  );

test('a session is in the live list until its timeout has passed, and then in the tables', async () => {
  const world = await start();
  await world.send({ url: 'https://shop.example/in?utm_source=mail', title: 'Start' });
  world.advance(10 * minuteMs);
  await world.send({ url: 'https://shop.example/out', title: 'End' });
  await world.settle();
  expect(await active(world)).toMatchObject({
    total: 1,
    robots: 0,
    sessions: [
      {
        hits: 2,
        pageViews: 2,
        entryPath: '/in',
        lastPath: '/out',
        lastTitle: 'End',
        source: 'mail',
        startedAt: worldStartMs,
        lastHitAt: worldStartMs + 10 * minuteMs,
      },
    ],
  });
  expect(await sessions(world)).toEqual([]);

  world.advance(30 * minuteMs);
  await world.settle();
  expect((await active(world))?.total).toBe(1);

  // Nobody sends anything: a heartbeat ends it.
  world.advance(1);
  await world.settle();
  expect((await active(world))?.total).toBe(0);
  expect(await sessions(world)).toEqual([['v1', 2, 2, 'idle', '/in', '/out']]);
  expect(
    await world.sql(
      'shop',
      'SELECT epoch_ms(started_at), epoch_ms(ended_at), duration_ms FROM sessions',
    ),
  ).toEqual([[worldStartMs, worldStartMs + 10 * minuteMs, 10 * minuteMs]]);
  expect(
    await world.sql(
      'shop',
      'SELECT path, time_on_page_ms, is_entry, is_exit, number FROM hits ORDER BY number',
    ),
  ).toEqual([
    ['/in', 10 * minuteMs, true, false, 1],
    ['/out', null, false, true, 2],
  ]);
});

test('no heartbeat is written while there is nothing to end', async () => {
  const world = await start();
  for (let hour = 0; hour < 5; hour += 1) {
    world.advance(hourMs);
    await world.settle();
  }
  expect(await inboxRows(world)).toBe(0);
});

test('the viewer of the live list hears of changes only', async () => {
  const world = await start();
  await world.send({});
  await world.settle();
  const first = await world.engine.activeSessions('shop', 10);
  expect(await world.engine.activeSessions('shop', 10, first?.version)).toBeUndefined();
  await world.send({});
  await world.settle();
  expect(
    (await world.engine.activeSessions('shop', 10, first?.version))?.active.sessions[0]?.hits,
  ).toBe(2);
});

test('each dataset gets its own hits', async () => {
  const world = await start();
  await world.dataset({ slug: 'blog', idleTimeoutMs: 5 * minuteMs });
  await world.send(
    { url: 'https://shop.example/s' },
    { dataset: 'blog', url: 'https://blog.example/b' },
    { dataset: 'nowhere' },
  );
  world.advance(6 * minuteMs);
  await world.settle();
  expect(await world.sql('blog', 'SELECT path FROM hits')).toEqual([['/b']]);
  expect(await world.sql('shop', 'SELECT path FROM hits')).toEqual([]);
  expect([(await active(world))?.total, (await active(world, 'blog'))?.total]).toEqual([1, 0]);
});

test('hits of a dataset that wait for it to be opened are taken then, and those of others are not taken twice', async () => {
  const world = await start();
  await world.datasets.create({ slug: 'blog' });
  await world.send(
    { url: 'https://shop.example/1' },
    { dataset: 'blog', url: 'https://blog.example/1' },
  );
  await world.settle();
  await world.engine.openDataset({
    slug: 'blog',
    hosts: [],
    timeZone: 'UTC',
    idleTimeoutMs: 30 * minuteMs,
    cutAtMidnight: false,
    cutOnNewCampaign: false,
    addressSecret: 'x',
  });
  await world.send(
    { url: 'https://shop.example/2' },
    { dataset: 'blog', url: 'https://blog.example/2' },
  );
  world.advance(hourMs);
  await world.settle();
  for (const slug of ['blog', 'shop'])
    expect(await world.sql(slug, 'SELECT path, number FROM hits ORDER BY number')).toEqual([
      ['/1', 1],
      ['/2', 2],
    ]);
});

test('what cannot be used is set aside with its reason, and the rest goes on', async () => {
  const world = await start();
  const utf8 = (text: string) => Buffer.from(text);
  const poison: [string, Uint8Array][] = [
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no JSON', utf8('{')],
    ['nothing', utf8('')],
    ['null', utf8('null')],
    ['a number', utf8('7')],
    ['an empty object', utf8('{}')],
    [
      'no client',
      utf8(
        '{"id":"01979a00000070008000000000000001","visitor":"v","type":"page_view","url":"https://shop.example/"}',
      ),
    ],
    [
      'no URL',
      utf8(
        '{"id":"01979a00000070008000000000000002","visitor":"v","type":"page_view","url":"x","client":{"userAgent":""}}',
      ),
    ],
    [
      'no id',
      utf8(
        '{"id":"x","visitor":"v","type":"page_view","url":"https://shop.example/","client":{"userAgent":""}}',
      ),
    ],
  ];
  await world.send({ url: 'https://shop.example/before' });
  for (const [, body] of poison) await world.sendBody('shop', body);
  await world.send({ url: 'https://shop.example/after' });
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT path FROM hits ORDER BY number')).toEqual([
    ['/before'],
    ['/after'],
  ]);
  const [aside] = await world.hits.batch(
    ['SELECT dataset, reason, hex(body) FROM set_aside ORDER BY seq'],
    'read',
  );
  expect(aside?.rows.map((row) => row[2])).toEqual(
    poison.map(([, body]) => Buffer.from(body).toString('hex').toUpperCase()),
  );
  const reasons = aside?.rows.map((row) => String(row[1]).replace(/fault: .+/, 'fault'));
  const [fault, url] = ['fault', 'url_invalid'];
  expect(reasons).toEqual([fault, fault, fault, fault, url, url, fault, url, 'id_invalid']);
});

test('no text of a stranger stops the engine', async () => {
  const world = await start();
  const nasty = [
    'constructor',
    '__proto__',
    'https://constructor/',
    'https://__proto__/x',
    "'; DROP TABLE hits; --",
    '<img src=x onerror=alert(1)>',
    '\u0000',
    '\ud800',
    '😀'.repeat(200),
    '=1+1',
    '\u001b[2J',
  ];
  for (const text of nasty) {
    await world.send({
      visitor: text,
      userId: text,
      url: `https://shop.example/${encodeURIComponent(text.replace('\ud800', ''))}?${text}=${text}&utm_source=${text}`,
      referrer: text,
      title: text,
      name: text,
      type: 'event',
      properties: { [text]: text },
      language: text,
      client: { userAgent: text, country: text, addressPrefix: text },
    });
    await world.send({ visitor: `again ${text}`, referrer: `https://${text}/` });
  }
  world.advance(hourMs);
  await world.settle();
  expect(await world.sql('shop', 'SELECT count(*) FROM hits')).toEqual([[nasty.length * 2]]);
  const [aside] = await world.hits.batch(['SELECT reason FROM set_aside'], 'read');
  expect(aside?.rows).toEqual([]);
  expect(
    await world.sql(
      'shop',
      "SELECT source, count(*) FROM sessions WHERE referrer_host IN ('constructor', '__proto__') GROUP BY ALL ORDER BY ALL",
    ),
  ).toEqual([
    ['__proto__', 1],
    ['constructor', 1],
    ['https://__proto__/x', 1],
    ['https://constructor/', 1],
  ]);
});

test('more rows than one step takes end in the same sessions', async () => {
  const world = await start();
  for (let part = 0; part < 3; part += 1) {
    await world.send(
      ...Array.from({ length: 1_500 }, (_, index) => ({ visitor: `v${index % 7}` })),
    );
    world.advance(1_000);
  }
  world.advance(hourMs);
  await world.settle();
  // 4,500 hits of 7 visitors: 642 or 643 each, by hand 1,500 = 7 · 214 + 2.
  expect(await sessions(world)).toEqual(
    Array.from({ length: 7 }, (_, index) => [
      `v${index}`,
      index < 2 ? 645 : 642,
      index < 2 ? 645 : 642,
      'idle',
      '/',
      '/',
    ]),
  );
});

test('a visitor who is over the limit goes on in a session that names the one before', async () => {
  const world = await start();
  await world.send(...Array.from({ length: 2_050 }, () => ({})));
  world.advance(hourMs);
  await world.settle();
  expect(
    await world.sql(
      'shop',
      `SELECT a.hits, a.end_reason, b.hits, b.end_reason FROM sessions a JOIN sessions b ON b.continues_session_id = a.session_id`,
    ),
  ).toEqual([[2_048, 'hits_limit', 2, 'idle']]);
});

test('the inbox is pruned after a checkpoint, not before, and keeps what open sessions need', async () => {
  const world = await start({ checkpointEveryMs: 2 * hourMs });
  await world.send({ visitor: 'a' }, { visitor: 'b' });
  world.advance(hourMs);
  await world.send({ visitor: 'c' }, { visitor: 'a' });
  await world.settle();
  // Two sessions are stored, but only a write-ahead log holds them.
  expect([(await sessions(world)).length, await inboxRows(world)]).toEqual([2, 4]);
  world.advance(hourMs + 1);
  await world.send({ visitor: 'd' });
  await world.settle();
  // A checkpoint was due: four sessions are in the file, and `d` is open.
  expect([(await sessions(world)).length, await inboxRows(world)]).toEqual([4, 1]);
  const [left] = await world.hits.batch(['SELECT seq FROM hit_inbox'], 'read');
  expect(left?.rows.map((row) => Number(row[0]))).toEqual([5]);
});

test('a dataset without hits does not hold up the pruning of heartbeats', async () => {
  const world = await start({ checkpointEveryMs: hourMs });
  await world.dataset({ slug: 'quiet' });
  for (let hour = 0; hour < 6; hour += 1) {
    await world.send({});
    world.advance(hourMs + 1);
    await world.settle();
  }
  world.advance(hourMs + 1);
  await world.settle();
  expect(await inboxRows(world)).toBe(0);
});

test('the figures count what is stored and what is active', async () => {
  const world = await start();
  expect(await world.engine.figures('shop')).toMatchObject({
    activeSessions: 0,
    storedSessions: 0,
    storedHits: 0,
    lastHitAt: undefined,
  });
  await world.send({ visitor: 'a' }, { visitor: 'a' });
  world.advance(hourMs);
  await world.send({ visitor: 'b' });
  expect(await world.engine.waitingHits()).toBe(3);
  await world.settle();
  expect(await world.engine.waitingHits()).toBe(0);
  expect(await world.engine.figures('shop')).toMatchObject({
    activeSessions: 1,
    storedSessions: 1,
    storedHits: 2,
    lastHitAt: worldStartMs + hourMs,
  });
});

test('a stop stores what has ended, and a start goes on with what was open', async () => {
  const world = await start();
  await world.send({ visitor: 'a' });
  world.advance(hourMs);
  await world.send({ visitor: 'b', url: 'https://shop.example/1' });
  await world.engine.stop();
  await world.reopen();
  await world.settle();
  expect([(await sessions(world)).length, (await active(world))?.total]).toEqual([1, 1]);
  await world.send({ visitor: 'b', url: 'https://shop.example/2' });
  world.advance(hourMs);
  await world.settle();
  expect(await sessions(world)).toEqual([
    ['a', 1, 1, 'idle', '/', '/'],
    ['b', 2, 2, 'idle', '/1', '/2'],
  ]);
});

test('a dataset that is not open has no figures yet, and what is asked of it is refused', async () => {
  const world = await start();
  // It may be in the midst of being made, and is listed already.
  expect(await world.engine.figures('nowhere')).toEqual({
    activeSessions: 0,
    storedSessions: 0,
    storedHits: 0,
    lastHitAt: undefined,
  });
  await expect(world.engine.verify('nowhere')).rejects.toMatchObject({ code: 'dataset_unknown' });
  await expect(world.engine.publish('nowhere')).rejects.toMatchObject({
    code: 'dataset_unknown',
  });
});

test('after a clock that was a year ahead, time goes on as it is: nothing stays active, nothing is lost', async () => {
  const yearMs = 365 * 24 * hourMs;
  const world = await start();
  await world.dataset({ slug: 'blog' });
  world.advance(yearMs);
  await world.send({ visitor: 'v1', url: 'https://shop.example/ahead' });
  await world.send({ visitor: 'v2', url: 'https://shop.example/ahead' });
  await world.settle();
  world.advance(-yearMs);
  await world.send({ visitor: 'v1', url: 'https://shop.example/right' });
  await world.settle();
  expect((await active(world))?.sessions).toMatchObject([
    { entryPath: '/right', startedAt: worldStartMs },
  ]);
  await world.crash();
  await world.reopen();
  world.advance(hourMs);
  await world.settle();
  expect((await active(world))?.total).toBe(0);
  expect(await sessions(world)).toEqual([
    ['v1', 1, 1, 'idle', '/right', '/right'],
    ['v1', 1, 1, 'idle', '/ahead', '/ahead'],
    ['v2', 1, 1, 'idle', '/ahead', '/ahead'],
  ]);
});
