/** The whole API over a new world for each test of a file, as browsers meet it: with cookies, and two people. */
import { TOTP } from 'otpauth';
import { afterEach, beforeEach, expect } from 'vitest';
import { type WholeApi, wholeApi } from './whole-api.ts';
import { createWorld, type World } from './world.ts';

export const password = 'a long enough password';
/** The first administrator. */
export const ann = { email: 'ann@shop.example', password };

export interface Asked {
  cookie?: string | undefined;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Answered<T> {
  status: number;
  body: T & { code?: string };
  /** What a browser sends back of the cookie that was set. */
  cookie: string | undefined;
  /** The cookie as it was set. */
  set: string | undefined;
}

export interface SecondFactor {
  secret: string;
  recoveryCodes: string[];
}

export interface SignedInApi {
  world: World;
  whole: WholeApi;
  send(method: string, path: string, asked?: Asked): Promise<Response>;
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    asked?: Asked,
  ): Promise<Answered<T>>;
  /** Makes the first administrator. Gives her cookie. */
  makeAnn(): Promise<string>;
  /** Invited by Ann, and come. */
  makeBob(cookie: string, role?: string, dataset?: string): Promise<{ cookie: string; id: string }>;
  /** The status that somebody gets who asks who they are. */
  me(cookie: string | undefined): Promise<number>;
  /** Gives Ann a second factor. */
  addFactor(cookie: string): Promise<SecondFactor>;
  codeOf(secret: string, atMs?: number): string;
}

/** What a link of a mail carries. */
export const tokenOf = (link: string | undefined) => link?.split('#')[1] ?? '';

/** Opens and closes it around each test of the file that calls this. */
export function signedInApi(): SignedInApi {
  async function send(method: string, path: string, { cookie, headers = {}, body }: Asked = {}) {
    return await opened.whole.app.request(`http://stats.example/api${path}`, {
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

  async function ask<T>(method: string, path: string, asked?: Asked): Promise<Answered<T>> {
    const response = await send(method, path, asked);
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as T & { code?: string };
    const set = response.headers.getSetCookie()[0];
    return { status: response.status, body, cookie: set?.split(';')[0], set };
  }

  const codeOf = (secret: string, atMs = opened.world.now()) =>
    new TOTP({ secret }).generate({ timestamp: atMs });

  const opened = {
    send,
    ask,
    codeOf,
    me: async (cookie) => (await ask('GET', '/me', { cookie })).status,
    async makeAnn() {
      const token = opened.whole.desk.links.firstToken;
      const body = { token, name: 'Ann', ...ann };
      const { status, cookie } = await ask('POST', '/first', { body });
      expect(status).toBe(200);
      return cookie ?? '';
    },
    async makeBob(cookie, role = 'reader', dataset = 'shop') {
      const body = { email: 'Bob@Shop.example', grants: [{ role, dataset }] };
      const made = await ask<{ link: string; user: { id: string } }>('POST', '/users', {
        cookie,
        body,
      });
      const used = await ask('POST', '/links/use', {
        body: { token: tokenOf(made.body.link), password },
      });
      expect([made.status, used.status]).toEqual([201, 200]);
      return { cookie: used.cookie ?? '', id: made.body.user.id };
    },
    async addFactor(cookie) {
      const body = { current: password };
      const factor = await ask<{ secret: string; url: string }>('POST', '/me/second-factor', {
        cookie,
        body,
      });
      const { secret, url } = factor.body;
      expect(url).toMatch(/^otpauth:\/\/totp\/Canister:ann%40shop\.example\?/);
      const confirm = { cookie, body: { code: codeOf(secret) } };
      const path = '/me/second-factor/confirm';
      const done = await ask<{ recoveryCodes: string[] }>('POST', path, confirm);
      expect(done.status).toBe(200);
      return { secret, recoveryCodes: done.body.recoveryCodes };
    },
  } as SignedInApi;

  beforeEach(async () => {
    opened.world = await createWorld();
    await opened.world.dataset({ slug: 'shop' });
    opened.whole = await wholeApi(opened.world);
  });
  afterEach(() => opened.world.close());

  return opened;
}
