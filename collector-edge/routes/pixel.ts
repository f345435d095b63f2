/** `GET /pixel.gif`: a hit by query parameters, for pages and mails where no script runs. Shows an empty image. */
import type { Context } from 'hono';
import { Problem } from '../../core/contract/problem.ts';
import { createHitId } from '../intake/hit-id.ts';
import { isInvalidText } from '../intake/parse-json.ts';
import type { ClientFacts } from '../intake/receive-hit.ts';
import { admit, type Intake, refuseAll, takeHits } from '../intake/take-hits.ts';
import { answerProblem, openToAll, refusedCodes } from './answers.ts';

/** One transparent pixel: GIF89a, 1×1, two colours, the first transparent. */
const image = Uint8Array.from(
  atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='),
  (character) => character.charCodeAt(0),
);
const imageHeaders = {
  ...openToAll,
  'Content-Type': 'image/gif',
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

const texts = ['dataset', 'id', 'type', 'visitor', 'userId', 'url', 'referrer', 'title', 'name'];
const furtherTexts = ['method', 'language'];
const numbers = ['at', 'sentAt', 'number', 'status', 'durationMs', 'responseBytes', 'screenWidth'];
const propertyPrefix = 'properties.';

/**
 * Makes the handler. A refused hit is counted and named in a header, and the image is shown nevertheless; only when
 * the store is down, or over a rate, there is none, since a 2xx promises that the hit is kept.
 */
export function getPixel(
  intake: Intake,
  factsOf: (c: Context) => ClientFacts,
  clock: () => number,
) {
  return async (c: Context): Promise<Response> => {
    if (c.req.method === 'HEAD') return new Response(null, { headers: imageHeaders });
    const facts = factsOf(c);
    try {
      admit(intake, facts);
    } catch (problem) {
      if (problem instanceof Problem) return answerProblem(problem);
      throw problem;
    }
    const query = new URL(c.req.url).searchParams;
    if ([...query].some(([key, value]) => isInvalidText(key) || isInvalidText(value))) {
      refuseAll(intake.inbox, 1, 'text_invalid');
      return showImage('text_invalid');
    }
    const value = hitOf(query, c.req.header('referer'), clock());
    try {
      const { refused } = await takeHits(intake, [value], facts);
      return showImage(refusedCodes(refused));
    } catch (problem) {
      if (problem instanceof Problem) return answerProblem(problem);
      throw problem;
    }
  };
}

/** The hit in the form of JSON; what is missing or wrong is for the schema to say. */
function hitOf(query: URLSearchParams, referer: string | undefined, atMs: number): unknown {
  const hit: Record<string, unknown> = { id: createHitId(atMs), type: 'page_view' };
  if (referer !== undefined) hit.url = referer;
  for (const name of [...texts, ...furtherTexts]) {
    const text = query.get(name);
    if (text !== null) hit[name] = text;
  }
  for (const name of numbers) {
    const text = query.get(name);
    if (text !== null) hit[name] = text === '' ? Number.NaN : Number(text);
  }
  const closing = query.get('closeSession');
  if (closing !== null) hit.closeSession = closing === 'true' ? true : closing;
  const properties = [...query]
    .filter(([key]) => key.startsWith(propertyPrefix))
    .map(([key, value]) => [key.slice(propertyPrefix.length), value]);
  if (properties.length > 0) hit.properties = Object.fromEntries(properties);
  return hit;
}

function showImage(refused: string): Response {
  const headers =
    refused === '' ? imageHeaders : { ...imageHeaders, 'X-Canister-Refused': refused };
  return new Response(image, { headers });
}
