/**
 * Requests to addresses that users wrote down. A name is looked up once, its address is checked, and the connection
 * goes to just that address, so that a name cannot lead to another place in between. Every redirect is checked again.
 */
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { alertLimits } from '../contract/alert.ts';
import { DeliveryError } from '../contract/mail.ts';

export const outgoingLimits = {
  redirectsMax: 3,
  timeoutMs: 10_000,
  answerBytesMax: 65_536,
} as const;

const redirects = [301, 302, 303, 307, 308];

export interface OutgoingRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface OutgoingOptions {
  /** Networks that are not public and may be reached all the same, such as `10.1.0.0/16`. */
  privateNetworks: readonly string[];
  /** The setting that names them. */
  setting?: string;
  /** Gives the addresses of a name. */
  resolve?: (host: string) => Promise<string[]>;
}

/** The URL, when its form may be asked at all. @throws DeliveryError `forGood` */
export function checkUrl(text: string, options: OutgoingOptions): URL {
  const refuse = (why: string): never => {
    throw new DeliveryError(`The address ${shorten(text)} ${why}`, { forGood: true });
  };
  if (text.length > alertLimits.urlLengthMax) refuse('is too long.');
  const url = URL.canParse(text) ? new URL(text) : refuse('is no URL.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    refuse('must begin with https:// or http://.');
  if (url.username !== '' || url.password !== '')
    refuse('holds a name or a password, which is not sent.');
  const host = hostOf(url);
  if (host === 'localhost' || host.endsWith('.localhost')) checkAddress('127.0.0.1', host, options);
  if (isIP(host)) checkAddress(host, host, options);
  return url;
}

/** Sends a POST, follows redirects that are allowed, and gives the status. @throws DeliveryError */
export async function post(request: OutgoingRequest, options: OutgoingOptions): Promise<number> {
  const deadline = AbortSignal.timeout(outgoingLimits.timeoutMs);
  let url = checkUrl(request.url, options);
  for (let hops = 0; ; hops += 1) {
    const address = await findAddress(hostOf(url), options);
    const answer = await postTo(url, address, request, deadline);
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    await drain(answer);
    if (!redirects.includes(status) || location === undefined) return status;
    url = nextUrl(url, location, hops, options);
  }
}

/**
 * Sends a GET, follows redirects that are allowed, and gives the answer, whose body is not read yet. What signs in goes
 * to the host that was asked for only.
 */
export async function get(
  request: { url: string; headers: Record<string, string>; timeoutMs: number },
  options: OutgoingOptions,
): Promise<IncomingMessage> {
  let url = checkUrl(request.url, options);
  const { host } = url;
  for (let hops = 0; ; hops += 1) {
    const address = await findAddress(hostOf(url), options);
    const { authorization, ...others } = request.headers;
    const headers = url.host === host ? request.headers : others;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error('no answer')), request.timeoutMs);
    const sent = { method: 'GET', headers, signal: deadline.signal };
    const answer = await askAt(url, address, sent).finally(() => clearTimeout(timer));
    const { location } = answer.headers;
    if (!redirects.includes(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.destroy();
    url = nextUrl(url, location, hops, options);
  }
}

/** Where a redirect leads. @throws DeliveryError when it may not be followed */
function nextUrl(url: URL, location: string, hops: number, options: OutgoingOptions): URL {
  if (hops >= outgoingLimits.redirectsMax)
    throw new DeliveryError('The address redirects too often.', { forGood: true });
  const next = URL.canParse(location, url.href) ? new URL(location, url).href : location;
  if (url.protocol === 'https:' && next.startsWith('http:'))
    throw new DeliveryError('The address redirects from https to http.', { forGood: true });
  return checkUrl(next, options);
}

/** The address of a name, checked. @throws DeliveryError when it is not public, nor allowed */
export async function findAddress(host: string, options: OutgoingOptions): Promise<string> {
  const resolve = options.resolve ?? resolveHost;
  const addresses = isIP(host) ? [host] : await resolve(host);
  const [first] = addresses;
  if (first === undefined) throw new DeliveryError(`The name ${host} has no address.`);
  // All of them: one that is private among public ones is a trap.
  for (const address of addresses) checkAddress(address, host, options);
  return first;
}

async function resolveHost(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new DeliveryError(`The name ${host} was not found: ${(error as Error).message}`);
  }
}

/** @throws DeliveryError `forGood` when the address is not public, nor allowed */
function checkAddress(address: string, host: string, options: OutgoingOptions): void {
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast' && !isOldMapped(parsed)) return;
  const isAllowed = options.privateNetworks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
  if (isAllowed) return;
  throw new DeliveryError(
    `${host} is ${host === address ? '' : `at ${address}, `}not a public address. If it is yours, add its network to ${options.setting ?? 'CANISTER_WEBHOOK_PRIVATE_NETWORKS'}.`,
    { forGood: true },
  );
}

const oldMapped = ipaddr.parseCIDR('::/96');

/** A v4 address in v6 clothes as they once were (`::7f00:1`): some systems still connect to it. */
const isOldMapped = (address: ipaddr.IPv4 | ipaddr.IPv6) =>
  address.kind() === 'ipv6' && address.match(oldMapped);

function postTo(
  url: URL,
  address: string,
  { headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const whole = { ...headers, 'Content-Length': String(Buffer.byteLength(body)) };
  return askAt(url, address, { method: 'POST', headers: whole, signal }, body);
}

/** Asks the address that was checked, whatever the name says by now. */
function askAt(
  url: URL,
  address: string,
  request: { method: string; headers: Record<string, string>; signal: AbortSignal },
  body?: string,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const family = isIP(address);
  return new Promise((resolve, reject) => {
    const sending = send(
      url,
      {
        ...request,
        agent: false,
        lookup: (_host, options, done) => {
          if (options.all) done(null, [{ address, family }]);
          else done(null, address, family);
        },
      },
      resolve,
    );
    sending.on('error', (error) =>
      reject(new DeliveryError(`${url.host} could not be asked: ${error.message}`)),
    );
    sending.end(body);
  });
}

/** Reads the answer away, and not more of it than there is use for. */
async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of answer) {
      bytes += (part as Buffer).length;
      if (bytes > outgoingLimits.answerBytesMax) break;
    }
  } catch {
    // The status has come: whether the rest does makes no difference.
  }
  answer.destroy();
}

/** IPv6 addresses stand in brackets in a URL. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const shorten = (text: string) => JSON.stringify(text.slice(0, 200));
