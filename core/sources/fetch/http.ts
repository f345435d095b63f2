/** A file of a web server, asked for in parts. */
import type { IncomingMessage } from 'node:http';
import { get } from '../../alerts/outgoing-request.ts';
import { type Fetcher, type FetchOptions, failed, firstBytes, withoutFirst } from './fetcher.ts';

/** @throws when the server does not give it */
export function httpFetcher(url: string, options: FetchOptions): Fetcher {
  const { user, password } = { user: options.source.user, ...options.secrets };
  const signedIn =
    user === undefined && password === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}`,
        };
  /** What falls silent in the middle is not left by whoever reads it, for that one still waits. */
  const open = new Set<IncomingMessage>();
  async function ask(range: string): Promise<IncomingMessage> {
    const answer = await get(
      {
        url,
        headers: { ...signedIn, range, 'accept-encoding': 'identity' },
        timeoutMs: options.silenceMsMax,
      },
      options.outgoing,
    );
    open.add(answer);
    return answer.on('close', () => open.delete(answer));
  }

  return {
    async find() {
      const answer = await ask('bytes=0-0');
      answer.destroy();
      refuse(url, answer, [200, 206, 416]);
      if (/text\/html/i.test(answer.headers['content-type'] ?? ''))
        throw failed(
          `${url} gives a page (text/html) instead of a log: it may ask for a sign-in there.`,
        );
      const bytes = sizeOf(answer);
      const { etag, 'last-modified': changed } = answer.headers;
      // A server that says nothing of it may have anything new.
      const isTold = bytes !== undefined || etag !== undefined || changed !== undefined;
      const stamp = isTold ? `${bytes} ${etag ?? ''} ${changed ?? ''}` : `seen ${options.clock()}`;
      return bytes === 0 ? [] : [{ name: url, bytes, stamp }];
    },
    async *read(_name, from, bytesMax) {
      const end = bytesMax === undefined ? '' : String(from + bytesMax - 1);
      const answer = await ask(`bytes=${from}-${end}`);
      if (answer.statusCode === 416) {
        answer.destroy();
        return;
      }
      refuse(url, answer, [200, 206]);
      const bytes = answer.statusCode === 200 ? withoutFirst(answer, from) : answer;
      try {
        yield* bytesMax === undefined ? bytes : firstBytes(bytes, bytesMax);
      } finally {
        answer.destroy();
      }
    },
    async close() {
      for (const answer of open) answer.destroy();
    },
  };
}

function refuse(url: string, answer: IncomingMessage, expected: readonly number[]): void {
  const status = answer.statusCode ?? 0;
  if (expected.includes(status)) return;
  answer.destroy();
  throw failed(
    `${url} answers ${status}${answer.statusMessage ? ` ${answer.statusMessage}` : ''}.`,
  );
}

/** Of the whole file; undefined where the server does not say. */
export function sizeOf({ headers, statusCode }: IncomingMessage): number | undefined {
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (total !== undefined) return Number(total);
  const length = headers['content-length'];
  return statusCode === 200 && length !== undefined ? Number(length) : undefined;
}
