/** Shared links from making to revoking: the real API with its rights, real reports, and a clock that is moved. */
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from './core/contract/rights.ts';
import type { MadeSharedLink, SharedLink } from './core/contract/shared-link.ts';
import { createDefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import { sharedPages } from './core/http/shared-pages.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { noSavedQueries } from './core/testing/no-saved-queries.ts';
import { type WholeApi, wholeApi } from './core/testing/whole-api.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportDesk, createReportSource, createSharedReports } from './report-desk.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const password = 'seven green leaves';

let world: World;
let whole: WholeApi;
let pages: Hono;
let drawn: number;
let address: string;
const keys: Record<string, string> = {};

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', name: 'Tea & <Time>', timeZone: 'Europe/Berlin' });
  await world.dataset({ slug: 'blog' });
  const book = openLibsqlDefinitions(world.control, world.now);
  const definitions = createDefinitionDesk(world.datasets, book);
  const source = createReportSource(
    createQueryDesk(world.engine, book),
    definitions,
    noSavedQueries,
  );
  const draw = createSharedReports(createReportDesk(source, world.now), world.datasets, world.now);
  drawn = 0;
  whole = await wholeApi(world, {
    drawShared: (slug, shows) => {
      drawn += 1;
      return draw(slug, shows);
    },
  });
  address = '203.0.113.0';
  pages = new Hono().route(
    '/',
    sharedPages({
      desk: whole.sharedLinks,
      clientAddress: () => address,
      consoleUrl: () => 'https://stats.example',
      log: () => undefined,
    }),
  );
  const from = { address: '203.0.113.0', browser: '' };
  const admin = { email: 'ann@shop.example', name: 'Ann', password: 'a long enough password' };
  const { links, signIns, keys: keyDesk } = whole.desk;
  const { token } = await links.first({ token: links.firstToken, ...admin }, from);
  const by = await signIns.callerOf(token, from);
  if (by === undefined) throw new Error('the first administrator is not signed in');
  const make = async (name: string, role: Role) => {
    keys[name] = (await keyDesk.create({ name, role, dataset: 'shop', days: 30 }, by)).key;
  };
  await make('reader', 'reader');
  await make('analyst', 'analyst');
  await make('colleague', 'analyst');
  await make('administrator', 'administrator');
});
afterEach(() => world.close());

