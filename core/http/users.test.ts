/** Users: the first administrator, those who are invited by links, and what an administrator of one dataset reaches. */
import { describe, expect, test } from 'vitest';
import { ann, password, signedInApi, tokenOf } from '../testing/signed-in-api.ts';

const hourMs = 3_600_000;

const opened = signedInApi();
const { ask, makeAnn, makeBob, me, addFactor, codeOf } = opened;

describe('The first administrator', () => {
  test('is made once by the link, and then this machine needs a sign-in too', async () => {
    opened.whole.peer = '127.0.0.1';
    const here = { headers: { host: 'localhost' } };
    expect((await ask('GET', '/me', here)).body).toMatchObject({ kind: 'machine' });
    expect((await ask('GET', '/me')).body.code).toBe('sign_in_needed');
    opened.whole.peer = '203.0.113.7';
    expect((await ask('GET', '/me', here)).status).toBe(401);
    expect((await ask('GET', '/sign-in')).body).toEqual({ unclaimed: true, oidc: false });
    const wrong = { token: 'f_wrong', name: 'Eve', ...ann };
    expect(await ask('POST', '/first', { body: wrong })).toMatchObject({ status: 410 });
    const cookie = await makeAnn();
    expect(await me(cookie)).toBe(200);
    const again = { token: opened.whole.desk.links.firstToken, name: 'Eve', ...ann };
    expect(await ask('POST', '/first', { body: again })).toMatchObject({ status: 410 });
    opened.whole.peer = '127.0.0.1';
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
    opened.whole.peer = '127.0.0.1';
    const headers = { host: 'localhost' };
    const body = { email: ann.email, grants: [{ role: 'administrator', dataset: '*' }] };
    expect((await ask('POST', '/users', { headers, body })).status).toBe(201);
    expect((await ask('GET', '/me', { headers })).status).toBe(200);
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
    opened.world.advance(7 * 24 * hourMs);
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
    const { secret } = await addFactor(cookie);
    await ask('POST', '/forgotten', { body: { email: 'ANN@shop.example' } });
    await ask('POST', '/forgotten', { body: { email: 'nobody@shop.example' } });
    await expect.poll(() => opened.whole.mails.length).toBe(1);
    const [mail] = opened.whole.mails;
    expect(mail).toMatchObject({ to: ann.email, purpose: 'reset' });
    const next = 'another long password';
    const body = { token: tokenOf(mail?.link), password: next };
    expect((await ask('POST', '/links/use', { body })).status).toBe(204);
    expect(await me(cookie)).toBe(401);
    const entered = { email: ann.email, password: next };
    expect((await ask('POST', '/sign-in', { body: entered })).body.code).toBe(
      'second_factor_needed',
    );
    opened.world.advance(30_000);
    const code = codeOf(secret);
    expect((await ask('POST', '/sign-in', { body: { ...entered, code } })).status).toBe(200);
  });
});

test('Work of another dataset is not there for an administrator of one', async () => {
  const cookie = await makeAnn();
  await opened.world.dataset({ slug: 'blog' });
  const bob = await makeBob(cookie, 'administrator', 'shop');
  const body = { format: 'auto' };
  const begun = await ask<{ number: number }>('POST', '/datasets/blog/imports', { cookie, body });
  expect(begun.status).toBe(201);
  const path = `/imports/${begun.body.number}`;
  const refused = await ask('DELETE', path, { cookie: bob.cookie });
  expect([refused.status, refused.body.code]).toEqual([404, 'import_unknown']);
  expect((await ask('DELETE', path, { cookie })).status).toBe(204);
});
