/** Bytes of a file, plain or compressed → plain bytes, in constant memory. Its first bytes tell the compression. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import unbzip2Stream from 'unbzip2-stream';
import { Problem } from '../contract/problem.ts';

const headBytesMax = 4;
/** How many bytes an inflater is fed at once, where it gives all that come of them at once. */
const feedBytes = 64 * 1024;

/**
 * A log shrinks to a tenth or a hundredth. What grows more than this, and beyond so many bytes, was made to fill a
 * machine.
 */
const bombRatio = 1_000;
const bombBytesMin = 32 * 1024 * 1024;

type Bytes = AsyncIterable<Uint8Array>;
type Inflate = (source: Bytes) => AsyncGenerator<Buffer>;

interface Compression {
  name: string;
  /** How to have what is whole of a damaged file. */
  tool: string;
  magic: readonly number[];
  inflate: Inflate;
}

const compressions: readonly Compression[] = [
  { name: 'gzip', tool: 'gzip -dc', magic: [0x1f, 0x8b], inflate: gunzip },
  { name: 'bzip2', tool: 'bzip2 -dc', magic: [0x42, 0x5a, 0x68], inflate: bunzip2 },
  { name: 'zstd', tool: 'zstd -dc', magic: [0x28, 0xb5, 0x2f, 0xfd], inflate: unzstd },
];

/**
 * Passes plain bytes through and inflates gzip, bzip2 and zstd, also of several parts one behind the other.
 * @throws Problem `file_unreadable` when compressed data is damaged or cut, or grows beyond all measure
 */
export async function* inflated(source: Bytes): AsyncGenerator<Buffer> {
  const { head, all } = await withHead(source);
  const found = compressions.find(({ magic }) =>
    magic.every((byte, index) => head[index] === byte),
  );
  if (found === undefined) {
    yield* all;
    return;
  }
  const meter = { in: 0, out: 0 };
  try {
    for await (const chunk of found.inflate(counted(all, meter))) {
      measure(meter, chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      'file_unreadable',
      `The ${found.name} data is damaged or cut, or something else follows it (${(error as Error).message}). What is whole can be had with: ${found.tool} FILE | canister import -`,
      { cause: error },
    );
  }
}

/** Whether a file that begins so is packed. */
export const isPacked = (head: Uint8Array): boolean =>
  compressions.some(({ magic }) => magic.every((byte, index) => head[index] === byte));

async function withHead(source: Bytes): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes < headBytesMax; ) {
    const next = await chunks.next();
    if (next.done) break;
    parts.push(Buffer.from(next.value));
    bytes += next.value.length;
  }
  const head = Buffer.concat(parts);
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next())
      yield Buffer.from(next.value);
  }
  return { head, all: all() };
}

interface Meter {
  in: number;
  out: number;
}

async function* counted(source: AsyncIterable<Buffer>, meter: Meter): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    meter.in += chunk.length;
    yield chunk;
  }
}

/** @throws Problem `file_unreadable` for a bomb */
function measure(meter: Meter, bytes: number): void {
  meter.out += bytes;
  if (meter.out <= bombBytesMin || meter.out <= meter.in * bombRatio) return;
  throw new Problem(
    'file_unreadable',
    `The file grows more than ${bombRatio} times when it is unpacked: no log does. It is left at ${meter.out} bytes; unpack it yourself if it is one.`,
  );
}

async function* gunzip(source: Bytes): AsyncGenerator<Buffer> {
  let fedBytes = 0;
  async function* fed() {
    for await (const chunk of source) {
      fedBytes += chunk.length;
      yield chunk;
    }
  }
  const stream = createGunzip({ chunkSize: 256 * 1024 });
  const feeding = pipeline(Readable.from(fed()), stream);
  // It fails as well when the reader leaves early; nobody waits for it then.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    await feeding;
    // The inflater stops without a word at bytes that are no gzip: lines in them would be lost.
    if (stream.bytesWritten < fedBytes) throw new Error('something else follows it');
  } catch (error) {
    // The reader's error and the feeder's are the same one.
    await feeding.catch(() => undefined);
    throw error;
  }
}

/** What an inflater has given so far, while it is fed. */
interface Output {
  parts: Buffer[];
  take(chunk: Uint8Array): void;
}

/** Inflaters that give everything at once are stopped in the middle of it when it is too much. */
function output(meter: Meter): Output {
  const parts: Buffer[] = [];
  return {
    parts,
    take(chunk) {
      measure(meter, chunk.length);
      parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    },
  };
}

async function* slices(
  source: Bytes,
  meter: Meter,
  bytesMax = feedBytes,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += bytesMax) {
      const slice = chunk.subarray(start, start + bytesMax);
      meter.in += slice.length;
      yield slice;
    }
  }
}

async function* bunzip2(source: Bytes): AsyncGenerator<Buffer> {
  const meter = { in: 0, out: 0 };
  const { parts, take } = output(meter);
  const stream = unbzip2Stream();
  let failure: Error | undefined;
  stream.on('data', take);
  stream.on('error', (error: Error) => {
    failure ??= error;
  });
  for await (const slice of slices(source, meter)) {
    stream.write(slice);
    if (failure) throw failure;
    yield* parts.splice(0);
  }
  stream.end();
  if (failure) throw failure;
  yield* parts;
}

/**
 * The library moves its whole window for each block: a few bytes that name a large window and small blocks would keep
 * it busy for hours. Zstd's own windows and blocks stay below this many moved bytes for each one that comes out.
 */
const movedRatio = 2_048;
const movedBytesMin = 1024 ** 3;
/** Fed less at once, for it is done with all of it before others have their turn. */
const zstdFeedBytes = 4 * 1024;

async function* unzstd(source: Bytes): AsyncGenerator<Buffer> {
  const meter = { in: 0, out: 0 };
  const { parts, take } = output(meter);
  let movedBytes = 0;
  const stream = new Decompress((chunk) => {
    take(chunk);
    movedBytes += windowBytesOf(stream);
    if (movedBytes <= movedBytesMin || movedBytes <= meter.out * movedRatio) return;
    throw new Problem(
      'file_unreadable',
      'The zstd data has a large window and small blocks: to unpack it here would take too long. Unpack it first: zstd -dc --long=31 FILE | canister import -',
    );
  });
  for await (const slice of slices(source, meter, zstdFeedBytes)) {
    stream.push(slice);
    yield* parts.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* parts;
}

/** Of the frame that is being unpacked; the library keeps it under names of its own. */
const windowBytesOf = (stream: Decompress): number =>
  (stream as unknown as { s?: { w?: Uint8Array } }).s?.w?.length ?? 0;
