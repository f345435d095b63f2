/**
 * A load generator for `POST /hits`: plain keep-alive sockets, one request at a time on each, distinct realistic hits.
 * It runs beside what it measures, on the same processors, and what it takes is missing there: requests are stamped
 * out of a few written ones, and answers are read without a stream.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Hit } from '../core/contract/hit.ts';

export interface LoadOptions {
  port: number;
  writeKey: string;
  seconds: number;
  connections: number;
  /** How many requests a second go out at the most; without it as many as are answered. */
  perSecond?: number;
}

export interface Load {
  requestsPerSecond: number;
  /** Answers with status 202. */
  accepted: number;
  /** Answers with any other status, and how many of each. */
  refused: number;
  refusedByStatus: Record<string, number>;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

const pathsOfSite = [
  '/',
  '/cart',
  '/products/1204',
  '/products/77?colour=blue',
  '/blog/2026/11',
  '/help',
];
export const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/** Sends for so many seconds and waits for the last answers. */
export async function generateLoad(options: LoadOptions): Promise<Load> {
  const times: number[] = [];
  const answers = { accepted: 0, refused: 0, refusedByStatus: {} as Record<string, number> };
  const nextRequest = requestsOf(options.writeKey);
  const startedAt = performance.now();
  const nextAt = paced(startedAt, options.perSecond);
  const endsAt = startedAt + options.seconds * 1_000;
  const senders = Array.from({ length: options.connections }, () =>
    sendUntil(endsAt, options.port, { nextRequest, nextAt }, (status, ms) => {
      times.push(ms);
      if (status === '202') {
        answers.accepted += 1;
        return;
      }
      answers.refused += 1;
      answers.refusedByStatus[status] = (answers.refusedByStatus[status] ?? 0) + 1;
    }),
  );
  await Promise.all(senders);
  const seconds = (performance.now() - startedAt) / 1_000;
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    Math.round((times[Math.floor(times.length * share)] ?? 0) * 100) / 100;
  return {
    requestsPerSecond: Math.round(times.length / seconds),
    ...answers,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: Math.round((times.at(-1) ?? 0) * 100) / 100,
  };
}

/** What the senders send, and when the next request is due (in the time of `performance`). */
interface Script {
  nextRequest: () => Buffer;
  nextAt: () => number;
}

/** Requests are due at even distances, whoever sends them; a late one goes at once. */
function paced(startedAt: number, perSecond: number | undefined): () => number {
  if (perSecond === undefined) return () => 0;
  let number = 0;
  return () => {
    number += 1;
    return startedAt + (number * 1_000) / perSecond;
  };
}

/** What is a hit's own: its number from 1, and what follows of that and of the time. */
interface HitIdentity {
  number: number;
  id: string;
  visitor: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Makes ids that differ within a run and between runs, of two thousand visitors. */
function idsOf(): () => HitIdentity {
  const run = randomBytes(6).toString('hex');
  let number = 0;
  return () => {
    number += 1;
    const at = Date.now();
    const time = at.toString(16).padStart(12, '0');
    return {
      number,
      id: `${time.slice(0, 8)}-${time.slice(8)}-7${run.slice(0, 3)}-8${run.slice(3, 6)}-${run.slice(6)}${number.toString(16).padStart(6, '0')}`,
      visitor: `${run}${(number % 2_000).toString(16).padStart(20, '0')}`,
      at,
    };
  };
}

/** Makes hits of a site whose ids differ within a run and between runs. */
export function hitsOf(writeKey: string, nextId = idsOf()): () => Hit {
  return () => {
    const { number, id, visitor, at } = nextId();
    return {
      dataset: writeKey,
      id,
      type: 'page_view',
      visitor,
      url: `https://shop.example${pathsOfSite[number % pathsOfSite.length]}`,
      referrer: 'https://search.example/?q=blue+shoes',
      title: 'Blue shoes and other things – Shop',
      at,
      sentAt: at,
      number: number % 20,
      language: 'de-CH',
      screenWidth: 1_920,
    };
  };
}

/** After so many hits, paths and numbers come again. */
const requestsDistinct = 60;

/** A request whose body is written but for its id, its visitor and its times, and where these lie. */
interface Stamp {
  bytes: Buffer;
  id: number;
  visitor: number;
  at: number;
  sentAt: number;
}

/** Gives one request after the other, each in bytes of its own. */
function requestsOf(writeKey: string): () => Buffer {
  const nextId = idsOf();
  const nextHit = hitsOf(writeKey, nextId);
  const stamps = Array.from({ length: requestsDistinct }, () => stampOf(nextHit()));
  return () => {
    const { number, id, visitor, at } = nextId();
    const stamp = stamps[number % requestsDistinct] as Stamp;
    const bytes = Buffer.from(stamp.bytes);
    bytes.write(id, stamp.id, 'latin1');
    bytes.write(visitor, stamp.visitor, 'latin1');
    const time = String(at);
    bytes.write(time, stamp.at, 'latin1');
    bytes.write(time, stamp.sentAt, 'latin1');
    return bytes;
  };
}

function stampOf(hit: Hit): Stamp {
  const body = JSON.stringify(hit);
  const bytes = Buffer.from(
    `POST /hits HTTP/1.1\r\nHost: stats.example\r\nUser-Agent: ${userAgent}\r\nAccept: */*\r\nAccept-Language: de-CH,de;q=0.9,en;q=0.8\r\nOrigin: https://shop.example\r\nReferer: https://shop.example/\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const behind = (name: string) => bytes.indexOf(`"${name}":`) + name.length + 3;
  // A text begins behind its quote.
  const id = behind('id') + 1;
  return { bytes, id, visitor: behind('visitor') + 1, at: behind('at'), sentAt: behind('sentAt') };
}

/** One connection: the next request goes out when the answer is whole. A server may close between two requests. */
async function sendUntil(
  endsAt: number,
  port: number,
  script: Script,
  answered: (status: string, ms: number) => void,
): Promise<void> {
  while (performance.now() < endsAt) await useSocket(port, endsAt, script, answered);
}

const answerBytesMax = 16_384;

function useSocket(
  port: number,
  endsAt: number,
  { nextRequest, nextAt }: Script,
  answered: (status: string, ms: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    let sentAt = 0;
    const take = (byteCount: number, bytes: Uint8Array) => {
      received += (bytes as Buffer).toString('latin1', 0, byteCount);
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd === -1) return true;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return true;
      answered(received.slice(9, 12), performance.now() - sentAt);
      received = '';
      send();
      return true;
    };
    const onread = { buffer: Buffer.alloc(answerBytesMax), callback: take };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    const send = () => {
      const waitMs = nextAt() - performance.now();
      if (waitMs > 0) setTimeout(sendNow, waitMs);
      else sendNow();
    };
    const sendNow = () => {
      if (performance.now() >= endsAt) {
        socket.end();
        return;
      }
      sentAt = performance.now();
      socket.write(nextRequest());
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}
