/** Signing in and out, links, second factors, keys and the audit trail, as a browser and a program meet them. */
import { TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPasswords } from '../access/password.ts';
import { testLog2N, type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const password = 'a long enough password';
const ann = { email: 'ann@shop.example', password };

let world: World;
let whole: WholeApi;

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  whole = await wholeApi(world);
});
afterEach(() => world.close());

interface Asked {
  cookie?: string | undefined;
  headers?: Record<string, string>;
  body?: unknown;
}

function send(method: string, path: string, { cookie, headers = {}, body }: Asked = {}) {
  return whole.app.request(`http://stats.example/api${path}`, {
    method,
    headers: {
      host: 'stats.example',
      'x-canister': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function ask<T = Record<string, unknown>>(method: string, path: string, asked: Asked = {}) {
  const response = await send(method, path, asked);
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as T & { code?: string };
  const set = response.headers.getSetCookie()[0];
  return { status: response.status, body, cookie: set?.split(';')[0], set };
}

async function makeAnn(): Promise<string> {
  const token = whole.desk.links.firstToken;
  const { status, cookie } = await ask('POST', '/first', { body: { token, name: 'Ann', ...ann } });
  expect(status).toBe(200);
  return cookie ?? '';
}

const tokenOf = (link: string | undefined) => link?.split('#')[1] ?? '';

/** Invited by Ann, and come. Gives the cookie. */
async function makeBob(cookie: string, role = 'reader', dataset = 'shop') {
  const grants = [{ role, dataset }];
  const body = { email: 'Bob@Shop.example', grants };
  const made = await ask<{ link: string; user: { id: string } }>('POST', '/users', {
    cookie,
    body,
  });
  const used = await ask('POST', '/links/use', {
    body: { token: tokenOf(made.body.link), password },
  });
  expect([made.status, used.status]).toEqual([201, 200]);
  return { cookie: used.cookie ?? '', id: made.body.user.id };
}

const me = async (cookie: string | undefined) => (await ask('GET', '/me', { cookie })).status;

describe('The first administrator', () => {
  test('is made once by the link, and then this machine needs a sign-in too', async () => {
    whole.peer = '127.0.0.1';
    const here = { headers: { host: 'localhost' } };
    expect((await ask('GET', '/me', here)).body).toMatchObject({ kind: 'machine' });
    expect((await ask('GET', '/me')).body.code).toBe('sign_in_needed');
    whole.peer = '203.0.113.7';
    expect((await ask('GET', '/me', here)).status).toBe(401);
    expect((await ask('GET', '/sign-in')).body).toEqual({ unclaimed: true, oidc: false });
    const wrong = { token: 'f_wrong', name: 'Eve', ...ann };
    expect(await ask('POST', '/first', { body: wrong })).toMatchObject({ status: 410 });
    const cookie = await makeAnn();
    expect(await me(cookie)).toBe(200);
    const again = { token: whole.desk.links.firstToken, name: 'Eve', ...ann };
    expect(await ask('POST', '/first', { body: again })).toMatchObject({ status: 410 });
    whole.peer = '127.0.0.1';
    expect((await ask('GET', '/me', here)).status).toBe(401);
    expect((await ask('GET', '/sign-in')).body).toMatchObject({ unclaimed: false });
  });

  test('is never the last to go', async () => {
    const cookie = await makeAnn();
    const { users } = (await ask<{ users: { id: string }[] }>('GET', '/users', { cookie })).body;
    const path = `/users/${users[0]?.id}`;
    for (const [method, more, body] of [
      ['DELETE', '', undefined],
      ['POST', '/disable', undefined],
      ['PUT', '/roles', { grants: [{ role: 'reader', dataset: '*' }] }],
    ] as const) {
      const refused = await ask(method, `${path}${more}`, { cookie, body });
      expect([refused.status, refused.body.code]).toEqual([409, 'last_administrator']);
    }
  });

  test('An invitation alone leaves this machine in charge', async () => {
    whole.peer = '127.0.0.1';
    const headers = { host: 'localhost' };
    const body = { email: ann.email, grants: [{ role: 'administrator', dataset: '*' }] };
    expect((await ask('POST', '/users', { headers, body })).status).toBe(201);
    expect((await ask('GET', '/me', { headers })).status).toBe(200);
  });
});

describe('Cookies and foreign pages (ASVS 3.3, 3.4, 3.5)', () => {
  test('The cookie is out of reach of scripts and of other sites', async () => {
    await makeAnn();
    const { set } = await ask('POST', '/sign-in', { body: ann });
    expect(set).toMatch(
      /^canister=s_[\w-]{43}; Max-Age=43200; Path=\/api; HttpOnly; SameSite=Strict$/,
    );
    const headers = { 'x-forwarded-proto': 'https' };
    const secure = await ask('POST', '/sign-in', { body: ann, headers });
    expect(secure.set).toMatch(
      /^__Host-canister=s_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    // The name without the prefix could have been set by a neighbour.
    const bare = secure.cookie?.replace('__Host-', '');
    expect((await ask('GET', '/me', { cookie: bare, headers })).status).toBe(401);
    expect((await ask('GET', '/me', { cookie: secure.cookie, headers })).status).toBe(200);
  });

  test('Every answer carries its headers, and HSTS where there is https', async () => {
    const cookie = await makeAnn();
    for (const path of ['/me', '/users', '/nothing', '/status', '/sign-in', '/datasets/nowhere']) {
      for (const one of [cookie, undefined]) {
        const headers = { 'x-forwarded-proto': 'https', origin: 'https://evil.example' };
        const response = await send('GET', path, { ...(one && { cookie: one }), headers });
        const got = (name: string) => response.headers.get(name);
        expect(got('strict-transport-security')).toBe('max-age=31536000');
        expect(got('x-content-type-options')).toBe('nosniff');
        expect(got('referrer-policy')).toBe('no-referrer');
        expect(got('cache-control')).toBe('no-store');
        expect(got('content-security-policy')).toContain("frame-ancestors 'none'");
        expect(got('access-control-allow-origin')).toBeNull();
      }
    }
  });

  test.each([
    'null',
    'https://evil.example',
    'http://stats.example.evil.example',
    'http://evilstats.example',
    'ftp://stats.example',
    'http://stats.example:81',
    'garbage',
  ])('Nothing is changed by a page at %s', async (origin) => {
    const cookie = await makeAnn();
    const body = { slug: 'evil' };
    const headers = { origin };
    const refused = await ask('POST', '/datasets', { cookie, headers, body });
    expect([refused.status, refused.body.code]).toEqual([403, 'cross_origin']);
    const entered = await ask('POST', '/sign-in', { headers, body: ann });
    expect([entered.status, entered.set]).toEqual([403, undefined]);
    expect(await world.datasets.list()).toHaveLength(1);
  });

  test.each(['cross-site', 'same-site'])('Nor when the browser says %s', async (site) => {
    const headers = { 'sec-fetch-site': site };
    expect((await ask('POST', '/sign-in', { headers, body: ann })).status).toBe(403);
  });

  test('Our own page may, also behind a proxy that changes the host', async () => {
    await makeAnn();
    const headers = { origin: 'http://stats.example', 'sec-fetch-site': 'same-origin' };
    expect((await ask('POST', '/sign-in', { headers, body: ann })).status).toBe(200);
    const behind = { origin: 'http://localhost:8080', host: 'inner:1' };
    expect((await ask('POST', '/sign-in', { headers: behind, body: ann })).status).toBe(200);
  });
});

describe('Passwords (ASVS 6.2)', () => {
  test.each([
    ['seven77', false],
    ['password1', false],
    ['Password1', false],
    ['ann@shop.example', false],
    ['x'.repeat(257), false],
    ['horsebat', true],
    ['        ', true],
    ['пароль-из-леса', true],
    [`${'long '.repeat(20)}`, true],
    ['Straße💶 mit Ümläuten', true],
  ])('%j may be chosen: %s', async (chosen, may) => {
    const token = whole.desk.links.firstToken;
    const made = await ask('POST', '/first', {
      body: { ...ann, name: 'Ann', token, password: chosen },
    });
    expect([made.status, made.body.code]).toEqual(
      may ? [200, undefined] : [400, 'password_unusable'],
    );
    if (!may) return;
    expect((await ask('POST', '/sign-in', { body: { ...ann, password: chosen } })).status).toBe(
      200,
    );
    const cut = chosen.trim() === chosen ? chosen.slice(0, -1) : chosen.trim();
    expect((await ask('POST', '/sign-in', { body: { ...ann, password: cut } })).status).toBe(401);
  });

  test('are kept as OWASP says, and made stronger when one signs in', async () => {
    const strong = await createPasswords().hash('x');
    expect(strong).toMatch(/^scrypt\$17\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    await makeAnn();
    const weak = await createPasswords(testLog2N - 1).hash(password);
    await world.control.batch(
      [{ sql: 'UPDATE access_user SET password_hash = ?', args: [weak] }],
      'write',
    );
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
    const [rows] = await world.control.batch(['SELECT password_hash FROM access_user'], 'read');
    expect(String(rows?.rows[0]?.password_hash)).toMatch(new RegExp(`^scrypt\\$${testLog2N}\\$`));
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
  });
});

describe('Guesses (ASVS 6.3)', () => {
  test('Who is not there, who is disabled and a wrong password get the same answer', async () => {
    const cookie = await makeAnn();
    const bob = await makeBob(cookie);
    await ask('POST', `/users/${bob.id}/disable`, { cookie });
    const said = new Set<string>();
    for (const body of [
      { email: 'nobody@shop.example', password },
      { email: 'bob@shop.example', password },
      { email: ann.email, password: 'wrong wrong wrong' },
      { email: 'not an address', password },
    ]) {
      const answer = await send('POST', '/sign-in', { body });
      said.add(`${answer.status} ${await answer.text()}`);
    }
    expect([...said]).toHaveLength(1);
    expect([...said][0]).toMatch(/^401 .*sign_in_refused/);
    for (const email of [ann.email, 'nobody@shop.example', 'x'])
      expect((await ask('POST', '/forgotten', { body: { email } })).body).toEqual({ asked: true });
  });

  test('Five tries a minute of an account from a network, twenty of all, and no lock-out of others', async () => {
    await makeAnn();
    const wrong = { ...ann, password: 'wrong wrong wrong' };
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1)
      statuses.push((await ask('POST', '/sign-in', { body: wrong })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(429);
    whole.peer = '198.51.100.1';
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
    for (let at = 0; at < 19; at += 1)
      await ask('POST', '/sign-in', { body: { email: `u${at}@x.example`, password } });
    expect(
      (await ask('POST', '/sign-in', { body: { email: 'u@x.example', password } })).status,
    ).toBe(429);
    world.advance(minuteMs + 1);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
  });
});

describe('Sign-ins (ASVS 7)', () => {
  test('Each has a token of its own, kept as its hash; what was there before is dead', async () => {
    const first = await makeAnn();
    const second = await ask('POST', '/sign-in', { cookie: first, body: ann });
    expect(second.cookie).not.toBe(first);
    expect([await me(first), await me(second.cookie)]).toEqual([401, 200]);
    const [rows] = await world.control.batch(['SELECT * FROM sign_in'], 'read');
    const token = second.cookie?.split('=')[1] ?? '';
    expect(rows?.rows).toHaveLength(1);
    expect(JSON.stringify(rows?.rows.map((row) => Object.values(row)))).not.toContain(token);
    expect(await me('canister=s_planted')).toBe(401);
  });

  test('They end when idle, after half a day, by signing out, and by hand', async () => {
    const cookie = await makeAnn();
    world.advance(29 * minuteMs);
    expect(await me(cookie)).toBe(200);
    world.advance(31 * minuteMs);
    expect(await me(cookie)).toBe(401);
    const busy = (await ask('POST', '/sign-in', { body: ann })).cookie;
    for (let at = 0; at < 28; at += 1) {
      world.advance(25 * minuteMs);
      expect(await me(busy)).toBe(200);
    }
    world.advance(25 * minuteMs);
    expect(await me(busy)).toBe(401);
    const [one, other] = [
      (await ask('POST', '/sign-in', { body: ann })).cookie,
      (await ask('POST', '/sign-in', { body: ann })).cookie,
    ];
    type SignIns = { signIns: { id: string; current: boolean }[] };
    const { signIns } = (await ask<SignIns>('GET', '/me/sign-ins', { cookie: one })).body;
    const otherId = signIns.find(({ current }) => !current)?.id;
    expect((await ask('DELETE', `/me/sign-ins/${otherId}`, { cookie: one })).status).toBe(204);
    expect([await me(one), await me(other)]).toEqual([200, 401]);
    expect((await ask('DELETE', '/sign-in', { cookie: one })).status).toBe(204);
    expect(await me(one)).toBe(401);
  });

  test('Disabling a user ends them all at once, and another role is in force at once', async () => {
    const cookie = await makeAnn();
    const bob = await makeBob(cookie, 'analyst');
    const sql = { cookie: bob.cookie, body: { sql: 'SELECT 1' } };
    expect((await ask('POST', '/datasets/shop/sql', sql)).status).toBe(200);
    const body = { grants: [{ role: 'reader', dataset: 'shop' }] };
    expect((await ask('PUT', `/users/${bob.id}/roles`, { cookie, body })).status).toBe(200);
    expect((await ask('POST', '/datasets/shop/sql', sql)).body.code).toBe('right_missing');
    await ask('POST', `/users/${bob.id}/disable`, { cookie });
    expect(await me(bob.cookie)).toBe(401);
    await ask('POST', `/users/${bob.id}/enable`, { cookie });
    expect(await me(bob.cookie)).toBe(401);
  });

  test('A live list ends when its reader is put out', async () => {
    const cookie = await makeAnn();
    const bob = await makeBob(cookie, 'analyst');
    const { cookie: bobs, id } = bob;
    const path = '/datasets/shop/sessions/active/stream';
    const stream = await send('GET', path, { cookie: bobs });
    expect(stream.status).toBe(200);
    await ask('POST', `/users/${id}/disable`, { cookie });
    // The answer would go on for ever otherwise.
    expect(await stream.text()).toContain('event: sessions');
  });

  test('Another password needs the present one, and ends the other sign-ins', async () => {
    const cookie = await makeAnn();
    const other = (await ask('POST', '/sign-in', { body: ann })).cookie;
    const next = 'another long password';
    const wrong = { current: 'wrong wrong', password: next };
    expect((await ask('POST', '/me/password', { cookie, body: wrong })).status).toBe(401);
    const body = { current: password, password: next };
    expect((await ask('POST', '/me/password', { cookie, body })).status).toBe(204);
    expect([await me(cookie), await me(other)]).toEqual([200, 401]);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(401);
    expect((await ask('POST', '/sign-in', { body: { ...ann, password: next } })).status).toBe(200);
  });
});

test('A user with another mail address signs in by it, and takes the one of nobody else', async () => {
  const cookie = await makeAnn();
  const bob = await makeBob(cookie);
  const change = (email: string, by = cookie) =>
    ask('PUT', `/users/${bob.id}`, { cookie: by, body: { name: 'Robert', email } });
  expect((await change('robert@shop.example', bob.cookie)).body.code).toBe('right_missing');
  expect((await change('ann@shop.example')).body.code).toBe('user_exists');
  expect((await change('no address')).body.code).toBe('request_invalid');
  const changed = await change('Robert@Shop.example');
  expect(changed.body).toMatchObject({ name: 'Robert', email: 'robert@shop.example' });
  // Who is signed in stays so, and finds another name there.
  expect((await ask('GET', '/me', { cookie: bob.cookie })).body).toMatchObject({ name: 'Robert' });
  const signIn = async (email: string) =>
    (await ask('POST', '/sign-in', { body: { email, password } })).status;
  expect(await signIn('bob@shop.example')).toBe(401);
  expect(await signIn('robert@shop.example')).toBe(200);
  const { entries } = (await ask<{ entries: object[] }>('GET', '/audit', { cookie })).body;
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'change user', target: 'bob@shop.example' }),
  );
});

describe('Links', () => {
  test('to a mail address that was wrong work no more once it is right; another name leaves them', async () => {
    const cookie = await makeAnn();
    const grants = [{ role: 'reader', dataset: 'shop' }];
    const body = { email: 'bbo@shop.example', grants };
    const made = await ask<{ link: string; user: { id: string } }>('POST', '/users', {
      cookie,
      body,
    });
    const look = async (link: string | undefined) =>
      (await ask('POST', '/links/look', { body: { token: tokenOf(link) } })).status;
    const change = (who: { name: string; email: string }) =>
      ask('PUT', `/users/${made.body.user.id}`, { cookie, body: who });
    await change({ name: 'Bob', email: 'bbo@shop.example' });
    expect(await look(made.body.link)).toBe(200);
    await change({ name: 'Bob', email: 'bob@shop.example' });
    expect(await look(made.body.link)).toBe(410);
    const reset = { cookie, body: {} };
    const again = await ask<{ link: string }>('POST', `/users/${made.body.user.id}/reset`, reset);
    expect(await look(again.body.link)).toBe(200);
  });

  test('of an invitation work once, until they expire or are replaced', async () => {
    const cookie = await makeAnn();
    const grants = [{ role: 'reader', dataset: 'shop' }];
    type Made = { link: string; user: { id: string } };
    const made = await ask<Made>('POST', '/users', {
      cookie,
      body: { email: 'bob@shop.example', grants },
    });
    const again = { cookie, body: {} };
    const newer = await ask<Made>('POST', `/users/${made.body.user.id}/reset`, again);
    const use = (link: string) =>
      ask('POST', '/links/use', { body: { token: tokenOf(link), password } });
    expect((await use(made.body.link)).status).toBe(410);
    world.advance(7 * 24 * hourMs);
    expect((await use(newer.body.link)).status).toBe(410);
    const fresh = (await ask('POST', '/sign-in', { body: ann })).cookie;
    const last = await ask<Made>('POST', `/users/${made.body.user.id}/reset`, {
      cookie: fresh,
      body: {},
    });
    expect((await use(last.body.link)).body).toMatchObject({ email: 'bob@shop.example', grants });
    expect((await use(last.body.link)).status).toBe(410);
  });

  test('for another password come by mail, end all sign-ins, and do not pass the second factor', async () => {
    const cookie = await makeAnn();
    const secret = await addFactor(cookie);
    await ask('POST', '/forgotten', { body: { email: 'ANN@shop.example' } });
    await ask('POST', '/forgotten', { body: { email: 'nobody@shop.example' } });
    await expect.poll(() => whole.mails.length).toBe(1);
    const [mail] = whole.mails;
    expect(mail).toMatchObject({ to: ann.email, purpose: 'reset' });
    const next = 'another long password';
    const body = { token: tokenOf(mail?.link), password: next };
    expect((await ask('POST', '/links/use', { body })).status).toBe(204);
    expect(await me(cookie)).toBe(401);
    const entered = { email: ann.email, password: next };
    expect((await ask('POST', '/sign-in', { body: entered })).body.code).toBe(
      'second_factor_needed',
    );
    world.advance(30_000);
    const code = codeOf(secret);
    expect((await ask('POST', '/sign-in', { body: { ...entered, code } })).status).toBe(200);
  });
});

const codeOf = (secret: string, atMs = world.now()) =>
  new TOTP({ secret }).generate({ timestamp: atMs });

let recoveryCodes: string[] = [];

async function addFactor(cookie: string): Promise<string> {
  const body = { current: password };
  const factor = await ask<{ secret: string; url: string }>('POST', '/me/second-factor', {
    cookie,
    body,
  });
  const { secret, url } = factor.body;
  expect(url).toMatch(/^otpauth:\/\/totp\/Canister:ann%40shop\.example\?/);
  const confirm = { cookie, body: { code: codeOf(secret) } };
  const done = await ask<{ recoveryCodes: string[] }>('POST', '/me/second-factor/confirm', confirm);
  expect(done.status).toBe(200);
  recoveryCodes = done.body.recoveryCodes;
  return secret;
}

describe('The second factor (ASVS 6.5)', () => {
  test('A code is good once, and only the present one', async () => {
    const secret = await addFactor(await makeAnn());
    const enter = async (code: string) =>
      (await ask('POST', '/sign-in', { body: { ...ann, code } })).status;
    expect(await enter(codeOf(secret))).toBe(401);
    world.advance(30_000);
    expect(await enter(codeOf(secret, world.now() - 30_000))).toBe(401);
    expect(await enter(codeOf(secret, world.now() + 30_000))).toBe(401);
    const code = codeOf(secret);
    expect([await enter(code), await enter(code)]).toEqual([200, 401]);
  });

  test('A recovery code is good once, and none of them is kept', async () => {
    await addFactor(await makeAnn());
    const [first = '', second = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    const enter = async (code: string) =>
      (await ask('POST', '/sign-in', { body: { ...ann, code } })).status;
    expect([await enter(first), await enter(first)]).toEqual([200, 401]);
    expect(await enter(second.toUpperCase().replaceAll('-', ' '))).toBe(200);
    const [rows] = await world.control.batch(['SELECT * FROM recovery_code'], 'read');
    expect(rows?.rows).toHaveLength(8);
    expect(JSON.stringify(rows?.rows.map((row) => Object.values(row)))).not.toContain(
      recoveryCodes[2],
    );
  });

  test('Codes cannot be tried without end, wherever the tries come from', async () => {
    await addFactor(await makeAnn());
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      whole.peer = `198.51.${at}.1`;
      statuses.push((await ask('POST', '/sign-in', { body: { ...ann, code: '000000' } })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });
});

describe('API keys', () => {
  test('are shown once, open what their role opens, and end', async () => {
    const cookie = await makeAnn();
    const body = { name: 'Build', role: 'reader', dataset: 'shop', days: 2 };
    const made = await ask<{ key: string; id: string }>('POST', '/api-keys', { cookie, body });
    const { key, id } = made.body;
    const headers = { authorization: `Bearer ${key}` };
    expect((await ask('GET', '/datasets/shop', { headers })).status).toBe(200);
    expect((await ask('GET', '/users', { headers })).body.code).toBe('right_missing');
    const dump = await Promise.all(
      ['api_key', 'audit'].map((table) => world.control.batch([`SELECT * FROM ${table}`], 'read')),
    );
    expect(
      JSON.stringify(dump.map(([all]) => all?.rows.map((row) => Object.values(row)))),
    ).not.toContain(key);
    expect(JSON.stringify((await ask('GET', '/api-keys', { cookie })).body)).not.toContain(key);
    world.advance(2 * 24 * hourMs);
    expect((await ask('GET', '/datasets/shop', { headers })).status).toBe(401);
    const again = (await ask('POST', '/sign-in', { body: ann })).cookie;
    expect((await ask('DELETE', `/api-keys/${id}`, { cookie: again })).status).toBe(204);
    expect((await ask('DELETE', `/api-keys/${id}`, { cookie: again })).status).toBe(404);
  });

  test('/metrics takes one that may read everything, and no other', async () => {
    const cookie = await makeAnn();
    const codes: number[] = [];
    for (const dataset of ['shop', '*']) {
      const body = { name: 'Prometheus', role: 'reader', dataset };
      const { key } = (await ask<{ key: string }>('POST', '/api-keys', { cookie, body })).body;
      const headers = { authorization: `Bearer ${key}` };
      codes.push((await whole.app.request('http://stats.example/metrics', { headers })).status);
    }
    codes.push((await whole.app.request('http://stats.example/metrics')).status);
    expect(codes).toEqual([403, 200, 403]);
  });

  test('What the command line brings along is good from this machine only', async () => {
    await makeAnn();
    const headers = { host: 'localhost', authorization: 'Bearer cli_of_the_test' };
    expect((await ask('GET', '/users', { headers })).status).toBe(401);
    whole.peer = '127.0.0.1';
    expect((await ask('GET', '/users', { headers })).status).toBe(200);
  });
});

describe('The audit trail (ASVS 16)', () => {
  interface Entries {
    entries: { number: number; actor: string; action: string; target: string; detail: string }[];
  }

  test('says who did what, of those who were refused too, and never what they typed', async () => {
    const cookie = await makeAnn();
    const bob = await makeBob(cookie);
    await ask('POST', '/sign-in', {
      body: { email: 'my secret typed here', password: 'xyzzy-typed' },
    });
    await ask('POST', '/datasets/shop/sql', { cookie, body: { sql: 'SELECT 42 AS secret_thing' } });
    await ask('POST', '/datasets/shop/sql', { cookie: bob.cookie, body: { sql: 'SELECT 1' } });
    await ask('DELETE', '/sign-in', { cookie: bob.cookie });
    const { entries } = (await ask<Entries>('GET', '/audit?limit=500', { cookie })).body;
    expect(entries.map(({ actor, action }) => `${actor}: ${action}`).reverse()).toEqual([
      'machine: make first administrator',
      'user ann@shop.example: sign in',
      'user ann@shop.example: invite user',
      'user ann@shop.example: make link: invitation',
      'user bob@shop.example: accept invitation',
      'user bob@shop.example: sign in',
      'nobody: sign-in refused',
      'user ann@shop.example: POST /api/datasets/shop/sql',
      'user bob@shop.example: refused',
      'user bob@shop.example: sign out',
    ]);
    const text = JSON.stringify(entries);
    for (const typed of ['secret typed', 'xyzzy', 'secret_thing', password])
      expect(text).not.toContain(typed);
    expect(entries.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('cannot be changed, and shows it when it was', async () => {
    const cookie = await makeAnn();
    await makeBob(cookie);
    const verify = async () => (await ask('GET', '/audit/verify', { cookie })).body;
    expect(await verify()).toMatchObject({ entries: 6 });
    const write = (sql: string) => world.control.batch([sql], 'write');
    await expect(write("UPDATE audit SET actor = 'nobody' WHERE number = 2")).rejects.toThrow(
      /never/,
    );
    await expect(write('DELETE FROM audit WHERE number = 2')).rejects.toThrow(/never/);
    await write('DROP TRIGGER audit_never_changes');
    await write('DROP TRIGGER audit_never_shrinks');
    await write("UPDATE audit SET actor = 'user eve' WHERE number = 3");
    expect(await verify()).toMatchObject({ brokenAt: 3 });
    await write("UPDATE audit SET actor = 'user ann@shop.example' WHERE number = 3");
    expect(await verify()).not.toHaveProperty('brokenAt');
    await write('DELETE FROM audit WHERE number = 4');
    expect(await verify()).toMatchObject({ brokenAt: 4 });
  });

  test('What cannot be written down is not done', async () => {
    const cookie = await makeAnn();
    await world.control.batch(
      ["CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'secret /path'); END"],
      'write',
    );
    const answer = await ask('POST', '/datasets', { cookie, body: { slug: 'blog' } });
    expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|path/);
    expect(await world.datasets.list()).toHaveLength(1);
    const body = { email: 'bob@shop.example', grants: [{ role: 'reader', dataset: '*' }] };
    expect((await ask('POST', '/users', { cookie, body })).status).toBe(500);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(500);
    const { users } = (await ask<{ users: unknown[] }>('GET', '/users', { cookie })).body;
    expect(users).toHaveLength(1);
  });
});

test('Work of another dataset is not there for an administrator of one', async () => {
  const cookie = await makeAnn();
  await world.dataset({ slug: 'blog' });
  const bob = await makeBob(cookie, 'administrator', 'shop');
  const body = { format: 'auto' };
  const begun = await ask<{ number: number }>('POST', '/datasets/blog/imports', { cookie, body });
  expect(begun.status).toBe(201);
  const path = `/imports/${begun.body.number}`;
  const refused = await ask('DELETE', path, { cookie: bob.cookie });
  expect([refused.status, refused.body.code]).toEqual([404, 'import_unknown']);
  expect((await ask('DELETE', path, { cookie })).status).toBe(204);
});
