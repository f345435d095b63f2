/**
 * The address of the client: which one to believe, and how it is cut. The whole address stays in memory; what is
 * written is the cut one (v4 to /24, v6 to /48) and a keyed hash.
 */
import ipaddr from 'ipaddr.js';
import { createBoundedCache } from './bounded-cache.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface ClientAddress {
  /** Canonical text of the whole address: never written anywhere. */
  whole: string;
  /** Cut, such as `203.0.113.0` or `2001:db8:85a3::`. */
  prefix: string;
}

const prefixBits = { ipv4: 24, ipv6: 48 } as const;
const addressesCachedMax = 4_096;
const hopsMax = 32;

/** Finds the client's address from the peer's and the `X-Forwarded-For` header. */
export type AddressFinder = (
  peer: string | undefined,
  forwardedFor: () => string | undefined,
) => ClientAddress | undefined;

/**
 * Makes the finder for a list of trusted proxies (addresses or CIDR networks). The header counts only when the peer is
 * one of them; then its right-most hop that is none of them is the client. `Forwarded` is not read.
 * @throws Error naming the entry that is neither an address nor a network
 */
export function createAddressFinder(trustedProxies: readonly string[]): AddressFinder {
  const networks = trustedProxies.map(parseNetwork);
  const cache = createBoundedCache<ClientAddress>(addressesCachedMax);
  const isTrusted = (address: Address) =>
    networks.some(
      ([network, bits]) => address.kind() === network.kind() && address.match(network, bits),
    );

  function describe(text: string): ClientAddress | undefined {
    const known = cache.get(text);
    if (known) return known;
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    const described = { whole: address.toString(), prefix: cut(address) };
    cache.set(text, described);
    return described;
  }

  return (peer, forwardedFor) => {
    if (peer === undefined) return undefined;
    const address = networks.length === 0 ? undefined : parseAddress(peer);
    if (address === undefined || !isTrusted(address)) return describe(peer);
    return describe(lastUntrustedHop(forwardedFor() ?? '', isTrusted) ?? peer);
  };
}

/** Goes from right to left while the hop is trusted; a hop that is no address ends the search: nothing left of it counts. */
function lastUntrustedHop(
  forwardedFor: string,
  isTrusted: (address: Address) => boolean,
): string | undefined {
  let nearest: string | undefined;
  for (const hop of forwardedFor.split(',').slice(-hopsMax).reverse()) {
    const address = parseAddress(withoutPort(hop.trim()));
    if (address === undefined) return nearest;
    nearest = address.toString();
    if (!isTrusted(address)) return nearest;
  }
  return nearest;
}

function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](:\d+)?$/.exec(hop);
  if (bracketed) return bracketed[1] ?? '';
  return /^[\d.]+:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop;
}

/** Strictly: four decimal parts, or v6 without its zone. A v4 address in v6 clothes is the v4 address. */
function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const bare = text.split('%', 1)[0] ?? '';
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function parseNetwork(text: string): [Address, number] {
  const [base = '', bits] = text.trim().split('/');
  const address = parseAddress(base);
  const widthMax = address?.kind() === 'ipv4' ? 32 : 128;
  const width = bits === undefined ? widthMax : Number(bits);
  if (address === undefined || !Number.isInteger(width) || width < 0 || width > widthMax) {
    throw new Error(`"${text}" is not an address or network, such as 10.0.0.0/8 or ::1`);
  }
  return [address, width];
}

function cut(address: Address): string {
  const kept = prefixBits[address.kind()] / 8;
  const bytes = address.toByteArray().map((byte, index) => (index < kept ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
}
