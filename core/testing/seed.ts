/**
 * The demo's traffic: a week of a small shop, made from a seed. No clock and no chance but the seed's, so the same
 * options give the same bytes. The parts are in seed/: the site, its audience, its robots, and what they do.
 */
import { type Route, routes } from './seed/audience.ts';
import { crawl } from './seed/crawls.ts';
import { createHitWriter, type Scene, type SeedRequest } from './seed/hit-writer.ts';
import { journeys } from './seed/journeys.ts';
import { createPopulation, type Population } from './seed/population.ts';
import { createRandom, type Random } from './seed/random.ts';
import { type Robot, robots } from './seed/robots.ts';

export { countTraffic, type TrafficCount } from './seed/count-traffic.ts';
export type { SeedRequest } from './seed/hit-writer.ts';

export interface TrafficOptions {
  /** Epoch milliseconds: all requests arrive before it. Sessions that would go on are open at that moment. */
  endMs: number;
  writeKey: string;
  days?: number;
  seed?: number;
  /** Sessions of people on a usual day; robots come on top. */
  sessionsPerDay?: number;
  host?: string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Two sessions of one robot lie this far apart. */
const robotApartMs = 36 * 60_000;
/** No robot begins in the last quarter of an hour of a day, so none of its sessions spans two days (UTC). */
const quietBeforeMidnightMs = 15 * 60_000;
const badHourOfDay = 19;

/** How busy each hour of a day is (UTC), and each day of a week from Sunday on. */
const hourWeights = [
  0.25, 0.15, 0.1, 0.1, 0.15, 0.3, 0.6, 1, 1.3, 1.5, 1.6, 1.6, 1.5, 1.4, 1.4, 1.4, 1.5, 1.6, 1.8, 2,
  2.1, 1.8, 1.2, 0.6,
];
const weekdayWeights = [1.15, 1.05, 1, 0.95, 0.95, 0.9, 1];

/** All requests in the order in which they arrive. Made hour by hour, so a long range needs little memory. */
export function* generateTraffic(options: TrafficOptions): Generator<SeedRequest> {
  const { endMs, days = 7, seed = 1, sessionsPerDay = 400 } = options;
  const startMs = endMs - days * dayMs;
  const random = createRandom(seed);
  const scene = createScene(options, random, startMs, days);
  const population = createPopulation(random);
  const robotLastMs = new Map<Robot, number>();
  let pending: SeedRequest[] = [];
  for (let hour = 0; hour < days * 24; hour += 1) {
    const hourStartMs = startMs + hour * hourMs;
    const hourEndMs = hourStartMs + hourMs;
    for (const atMs of arrivals(random, hourStartMs, sessionsPerDay * busyness(hourStartMs))) {
      pending.push(...browse(scene, population, atMs));
    }
    for (const robot of robots) {
      for (const atMs of arrivals(random, hourStartMs, robot.sessionsPerDay / 24)) {
        pending.push(...crawlOnce(scene, robot, robotLastMs, atMs));
      }
    }
    pending.sort((one, other) => one.atMs - other.atMs);
    const ripe = pending.findIndex(({ atMs }) => atMs >= hourEndMs);
    yield* ripe === -1 ? pending : pending.slice(0, ripe);
    pending = ripe === -1 ? [] : pending.slice(ripe);
  }
}

/**
 * The request as it comes when its sender holds it back until `untilMs`, which is not before it: it arrives then, and
 * its hits still say when they happened. For senders that bring many requests at one instant of their clock.
 */
export function holdBack(request: SeedRequest, untilMs: number): SeedRequest {
  const late = (hit: object) => ({ ...hit, sentAt: untilMs });
  const { body } = request;
  return {
    ...request,
    atMs: untilMs,
    body: Array.isArray(body) ? body.map(late) : late(Object(body)),
  };
}

function createScene(
  { writeKey, host = 'https://shop.example', endMs }: TrafficOptions,
  random: Random,
  startMs: number,
  days: number,
): Scene {
  let orders = 10_400;
  const lastMidnight = Math.floor((endMs - (badHourOfDay + 1) * hourMs) / dayMs) * dayMs;
  const wanted = lastMidnight - Math.floor(days / 2) * dayMs + badHourOfDay * hourMs;
  const from = wanted < startMs ? wanted + dayMs : wanted;
  return {
    random,
    writeKey,
    host,
    badHourMs: { from, to: from + hourMs },
    nextOrder: () => `K-${++orders}`,
  };
}

/** The share of a usual day's sessions that begin in this hour. */
function busyness(hourStartMs: number): number {
  const hour = Math.floor(hourStartMs / hourMs) % 24;
  // The epoch began on a Thursday, the fifth day of a week that begins on Sunday.
  const weekday = (Math.floor(hourStartMs / dayMs) + 4) % 7;
  const total = hourWeights.reduce((sum, weight) => sum + weight, 0);
  return ((hourWeights[hour] ?? 0) / total) * (weekdayWeights[weekday] ?? 0);
}

/** Instants of one hour, in order, as many as expected: the fraction decides by chance. */
function arrivals(random: Random, hourStartMs: number, expected: number): number[] {
  const count = Math.floor(expected + random.share());
  return Array.from({ length: count }, () => hourStartMs + random.whole(0, hourMs - 1)).sort(
    (one, other) => one - other,
  );
}

function browse(scene: Scene, population: Population, atMs: number): SeedRequest[] {
  const { random, nextOrder } = scene;
  const client = population.arrive(atMs);
  const route: Route = random.pickWeighted(routes);
  const writer = createHitWriter(scene, client, atMs);
  random.pickWeighted(journeys).write({ writer, random, nextOrder, route });
  population.leave(client.visitor, writer.now());
  return writer.requests;
}

function crawlOnce(
  scene: Scene,
  robot: Robot,
  lastMs: Map<Robot, number>,
  atMs: number,
): SeedRequest[] {
  const isTooSoon = atMs < (lastMs.get(robot) ?? 0) + robotApartMs;
  if (isTooSoon || dayMs - (atMs % dayMs) < quietBeforeMidnightMs) return [];
  const { address, userAgent } = robot;
  const writer = createHitWriter(scene, { address, userAgent, acceptLanguage: '' }, atMs);
  crawl(robot, writer, scene);
  lastMs.set(robot, writer.now());
  return writer.requests;
}
