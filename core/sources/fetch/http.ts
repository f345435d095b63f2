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
  const ask = (range: string) =>
    get(
      {
        url,
        headers: { ...signedIn, range, 'accept-encoding': 'identity' },
        timeoutMs: options.silenceMsMax,
      },
      options.outgoing,
    );

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
      return bytes === 0
        ? []
        : [{ name: url, bytes, stamp: `${bytes} ${etag ?? ''} ${changed ?? ''}` }];
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
    close: async () => {},
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
