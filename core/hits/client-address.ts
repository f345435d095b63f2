/** Client addresses of logs: cut before anything is stored, and counted by a keyed hash that cannot be read back. */
import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { memo } from './memo.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const entriesMax = 20_000;
const keyHexDigits = 32;

export interface CutAddress {
  /** v4 with its last octet, v6 with all behind /48 set to zero; absent where the text is no address (a host name). */
  prefix?: string;
  /** First 16 bytes of HMAC-SHA-256 over the whole address in its canonical form, in hex: as collectors make it. */
  key: string;
}

/** Cuts addresses with a dataset's secret. Remembers the recent ones. */
export function addressCutter(secret: string): (address: string) => CutAddress {
  return memo((address: string): CutAddress => {
    const parsed = parseAddress(address);
    if (parsed === undefined) return { key: keyedHash(secret, address) };
    return { prefix: cut(parsed), key: keyedHash(secret, parsed.toString()) };
  }, entriesMax);
}

/** HMAC-SHA-256 of a text under a secret, 32 hex digits. */
export function keyedHash(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex').slice(0, keyHexDigits);
}

/** Strictly: four decimal parts, or v6, whose zone does not count. A v4 address in v6 clothes is the v4 address. */
function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const bare = text.split('%', 1)[0] ?? '';
  return bare.includes(':') && ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : undefined;
}

function cut(address: Address): string {
  const keptBytes = address.kind() === 'ipv4' ? 3 : 6;
  const bytes = address.toByteArray().map((byte, index) => (index < keptBytes ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
}
