/**
 * How many hits a second go through the event engine, with more and more definitions: half of them ask for literals, a
 * quarter for patterns, a quarter for sequences of the others; every hit has 4 kB of response text. The baseline is the
 * same run without definitions, which builds the sessions and evaluates nothing. It is the processor's time that counts,
 * so that a busy machine says the same.
 */
import { type EventDefinitionInput, eventSetSchema } from '../core/contract/event.ts';
import type { SessionHit, WholeSession } from '../core/contract/session.ts';
import { compileEventSet } from '../core/events/compile.ts';
import { SessionEvents } from '../core/events/session-events.ts';
import { createRandom, type Random } from '../core/testing/seed/random.ts';

const counts = [0, 10, 100, 1_000] as const;
const bodyLength = 4_096;
const bodiesMade = 400;
const wordsMade = 3_000;
const hitsPerSession = 8;
const pages = 2_000;
const warmUpHits = 2_000;

export interface EventsResult {
  hits: number;
  /** Hits a second, by the number of definitions. */
  hitsPerSecond: Record<string, number>;
  /** Microseconds that the events of one hit take, by the number of definitions. */
  microsecondsPerHit: Record<string, number>;
  factsPerHit: Record<string, number>;
  /** What 1,000 definitions cost, as a multiple of what 10 do. */
  costOf1000To10: number;
  megabytesScannedPerSecond: number;
}

/** `BENCH_HITS` (20,000) says how many hits, `BENCH_ROUNDS` (3) how often; the fastest round counts. */
export async function events(): Promise<EventsResult> {
  const hits = Number(process.env.BENCH_HITS ?? 20_000);
  const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
  const site = makeSite(createRandom(1));
  const perHit = new Map<number, number>();
  const facts: Record<string, number> = {};
  for (const count of counts) {
    const definitions = makeDefinitions(count, site, createRandom(2));
    run(definitions, site, warmUpHits);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round += 1) {
      const before = process.cpuUsage();
      facts[count] = run(definitions, site, hits) / hits;
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, (user + system) / 1_000 / hits);
    }
    perHit.set(count, best);
  }
  const alone = perHit.get(0) ?? 0;
  const each = (value: (ms: number) => number) =>
    Object.fromEntries([...perHit].map(([count, ms]) => [count, value(ms)]));
  const cost = (count: number) => (perHit.get(count) ?? 0) - alone;
  return {
    hits,
    hitsPerSecond: each((ms) => Math.round(1_000 / ms)),
    microsecondsPerHit: each((ms) => Math.round((ms - alone) * 10_000) / 10),
    factsPerHit: facts,
    costOf1000To10: Math.round((cost(1_000) / cost(10)) * 10) / 10,
    megabytesScannedPerSecond: Math.round(bodyLength / 1_000 / (perHit.get(100) ?? 1)),
  };
}

interface Site {
  words: string[];
  bodies: string[];
}

function makeSite(random: Random): Site {
  const letters = 'etaoinshrdlucmfwypvbgk';
  const words = Array.from({ length: wordsMade }, () =>
    Array.from({ length: random.whole(3, 9) }, () =>
      letters.charAt(random.whole(0, letters.length - 1)),
    ).join(''),
  );
  const bodies = Array.from({ length: bodiesMade }, () => {
    let body = '<!doctype html><html><head><title>Shop</title></head><body>';
    while (body.length < bodyLength) {
      body += random.chance(0.1)
        ? `<p class="${random.pick(words)}">Ref-${random.pick(words)}: ${random.whole(10_000, 99_999)}</p>`
        : `${random.pick(words)} `;
    }
    return body.slice(0, bodyLength);
  });
  return { words, bodies };
}

/** What people look for: phrases of a text, pages, statuses; marked numbers; and one thing after another. */
function makeDefinitions(count: number, { words }: Site, random: Random): EventDefinitionInput[] {
  const phrase = () => `${random.pick(words)} ${random.pick(words)}`;
  const makers: ((number: number) => string)[] = [
    () => `response.body contains "${phrase()}"`,
    () => `response.body matches "ref-${random.pick(words)}: ([0-9]+)"`,
    () => `request.path = "/page/${random.whole(1, pages)}" and not response.status >= 400`,
    (number) => `event "E${number - 3}" then event "E${number - 1}" within 5 hits`,
  ];
  return Array.from({ length: count }, (_, number) => ({
    name: `E${number}`,
    trigger: 'every_hit',
    condition: (makers[number < 4 ? number % 3 : number % 4] as (typeof makers)[number])(number),
  }));
}

function run(definitions: readonly EventDefinitionInput[], site: Site, hits: number): number {
  const set = compileEventSet(
    eventSetSchema.parse({ version: 1, attributes: [], events: definitions }),
    { timeZone: 'UTC' },
  );
  const random = createRandom(3);
  let facts = 0;
  for (let done = 0; done < hits; done += hitsPerSession) {
    const session = newSession(done);
    const events = new SessionEvents(set, session);
    for (let number = 0; number < hitsPerSession; number += 1) {
      const hit = newHit(done + number, site, random);
      session.hits.push(hit);
      session.endedAt = hit.at;
      events.take(hit);
    }
    events.end('idle');
    facts += session.facts?.length ?? 0;
  }
  return facts;
}

function newSession(number: number): WholeSession {
  return {
    id: number.toString(16).padStart(32, '0'),
    dataset: 'bench',
    visitor: `v${number}`,
    startedAt: number,
    endedAt: number,
    origin: 'tracker',
    userAgent: 'Firefox',
    technology: { device: 'desktop', browser: 'Firefox' },
    acquisition: {},
    hits: [],
  };
}

function newHit(number: number, { bodies }: Site, random: Random): SessionHit {
  return {
    id: number.toString(16).padStart(32, '0'),
    at: number * 1_000,
    type: 'page_view',
    origin: 'tracker',
    method: 'GET',
    host: 'shop.example',
    path: `/page/${random.whole(1, pages)}`,
    status: 200,
    title: 'Shop',
    responseBody: random.pick(bodies),
  };
}