async function ask(who: string, method: string, path = '', body?: unknown) {
  const response = await whole.app.request(
    `http://stats.example/api/datasets/shop/shared-links${path}`,
    {
      method,
      headers: {
        host: 'stats.example',
        'x-canister': '1',
        'content-type': 'application/json',
        authorization: `Bearer ${keys[who]}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function share(more: object = {}): Promise<MadeSharedLink> {
  const asked = { name: 'For the board', report: 'overview', period: 'last_7_days', ...more };
  const { status, body } = await ask('analyst', 'POST', '', asked);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body as unknown as MadeSharedLink;
}

const open = (url: string, init: RequestInit = {}) => pages.request(new URL(url).pathname, init);
const tryPassword = (url: string, given: string) =>
  open(url, { method: 'POST', body: new URLSearchParams({ password: given }) });
const listed = async () => (await ask('analyst', 'GET')).body.links as SharedLink[];

async function sessionOf(visitor: string, path: string): Promise<void> {
  await world.send({ visitor, url: `https://shop.example${path}` });
  world.advance(hourMs);
  await world.settle();
}

/** The figure of a page as its first list has it. */
function figure(html: string, label: string): string | undefined {
  return new RegExp(`<dt>${label}</dt><dd class="value">([^<]*)</dd>`).exec(html)?.[1];
}

describe('A link', () => {
  test('Shows the report without a sign-in, as a page without script that nobody keeps', async () => {
    for (const visitor of ['a', 'b', 'c']) await sessionOf(visitor, '/<script>alert(1)</script>');
    // The days of a period are over: those of today count tomorrow.
    world.advance(dayMs);
    const { url } = await share({ report: 'content' });
    expect(url).toMatch(/^https:\/\/stats\.example\/shared\/sl_[\w-]{43}$/);
    const response = await open(url);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('Tea &amp; &lt;Time&gt;');
    expect(html).not.toMatch(/<script|<form|<a |<img|@import|url\(/i);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    const policy = headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", 'sandbox'])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/script|allow-/);
  });

  test('Of a period moves on with the days, of a range it stays', async () => {
    await sessionOf('a', '/');
    world.advance(dayMs);
    const moving = await share({ period: 'yesterday' });
    const fixed = await share({
      period: undefined,
      range: { from: '2026-11-21', to: '2026-11-22' },
    });
    const sessions = async (url: string) => figure(await (await open(url)).text(), 'Sessions');
    expect([await sessions(moving.url), await sessions(fixed.url)]).toEqual(['1', '1']);
    await sessionOf('b', '/');
    await sessionOf('c', '/');
    world.advance(dayMs);
    expect([await sessions(moving.url), await sessions(fixed.url)]).toEqual(['2', '1']);
  });

  test('Says how often it was opened, and is drawn once a minute', async () => {
    const { url, id } = await share();
    expect(await listed()).toMatchObject([{ id, opened: 0 }]);
    for (let time = 0; time < 3; time += 1) expect((await open(url)).status).toBe(200);
    expect(drawn).toBe(1);
    world.advance(60_000);
    await open(url);
    expect(drawn).toBe(2);
    expect(await listed()).toMatchObject([
      { id, opened: 4, lastOpenedAt: world.now(), hasPassword: false },
    ]);
  });

  test('Ends when it expires or is revoked, and then says the same as one that never was', async () => {
    const first = await share({ days: 2 });
    const second = await share({ days: 9 });
    world.advance(2 * dayMs - 1);
    expect((await open(first.url)).status).toBe(200);
    world.advance(1);
    const expired = await open(first.url);
    expect((await ask('analyst', 'DELETE', `/${second.id}`)).status).toBe(200);
    const revoked = await open(second.url);
    const unknown = await open(`https://stats.example/shared/sl_${'x'.repeat(43)}`);
    const texts = await Promise.all([expired, revoked, unknown].map((one) => one.text()));
    expect([expired.status, revoked.status, unknown.status]).toEqual([404, 404, 404]);
    expect(new Set(texts).size).toBe(1);
  });

  test.each([
    ['without its end', (url: string) => url.slice(0, -3)],
    ['without all of its secret', (url: string) => url.replace(/sl_.*/, 'sl_')],
    ['with the full stop of a sentence', (url: string) => `${url}.`],
    ['with a slash', (url: string) => `${url}/`],
  ])('Says that it does not work %s', async (_how, torn) => {
    const { url } = await share();
    const response = await open(torn(url));
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('This link does not work');
  });

  test('Keeps neither address nor password as they are', async () => {
    const { url } = await share({ password });
    const token = url.split('/').at(-1) ?? '';
    const [links] = await world.control.batch(['SELECT * FROM shared_link'], 'read');
    const [entries] = await world.control.batch(['SELECT * FROM audit'], 'read');
    const kept = JSON.stringify([links?.rows, entries?.rows]);
    expect(kept).toContain('scrypt$');
    expect([kept.includes(token), kept.includes(password)]).toEqual([false, false]);
    expect((await ask('analyst', 'GET')).body).not.toHaveProperty('links[0].url');
  });

  test('Whose report is gone says so to nobody in detail', async () => {
    const book = openLibsqlDefinitions(world.control, world.now);
    const definitions = createDefinitionDesk(world.datasets, book);
    const label = { name: 'Secret plan', colour: 1, condition: 'session.page_views >= 1' };
    await definitions.save('shop', 'label', label);
    const { url } = await share({ labels: ['Secret plan'] });
    await definitions.remove('shop', 'label', 'Secret plan');
    world.advance(60_000);
    const response = await open(url);
    expect(response.status).toBe(410);
    expect(await response.text()).not.toContain('Secret');
  });
});

describe('A password', () => {
  test('Is asked for, and opens the report', async () => {
    await sessionOf('a', '/secret-path');
    world.advance(dayMs);
    const { url } = await share({ report: 'content', password });
    const asked = await (await open(url)).text();
    expect(asked).toContain('<input type="password"');
    expect(asked).not.toContain('secret-path');
    const wrong = await tryPassword(url, 'seven red leaves');
    expect(wrong.status).toBe(403);
    expect(await wrong.text()).not.toContain('secret-path');
    const right = await tryPassword(url, password);
    expect([right.status, (await right.text()).includes('secret-path')]).toEqual([200, true]);
    expect(await listed()).toMatchObject([{ opened: 1, hasPassword: true }]);
    const { entries } = await whole.desk.audit
      .list({ limit: 50 })
      .then((all) => ({ entries: all }));
    expect(entries.map(({ action }) => action)).toContain('wrong password of a shared link');
  });

  test('Can be tried five times a minute from one network, and from others all the same', async () => {
    const { url } = await share({ password });
    const statuses = [];
    for (let time = 0; time < 6; time += 1)
      statuses.push((await tryPassword(url, `guess number ${time}`)).status);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    // Neither does the right one help now, nor is somebody else locked out.
    expect((await tryPassword(url, password)).status).toBe(429);
    address = '198.51.100.0';
    expect((await tryPassword(url, password)).status).toBe(200);
    address = '203.0.113.0';
    world.advance(60_000);
    expect((await tryPassword(url, password)).status).toBe(200);
  });

  test.each(['short', 'password1'])('Such as "%s" is refused', async (bad) => {
    const asked = { name: 'Board', report: 'overview', period: 'yesterday', password: bad };
    const { status, body } = await ask('analyst', 'POST', '', asked);
    expect([status, body.code]).toEqual([400, 'password_unusable']);
  });
});

describe('Who may', () => {
  test('A reader shares nothing; others revoke their own; an administrator revokes any', async () => {
    const asked = { name: 'Board', report: 'overview', period: 'yesterday' };
    expect((await ask('reader', 'POST', '', asked)).body.code).toBe('right_missing');
    expect((await ask('reader', 'GET')).body.code).toBe('right_missing');
    const { id } = await share();
    expect((await ask('colleague', 'DELETE', `/${id}`)).body.code).toBe('right_missing');
    expect((await ask('administrator', 'DELETE', `/${id}`)).body).toEqual({ id });
    expect((await ask('administrator', 'DELETE', `/${id}`)).body.code).toBe('shared_link_unknown');
    const actions = (await whole.desk.audit.list({ limit: 50 })).map(
      ({ actor, action, target }) => `${actor.split(' ')[1]} ${action} ${target}`,
    );
    expect(actions).toContain('analyst share report shop');
    expect(actions).toContain('administrator revoke shared link shop');
  });
});

describe('What cannot be shared is refused with its reason', () => {
  test.each([
    ['no days at all', { period: undefined }, 'request_invalid', 'give either range'],
    [
      'both kinds of days',
      { range: { from: '2026-11-01', to: '2026-11-02' } },
      'request_invalid',
      'give either range',
    ],
    ['a report that is not there', { report: 'nonsense' }, 'report_unknown', 'nonsense'],
    ['a label that is not there', { labels: ['Nobody'] }, 'definition_unknown', 'Nobody'],
    ['a condition that closes a bracket', { condition: 'a) or (b' }, 'condition_invalid', ''],
    ['a word that is no setting', { colour: 'red' }, 'request_invalid', 'colour'],
    ['for too long', { days: 3_651 }, 'request_invalid', 'days'],
  ])('%s', async (_what, more, code, detail) => {
    const asked = { name: 'Board', report: 'overview', period: 'yesterday', ...more };
    const { body } = await ask('analyst', 'POST', '', asked);
    expect([body.code, String(body.detail).includes(detail)]).toEqual([code, true]);
    expect(await listed()).toEqual([]);
  });

  test('More than 200 links in force', async () => {
    const rows = Array.from({ length: 200 }, (_, number) => ({
      sql: `INSERT INTO shared_link (id, dataset, name, shows, token_hash, created_by, created_at, expires_at, opened)
        VALUES (?1, 'shop', 'n', '{"report":"overview","period":"yesterday"}', ?1, 'x', 0, ?2, 0)`,
      args: [String(number), number === 0 ? 1 : world.now() + dayMs],
    }));
    await world.control.batch(rows, 'write');
    // 199 are in force; the one that expired in 1970 is removed on the way.
    await share();
    expect(await listed()).toHaveLength(200);
    const asked = { name: 'Board', report: 'overview', period: 'yesterday' };
    expect((await ask('analyst', 'POST', '', asked)).body.detail).toContain('200 shared links');
  });
});
