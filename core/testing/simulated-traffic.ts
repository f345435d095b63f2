/**
 * What happens in a history: visitors of two sites with different rules, by id, signed in, or known by a key whose
 * salt turns; hits that close their session, come late, twice, or as bytes that nobody can use.
 */
import type { DatasetConfig } from '../settings/datasets.ts';
import type { Random } from './seed/random.ts';

const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Two datasets that end sessions by different rules. */
export const simulatedDatasets: readonly DatasetConfig[] = [
  {
    slug: 'shop',
    hosts: [],
    timeZone: 'Europe/Berlin',
    idleTimeoutMs: 30 * minuteMs,
    cutAtMidnight: true,
    cutOnNewCampaign: false,
    addressSecret: 'secret of the shop',
    retention: { keepSessionsDays: 1 },
  },
  {
    slug: 'blog',
    hosts: [],
    timeZone: 'UTC',
    idleTimeoutMs: 2 * hourMs,
    cutAtMidnight: false,
    cutOnNewCampaign: true,
    addressSecret: 'secret of the blog',
  },
];

/** Small, so that every limit is met often. */
export const simulatedLimits = { hitsMax: 10, bytesMax: 2_500, durationMsMax: 3 * hourMs };

/** A sender's hit: sent until it is acknowledged. */
export interface Pending {
  id: string;
  slug: string;
  /** The id of the browser, or what the client looks like where it has none. */
  client: string;
  isCookieless: boolean;
  path: string;
  userId?: string;
  closes: boolean;
  /** How long the page had it before it sent it. */
  lateMs: number;
  /** Bytes that are no hit. */
  poison?: string;
}

const poisons = [
  '{',
  '\u0000',
  'null',
  '{"id":"x"}',
  '{"id":"x","type":"page_view","visitor":"v1","url":"https://shop.example/","client":{"userAgent":""}}',
  '{"id":"01979a00000070008000000000000002","type":"page_view","visitor":"v1","url":"no url","client":{"userAgent":""}}',
];

/** The next hit of somebody. Some stay for hours while others come and go. */
export function nextHit(id: string, random: Random): Pending {
  const isCookieless = random.chance(0.2);
  const stays = random.chance(0.7);
  const client = `${isCookieless ? 'c' : 'v'}${stays ? random.whole(1, 3) : random.whole(4, 20)}`;
  const campaign = random.chance(0.1) ? `?utm_source=${random.pick(['mail', 'ads'])}` : '';
  return {
    id,
    slug: random.pick(simulatedDatasets).slug,
    client,
    isCookieless,
    path: `/${'x'.repeat(random.chance(0.1) ? random.whole(100, 900) : 1)}${campaign}`,
    ...(random.chance(0.15) ? { userId: random.pick(['anna', 'bert']) } : {}),
    closes: random.chance(0.04),
    lateMs: random.chance(0.1) ? random.whole(0, 30 * hourMs) : 0,
    ...(random.chance(0.03) ? { poison: random.pick(poisons) } : {}),
  };
}

const saltTurnsMs = 4 * hourMs;

/** The bytes that a collector puts into the inbox for a hit at an instant. */
export function bodyOf(hit: Pending, nowMs: number): Uint8Array {
  if (hit.poison !== undefined) return new TextEncoder().encode(hit.poison);
  const period = Math.floor(nowMs / saltTurnsMs);
  const { id, client, isCookieless, userId, path, closes, lateMs } = hit;
  const key = isCookieless
    ? { visitor: `${client}.${period}`, visitorBefore: `${client}.${period - 1}` }
    : { visitor: client };
  const received = {
    id,
    type: 'page_view',
    ...key,
    url: `https://${hit.slug}.example${path}`,
    ...(userId === undefined ? {} : { userId }),
    ...(closes ? { closeSession: true } : {}),
    ...(lateMs === 0 ? {} : { at: nowMs - lateMs, sentAt: nowMs }),
    client: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/157.0' },
  };
  return new TextEncoder().encode(JSON.stringify(received));
}

/** How far the clock moves before the next turn: by minutes, over a timeout, by a day, or back. */
export function nextPaceMs(random: Random): number {
  const pace = random.whole(1, 60);
  if (pace <= 2) return -hourMs;
  if (pace === 3) return -9 * hourMs;
  if (pace === 4) return random.whole(24, 40) * hourMs;
  if (pace <= 8) return 30 * minuteMs + random.whole(1, minuteMs);
  return random.whole(100, 8 * minuteMs);
}
