/** What only Node knows. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** The address of the socket's other end, where the app runs under `@hono/node-server`. */
export function nodePeerAddress(c: Context): string | undefined {
  return getConnInfo(c).remote.address;
}
