/** Signing in and out: passwords, guesses, and when a sign-in ends. */
import { describe, expect, test } from 'vitest';
import { createPasswords } from '../access/password.ts';
import { ann, password, signedInApi } from '../testing/signed-in-api.ts';
import { testLog2N } from '../testing/whole-api.ts';

const minuteMs = 60_000;

const opened = signedInApi();
const { send, ask, makeAnn, makeBob, me } = opened;

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
    const token = opened.whole.desk.links.firstToken;
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
    await opened.world.control.batch(
      [{ sql: 'UPDATE access_user SET password_hash = ?', args: [weak] }],
      'write',
    );
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
    const [rows] = await opened.world.control.batch(
      ['SELECT password_hash FROM access_user'],
      'read',
    );
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
    opened.whole.peer = '198.51.100.1';
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
    for (let at = 0; at < 19; at += 1)
      await ask('POST', '/sign-in', { body: { email: `u${at}@x.example`, password } });
    expect(
      (await ask('POST', '/sign-in', { body: { email: 'u@x.example', password } })).status,
    ).toBe(429);
    opened.world.advance(minuteMs + 1);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(200);
  });
});

describe('Sign-ins (ASVS 7)', () => {
  test('Each has a token of its own, kept as its hash; what was there before is dead', async () => {
    const first = await makeAnn();
    const second = await ask('POST', '/sign-in', { cookie: first, body: ann });
    expect(second.cookie).not.toBe(first);
    expect([await me(first), await me(second.cookie)]).toEqual([401, 200]);
    const [rows] = await opened.world.control.batch(['SELECT * FROM sign_in'], 'read');
    const token = second.cookie?.split('=')[1] ?? '';
    expect(rows?.rows).toHaveLength(1);
    expect(JSON.stringify(rows?.rows.map((row) => Object.values(row)))).not.toContain(token);
    expect(await me('canister=s_planted')).toBe(401);
  });

  test('They end when idle, after half a day, by signing out, and by hand', async () => {
    const cookie = await makeAnn();
    opened.world.advance(29 * minuteMs);
    expect(await me(cookie)).toBe(200);
    opened.world.advance(31 * minuteMs);
    expect(await me(cookie)).toBe(401);
    const busy = (await ask('POST', '/sign-in', { body: ann })).cookie;
    for (let at = 0; at < 28; at += 1) {
      opened.world.advance(25 * minuteMs);
      expect(await me(busy)).toBe(200);
    }
    opened.world.advance(25 * minuteMs);
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
