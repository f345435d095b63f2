/** Bytes of a log, plain or compressed → its lines in pieces, in constant memory. */
import { TextDecoder } from 'node:util';
import { Problem } from '../contract/problem.ts';
import { inflated } from './inflate.ts';

/** A line longer than this is reported as bad; its bytes are not held. */
export const lineBytesMax = 64 * 1024;

/** So many empty lines in a row stand in a piece one by one; what follows them is only counted. */
const emptyLinesMax = 64;

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Some lines of a log. A line that is too long comes as `undefined`: its number counts, its text is gone.
 * `fingerprints` are the lines as UTF-8, by which they are known again, whatever encoding they are read in: the same
 * array as `lines` where that is UTF-8.
 */
export interface LinePiece {
  lines: (string | undefined)[];
  fingerprints: (string | undefined)[];
  /**
   * Behind the line of an index: how many empty ones follow that are not in the list. A few kilobytes unpack to a
   * hundred million of them.
   */
  emptyBehind: Map<number, number>;
  /** Where its first line begins, and where its last one ends, in the plain bytes. */
  startByte: number;
  endByte: number;
}

/**
 * @param encoding a name that `TextDecoder` knows
 * @throws Problem `request_invalid` for one that it does not know, and for UTF-16, where a line feed is two bytes
 */
export function lineDecoder(encoding: string): TextDecoder {
  let decoder: TextDecoder | undefined;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    // Said below, with what to do.
  }
  if (decoder !== undefined && !decoder.encoding.startsWith('utf-16')) return decoder;
  throw new Problem(
    'request_invalid',
    `encoding: ${JSON.stringify(encoding.slice(0, 40))} cannot be read. Name one such as utf-8, latin1 or big5. UTF-16 must be converted first, for example with: iconv -f UTF-16 -t UTF-8 FILE | canister import -`,
  );
}

/**
 * Splits into lines. Bytes that are no text in the encoding become U+FFFD. One piece a chunk of input.
 * @param encoding see `lineDecoder`
 * @param isGrowing a last line without its end is not complete yet, and is left out
 * @throws Problem `file_unreadable` when compressed data is damaged or cut
 */
export async function* logLines(
  source: AsyncIterable<Uint8Array>,
  encoding = 'utf-8',
  isGrowing = false,
): AsyncGenerator<LinePiece> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  /** Where `rest`, or what follows it, begins. */
  let offset = 0;
  const decoder = lineDecoder(encoding);
  const isUtf8 = decoder.encoding === 'utf-8';

  function add(piece: LinePiece, bytes: Buffer, start: number, end: number): void {
    const stop = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    piece.fingerprints.push(bytes.toString('utf8', start, stop));
    if (!isUtf8) piece.lines.push(decoder.decode(bytes.subarray(start, stop)));
  }
  function newPiece(): LinePiece {
    const lines: LinePiece['lines'] = [];
    return {
      lines,
      fingerprints: isUtf8 ? lines : [],
      emptyBehind: new Map(),
      startByte: offset,
      endByte: offset,
    };
  }
  function addTooLong(piece: LinePiece): void {
    piece.fingerprints.push(undefined);
    if (!isUtf8) piece.lines.push(undefined);
  }

  for await (const chunk of inflated(source)) {
    const piece = newPiece();
    let start = 0;
    let emptyLines = 0;
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (skipping || end - start > lineBytesMax) addTooLong(piece);
      else add(piece, bytes, start, end);
      skipping = false;
      emptyLines = end === start ? emptyLines + 1 : 0;
      start = end + 1;
      if (emptyLines < emptyLinesMax) continue;
      const from = start;
      while (bytes[start] === newline) start += 1;
      if (start > from) piece.emptyBehind.set(piece.fingerprints.length - 1, start - from);
      emptyLines = 0;
    }
    rest = bytes.subarray(start);
    offset += start;
    piece.endByte = offset;
    if (rest.length > lineBytesMax) {
      offset += rest.length;
      rest = Buffer.alloc(0);
      skipping = true;
    }
    if (piece.lines.length > 0) yield piece;
  }
  if (isGrowing) return;
  const last = newPiece();
  last.endByte = offset + rest.length;
  if (skipping) addTooLong(last);
  else if (rest.length > 0) add(last, rest, 0, rest.length);
  if (last.lines.length > 0) yield last;
}
