/**
 * A cut of a log: the bytes of one file from a place on. It remembers where the lines of sessions lie that are still
 * open, so that the next cut begins there; and cuts of several files are merged by time.
 */
import { createReadStream } from 'node:fs';
import type { Problem } from '../contract/problem.ts';
import type { LogCutEnd, LogCutInput } from '../contract/source.ts';
import type { NormalizedHit } from '../hits/normalize-hit.ts';
import type { LinePiece } from '../sources/log-lines.ts';

/** Lines come in the order in which answers ended: a line may be so much older than one before it. */
const disorderMsMax = 10_000;

export type LogCut = LogCutInput;
export type CutEnd = LogCutEnd;

/** Some hits of a file, each with the size and the place of its line; places are there for cuts only. */
export interface HitPiece {
  hits: NormalizedHit[];
  sizes: number[];
  places: LinePlace[];
}

/** Where a line lies: a piece of the file, and whether an earlier cut has counted it. */
export interface LinePlace {
  /** How many hits of it are in sessions that are not stored. */
  pending: number;
  isCounted: boolean;
}

interface PiecePlace {
  startByte: number;
  startLine: number;
  directive: string | undefined;
  /** The latest time of all lines before it. */
  newestBefore: number;
  oldest: number;
  counted: LinePlace;
  fresh: LinePlace;
}

export interface CutReader {
  readonly name: string;
  readonly linesBefore: number;
  readonly isGrowing: boolean;
  format: string | undefined;
  readonly lastDirective: string | undefined;
  bytes(): AsyncIterable<Uint8Array>;
  begin(piece: LinePiece, lines: number): void;
  end(piece: LinePiece, lines: number): void;
  directive(text: string): void;
  placeOf(at: number, isNew: boolean): LinePlace;
  fail(problem: Problem): void;
  result(): CutEnd;
}

export function createCutReader(cut: LogCut): CutReader {
  const pieces: PiecePlace[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let endByte = 0;
  let lastDirective = cut.directive;
  let failure: string | undefined;
  let current: PiecePlace | undefined;

  /** The first piece from which everything must be read again. */
  function low(): PiecePlace | undefined {
    const isPending = ({ counted, fresh }: PiecePlace) => counted.pending + fresh.pending > 0;
    const firstPending = pieces.findIndex(isPending);
    const from = firstPending < 0 ? pieces.length : firstPending;
    // Equal lines of one second are told apart by their order: none of them may lie before the place.
    const oldest = pieces.slice(from).reduce((time, piece) => Math.min(time, piece.oldest), newest);
    let index = Math.min(from, pieces.length - 1);
    while (index > 0 && (pieces[index]?.newestBefore ?? 0) >= oldest - disorderMsMax) index -= 1;
    return pieces[index];
  }

  const reader: CutReader = {
    name: cut.name,
    linesBefore: cut.linesBefore,
    isGrowing: cut.isGrowing,
    format: cut.format,
    get lastDirective() {
      return lastDirective;
    },
    bytes: () => createReadStream(cut.path),
    begin(piece, startLine) {
      current = {
        startByte: piece.startByte,
        startLine,
        directive: lastDirective,
        newestBefore: newest,
        oldest: Number.POSITIVE_INFINITY,
        counted: { pending: 0, isCounted: true },
        fresh: { pending: 0, isCounted: false },
      };
      pieces.push(current);
    },
    end(piece, count) {
      lines = count;
      endByte = piece.endByte;
    },
    directive(text) {
      if (text.startsWith('#Fields')) lastDirective = text;
    },
    placeOf(at, isNew) {
      const piece = current as PiecePlace;
      piece.oldest = Math.min(piece.oldest, at);
      newest = Math.max(newest, at);
      return isNew ? piece.fresh : piece.counted;
    },
    fail(problem) {
      failure = problem.message;
    },
    result() {
      const place = low();
      const pendingHits = pieces.reduce(
        (sum, { counted, fresh }) => sum + counted.pending + fresh.pending,
        0,
      );
      return {
        lowByte: place?.startByte ?? 0,
        linesBefore: Math.max(0, lines - (place?.startLine ?? 0)),
        lines,
        endByte,
        pendingHits,
        directive: place?.directive ?? cut.directive,
        format: reader.format,
        problem: failure,
      };
    },
  };
  return reader;
}

interface Head {
  piece: HitPiece;
  index: number;
  rest: AsyncGenerator<HitPiece>;
  cut: CutReader;
}

const timeOf = ({ piece, index }: Head) => piece.hits[index]?.hit.at ?? 0;

/**
 * Merges files by the times of their hits. A file that cannot be read any further is left with its problem, and the
 * others go on.
 */
export async function* mergeByTime(
  cuts: readonly CutReader[],
  read: (cut: CutReader) => AsyncGenerator<HitPiece>,
): AsyncGenerator<HitPiece> {
  let heads: Head[] = [];
  for (const cut of cuts) {
    const rest = read(cut);
    const piece = await next(rest, cut);
    if (piece !== undefined) heads.push({ piece, index: 0, rest, cut });
  }
  while (heads.length > 0) {
    heads.sort((one, other) => timeOf(one) - timeOf(other));
    const [first, second] = heads as [Head, Head?];
    const until = second === undefined ? Number.POSITIVE_INFINITY : timeOf(second);
    const { piece, index } = first;
    let end = index + 1;
    while (end < piece.hits.length && (piece.hits[end]?.hit.at ?? 0) <= until) end += 1;
    yield {
      hits: piece.hits.slice(index, end),
      sizes: piece.sizes.slice(index, end),
      places: piece.places.slice(index, end),
    };
    first.index = end;
    if (end < piece.hits.length) continue;
    const following = await next(first.rest, first.cut);
    if (following === undefined) heads = heads.slice(1);
    else Object.assign(first, { piece: following, index: 0 });
  }
}

async function next(rest: AsyncGenerator<HitPiece>, cut: CutReader): Promise<HitPiece | undefined> {
  try {
    const { value, done } = await rest.next();
    return done ? undefined : value;
  } catch (error) {
    cut.fail(error as Problem);
    return undefined;
  }
}
