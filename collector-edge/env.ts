/** The settings of the edge worker: variables and secrets of `wrangler.toml`. */

/** What the worker is started with. Only the first is needed. */
export interface EdgeEnv {
  /** The remote libSQL database that is the inbox, such as `libsql://hits.example.com` (also `https:`, `http:`). */
  LIBSQL_URL: string;
  /** Its token: set it with `wrangler secret put LIBSQL_AUTH_TOKEN`, never in the file. */
  LIBSQL_AUTH_TOKEN?: string;
  /** How long one request to the database may take, in milliseconds; 5,000 without it. */
  LIBSQL_TIMEOUT_MS?: string;
  /** How long the datasets are kept before they are read again, in milliseconds; 30,000 without it. */
  DIRECTORY_MAX_AGE_MS?: string;
}

export interface EdgeSettings {
  url: string;
  authToken?: string;
  timeoutMs: number;
  directoryMaxAgeMs: number;
}

/** @throws Error naming the variable that is missing or not a number of milliseconds */
export function readEdgeEnv(env: EdgeEnv): EdgeSettings {
  if (!env.LIBSQL_URL) throw new Error('LIBSQL_URL is not set: name the libSQL database there');
  return {
    url: env.LIBSQL_URL,
    ...(env.LIBSQL_AUTH_TOKEN && { authToken: env.LIBSQL_AUTH_TOKEN }),
    timeoutMs: milliseconds('LIBSQL_TIMEOUT_MS', env.LIBSQL_TIMEOUT_MS, 5_000),
    directoryMaxAgeMs: milliseconds('DIRECTORY_MAX_AGE_MS', env.DIRECTORY_MAX_AGE_MS, 30_000),
  };
}

function milliseconds(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} is "${text}": it must be a whole number of milliseconds above 0`);
}
