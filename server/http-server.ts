/** The HTTP server of Node, with its limits. */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AnswerDirectly } from '../collector-edge/node.ts';
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
const idleCheckMs = 50;

/**
 * Listens on the port; 0 takes a free one.
 * @param answerDirectly is asked before the app
 */
export function listenOn(
  app: Hono,
  answerDirectly: AnswerDirectly,
  port: number,
  host: string,
): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const answerByApp = getRequestListener(app.fetch, { hostname: host });
    const server = createServer(httpLimits, (incoming, outgoing) => {
      if (!answerDirectly(incoming, outgoing)) answerByApp(incoming, outgoing);
    });
    server.maxRequestsPerSocket = requestsPerSocketMax;
    server.maxConnections = connectionsMax;
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : port });
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (
        error.code === 'EADDRNOTAVAIL' ||
        error.code === 'ENOTFOUND' ||
        error.code === 'EAI_AGAIN'
      )
        reject(
          new Problem(
            'request_invalid',
            `The environment variable CANISTER_HOST is "${host}", which is no address of this machine (${error.code}). 127.0.0.1 keeps the server to this machine, 0.0.0.0 are all its addresses.`,
          ),
        );
      else if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') reject(error);
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

/** Takes no new connections, lets requests under way finish, and cuts those that take too long. */
export function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), stopWaitMs);
    // What is answered meanwhile would be kept open for a next request.
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
  });
}
