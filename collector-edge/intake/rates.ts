/**
 * How fast hits may come: token buckets by client and by dataset, on a clock that is handed in. A bucket that was
 * not asked for long is forgotten, which is the same as full, so a stranger cannot make them grow.
 */
import { Problem } from '../../core/contract/problem.ts';
import { createBoundedCache } from './bounded-cache.ts';

/** Requests a second, and how many may come at once after a quiet time. 0 a second: without limit. */
export interface Rate {
  perSecond: number;
  burst: number;
}

export interface RateLimits {
  /** By the client's cut address (v4 /24, v6 /48). */
  client: Rate;
  /** By dataset; a request counts once for each dataset that it has hits of. */
  dataset: Rate;
}

export const rateLimits: RateLimits = {
  client: { perSecond: 50, burst: 200 },
  dataset: { perSecond: 2_000, burst: 4_000 },
};

/** How many clients are known at once. */
const clientsMax = 65_536;
const datasetsMax = 1_024;

export interface Rates {
  /** @throws Problem `rate_exceeded` when the client of this cut address sends too fast */
  takeClient(addressPrefix: string | undefined): void;
  /** @throws Problem `rate_exceeded` when the dataset gets too much */
  takeDataset(slug: string): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** @param clock epoch milliseconds; a clock that goes back fills no bucket */
export function createRates(clock: () => number, limits: RateLimits = rateLimits): Rates {
  const takeFromClient = createBuckets(limits.client, clock, clientsMax);
  const takeFromDataset = createBuckets(limits.dataset, clock, datasetsMax);
  return {
    takeClient(addressPrefix) {
      if (addressPrefix === undefined || isThisMachine(addressPrefix)) return;
      if (takeFromClient(addressPrefix)) return;
      throw new Problem(
        'rate_exceeded',
        `More than ${limits.client.perSecond} requests a second came from this network. Send the same hits again later.`,
      );
    },
    takeDataset(slug) {
      if (takeFromDataset(slug)) return;
      throw new Problem(
        'rate_exceeded',
        `The dataset got more than ${limits.dataset.perSecond} requests a second. Send the same hits again later.`,
      );
    },
  };
}

/** Gives a function that takes one token of a key, and false when there is none. */
function createBuckets(
  { perSecond, burst }: Rate,
  clock: () => number,
  keysMax: number,
): (key: string) => boolean {
  const buckets = createBoundedCache<Bucket>(keysMax);
  return (key) => {
    if (perSecond === 0) return true;
    const now = clock();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: burst, at: now };
      buckets.set(key, bucket);
    }
    const passedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1_000);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}

/** What comes from this machine itself is a proxy for many clients, or a program of the owner: no one client. */
function isThisMachine(addressPrefix: string): boolean {
  return addressPrefix === '::' || addressPrefix.startsWith('127.');
}
