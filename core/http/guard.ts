/** Stands before every route: finds out who asks, and lets through who has the right that the route declares. */
import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AccessDesk } from '../access/access-desk.ts';
import { type Caller, entryOf, machineCaller } from '../access/caller.ts';
import { isSame } from '../access/tokens.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import { everything, may, maySomewhere } from '../contract/rights.ts';
import { limitBody } from './body-limit.ts';
import { refuseRight, setCaller, setStillMay } from './caller.ts';
import { type CookieSettings, keepToHttps, readSignIn } from './cookies.ts';
import { isInProcess, isLocal, isSafe, type PeerAddress, refuseForeign } from './local-only.ts';
import { createRefusals } from './refusals.ts';
import { type RouteRight, routeRights } from './route-rights.ts';

export interface AccessOptions extends CookieSettings {
  desk: AccessDesk;
  clock: Clock;
  /** What the command line brings along; it reads it in the data folder. */
  commandToken?: string;
  /** The cut address of the client, such as `203.0.113.0`. */
  clientAddress: (c: Context) => string;
}

const prefix = '/api';
const sameMs = 10 * 60_000;
const toldMax = 10_000;

export function guard(options: AccessOptions, peerAddress: PeerAddress): MiddlewareHandler {
  const { desk } = options;
  const isNews = createNews(options.clock);
  const told = createRefusals(options.clock);
  return async (c, next) => {
    keepToHttps(c, options);
    refuseForeign(c, options.consoleUrl());
    const caller = await findCaller(c, options, peerAddress);
    const routes = declaredRights(c);
    if (caller !== undefined) setCaller(c, caller);
    if (routes.every(({ right }) => right === 'public') && routes.length > 0) {
      await limitBody(c, false);
      return await next();
    }
    if (caller === undefined) return refuseStranger(await desk.claimed());
    const dataset = datasetOf(c);
    try {
      for (const route of routes) check(route, caller, dataset);
    } catch (error) {
      const refusal = told(entryOf(caller, 'refused', actionOf(c)));
      if (refusal !== undefined) await desk.audit.append(refusal);
      throw error;
    }
    setStillMay(c, async () => {
      const again = await findCaller(c, options, peerAddress);
      if (again === undefined) return false;
      return !routes.some((route) => isRefused(route, again, dataset));
    });
    await limitBody(c, true);
    const asked = `${caller.actor} ${caller.address} ${c.req.path}`;
    const isRead = isSafe(c.req.method);
    if (routes.some((route) => isAudited(c, route)) && (!isRead || isNews(asked)))
      await write(c, caller, dataset, desk);
    return await next();
  };
}

/** `/metrics` is no part of the API: by key, or from this machine. */
export function guardMetrics(options: AccessOptions, peerAddress: PeerAddress): MiddlewareHandler {
  return async (c, next) => {
    const isHere = isInProcess(c) || isLocal(c, peerAddress);
    const caller = isHere ? undefined : await findCaller(c, options, peerAddress);
    if (!isHere && caller === undefined) {
      const why = '/metrics takes an API key (Authorization: Bearer KEY), or is asked from here.';
      throw new Problem('local_only', why);
    }
    if (caller !== undefined && !may(caller.grants, 'read', everything))
      refuseRight('read', everything);
    await next();
  };
}

