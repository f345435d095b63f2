import { afterEach, describe, expect, test } from 'vitest';
import { type HitRules, hitRulesInputSchema } from '../contract/hit-rules.ts';
import { createCountDesk } from '../desks/count-desk.ts';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import { createWorld, type World, type WorldOptions } from '../testing/world.ts';

type Given = Parameters<typeof hitRulesInputSchema.parse>[0];

const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const hourMs = 3_600_000;
let world: World;

afterEach(() => world.close());

async function begin(options: WorldOptions = {}): Promise<void> {
  world = await createWorld(options);
  await world.dataset({ slug: 'shop' });
}

/** As the API does it. */
async function setRules(rules: Given): Promise<HitRules> {
  const kept = await world.datasets.setHitRules('shop', hitRulesInputSchema.parse(rules));
  await world.engine.useHitRules('shop', kept);
  return kept;
}

async function endSessions(): Promise<void> {
  await world.settle();
  world.advance(hourMs);
  await world.settle();
}

const page = (path: string, more: object = {}) => ({ url: `https://shop.example${path}`, ...more });
const rows = (sql: string) => world.sql('shop', sql);
const health = {
  exclusions: [{ name: 'Health checks', condition: 'request.path starts with "/health"' }],
};

/** What no rule set may change: which hits there are, and who has them. */
const kept = async () =>
  (await rows(`SELECT session_id::VARCHAR, hits FROM store.all_sessions ORDER BY 1`)).map(
    ([id, hits]) => [id, Number(hits)],
  );

