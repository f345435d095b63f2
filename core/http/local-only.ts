/**
 * What counts as this machine, and what no foreign page may do. The peer must be loopback, the request must not have
 * come through a proxy, and it must name a loopback host, so that no foreign page can reach it by DNS tricks. What
 * changes something must carry `X-Canister`, which a foreign page cannot send, and comes from our own origin.
 */
import type { Context, MiddlewareHandler } from 'hono';
import ipaddr from 'ipaddr.js';
import { machineCaller } from '../access/caller.ts';
import { Problem } from '../contract/problem.ts';
import { limitBody } from './body-limit.ts';
import { setCaller } from './caller.ts';

/** Set by callers inside this process, which have no peer address. */
export interface LocalBindings {
  inProcess?: boolean;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export type PeerAddress = (c: Context) => string | undefined;

/** Lets this machine in and nobody else: for an API without users. */
export function localOnly(peerAddress: PeerAddress): MiddlewareHandler {
  return async (c, next) => {
    if (!isInProcess(c) && !isLocal(c, peerAddress)) {
      throw new Problem(
        'local_only',
        'This answers only to a browser on the same machine, at http://localhost. To look from elsewhere, use an SSH tunnel.',
      );
    }
    refuseForeign(c);
    await limitBody(c, true);
    setCaller(c, machineCaller('machine'));
    await next();
  };
}

export const isSafe = (method: string) => safeMethods.has(method);

/**
 * @param consoleUrl where people reach the console, when a proxy changes the name of the host
 * @throws Problem `cross_origin`
 */
export function refuseForeign(c: Context, consoleUrl?: string): void {
  if (isSafe(c.req.method)) return;
  if (c.req.header('x-canister') === undefined) {
    throw new Problem(
      'cross_origin',
      'Send the header "X-Canister: 1" with everything that changes something.',
    );
  }
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site') ?? 'same-origin';
  const isOurs = origin === undefined || isOwnOrigin(origin, c.req.header('host'), consoleUrl);
  if (isOurs && ['same-origin', 'none'].includes(site)) return;
  throw new Problem('cross_origin', 'A page of another site cannot change anything here.');
}

function isOwnOrigin(origin: string, host: string | undefined, consoleUrl?: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: named } = new URL(origin);
  if (consoleUrl !== undefined && origin === new URL(consoleUrl).origin) return true;
  return /^https?:$/.test(protocol) && named === host?.toLowerCase();
}

export const isInProcess = (c: Context) => (c.env as LocalBindings | undefined)?.inProcess === true;

export function isLocal(c: Context, peerAddress: PeerAddress): boolean {
  const peer = peerAddress(c);
  if (peer === undefined || !ipaddr.isValid(peer) || ipaddr.process(peer).range() !== 'loopback')
    return false;
  if (proxyHeaders.some((name) => c.req.header(name) !== undefined)) return false;
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  return loopbackHosts.has(host);
}
