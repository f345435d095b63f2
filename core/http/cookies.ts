/** The cookie of a sign-in: for the API alone, out of reach of scripts, and never sent by another site's doing. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { signInLimits } from '../access/sign-in-desk.ts';

export interface CookieSettings {
  /** Where people reach the console. */
  consoleUrl: () => string;
}

const oidcMs = 10 * 60_000;

/** Whether the browser speaks https, be it to a proxy before this server. Who claims it falsely harms only itself. */
export function isSecure(c: Context, { consoleUrl }: CookieSettings): boolean {
  return consoleUrl().startsWith('https:') || c.req.header('x-forwarded-proto')?.trim() === 'https';
}

const httpsOnlySeconds = 31_536_000;

/**
 * Has the browser come by https for a year, once it does. Of this host alone: what else runs below its name is not
 * ours to decide on.
 */
export function keepToHttps(c: Context, settings: CookieSettings): void {
  if (isSecure(c, settings)) c.header('Strict-Transport-Security', `max-age=${httpsOnlySeconds}`);
}

const nameOf = (secure: boolean, name: string) => (secure ? `__Host-${name}` : name);
/** `__Host-` asks for the whole host; without https it need not go further than the API. */
const pathOf = (secure: boolean) => (secure ? '/' : '/api');

export function readSignIn(c: Context, settings: CookieSettings): string | undefined {
  return getCookie(c, nameOf(isSecure(c, settings), 'canister'));
}

export function writeSignIn(c: Context, token: string, settings: CookieSettings): void {
  const secure = isSecure(c, settings);
  setCookie(c, nameOf(secure, 'canister'), token, {
    httpOnly: true,
    secure,
    sameSite: 'Strict',
    path: pathOf(secure),
    maxAge: signInLimits.wholeMs / 1_000,
  });
}

export function clearSignIn(c: Context, settings: CookieSettings): void {
  const secure = isSecure(c, settings);
  deleteCookie(c, nameOf(secure, 'canister'), { secure, path: pathOf(secure) });
}

/** It must come along when the provider sends the browser back, which is another site's doing. */
export function writeTicket(c: Context, ticket: string, settings: CookieSettings): void {
  const secure = isSecure(c, settings);
  setCookie(c, nameOf(secure, 'canister-oidc'), ticket, {
    httpOnly: true,
    secure,
    sameSite: 'Lax',
    path: pathOf(secure),
    maxAge: oidcMs / 1_000,
  });
}

export function takeTicket(c: Context, settings: CookieSettings): string | undefined {
  const secure = isSecure(c, settings);
  const name = nameOf(secure, 'canister-oidc');
  const ticket = getCookie(c, name);
  deleteCookie(c, name, { secure, path: pathOf(secure) });
  return ticket;
}
