/**
 * Keyed hashes of what identifies a client: equal clients have equal keys within one dataset, and without the
 * dataset's secret nobody can read one back or compare two datasets.
 */
import { createBoundedCache } from './bounded-cache.ts';
import { hexOf } from './hit-id.ts';

const keyBytes = 16;
const keysCachedMax = 8_192;
const secretsCachedMax = 1_024;

export interface VisitorKeys {
  /** 32 hex digits for a whole address. Ready at once where the address was seen before. */
  ofAddress(secret: string, address: string): string | Promise<string>;
  /**
   * 32 hex digits for an address and a user agent: stands for the visitor who has no id of his own. The salt turns
   * with every `period`, a number that all collectors read from their clocks (`saltPeriod`).
   */
  ofClient(
    secret: string,
    address: string,
    userAgent: string,
    period: number,
  ): string | Promise<string>;
}

const saltPeriodMs = 4 * 60 * 60 * 1000;

/** The number of the salt at an instant: collectors agree on the salt without asking each other. */
export const saltPeriod = (nowMs: number): number => Math.floor(nowMs / saltPeriodMs);

export function createVisitorKeys(): VisitorKeys {
  const hashes = createBoundedCache<string>(keysCachedMax);
  const secrets = createBoundedCache<CryptoKey>(secretsCachedMax);
  const encoder = new TextEncoder();

  async function secretKey(secret: string): Promise<CryptoKey> {
    const known = secrets.get(secret);
    if (known) return known;
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const bytes = encoder.encode(secret);
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
    secrets.set(secret, key);
    return key;
  }

  async function sign(secret: string, text: string, name: string): Promise<string> {
    const signed = await crypto.subtle.sign('HMAC', await secretKey(secret), encoder.encode(text));
    const hash = hexOf(new Uint8Array(signed, 0, keyBytes));
    hashes.set(name, hash);
    return hash;
  }

  function hash(secret: string, text: string): string | Promise<string> {
    const name = `${secret}\n${text}`;
    return hashes.get(name) ?? sign(secret, text, name);
  }

  return {
    ofAddress: hash,
    // An address holds no line feed, so no address equals a period with an address and a user agent.
    ofClient: (secret, address, userAgent, period) =>
      hash(secret, `${period}\n${address}\n${userAgent}`),
  };
}
