/**
 * The collector as a Hono app: takes hits from anywhere, answers when they are durable, and names what it refuses.
 * It runs wherever `fetch` runs; what a runtime knows of the client and where hits go is handed in.
 */
import { type Context, Hono } from 'hono';
import { hitLimits } from '../core/contract/hit.ts';
import { Problem } from '../core/contract/problem.ts';
import type { Inbox } from './inbox/inbox.ts';
import { createAddressFinder } from './intake/client-address.ts';
import type { DatasetDirectory } from './intake/dataset-directory.ts';
import type { Rates } from './intake/rates.ts';
import { readBody } from './intake/read-body.ts';
import type { ClientFacts, ClientPlace } from './intake/receive-hit.ts';
import { type Intake, refuseAll } from './intake/take-hits.ts';
import { createVisitorKeys } from './intake/visitor-key.ts';
import {
  type Answer,
  answerPreflight,
  answerProblem,
  problemAnswer,
  toResponse,
} from './routes/answers.ts';
import { getHealth, type Health } from './routes/health.ts';
import { createPostHits } from './routes/hits.ts';
import { getPixel } from './routes/pixel.ts';
import { getPageScript } from './routes/tracker.ts';

export interface CollectorOptions {
  inbox: Inbox;
  directory: DatasetDirectory;
  /** Epoch milliseconds. */
  clock: () => number;
  /** The built tracker, served at `/tracker.js`. */
  trackerScript: string;
  /** The built script of web vitals, served at `/vitals.js`. */
  vitalsScript: string;
  /** The peer's address as the runtime knows it. */
  peerAddress: (c: Context) => string | undefined;
  /** Addresses and CIDR networks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Where the client is, where the runtime knows it: the country as two letters. */
  place?: (c: Context) => ClientPlace | undefined;
  health?: () => Health;
  /** Asked at `/readyz`; without it that is the same as `/healthz`. */
  readiness?: () => Health;
  /** How fast hits may come; without it as fast as they can be stored. */
  rates?: Rates;
  /** Is told a sender's own time, epoch milliseconds, of each hit that names it. */
  heardTime?: (senderMs: number) => void;
  /** Why no hit can be taken at present, such as `disk_low`; asked for each request. */
  closed?: () => Problem | undefined;
  /** How many requests with hits may be under way at once. */
  requestsUnderWayMax?: number;
}

const requestsUnderWayMaxUsual = 2_000;

/** What a runtime knows of who sends. */
export interface Sender {
  /** The peer's address. */
  peer: string | undefined;
  /** @param name in lower case */
  header(name: string): string | undefined;
  place?: ClientPlace | undefined;
}

export interface Collector {
  app: Hono;
  /**
   * The route `POST /hits` for a runtime that takes requests apart by itself: the same limits, counters and answers.
   * @param readBody gives at most `hitLimits.bodyBytesMax` bytes; throws the Problem why not
   */
  postHits(sender: Sender, readBody: () => Promise<Uint8Array>): Promise<Answer>;
}

/** The app alone: see `createCollectorParts`. */
export function createCollector(options: CollectorOptions): Hono {
  return createCollectorParts(options).app;
}

/**
 * Makes the collector. Routes that are not its own go on to the app that it is mounted into with `app.route('/', …)`.
 * @throws Error when an entry of `trustedProxies` is neither an address nor a network
 */
export function createCollectorParts(options: CollectorOptions): Collector {
  const { inbox, directory, clock, peerAddress, place, health } = options;
  const findAddress = createAddressFinder(options.trustedProxies);
  const intake: Intake = {
    inbox,
    directory,
    keys: createVisitorKeys(),
    rates: options.rates,
    closed: options.closed,
    heardTime: options.heardTime,
  };
  const factsOf = ({ peer, header, place }: Sender): ClientFacts => ({
    address: findAddress(peer, () => header('x-forwarded-for')),
    userAgent: header('user-agent') ?? '',
    acceptLanguage: () => header('accept-language'),
    place,
    nowMs: clock(),
  });
  const senderOf = (c: Context): Sender => ({
    peer: peerAddress(c),
    header: (name) => c.req.header(name),
    place: place?.(c),
  });

  const app = new Hono();
  const gate = limitUnderWay(inbox, options.requestsUnderWayMax ?? requestsUnderWayMaxUsual);
  const post = gate(createPostHits(intake), problemAnswer);
  app.post('/hits', async (c) => {
    const readHits = () => readBody(c.req.raw, hitLimits.bodyBytesMax);
    return toResponse(await post(factsOf(senderOf(c)), readHits));
  });
  const pixel = getPixel(intake, (c) => factsOf(senderOf(c)), clock);
  app.get('/pixel.gif', gate(pixel, answerProblem));
  app.get('/tracker.js', getPageScript(options.trackerScript));
  app.get('/vitals.js', getPageScript(options.vitalsScript));
  app.get('/healthz', getHealth(health));
  app.get('/readyz', getHealth(options.readiness ?? health));
  refuseOtherMethods(app, '/hits', ['POST', 'OPTIONS']);
  for (const path of ['/pixel.gif', '/tracker.js', '/vitals.js', '/healthz', '/readyz']) {
    refuseOtherMethods(app, path, ['GET', 'HEAD', 'OPTIONS']);
  }
  return { app, postHits: (sender, readHits) => post(factsOf(sender), readHits) };
}

/**
 * Bodies are held in memory while they arrive: only so many at once, and the rest comes again later. Handlers are
 * wrapped, because a request with one handler and nothing before it takes the router's short way.
 */
function limitUnderWay(inbox: Inbox, requestsMax: number) {
  let underWay = 0;
  return <In extends unknown[], Out>(
    handle: (...request: In) => Promise<Out>,
    refuse: (problem: Problem) => Out,
  ) =>
    async (...request: In): Promise<Out> => {
      if (underWay >= requestsMax) {
        refuseAll(inbox, 1, 'inbox_full');
        const detail = 'More requests are under way than can be answered now. Send it again later.';
        return refuse(new Problem('inbox_full', detail));
      }
      underWay += 1;
      try {
        return await handle(...request);
      } finally {
        underWay -= 1;
      }
    };
}

/** For the same reason these name the methods: a route for all would be a second handler of each good request. */
function refuseOtherMethods(app: Hono, path: string, allowed: readonly string[]): void {
  const list = allowed.join(', ');
  app.options(path, () => answerPreflight(list));
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !allowed.includes(one));
  app.on(others, path, (c) => {
    const problem = new Problem('method_not_allowed', `${c.req.path} takes ${list}.`);
    return answerProblem(problem, { Allow: list });
  });
}
