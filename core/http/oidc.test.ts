/** Sign-in by the organisation against a small real provider: its own server, its own key, real redirects. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOidcDesk } from '../access/oidc.ts';
import { type WholeApi, wholeApi } from '../testing/whole-api.ts';
import { createWorld, type World } from '../testing/world.ts';

const clientId = 'canister';
const clientSecret = 'a secret of the client';
const consoleUrl = 'http://stats.example';
const password = 'a long enough password';

interface Provider {
  issuer: string;
  /** What the next sign-in says. */
  claims: Record<string, unknown>;
  /** Signs with this instead of its key. */
  forgedBy: KeyObject | undefined;
  close(): void;
}

async function startProvider(): Promise<Provider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, URLSearchParams>();
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const provider: Provider = {
    issuer: '',
    claims: {},
    forgedBy: undefined,
    close: () => server.close(),
  };

  function idToken(nonce: string | null): string {
    // The one wall clock here: the client holds the token against its own.
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: provider.issuer, aud: clientId, iat: now, exp: now + 60, nonce };
    const text = `${part({ alg: 'RS256', kid: '1' })}.${part({ ...claims, ...provider.claims })}`;
    return `${text}.${sign('sha256', Buffer.from(text), provider.forgedBy ?? privateKey).toString('base64url')}`;
  }

  /** The code is good once, for the client that knows its secret and the verifier. */
  function exchange(given: URLSearchParams, authorization: string): object | undefined {
    const asked = codes.get(given.get('code') ?? '');
    codes.delete(given.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url');
    const basic = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    const secret =
      given.get('client_secret') ??
      decodeURIComponent(basic.split(':')[1] ?? '').replaceAll('+', ' ');
    if (asked === undefined || challenge !== asked.get('code_challenge') || secret !== clientSecret)
      return undefined;
    if (given.get('redirect_uri') !== asked.get('redirect_uri')) return undefined;
    const id_token = idToken(asked.get('nonce'));
    return { access_token: randomUUID(), token_type: 'Bearer', expires_in: 60, id_token };
  }

  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', provider.issuer);
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const { issuer } = provider;
    if (url.pathname === '/.well-known/openid-configuration') {
      return answer(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    }
    if (url.pathname === '/keys') return answer(200, { keys: [jwk] });
    if (url.pathname === '/authorize') {
      const code = randomUUID();
      codes.set(code, url.searchParams);
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href });
      return response.end();
    }
    const parts: Buffer[] = [];
    for await (const piece of request) parts.push(piece as Buffer);
    const given = new URLSearchParams(Buffer.concat(parts).toString());
    const tokens = exchange(given, request.headers.authorization ?? '');
    return tokens ? answer(200, tokens) : answer(400, { error: 'invalid_grant' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

let world: World;
let whole: WholeApi;
let provider: Provider;
let failures: unknown[];

beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  provider = await startProvider();
  failures = [];
  const settings = { issuer: provider.issuer, clientId, clientSecret };
  const callbackUrl = () => `${consoleUrl}/api/sign-in/oidc/callback`;
  const failed = (error: unknown) => failures.push(error);
  whole = await wholeApi(world, {
    consoleUrl,
    oidc: () => createOidcDesk({ settings, clock: world.now, callbackUrl, failed }),
  });
  provider.claims = { sub: 'u-17', email: 'bob@shop.example', email_verified: true };
  const from = { address: '203.0.113.0', browser: '' };
  const first = {
    token: whole.desk.links.firstToken,
    email: 'ann@shop.example',
    name: 'Ann',
    password,
  };
  const { caller } = await whole.desk.links.first(first, from);
  const grants = [{ role: 'reader' as const, dataset: 'shop' }];
  await whole.desk.users.create({ email: 'bob@shop.example', grants, sendMail: false }, caller);
});
afterEach(async () => {
  provider.close();
  await world.close();
});

const cookieOf = (response: Response, name: string) =>
  response.headers
    .getSetCookie()
    .map((set) => set.split(';')[0] ?? '')
    .find((set) => set.startsWith(`${name}=`) && !set.endsWith('='));

const get = (url: string, cookie = '') =>
  whole.app.request(url, { headers: { host: 'stats.example', cookie } });

/** From the button to where the browser ends up, with what it has then. */
async function goThrough(tamper: (url: URL) => URL | string = (url) => url, cookie?: string) {
  const begun = await get(`${consoleUrl}/api/sign-in/oidc`);
  const there = begun.headers.get('location') ?? '';
  const back = await fetch(there, { redirect: 'manual' });
  const returned = tamper(new URL(back.headers.get('location') ?? '')).toString();
  const ended = await get(returned, cookie ?? cookieOf(begun, 'canister-oidc'));
  const signedIn = cookieOf(ended, 'canister');
  const me = signedIn && ((await (await get(`${consoleUrl}/api/me`, signedIn)).json()) as object);
  return {
    location: ended.headers.get('location'),
    me,
    returned,
    ticket: cookieOf(begun, 'canister-oidc'),
  };
}

