/** What only Node knows. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { hitLimits } from '../core/contract/hit.ts';
import { Problem } from '../core/contract/problem.ts';
import type { Collector } from './app.ts';

/** The address of the socket's other end, where the app runs under `@hono/node-server`. */
export function nodePeerAddress(c: Context): string | undefined {
  return getConnInfo(c).remote.address;
}

/** Answers a request, or gives false where that is the work of the app. */
export type AnswerDirectly = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/**
 * Hits straight from Node's own request, which most of all requests are: to make a `Request` of it and a `Response`
 * for it costs as much as all that is done with the hit. Only plain posts of an announced length that is allowed: the
 * app answers whatever else there is, with what `fetch` says about it.
 * @param failed is told what went wrong in the collector itself
 */
export function answerHitsDirectly(
  { postHits }: Pick<Collector, 'postHits'>,
  failed: (error: unknown) => void,
): AnswerDirectly {
  return (incoming, outgoing) => {
    if (!isPlainPost(incoming)) return false;
    const { headers } = incoming;
    const sender = {
      peer: incoming.socket.remoteAddress,
      header: (name: string) => headers[name]?.toString(),
    };
    postHits(sender, () => wholeBody(incoming)).then(
      ({ status, headers, body }) => {
        outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
        outgoing.end(body);
      },
      (error) => {
        failed(error);
        outgoing.writeHead(500).end();
      },
    );
    return true;
  };
}

function isPlainPost({ method, url, headers }: IncomingMessage): boolean {
  return (
    url === '/hits' &&
    method === 'POST' &&
    Number(headers['content-length']) <= hitLimits.bodyBytesMax &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined
  );
}

/** @throws Problem `body_unreadable` */
function wholeBody(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const endedEarly = (cause?: Error) => {
      if (incoming.readableEnded) return;
      const detail = 'The body ended early or could not be read.';
      reject(new Problem('body_unreadable', detail, { cause }));
    };
    if (incoming.destroyed) endedEarly();
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    // Whatever ends a request before its body is whole is told as an error, once somebody listens for one.
    incoming.on('error', endedEarly);
  });
}
