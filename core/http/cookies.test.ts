/** The cookie of a sign-in, and what a page of somebody else can do with it. */
import { describe, expect, test } from 'vitest';
import { ann, signedInApi } from '../testing/signed-in-api.ts';

const opened = signedInApi();
const { send, ask, makeAnn } = opened;

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
    expect(await opened.world.datasets.list()).toHaveLength(1);
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