async function findCaller(
  c: Context,
  options: AccessOptions,
  peerAddress: PeerAddress,
): Promise<Caller | undefined> {
  const { desk, commandToken, clientAddress } = options;
  if (isInProcess(c)) return machineCaller('machine');
  const from = { address: clientAddress(c), browser: c.req.header('user-agent') ?? '' };
  const bearer = /^Bearer ([\w-]{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) {
    const isCommand = commandToken !== undefined && isSame(bearer, commandToken);
    if (isCommand) return isLocal(c, peerAddress) ? machineCaller('machine') : undefined;
    return await desk.keys.callerOf(bearer, from.address);
  }
  const token = readSignIn(c, options);
  const signedIn = token === undefined ? undefined : await desk.signIns.callerOf(token, from);
  if (signedIn !== undefined) return signedIn;
  const letIn = isLocal(c, peerAddress) && !(await desk.claimed());
  return letIn ? machineCaller('machine') : undefined;
}

function refuseStranger(claimed: boolean): never {
  throw new Problem(
    'sign_in_needed',
    claimed
      ? 'Sign in, or send an API key: Authorization: Bearer KEY.'
      : 'There is no administrator yet. The server has printed a link that makes the first one; until then only this machine is let in.',
  );
}

/** The rights of the routes that will answer; a route that declares none has nobody who may. */
export function declaredRights(c: Context): RouteRight[] {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  return matchedRoutes(c)
    .filter((route) => route.method === method && !route.path.includes('*'))
    .map(({ path }) => {
      const name = `${method} ${templateOf(path)}`;
      const declared = routeRights[name];
      if (declared === undefined) throw new Error(`the route ${name} declares no right`);
      return declared;
    });
}

/** `/api/datasets/:slug` → `/datasets/{slug}` */
const templateOf = (path: string) =>
  path.slice(prefix.length).replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');

/** The dataset that the address names, as the routes read it. */
function datasetOf(c: Context): string | undefined {
  const [, , first, slug] = c.req.path.split('/');
  if (first !== 'datasets' || slug === undefined) return undefined;
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}

function check({ right, of }: RouteRight, { grants }: Caller, dataset: string | undefined): void {
  if (right === 'public' || right === 'signed_in') return;
  if (of === 'some') {
    if (!maySomewhere(grants, right)) refuseRight(right);
    return;
  }
  const where = of === 'server' ? everything : (dataset ?? everything);
  if (may(grants, right, where)) return;
  // Of a dataset in which one has no role nothing is said, not even that it is there.
  if (of === 'dataset' && !grants.some((grant) => [everything, where].includes(grant.dataset)))
    throw new Problem('dataset_unknown', 'There is no such dataset, or you have no role in it.');
  refuseRight(right, where);
}

function isRefused(route: RouteRight, caller: Caller, dataset: string | undefined): boolean {
  try {
    check(route, caller, dataset);
    return false;
  } catch {
    return true;
  }
}

const isAudited = (c: Context, { audit }: RouteRight) =>
  audit === 'always' || (audit === undefined && !isSafe(c.req.method));

/** A page that looks at the same again and again is one look in ten minutes. */
function createNews(clock: Clock) {
  const told = new Map<string, number>();
  return (asked: string): boolean => {
    const now = clock();
    for (const [key, at] of told)
      if (now - at >= sameMs || told.size >= toldMax) told.delete(key);
      else break;
    if (told.has(asked)) return false;
    told.set(asked, now);
    return true;
  };
}

/**
 * Of a session only a hash of its id: nothing leaves the trail, and an erasure must leave nothing of a session. Whoever
 * knows an id can still find who looked at it.
 */
const actionOf = ({ req }: Context) =>
  `${req.method} ${req.path}`.replace(
    /(\/sessions\/)([0-9a-f]{32})(?![0-9a-f])/gi,
    (_all, path: string, id: string) =>
      `${path}sha256:${createHash('sha256').update(id.toLowerCase()).digest('hex').slice(0, 16)}`,
  );

/** Before it is done: what cannot be written down is not done either. */
async function write(
  c: Context,
  caller: Caller,
  dataset: string | undefined,
  { audit }: AccessDesk,
): Promise<void> {
  const type = c.req.header('content-type') ?? '';
  const text = type.includes('json') ? await c.req.text() : '';
  const detail =
    text === '' ? '' : `body sha256 ${createHash('sha256').update(text).digest('hex')}`;
  await audit.append(entryOf(caller, actionOf(c), dataset ?? '', detail));
}
