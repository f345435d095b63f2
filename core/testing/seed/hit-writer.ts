/** Writes the hits of one session as the requests that bring them, while a pen moves forward in time. */
import type { Hit } from '../../contract/hit.ts';
import type { Step } from '../../contract/step.ts';
import { createUuid, type Random } from './random.ts';
import { isFragile, responseTimes, titleOf } from './site.ts';

/** One `POST /hits`: when it arrives, from where, and its JSON body (a hit, or an array of hits). */
export interface SeedRequest {
  atMs: number;
  address: string;
  userAgent: string;
  acceptLanguage: string;
  body: unknown;
}

export interface Client {
  address: string;
  userAgent: string;
  acceptLanguage: string;
  /** Robots have none of these. */
  visitor?: string;
  language?: string;
  screenWidth?: number;
}

/** What is the same for all traffic: the dataset's key, the shop's address, and the hour in which it fails. */
export interface Scene {
  random: Random;
  writeKey: string;
  host: string;
  badHourMs: { from: number; to: number };
  /** A new order number. */
  nextOrder(): string;
}

export interface HitWriter {
  readonly requests: SeedRequest[];
  /** The instant of the pen, epoch milliseconds. */
  now(): number;
  /** Lets between `leastMs` and `mostMs` pass. */
  wait(leastMs: number, mostMs: number): void;
  /** Opens a page and gives the status that the server answered. A path may bring a query. */
  page(path: string, options?: { status?: number; referrer?: string }): number;
  /** A request that shows no page, such as a download. */
  request(path: string, options: { status: number; method?: string; responseBytes?: number }): void;
  /** What was done on the open page, and the event that it led to: one request with both. */
  act(steps: readonly ScriptedStep[], event?: ScriptedEvent): void;
  event(event: ScriptedEvent): void;
}

export type ScriptedStep = Omit<Step, 'at'>;
export interface ScriptedEvent {
  name: string;
  properties?: Record<string, string | number | boolean>;
}

/** The share of requests to the fragile part of the shop that fail in the bad hour. */
const failingShare = 0.55;

export function createHitWriter(scene: Scene, client: Client, startMs: number): HitWriter {
  const { random, host } = scene;
  const ofClient = clientFields(client);
  const requests: SeedRequest[] = [];
  let nowMs = startMs;
  let pageUrl: string | undefined;
  let hitsOfPage = 0;

  /** Hits leave a moment after they happened; both clocks of the demo go right, so nothing needs correcting. */
  function send(hits: Partial<Hit>[]) {
    const delayMs = random.whole(20, 240);
    const { address, userAgent, acceptLanguage } = client;
    const bodies = hits.map((hit) => ({
      dataset: scene.writeKey,
      id: createUuid(nowMs, random),
      ...hit,
      at: nowMs,
      sentAt: nowMs + delayMs,
      number: hitsOfPage++,
      ...ofClient,
    }));
    const body = bodies.length === 1 ? bodies[0] : bodies;
    nowMs += delayMs;
    requests.push({ atMs: nowMs, address, userAgent, acceptLanguage, body });
  }

  function statusNow(path: string, usual: number): number {
    const isBadHour = nowMs >= scene.badHourMs.from && nowMs < scene.badHourMs.to;
    return isBadHour && isFragile(path) && random.chance(failingShare) ? 500 : usual;
  }

  function pass(leastMs: number, mostMs: number): number {
    const passedMs = random.whole(leastMs, mostMs);
    nowMs += passedMs;
    return passedMs;
  }

  return {
    requests,
    now: () => nowMs,
    wait: pass,
    page(pathAndQuery, { status: usual = 200, referrer = pageUrl } = {}) {
      const path = pathAndQuery.split('?')[0] ?? '/';
      const durationMs = pass(...responseTimes(path));
      const status = statusNow(path, usual);
      pageUrl = host + pathAndQuery;
      hitsOfPage = 0;
      const title = titleOf(path, status);
      const known = referrer === undefined ? {} : { referrer };
      send([{ type: 'page_view', url: pageUrl, ...known, title, status, durationMs }]);
      return status;
    },
    request(path, { status, method = 'GET', responseBytes }) {
      const durationMs = pass(10, 120);
      const size = responseBytes === undefined ? {} : { responseBytes };
      send([{ type: 'request', url: host + path, method, status, durationMs, ...size }]);
    },
    act(scripted, event) {
      const url = pageUrl ?? host;
      const steps = scripted.map((step): Step => {
        pass(400, 4_000);
        return { ...step, at: nowMs };
      });
      pass(50, 300);
      const hits: Partial<Hit>[] = [{ type: 'steps', url, steps }];
      if (event) hits.push({ type: 'event', url, ...event });
      send(hits);
    },
    event(event) {
      pass(50, 300);
      send([{ type: 'event', url: pageUrl ?? host, ...event }]);
    },
  };
}

/** What every hit of a client says of it; keys without a value are left out, as in real JSON. */
function clientFields({ visitor, language, screenWidth }: Client): Partial<Hit> {
  return {
    ...(visitor !== undefined && { visitor }),
    ...(language !== undefined && { language }),
    ...(screenWidth !== undefined && { screenWidth }),
  };
}
