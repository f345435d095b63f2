/** Bytes of a log, plain or gzip, → its lines in pieces, in constant memory. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Problem } from '../contract/problem.ts';

/** A line longer than this is reported as bad; its bytes are not held. */
export const lineBytesMax = 64 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;
const gzipMagic = [0x1f, 0x8b];

/** A line that is too long comes as `undefined`: its number counts, its text is gone. */
export type LinePiece = (string | undefined)[];

/**
 * Splits into lines, decoded as UTF-8 (bytes that are none become U+FFFD). One piece a chunk of input.
 * @throws Problem `file_unreadable` when a gzip stream is damaged or cut
 */
export async function* logLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<LinePiece> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  for await (const chunk of inflated(source)) {
    const piece: LinePiece = [];
    let start = 0;
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (skipping || end - start > lineBytesMax) piece.push(undefined);
      else piece.push(lineText(bytes, start, end));
      skipping = false;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > lineBytesMax) {
      rest = Buffer.alloc(0);
      skipping = true;
    }
    if (piece.length > 0) yield piece;
  }
  if (skipping) yield [undefined];
  else if (rest.length > 0) yield [lineText(rest, 0, rest.length)];
}

function lineText(bytes: Buffer, start: number, end: number): string {
  const stop = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
  return bytes.toString('utf8', start, stop);
}

/** Passes plain bytes through and inflates gzip, also of several members one after the other. */
async function* inflated(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let headBytes = 0;
  while (headBytes < gzipMagic.length) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(Buffer.from(next.value));
    headBytes += next.value.length;
  }
  const first = Buffer.concat(head);
  let fedBytes = first.length;
  async function* all(): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      fedBytes += next.value.length;
      yield Buffer.from(next.value);
    }
  }
  if (!gzipMagic.every((byte, index) => first[index] === byte)) {
    yield* all();
    return;
  }
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const feeding = pipeline(Readable.from(all()), gunzip);
  // It fails as well when the reader leaves early; nobody waits for it then.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
    await feeding;
    // The inflater stops without a word at bytes that are no gzip: lines in them would be lost.
    if (gunzip.bytesWritten < fedBytes) throw new Error('something else follows it');
  } catch (error) {
    // The reader's error and the feeder's are the same one.
    await feeding.catch(() => undefined);
    throw new Problem(
      'file_unreadable',
      `The gzip data is damaged or cut, or something else follows it (${(error as Error).message}). What is whole can be had with: gzip -dc FILE | canister import -`,
      { cause: error },
    );
  }
}
