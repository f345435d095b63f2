/** The audit trail: what it says, what it keeps to itself, and that nobody changes it unseen. */
import { describe, expect, test } from 'vitest';
import { ann, password, signedInApi } from '../testing/signed-in-api.ts';

const opened = signedInApi();
const { ask, makeAnn, makeBob } = opened;

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
    const write = (sql: string) => opened.world.control.batch([sql], 'write');
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
    await opened.world.control.batch(
      ["CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'secret /path'); END"],
      'write',
    );
    const answer = await ask('POST', '/datasets', { cookie, body: { slug: 'blog' } });
    expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|path/);
    expect(await opened.world.datasets.list()).toHaveLength(1);
    const body = { email: 'bob@shop.example', grants: [{ role: 'reader', dataset: '*' }] };
    expect((await ask('POST', '/users', { cookie, body })).status).toBe(500);
    expect((await ask('POST', '/sign-in', { body: ann })).status).toBe(500);
    const { users } = (await ask<{ users: unknown[] }>('GET', '/users', { cookie })).body;
    expect(users).toHaveLength(1);
  });
});