const refused = (code: string) => ({ location: `/sign-in?refused=${code}`, me: undefined });

describe('The organisation', () => {
  test('signs in who was invited, and knows the person again under another address', async () => {
    const bob = {
      kind: 'user',
      email: 'bob@shop.example',
      grants: [{ role: 'reader', dataset: 'shop' }],
    };
    expect(await goThrough()).toMatchObject({ location: '/', me: bob });
    provider.claims = { sub: 'u-17', email: 'robert@shop.example', email_verified: true };
    expect(await goThrough()).toMatchObject({ location: '/', me: bob });
    expect(failures).toEqual([]);
  });

  test('asks with PKCE, state and nonce, and never shows the secret', async () => {
    const begun = await get(`${consoleUrl}/api/sign-in/oidc`);
    const url = new URL(begun.headers.get('location') ?? '');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: clientId,
      scope: 'openid email profile',
      redirect_uri: `${consoleUrl}/api/sign-in/oidc/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(url.href).not.toContain('secret');
    expect(begun.headers.getSetCookie()[0]).toMatch(/^canister-oidc=o_.*; HttpOnly; SameSite=Lax$/);
  });

  test('lets in nobody who was not invited, is disabled, or has taken over an address', async () => {
    provider.claims = { sub: 'u-9', email: 'eve@shop.example', email_verified: true };
    expect(await goThrough()).toMatchObject(refused('sign_in_refused'));
    provider.claims = { sub: 'u-17', email: 'bob@shop.example', email_verified: true };
    expect(await goThrough()).toMatchObject({ location: '/' });
    provider.claims = { sub: 'u-99', email: 'bob@shop.example', email_verified: true };
    expect(await goThrough()).toMatchObject(refused('sign_in_refused'));
    provider.claims = { sub: 'u-17', email: 'bob@shop.example', email_verified: true };
    await world.control.batch(
      ["UPDATE access_user SET state = 'disabled' WHERE email = 'bob@shop.example'"],
      'write',
    );
    expect(await goThrough()).toMatchObject(refused('sign_in_refused'));
  });

  test.each<[string, Record<string, unknown>]>([
    ['an address that is not verified', { email_verified: false }],
    ['no address', { email: undefined }],
    ['another client', { aud: 'somebody-else' }],
    ['another issuer', { iss: 'http://evil.example' }],
    ['a token of yesterday', { exp: 1_700_000_000 }],
    ['another nonce', { nonce: 'of-another' }],
  ])('is not believed with %s', async (_name, claims) => {
    provider.claims = { ...provider.claims, ...claims };
    expect(await goThrough()).toMatchObject(refused('oidc_failed'));
  });

  test('is not believed when another key has signed', async () => {
    provider.forgedBy = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(await goThrough()).toMatchObject(refused('oidc_failed'));
    expect(failures).toHaveLength(1);
  });

  test('is not believed with another state, in another browser, twice, or late', async () => {
    const otherState = (url: URL) => {
      url.searchParams.set('state', 'x'.repeat(43));
      return url;
    };
    expect(await goThrough(otherState)).toMatchObject(refused('oidc_failed'));
    expect(await goThrough(undefined, 'canister-oidc=o_planted')).toMatchObject(
      refused('oidc_failed'),
    );
    const { returned, ticket } = await goThrough();
    expect((await get(returned, ticket)).headers.get('location')).toBe(
      '/sign-in?refused=oidc_failed',
    );
    const late = (url: URL) => {
      world.advance(11 * 60_000);
      return url;
    };
    expect(await goThrough(late)).toMatchObject(refused('oidc_failed'));
  });

  test('being away is said, and it is asked again the next time', async () => {
    const { issuer } = provider;
    const settings = { issuer: 'http://127.0.0.1:9', clientId, clientSecret };
    const failed: unknown[] = [];
    const callbackUrl = () => consoleUrl;
    const desk = createOidcDesk({
      settings,
      clock: world.now,
      callbackUrl,
      failed: (error) => failed.push(error),
    });
    await expect(desk.begin()).rejects.toMatchObject({ code: 'oidc_failed' });
    expect(failed).toHaveLength(1);
    settings.issuer = issuer;
    expect((await desk.begin()).url).toContain(`${issuer}/authorize?`);
  });
});
