/**
 * Who asked for a log line: an address with a user agent, refined by the hops of proxies, by a session cookie, or by
 * the chain of pages that led to each other, as the log and the options allow.
 */
import { isAsset } from '../hits/asset-path.ts';
import type { LogLine } from './formats/log-line.ts';
import { pathOf } from './line-filter.ts';

/** A page must lead to the next within this time (ClickTracks). */
const chainMsMax = 15 * 60 * 1000;
const chainsPerClientMax = 20;
const pagesPerChainMax = 200;
const clientsMax = 20_000;

export interface VisitorRules {
  proxies: number;
  sessionCookie?: string | undefined;
  referrerChain: boolean;
  /** How long a client without a cookie may wait until its cookie comes. */
  idleTimeoutMs: number;
}

/** @returns for a line of a client (address and user agent) the text that names its visitor */
export type VisitorNames = (line: LogLine, client: string) => string;

/** @param ownHosts the site's hosts: only their pages are in a chain */
export function visitorNames(
  { sessionCookie, referrerChain, idleTimeoutMs }: VisitorRules,
  ownHosts: (host: string) => boolean,
): VisitorNames {
  if (sessionCookie !== undefined) return byCookie(sessionCookie, idleTimeoutMs);
  if (referrerChain) return byReferrerChain(ownHosts);
  return (_line, client) => client;
}

/** The address of the client: so many hops from the right of the list as there are proxies of one's own. */
export function clientAddress({ address, forwardedFor }: LogLine, proxies: number): string {
  if (forwardedFor === undefined || (proxies === 0 && address !== '')) return address;
  const hops = forwardedFor.split(',').map((hop) => bareAddress(hop.trim()));
  if (address !== '') hops.push(address);
  // What a client wrote into the list itself stands left of what the proxies wrote.
  for (let place = Math.max(0, hops.length - 1 - proxies); place < hops.length; place += 1) {
    const hop = hops[place] ?? '';
    if (/^[0-9a-f]*[.:][0-9a-f.:]*$/i.test(hop)) return hop;
  }
  return address || (hops.at(-1) ?? '');
}

/** Without quotes, brackets and a port. */
function bareAddress(hop: string): string {
  const bare = hop.replaceAll('"', '');
  if (bare.startsWith('[')) return bare.slice(1, bare.indexOf(']'));
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(bare) ? bare.slice(0, bare.indexOf(':')) : bare;
}

/** The value of a cookie in `name=value; name=value`. */
export function cookieValue(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined) return undefined;
  for (let at = cookies.indexOf(`${name}=`); at >= 0; at = cookies.indexOf(`${name}=`, at + 1)) {
    // IIS writes a plus for the space behind the semicolon.
    if (at > 0 && !'; +'.includes(cookies[at - 1] ?? '')) continue;
    const end = cookies.indexOf(';', at);
    return cookies.slice(at + name.length + 1, end < 0 ? undefined : end) || undefined;
  }
  return undefined;
}

/**
 * A cookie decides from the second request on: the first one, which made the server send it, has none. So a new cookie
 * takes over the visitor of its client's hits without one, unless another cookie has done so before.
 */
function byCookie(cookieName: string, idleTimeoutMs: number): VisitorNames {
  const visitors = recent<string>();
  const waiting = recent<{ name: string; at: number; takenBy?: string }>();
  return (line, client) => {
    const cookie = cookieValue(line.cookies, cookieName);
    const first = waiting.get(client);
    if (cookie === undefined) {
      // A client whose hits a cookie has taken over is somebody new when it comes without one.
      const isTaken = first?.takenBy !== undefined;
      const name = isTaken ? `${client}\nafter ${first.takenBy}` : (first?.name ?? client);
      waiting.set(client, { name, at: line.at });
      return name;
    }
    const known = visitors.get(cookie);
    if (known !== undefined) return known;
    const isFirst = first !== undefined && first.takenBy === undefined;
    if (!isFirst || Math.abs(line.at - first.at) > idleTimeoutMs) {
      visitors.set(cookie, `cookie\n${cookie}`);
      return `cookie\n${cookie}`;
    }
    waiting.set(client, { ...first, takenBy: cookie });
    visitors.set(cookie, first.name);
    return first.name;
  };
}

interface Chain {
  name: string;
  at: number;
  pages: Set<string>;
}

/** People behind one address with one browser: a page belongs to who asked for the page that led to it. */
function byReferrerChain(ownHosts: (host: string) => boolean): VisitorNames {
  const clients = recent<Chain[]>();
  return (line, client) => {
    const before = clients.get(client) ?? [];
    const alive = before.filter(({ at }) => Math.abs(line.at - at) <= chainMsMax);
    const chain = chainOf(line, alive, ownHosts) ?? {
      // The first chain is the client as it is known without chains.
      name: before.length === 0 ? client : `${client}\n${line.at}\n${line.target}`,
      at: line.at,
      pages: new Set<string>(),
    };
    chain.at = line.at;
    if (chain.pages.size < pagesPerChainMax) chain.pages.add(line.target);
    const rest = before.filter((one) => one !== chain).slice(0, chainsPerClientMax - 1);
    clients.set(client, [chain, ...rest]);
    return chain.name;
  };
}

/**
 * The latest chain that holds the referrer. A page of ours that was not asked for came out of a cache: the latest one,
 * as for files of a page, and for reloads.
 */
function chainOf(
  line: LogLine,
  alive: readonly Chain[],
  ownHosts: (host: string) => boolean,
): Chain | undefined {
  const from = ownPage(line, ownHosts);
  if (from !== undefined) return alive.find(({ pages }) => pages.has(from)) ?? alive[0];
  const isPage = line.method === 'GET' && !isAsset(pathOf(line.target));
  if (!isPage || alive[0]?.pages.has(line.target)) return alive[0];
  return undefined;
}

/** Path and query of a referrer on the site itself. */
function ownPage(line: LogLine, ownHosts: (host: string) => boolean): string | undefined {
  const { referrer } = line;
  if (referrer === undefined || !URL.canParse(referrer)) return undefined;
  const { host, pathname, search } = new URL(referrer);
  return host === line.host || ownHosts(host) ? `${pathname}${search}` : undefined;
}

/** A map that forgets what was not asked for the longest: two halves, of which the older one goes. */
function recent<T>(): { get(key: string): T | undefined; set(key: string, value: T): void } {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const set = (key: string, value: T) => {
    if (young.size >= clientsMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined || !old.has(key)) return value;
      set(key, old.get(key) as T);
      return young.get(key);
    },
  };
}
