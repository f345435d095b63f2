/**
 * Counts traffic by straight loops, apart from the product's own code: what tests hold the product's figures against.
 * People and robots are told apart by the list of robots that the traffic was made with.
 */
import type { SeedRequest } from './hit-writer.ts';
import { robots } from './robots.ts';

export interface TrafficTally {
  hits: number;
  pageViews: number;
  /** Custom events. */
  events: number;
  /** Runs of hits of one visitor with no gap above 30 minutes. A robot counts as the visitor of its address and agent. */
  sessions: number;
  visitors: number;
  /** Sessions with at most one page view and no custom event. */
  bounces: number;
  /** Sum over sessions of last hit minus first hit, milliseconds. */
  durationMs: number;
  /** Hits by status; `null` where the hit has none. */
  hitsByStatus: Map<number | null, number>;
  pageViewsByPath: Map<string, number>;
  eventsByName: Map<string, number>;
}

export interface TrafficCount {
  requests: number;
  people: TrafficTally;
  robots: TrafficTally;
}

interface CountedHit {
  at: number;
  type: string;
  url: string;
  status: number | null;
  name: string | null;
}

const idleTimeoutMs = 30 * 60_000;
const robotAgents = new Set(robots.map(({ userAgent }) => userAgent));

export function countTraffic(requests: Iterable<SeedRequest>): TrafficCount {
  const people = new Map<string, CountedHit[]>();
  const others = new Map<string, CountedHit[]>();
  let count = 0;
  for (const { body, address, userAgent } of requests) {
    count += 1;
    const group = robotAgents.has(userAgent) ? others : people;
    const hits = (Array.isArray(body) ? body : [body]) as Record<string, unknown>[];
    for (const hit of hits) {
      const visitor = String(hit.visitor ?? `${address} ${userAgent}`);
      const own = group.get(visitor) ?? [];
      group.set(visitor, own);
      own.push({
        at: Number(hit.at),
        type: String(hit.type),
        url: String(hit.url),
        status: typeof hit.status === 'number' ? hit.status : null,
        name: typeof hit.name === 'string' ? hit.name : null,
      });
    }
  }
  return { requests: count, people: tally(people), robots: tally(others) };
}

function tally(hitsByVisitor: Map<string, CountedHit[]>): TrafficTally {
  const sum: TrafficTally = {
    hits: 0,
    pageViews: 0,
    events: 0,
    sessions: 0,
    visitors: hitsByVisitor.size,
    bounces: 0,
    durationMs: 0,
    hitsByStatus: new Map(),
    pageViewsByPath: new Map(),
    eventsByName: new Map(),
  };
  for (const hits of hitsByVisitor.values()) {
    hits.sort((one, other) => one.at - other.at);
    for (const hit of hits) addHit(sum, hit);
    for (const session of splitByIdleTime(hits)) addSession(sum, session);
  }
  return sum;
}

function splitByIdleTime(hits: CountedHit[]): CountedHit[][] {
  const sessions: CountedHit[][] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const hit of hits) {
    if (hit.at - lastAt > idleTimeoutMs) sessions.push([]);
    sessions.at(-1)?.push(hit);
    lastAt = hit.at;
  }
  return sessions;
}

function addHit(sum: TrafficTally, { type, url, status, name }: CountedHit) {
  sum.hits += 1;
  addOne(sum.hitsByStatus, status);
  if (type === 'page_view') {
    sum.pageViews += 1;
    addOne(sum.pageViewsByPath, new URL(url).pathname);
  }
  if (type === 'event') {
    sum.events += 1;
    addOne(sum.eventsByName, String(name));
  }
}

function addSession(sum: TrafficTally, hits: CountedHit[]) {
  const pageViews = hits.filter(({ type }) => type === 'page_view').length;
  const events = hits.filter(({ type }) => type === 'event').length;
  sum.sessions += 1;
  if (pageViews <= 1 && events === 0) sum.bounces += 1;
  sum.durationMs += (hits.at(-1)?.at ?? 0) - (hits[0]?.at ?? 0);
}

function addOne<Key>(counts: Map<Key, number>, key: Key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
