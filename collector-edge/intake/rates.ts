/**
 * How fast hits may come: token buckets by client, by visitor and by dataset, on a clock that is handed in. A bucket
 * that was not asked for long is forgotten, which is the same as full, so a stranger cannot make them grow.
 */
import { hitLimits } from '../../core/contract/hit.ts';
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
  /** By visitor of a dataset, in hits; of a client whose hits name no visitor by its whole address and user agent. */
  visitor: Rate;
}

const visitorBurstSeconds = 10;

/** A full request of one visitor must pass after a quiet time, else it could never be taken. */
export function visitorRate(perSecond: number): Rate {
  return {
    perSecond,
    burst: Math.max(perSecond * visitorBurstSeconds, hitLimits.hitsPerRequestMax),
  };
}

export const rateLimits: RateLimits = {
  client: { perSecond: 50, burst: 200 },
  dataset: { perSecond: 2_000, burst: 4_000 },
  visitor: visitorRate(20),
};

/** How many clients are known at once. */
const clientsMax = 65_536;
const datasetsMax = 1_024;
const visitorsMax = 65_536;

export interface Rates {
  /** @throws Problem `rate_exceeded` when the client of this cut address sends too fast */
  takeClient(addressPrefix: string | undefined): void;
  /** @throws Problem `rate_exceeded` when the dataset gets too much */
  takeDataset(slug: string): void;
  /**
   * Takes the hits of each visitor of a request, or none of them.
   * @param hitsOf visitor (see `visitorOf`) → hits
   * @throws Problem `rate_exceeded` when one of them sends too fast
   */
  takeVisitors(hitsOf: ReadonlyMap<string, number>): void;
}

/** Who sent a hit, as the rates know them; undefined for one who is not limited. Never written anywhere. */
export function visitorOf(
  slug: string,
  visitor: string | undefined,
  client: { address: { whole: string; prefix: string } | undefined; userAgent: string },
): string | undefined {
  if (visitor !== undefined) return `${slug} ${visitor}`;
  const { address, userAgent } = client;
  if (address === undefined || isThisMachine(address.prefix)) return undefined;
  return `${slug} ${address.whole} ${userAgent}`;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** @param clock epoch milliseconds; a clock that goes back fills no bucket */
export function createRates(clock: () => number, limits: RateLimits = rateLimits): Rates {
  const clients = createBuckets(limits.client, clock, clientsMax);
  const perDataset = createBuckets(limits.dataset, clock, datasetsMax);
  const visitors = createBuckets(limits.visitor, clock, visitorsMax);
  return {
    takeClient(addressPrefix) {
      if (addressPrefix === undefined || isThisMachine(addressPrefix)) return;
      if (clients.take(addressPrefix)) return;
      throw new Problem(
        'rate_exceeded',
        `More than ${limits.client.perSecond} requests a second came from this network. Send the same hits again later.`,
      );
    },
    takeDataset(slug) {
      if (perDataset.take(slug)) return;
      throw new Problem(
        'rate_exceeded',
        `The dataset got more than ${limits.dataset.perSecond} requests a second. Send the same hits again later.`,
      );
    },
    takeVisitors(hitsOf) {
      for (const [visitor, hits] of hitsOf) {
        if (visitors.has(visitor, hits)) continue;
        throw new Problem(
          'rate_exceeded',
          `More than ${limits.visitor.perSecond} hits a second came of one visitor. Send the same hits again later.`,
        );
      }
      for (const [visitor, hits] of hitsOf) visitors.take(visitor, hits);
    },
  };
}

interface Buckets {
  has(key: string, count: number): boolean;
  /** Takes tokens of a key; false when there are too few, and takes none then. */
  take(key: string, count?: number): boolean;
}

function createBuckets({ perSecond, burst }: Rate, clock: () => number, keysMax: number): Buckets {
  const buckets = createBoundedCache<Bucket>(keysMax);
  function fill(key: string): Bucket {
    const now = clock();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: burst, at: now };
      buckets.set(key, bucket);
    }
    const passedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1_000);
    bucket.at = now;
    return bucket;
  }
  return {
    has: (key, count) => perSecond === 0 || fill(key).tokens >= count,
    take(key, count = 1) {
      if (perSecond === 0) return true;
      const bucket = fill(key);
      if (bucket.tokens < count) return false;
      bucket.tokens -= count;
      return true;
    },
  };
}

/** What comes from this machine itself is a proxy for many clients, or a program of the owner: no one client. */
function isThisMachine(addressPrefix: string): boolean {
  return addressPrefix === '::' || addressPrefix.startsWith('127.');
}
