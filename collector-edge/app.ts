/**
 * The collector as a Hono app: takes hits from anywhere, answers when they are durable, and names what it refuses.
 * It runs wherever `fetch` runs; what a runtime knows of the client and where hits go is handed in.
 */
import { type Context, Hono } from 'hono';
import { Problem } from '../core/contract/problem.ts';
import type { Inbox } from './inbox/inbox.ts';
import { createAddressFinder } from './intake/client-address.ts';
import type { DatasetDirectory } from './intake/dataset-directory.ts';
import type { ClientFacts } from './intake/receive-hit.ts';
import type { Intake } from './intake/take-hits.ts';
import { createVisitorKeys } from './intake/visitor-key.ts';
import { answerPreflight, answerProblem } from './routes/answers.ts';
import { getHealth, type Health } from './routes/health.ts';
import { postHits } from './routes/hits.ts';
import { getPixel } from './routes/pixel.ts';
import { getTracker } from './routes/tracker.ts';

export interface CollectorOptions {
  inbox: Inbox;
  directory: DatasetDirectory;
  /** Epoch milliseconds. */
  clock: () => number;
  /** The built tracker, served at `/tracker.js`. */
  trackerScript: string;
  /** The peer's address as the runtime knows it. */
  peerAddress: (c: Context) => string | undefined;
  /** Addresses and CIDR networks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** The client's country as two letters, where the runtime knows it. */
  country?: (c: Context) => string | undefined;
  health?: () => Health;
}

/**
 * Makes the collector. Routes that are not its own go on to the app that it is mounted into with `app.route('/', …)`.
 * @throws Error when an entry of `trustedProxies` is neither an address nor a network
 */
export function createCollector(options: CollectorOptions): Hono {
  const { inbox, directory, clock, trackerScript, peerAddress, country, health } = options;
  const findAddress = createAddressFinder(options.trustedProxies);
  const intake: Intake = { inbox, directory, keys: createVisitorKeys() };
  const factsOf = (c: Context): ClientFacts => ({
    address: findAddress(peerAddress(c), () => c.req.header('x-forwarded-for')),
    userAgent: c.req.header('user-agent') ?? '',
    acceptLanguage: () => c.req.header('accept-language'),
    country: country?.(c),
    nowMs: clock(),
  });

  const app = new Hono();
  app.post('/hits', postHits(intake, factsOf));
  app.get('/pixel.gif', getPixel(intake, factsOf, clock));
  app.get('/tracker.js', getTracker(trackerScript));
  app.get('/healthz', getHealth(health));
  refuseOtherMethods(app, '/hits', 'POST, OPTIONS');
  for (const path of ['/pixel.gif', '/tracker.js', '/healthz']) {
    refuseOtherMethods(app, path, 'GET, HEAD, OPTIONS');
  }
  return app;
}

function refuseOtherMethods(app: Hono, path: string, allowed: string): void {
  app.options(path, () => answerPreflight(allowed));
  app.all(path, (c) => {
    const problem = new Problem('method_not_allowed', `${c.req.path} takes ${allowed}.`);
    return answerProblem(problem, { Allow: allowed });
  });
}