describe('Exclusions', () => {
  test('keep hits out of every figure, are counted by their name, and give them back by a rebuild', async () => {
    await begin();
    await world.send(page('/health', { visitor: 'before' }));
    await world.settle();
    await setRules(health);
    await world.send(
      page('/a', { visitor: 'v1' }),
      page('/health', { visitor: 'v1' }),
      page('/b', { visitor: 'v1' }),
      page('/healthy', { visitor: 'v2' }),
      page('/health?x=1', { visitor: 'v2' }),
    );
    await world.settle();
    const { active } = (await world.engine.activeSessions('shop', 10)) ?? {};
    // The one of before, and the first visitor: the second has excluded hits alone.
    expect(active?.sessions.map(({ hits, pageViews }) => [hits, pageViews]).sort()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await world.engine.excludedHits('shop')).toMatchObject([
      { rule: 'Health checks', origin: 'tracker', hits: 3 },
    ]);
    await endSessions();
    expect(await world.engine.excludedHits('shop')).toMatchObject([
      { rule: 'Health checks', origin: 'tracker', hits: 3 },
    ]);
    expect(await rows('SELECT path, number FROM hits ORDER BY path')).toEqual([
      ['/a', 1],
      ['/b', 2],
      ['/health', 1],
    ]);
    expect(await rows('SELECT sum(hits)::INT, count(*)::INT FROM sessions')).toEqual([[3, 2]]);
    const before = await kept();
    expect(before.reduce((sum, [, hits]) => sum + Number(hits), 0)).toBe(6);
    const [account] = await world.engine.account();
    expect(account).toMatchObject({ stored: 6, active: 0 });

    // The past comes under the rules: what came before them is excluded, too.
    await world.engine.rebuild('shop', false);
    expect(await rows('SELECT DISTINCT path FROM hits ORDER BY 1')).toEqual([['/a'], ['/b']]);
    expect(await world.engine.excludedHits('shop')).toMatchObject([{ hits: 4 }]);
    expect(await kept()).toEqual(before);

    // And without the rule everything is as if it had never been.
    await setRules({});
    expect((await world.engine.rebuild('shop', false)).after.hits.rows).toBe(6);
    expect(await world.engine.excludedHits('shop')).toEqual([]);
    expect(await rows('SELECT path, number FROM hits ORDER BY path, number')).toEqual([
      ['/a', 1],
      ['/b', 3],
      ['/health', 1],
      ['/health', 2],
      ['/health', 2],
      ['/healthy', 1],
    ]);
    expect(await kept()).toEqual(before);
    expect(await world.engine.verify('shop')).toMatchObject({ damagedCount: 0, missingCount: 0 });
  });

  test('what was excluded and is brought back is what it would have been without them', async () => {
    const traffic = async () => {
      for (let minute = 0; minute < 12; minute += 1) {
        await world.send(
          page(minute % 3 === 1 ? '/health' : `/p${minute}`, { visitor: `v${minute % 4}` }),
        );
        await world.settle();
        world.advance(minute === 6 ? hourMs : 60_000);
      }
      await endSessions();
    };
    const figures = async () => [
      await rows('SELECT * EXCLUDE (day) FROM sessions ORDER BY session_id'),
      await rows('SELECT * EXCLUDE (day) FROM hits ORDER BY hit_id'),
    ];
    await begin();
    await traffic();
    const never = await figures();
    await world.close();
    await begin();
    await setRules(health);
    await traffic();
    expect(await figures()).not.toEqual(never);
    await setRules({});
    await world.engine.rebuild('shop', false);
    expect(await figures()).toEqual(never);
  });

  test('survive a crash before their session is stored, each hit once', async () => {
    await begin();
    await setRules(health);
    await world.send(page('/a'), page('/health'), page('/health'));
    await world.settle();
    await world.crash();
    await world.reopen();
    await endSessions();
    expect(await world.engine.excludedHits('shop')).toMatchObject([{ hits: 2 }]);
    expect(await rows('SELECT count(*)::INT FROM hits')).toEqual([[1]]);
  });

  test('move hits from accepted to excluded in the counters, so that they add up', async () => {
    await begin();
    await setRules(health);
    await world.hits.batch(
      [
        `INSERT INTO hit_count VALUES ('shop', ${Math.floor(world.now() / hourMs)}, 'received', '', 3),
         ('shop', ${Math.floor(world.now() / hourMs)}, 'accepted', '', 3)`,
      ],
      'write',
    );
    await world.send(page('/a'), page('/health'), page('/health/2'));
    await endSessions();
    const desk = createCountDesk(openLibsqlCounts(world.hits, world.now), (slug) =>
      world.engine.excludedHours(slug),
    );
    expect((await desk.read()).get('shop')).toMatchObject({
      received: 3,
      accepted: 1,
      excluded: 2,
    });
    const [hour] = await desk.readHours('shop', 0, world.now());
    expect(hour).toMatchObject({
      ...{ received: 3, accepted: 1, excluded: 2 },
      reasons: [{ outcome: 'excluded', reason: 'exclusion: Health checks', count: 2 }],
    });
  });

  test('leave log lines out under their name, and a second import finds all of them again', async () => {
    await begin();
    await setRules({
      exclusions: [
        { name: 'Office', condition: 'address.prefix = "192.0.2.0" or robot.purpose = "scanner"' },
      ],
    });
    const line = (address: string, second: number, agent = 'Mozilla/5.0 Firefox/157.0') =>
      `${address} - - [21/Nov/2026:10:00:0${second} +0000] "GET /a HTTP/1.1" 200 5 "-" "${agent}"`;
    const log = [
      line('192.0.2.7', 1),
      line('198.51.100.1', 2),
      line('192.0.2.9', 3),
      line('198.51.100.2', 4, 'Mozilla/5.0 zgrab/0.x'),
    ].join('\n');
    const summary = await world.importText('shop', { 'a.log': log });
    expect(summary).toMatchObject({
      ...{ lines: 4, accepted: 1, excluded: 3, duplicate: 0 },
      excludedBy: { 'exclusion: Office': 3 },
    });
    expect(await rows('SELECT count(*)::INT FROM hits')).toEqual([[1]]);
    expect(await world.importText('shop', { 'a.log': log })).toMatchObject({
      ...{ accepted: 0, excluded: 0, duplicate: 4 },
    });
    await setRules({});
    await world.engine.rebuild('shop', false);
    expect(await rows('SELECT count(*)::INT FROM hits')).toEqual([[4]]);
  });

  test('are no part of a recut: it moves them with their session, and loses none', async () => {
    await begin();
    await setRules(health);
    for (const path of ['/a', '/health', '/b', '/health']) {
      await world.send(page(path));
      await world.settle();
      world.advance(20 * 60_000);
    }
    await endSessions();
    expect(await kept()).toHaveLength(1);
    const recut = async (idleTimeoutMs: number) => {
      const made = await world.engine.beginUpkeep('shop', {
        kind: 'recut',
        rules: { idleTimeoutMs },
      });
      await finished(made);
      await finished(await world.engine.beginUpkeep('shop', { kind: 'apply_recut' }));
    };
    const before = await kept();
    await recut(10 * 60_000);
    expect((await kept()).map(([, hits]) => hits)).toEqual([1, 1, 1, 1]);
    expect(await rows('SELECT count(*)::INT FROM sessions')).toEqual([[2]]);
    await recut(30 * 60_000);
    expect(await kept()).toEqual(before);
    expect(await rows('SELECT hits FROM sessions')).toEqual([[2]]);
  });

  test('that cannot be asked of a hit are refused with the rule and the reason', async () => {
    await begin();
    const wrong = (condition: string) =>
      world.engine.tryHitRules('shop', {
        rules: hitRulesInputSchema.parse({ exclusions: [{ name: 'Bad', condition }] }),
      });
    await expect(wrong('request.pth = "/x"')).rejects.toThrow(/exclusion Bad: .*request\.path/);
    await expect(wrong('event "Bought"')).rejects.toThrow(/exclusion Bad: .*hit by itself/);
    await expect(wrong('session.hits > 3')).rejects.toThrow(/session\.hits is not known here/);
  });
});

