/**
 * Until there are accounts, console and API are for this machine only. The peer must be loopback, the request must
 * not have come through a proxy, and it must name a loopback host, so that no foreign page can reach it by DNS tricks.
 * What changes something must carry `X-Canister`, which a foreign page cannot send.
 */
import type { MiddlewareHandler } from 'hono';
import ipaddr from 'ipaddr.js';
import { Problem } from '../contract/problem.ts';

/** Set by callers inside this process, which have no peer address. */
export interface LocalBindings {
  inProcess?: boolean;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export type PeerAddress = (c: Parameters<MiddlewareHandler>[0]) => string | undefined;

export function localOnly(peerAddress: PeerAddress): MiddlewareHandler {
  return async (c, next) => {
    if (!isLocal(c, peerAddress)) {
      throw new Problem(
        'local_only',
        'There are no accounts yet, so console and API answer only to a browser on the same machine, at http://localhost. To look from elsewhere, use an SSH tunnel.',
      );
    }
    if (!safeMethods.has(c.req.method) && c.req.header('x-canister') === undefined) {
      throw new Problem(
        'cross_origin',
        'Send the header "X-Canister: 1" with everything that changes something.',
      );
    }
    await next();
  };
}

/** Whether a request comes from this machine, and not by way of another page or a proxy. */
export function isLocal(c: Parameters<MiddlewareHandler>[0], peerAddress: PeerAddress): boolean {
  if ((c.env as LocalBindings | undefined)?.inProcess === true) return true;
  const peer = peerAddress(c);
  if (peer === undefined || !ipaddr.isValid(peer) || ipaddr.process(peer).range() !== 'loopback')
    return false;
  if (proxyHeaders.some((name) => c.req.header(name) !== undefined)) return false;
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  return loopbackHosts.has(host);
}
