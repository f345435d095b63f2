/** What only Node knows. */
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** The address of the socket's other end, where the app runs under `@hono/node-server`. */
export function nodePeerAddress(c: Context): string | undefined {
  return getConnInfo(c).remote.address;
}

/**
 * Reads the whole body from Node's own request: a `Request` copies it and makes several promises on the way.
 * @throws Error when the body ended early
 */
export function nodeBody(c: Context): Promise<Uint8Array> {
  const { incoming } = c.env as HttpBindings;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const early = () => {
      if (!incoming.readableEnded) reject(new Error('the connection was closed'));
    };
    if (incoming.destroyed) early();
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    incoming.on('error', reject);
    incoming.on('close', early);
  });
}