async function finished(number: number): Promise<void> {
  for (;;) {
    const job = await world.engine.readUpkeep(number);
    if (job.state !== 'running') return;
    await world.settle();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('URL rules change what is shown of later hits, and of earlier ones by a rebuild, and back', async () => {
  await begin();
  await world.send(page('/Shop/Index.html?B=2&color=red&utm_source=x'));
  await world.settle();
  await setRules({
    urls: {
      keepParameters: ['colour'],
      renameParameters: { color: 'colour' },
      lowerCasePaths: true,
      defaultPages: ['index.html'],
    },
  });
  await world.send(page('/Shop/?Color=1&color=blue&x=1', { visitor: 'v2' }));
  await endSessions();
  const pages = () => rows('SELECT path, query FROM hits ORDER BY visitor_id');
  const late = ['/shop/', 'colour=blue'];
  expect(await pages()).toEqual([['/Shop/Index.html', 'B=2&color=red'], late]);
  await world.engine.rebuild('shop', false);
  expect(await pages()).toEqual([['/shop/', 'colour=red'], late]);
  const [[id] = []] = await rows(
    `SELECT replace(session_id::VARCHAR, '-', '') FROM sessions WHERE visitor_id = 'v1'`,
  );
  const session = await world.engine.session('shop', String(id));
  expect(session?.hits[0]).toMatchObject({
    path: '/shop/',
    targetBefore: '/Shop/Index.html?B=2&color=red',
  });
  await setRules({});
  await world.engine.rebuild('shop', false);
  expect(await pages()).toEqual([
    ['/Shop/Index.html', 'B=2&color=red'],
    ['/Shop/', 'Color=1&color=blue&x=1'],
  ]);
});

test('own channels go before the usual ones, in their order', async () => {
  await begin();
  await setRules({
    channels: [
      { channel: 'Partner', condition: 'referrer.host ends with "partner.example"' },
      { channel: 'Never', condition: 'referrer.host = "www.partner.example"' },
      { channel: 'Shop app', condition: 'request.query.app = "1"' },
    ],
  });
  await world.send(
    page('/', { visitor: 'v1', referrer: 'https://www.partner.example/x' }),
    page('/?app=1', { visitor: 'v2', referrer: 'https://www.google.com/' }),
    page('/', { visitor: 'v3', referrer: 'https://www.google.com/search?q=tea' }),
    page('/?gclid=abc', { visitor: 'v4' }),
    page('/', { visitor: 'v5', referrer: 'https://chatgpt.com/' }),
    page('/', { visitor: 'v6', client: { userAgent: googlebot } }),
  );
  await endSessions();
  expect(
    await rows(
      'SELECT channel, source, medium, term, click_id, robot_purpose FROM sessions ORDER BY visitor_id',
    ),
  ).toEqual([
    ['Partner', 'partner.example', 'referral', null, null, null],
    ['Shop app', 'Google', 'organic', null, null, null],
    ['organic search', 'Google', 'organic', 'tea', null, null],
    ['paid search', 'Google', 'cpc', null, 'gclid', null],
    ['AI assistant', 'ChatGPT', 'ai-assistant', null, null, null],
    ['direct', null, null, null, null, 'search engine'],
  ]);
});

test('who behaves as a robot is one, under the name of the rule', async () => {
  await begin();
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
  const line = (address: string, time: string, path: string) =>
    `${address} - - [21/Nov/2026:${time} +0000] "GET ${path} HTTP/1.1" 200 5 "-" "${agent}"`;
  await setRules({ behaviour: { noAssetsPageViews: 4, regularPageViews: 6 } });
  const every = (address: string, seconds: number[], path = (n: number) => `/p${n}`) =>
    seconds.map((s, n) =>
      line(
        address,
        `10:${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`,
        path(n),
      ),
    );
  const log = [
    line('192.0.2.1', '10:00:00', '/robots.txt'),
    line('192.0.2.1', '10:00:01', '/a'),
    line('192.0.2.2', '10:00:00', '/a'),
    line('192.0.2.2', '10:00:01', '/robots.txt'),
    ...every('192.0.3.1', [0, 3, 50, 51]),
    ...every('192.0.4.1', [0, 3, 50, 51, 52], (n) => (n === 4 ? '/s.css' : `/p${n}`)),
    ...every('192.0.5.1', [0, 30, 60, 91, 120, 150, 150], (n) => (n === 6 ? '/s.css' : `/p${n}`)),
    ...every('192.0.6.1', [0, 30, 60, 99, 120, 150, 150], (n) => (n === 6 ? '/s.css' : `/p${n}`)),
  ].sort();
  await world.importText('shop', { 'a.log': log.join('\n') });
  expect(
    await rows(
      'SELECT address_prefix, is_robot, robot, robot_behaviour FROM sessions ORDER BY address_prefix, started_at, is_robot DESC',
    ),
  ).toEqual([
    ['192.0.2.0', true, 'by behaviour: robots.txt first', 'robots.txt first'],
    ['192.0.2.0', false, null, null],
    ['192.0.3.0', true, 'by behaviour: no assets', 'no assets'],
    ['192.0.4.0', false, null, null],
    ['192.0.5.0', true, 'by behaviour: regular intervals', 'regular intervals'],
    ['192.0.6.0', false, null, null],
  ]);
});

test('places come from the edge, else from a database, and from one that is there later by a rebuild', async () => {
  const placeOf = (prefix: string) =>
    prefix === '203.0.113.0' ? { country: 'CH', region: 'Bern', city: 'Thun' } : {};
  await begin({ placeOf });
  const client = (more: object) => ({ client: { userAgent: 'Firefox', ...more } });
  await world.send(
    page('/', { visitor: 'v1', ...client({ addressPrefix: '203.0.113.0' }) }),
    page('/', {
      visitor: 'v2',
      ...client({ addressPrefix: '203.0.113.0', country: 'FJ', city: 'Suva' }),
    }),
    page('/', { visitor: 'v3', ...client({ addressPrefix: '192.0.2.0' }) }),
  );
  await endSessions();
  expect(await rows('SELECT country, region, city FROM sessions ORDER BY visitor_id')).toEqual([
    ['CH', 'Bern', 'Thun'],
    ['FJ', null, 'Suva'],
    [null, null, null],
  ]);
});
