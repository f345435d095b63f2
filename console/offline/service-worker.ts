/**
 * The service worker: each kind of address with its policy and the reason for it. Pages of the console are had from
 * this version's own files; answers come from the server, and only where it is silent from what it said last.
 */

import files from 'virtual:console-files';
import { clientsClaim } from 'workbox-core';
import type { WorkboxPlugin } from 'workbox-core/types.js';
import { ExpirationPlugin } from 'workbox-expiration';
import { addRoute, cleanupOutdatedCaches, matchPrecache, precache } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { NetworkFirst } from 'workbox-strategies';
import {
  answeredAtHeader,
  answersCache,
  daysHeader,
  isKept,
  isSameButDays,
} from './kept-answers.ts';

declare const self: ServiceWorkerGlobalScope;

const answersMax = 300;
const answerAgeSecondsMax = 30 * 24 * 60 * 60;

/** Rises when somebody signs in or out: what was asked before is not kept after it. */
let era = 0;

const limits = new ExpirationPlugin({
  maxEntries: answersMax,
  maxAgeSeconds: answerAgeSecondsMax,
  purgeOnQuotaError: true,
});

async function forgetAnswers(): Promise<void> {
  era += 1;
  await limits.deleteCacheAndMetadata();
}

/** A proxy that says that there is nobody behind it: no word of Canister's own. */
function isGatewaySilence(response: Response): boolean {
  const isOurs = response.headers.get('content-type')?.includes('problem+json') ?? false;
  return [502, 503, 504].includes(response.status) && !isOurs;
}

const noSilence = {
  async fetchDidSucceed({ response }: { response: Response }): Promise<Response> {
    if (isGatewaySilence(response)) throw new Error(`a gateway answered ${response.status}`);
    if (response.status === 401) await forgetAnswers();
    return response;
  },
};

/** Only whole answers of whoever is signed in now are kept, each with its time. */
const stamp = {
  async handlerWillStart({ state }: { state?: Record<string, unknown> }): Promise<void> {
    if (state) state.era = era;
  },
  async cacheWillUpdate(given: {
    request: Request;
    response: Response;
    state?: Record<string, unknown>;
  }): Promise<Response | null> {
    const { request, response, state } = given;
    if (response.status !== 200 || state?.era !== era) return null;
    const headers = new Headers(response.headers);
    headers.set(answeredAtHeader, String(Date.now()));
    const days = request.headers.get(daysHeader);
    if (days !== null) headers.set(daysHeader, days);
    return new Response(await response.blob(), { headers });
  },
};

/**
 * "The last 7 days" of yesterday, where today's were never asked: the newest answer to the same question. It carries its
 * own days and its time, so that the page says of when it is.
 */
const earlierDays = {
  async handlerDidError({ request }: { request: Request }): Promise<Response | undefined> {
    const days = request.headers.get(daysHeader);
    if (days === null) return undefined;
    const cache = await caches.open(answersCache);
    const asked = new URL(request.url);
    const same = (await cache.keys()).filter(({ url }) => isSameButDays(new URL(url), asked));
    const answers = await Promise.all(same.map((one) => cache.match(one)));
    const at = (answer: Response) => Number(answer.headers.get(answeredAtHeader) ?? 0);
    return answers
      .filter((answer) => answer !== undefined)
      .filter((answer) => answer.headers.get(daysHeader) === days)
      .sort((one, other) => at(other) - at(one))[0];
  },
};

precache(files);
cleanupOutdatedCaches();

// A page: from the server, which may be newer than what is installed, or have another page there (a shared report).
registerRoute(
  new NavigationRoute(
    async ({ request }) => {
      try {
        const response = await fetch(request);
        if (!isGatewaySilence(response)) return response;
      } catch {
        // No server: the shell that is installed says so itself.
      }
      return (await matchPrecache('/index.html')) ?? Response.error();
    },
    { denylist: [/^\/api\//] },
  ),
);

// What the pages are made of: their names change with what they hold.
addRoute({ directoryIndex: '', cleanURLs: false });

// What was asked and may be kept: the newest there is, else the last that was said.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && isKept(url),
  new NetworkFirst({
    cacheName: answersCache,
    plugins: [noSilence, stamp, earlierDays, limits as WorkboxPlugin],
  }),
);

// Who comes or goes takes what was kept along.
for (const method of ['POST', 'DELETE'] as const)
  registerRoute(
    ({ url, sameOrigin }) => sameOrigin && url.pathname === '/api/sign-in',
    async ({ request }) => {
      const response = await fetch(request);
      await forgetAnswers();
      return response;
    },
    method,
  );

// Everything else goes past: changes, streams, single sessions, files.

// The page asks for it, once its reader wants the new version.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
});
clientsClaim();
