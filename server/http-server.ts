/** The HTTP server of Node, with its limits. */
import { createServer, type Server, type ServerResponse } from 'node:http';
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
/** Who reads nothing of an answer for so long does not keep a server from its stop. */
const unreadMsMax = 1_000;

export interface Listening {
  port: number;
  /** Takes no new connections, lets requests under way finish, and cuts those that take too long. */
  stop(): Promise<void>;
}

/**
 * Listens on the port; 0 takes a free one.
 * @param answerDirectly is asked before the app
 */
export function listenOn(
  app: Hono,
  answerDirectly: AnswerDirectly,
  port: number,
  host: string,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const answerByApp = getRequestListener(app.fetch, { hostname: host });
    const answers = new Set<ServerResponse>();
    const server = createServer(httpLimits, (incoming, outgoing) => {
      // What is answered directly is answered whole: it needs no cutting, and there is most of it.
      if (answerDirectly(incoming, outgoing)) return;
      answers.add(outgoing);
      outgoing.once('close', () => answers.delete(outgoing));
      answerByApp(incoming, outgoing);
    });
    server.maxRequestsPerSocket = requestsPerSocketMax;
    server.maxConnections = connectionsMax;
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        stop: () => stopServer(server, answers),
      });
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

function stopServer(server: Server, answers: ReadonlySet<ServerResponse>): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), stopWaitMs);
    const cutUnread = unreadCutter(answers);
    const idle = setInterval(() => {
      // What is answered meanwhile would be kept open for a next request.
      server.closeIdleConnections();
      cutUnread();
    }, idleCheckMs);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
  });
}

/** Ends answers that come part by part, and of which the other side has taken nothing since it was last looked. */
function unreadCutter(answers: ReadonlySet<ServerResponse>): () => void {
  const takenBytes = new Map<ServerResponse, { bytes: number; since: number }>();
  return () => {
    const now = performance.now();
    for (const answer of answers) {
      const { socket } = answer;
      // One that is whole already lies in the socket, where nobody sees how much of it is taken.
      const isInParts = answer.headersSent && !answer.writableEnded;
      if (socket === null || !(isInParts || takenBytes.has(answer))) continue;
      const bytes = socket.bytesWritten - socket.writableLength;
      const known = takenBytes.get(answer);
      if (known?.bytes !== bytes) takenBytes.set(answer, { bytes, since: now });
      else if (socket.writableLength > 0 && now - known.since >= unreadMsMax) socket.destroy();
    }
  };
}
