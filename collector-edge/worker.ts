/**
 * The collector on Cloudflare Workers: hits go to a remote libSQL database before they are answered. The runtime ends
 * network calls with the request that began them, so each request commits by itself instead of in a group.
 */

import trackerScript from 'virtual:tracker-script';
import vitalsScript from 'virtual:vitals-script';
import { type Client, createClient } from '@libsql/client/web';
import type { Context } from 'hono';
import { Problem } from '../core/contract/problem.ts';
import { createCollector } from './app.ts';
import { type EdgeEnv, readEdgeEnv } from './env.ts';
import { createLibsqlInbox } from './inbox/libsql-inbox.ts';
import type { DatasetDirectory } from './intake/dataset-directory.ts';
import { createLibsqlDirectory } from './intake/libsql-directory.ts';
import { createRates, type Rates } from './intake/rates.ts';
import type { ClientPlace } from './intake/receive-hit.ts';
import { answerProblem } from './routes/answers.ts';

/** The edge's one look at the wall clock. */
const clock = () => Date.now();

/** Enough that no request ever waits for the call of another. */
const callsAtOnceMax = 10_000;

interface EdgeStore {
  client: Client;
  directory: DatasetDirectory;
  /** Of this isolate: the platform runs many. */
  rates: Rates;
}

let store: EdgeStore | undefined;

export default {
  async fetch(
    request: Request,
    env: EdgeEnv,
    execution: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    store ??= openStore(env);
    const inbox = createLibsqlInbox({ client: store.client, clock });
    const collector = createCollector({
      inbox,
      directory: store.directory,
      clock,
      trackerScript,
      vitalsScript,
      peerAddress: (c) => c.req.header('cf-connecting-ip'),
      // The address comes from the platform itself, no proxy is in between.
      trustedProxies: [],
      place: placeOf,
      rates: store.rates,
    });
    collector.notFound((c) =>
      answerProblem(new Problem('route_unknown', `There is nothing at ${c.req.path}.`)),
    );
    collector.onError((error) => {
      console.error(error.stack ?? error.message);
      return answerProblem(new Problem('internal', 'The collector failed. The hit is not stored.'));
    });
    const response = await collector.fetch(request, env);
    execution.waitUntil(inbox.flush().catch((error: Problem) => console.error(error.message)));
    return response;
  },
};

function openStore(env: EdgeEnv): EdgeStore {
  const { url, authToken, timeoutMs, directoryMaxAgeMs } = readEdgeEnv(env);
  const client = createClient({
    url,
    ...(authToken !== undefined && { authToken }),
    concurrency: callsAtOnceMax,
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(timeoutMs) }),
  });
  return {
    client,
    directory: createLibsqlDirectory({ client, clock, maxAgeMs: directoryMaxAgeMs }),
    rates: createRates(clock),
  };
}

/** The platform looks the address up itself. */
function placeOf(c: Context): ClientPlace | undefined {
  const { cf } = c.req.raw as Request & { cf?: Record<string, unknown> };
  const text = (name: string) => {
    const value = cf?.[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, placeLengthMax) : undefined;
  };
  return { country: text('country'), region: text('region'), city: text('city') };
}

const placeLengthMax = 100;
