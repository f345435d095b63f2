/** Client addresses of logs: cut before anything is stored, and counted by a keyed hash that cannot be read back. */
import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { memo } from './memo.ts';

const entriesMax = 20_000;
const keyHexDigits = 32;

export interface CutAddress {
  /** v4 with its last octet, v6 with all behind /48 set to zero; absent where the text is no address (a host name). */
  prefix?: string;
  /** First 16 bytes of HMAC-SHA-256 over the whole address, in hex. */
  key: string;
}

/** Cuts addresses with a dataset's secret. Remembers the recent ones. */
export function addressCutter(secret: string): (address: string) => CutAddress {
  return memo((address: string): CutAddress => {
    const key = keyedHash(secret, address);
    const prefix = cutAddress(address);
    return prefix === undefined ? { key } : { prefix, key };
  }, entriesMax);
}

/** HMAC-SHA-256 of a text under a secret, 32 hex digits. */
export function keyedHash(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex').slice(0, keyHexDigits);
}

function cutAddress(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address.split('%', 1)[0] ?? address);
  if (parsed.kind() === 'ipv4') return [...parsed.toByteArray().slice(0, 3), 0].join('.');
  const bytes = parsed.toByteArray().map((byte, index) => (index < 6 ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
}
