/** Which answers of the API this browser may keep to be read without the server, and where they lie. */

/** The cache of the answers; it is emptied when somebody signs out. */
export const answersCache = 'canister-answers';

/** Stands on an answer that came out of the cache: when the server gave it, in epoch milliseconds. */
export const answeredAtHeader = 'x-canister-answered-at';

/**
 * Stands on a question about days that move with the day it is asked on, such as `last_7_days`, and on the answer that
 * is kept of it: on the next day its address is another one.
 */
export const daysHeader = 'x-canister-days';

/** @returns whether two questions are the same but for their days */
export function isSameButDays(one: URL, other: URL): boolean {
  const rest = ({ pathname, searchParams }: URL) => {
    const params = [...searchParams].filter(([name]) => name !== 'from' && name !== 'to');
    return JSON.stringify([pathname, params.sort()]);
  };
  return rest(one) === rest(other);
}

/**
 * Named one by one, so that a new route is kept only when somebody has thought of it. Never single sessions, hits,
 * results of SQL and of searches, form data, keys, users, sign-ins or the audit trail.
 */
const keptPaths = [
  // Who is signed in, and with which roles: without it no page knows what to offer.
  /^\/api\/me$/,
  /^\/api\/status$/,
  /^\/api\/jobs$/,
  /^\/api\/datasets(\/[^/]+)?$/,
  /^\/api\/datasets\/[^/]+\/(status|counts|costs|index)$/,
  /^\/api\/datasets\/[^/]+\/reports(\/[^/]+)?$/,
  /^\/api\/datasets\/[^/]+\/definitions\/[^/]+$/,
  /^\/api\/datasets\/[^/]+\/(events|event-sets|event-history|event-diff|backfills)$/,
  /^\/api\/datasets\/[^/]+\/alerts(\/.*)?$/,
];

/** @returns whether the answer to a GET of this address is kept */
export function isKept({ pathname, searchParams }: URL): boolean {
  // A report with a format is a file that somebody downloads.
  return !searchParams.has('format') && keptPaths.some((pattern) => pattern.test(pathname));
}
