/** What every collector route answers with: open to pages of any origin, and a refusal always names its reason. */
import type { Context } from 'hono';
import type { Problem, ProblemCode } from '../../core/contract/problem.ts';
import type { Refusal } from '../intake/take-hits.ts';

/** Nothing here depends on cookies, so any origin may send and read. */
export const openToAll = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Canister-Refused, Retry-After',
};

/** An answer before its runtime makes a response of it. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The answer as `fetch` knows it. */
export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}

const preflightAgeSeconds = 86_400;
const retryAfterSecondsMin = 5;
const retryAfterSecondsMax = 30;

/** Answers a preflight. */
export function answerPreflight(methods: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...openToAll,
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': String(preflightAgeSeconds),
    },
  });
}

/** Answers with a problem. */
export function answerProblem(problem: Problem, extra: Record<string, string> = {}): Response {
  return toResponse(problemAnswer(problem, [], extra));
}

/** @param refused the refused hits of an array, named in the body beside the first problem */
export function problemAnswer(
  problem: Problem,
  refused: readonly Refusal[] = [],
  extra: Record<string, string> = {},
): Answer {
  const body = {
    ...problem.toBody(),
    ...(refused.length > 0 && { refused: refused.map(describeRefusal) }),
  };
  const codes = refused.length > 0 ? refusedCodes(refused) : problem.code;
  return {
    body: JSON.stringify(body),
    status: problem.status,
    headers: {
      ...openToAll,
      'Content-Type': 'application/problem+json',
      'X-Canister-Refused': codes,
      // Spread over time, so that those who were refused together do not come back together.
      ...((problem.status === 503 || problem.status === 429) && {
        'Retry-After': String(randomRetryAfter()),
      }),
      ...extra,
    },
  };
}

/** A refusal as the body names it. */
export function describeRefusal({ index, problem }: Refusal): {
  index: number;
  code: ProblemCode;
  detail: string;
} {
  return { index, code: problem.code, detail: problem.message };
}

/** The distinct codes, for the header. */
export function refusedCodes(refused: readonly Refusal[]): string {
  return [...new Set(refused.map(({ problem }) => problem.code))].join(', ');
}

/** True when a conditional request already has this version. */
export function isNotModified(c: Context, etag: string): boolean {
  const known = c.req.header('if-none-match');
  if (known === undefined) return false;
  const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

function randomRetryAfter(): number {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return retryAfterSecondsMin + (random % (retryAfterSecondsMax - retryAfterSecondsMin + 1));
}
