/** The HTTP server of Node, with its limits. */
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { Problem } from '../core/contract/problem.ts';

/** Limits of the HTTP server itself, against clients that send slowly or too much. */
const httpLimits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8_192,
};
const requestsPerSocketMax = 10_000;
const connectionsMax = 10_000;
const stopWaitMs = 5_000;

export function listenOn(
  app: Hono,
  port: number,
  host: string,
): Promise<{ server: ReturnType<typeof serve>; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, port, hostname: host, serverOptions: httpLimits },
      (info) => {
        resolve({ server, port: info.port });
      },
    );
    if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = requestsPerSocketMax;
    server.maxConnections = connectionsMax;
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') reject(error);
      else
        reject(
          new Problem(
            'port_in_use',
            `Port ${port} cannot be used (${error.code}). Choose another one, for example: PORT=8081 npm start`,
          ),
        );
    });
  });
}

/** Takes no new connections, lets those under way finish, and cuts what goes on for ever (event streams). */
export function stopServer(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(
      () => 'closeAllConnections' in server && server.closeAllConnections(),
      stopWaitMs,
    );
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
