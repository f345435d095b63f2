/** The hits of a log file, piece by piece. A line that is no hit is counted, and not met again. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportOptions } from '../contract/import.ts';
import { chooseFormat, detectionLines } from '../sources/formats/detect.ts';
import { type FileReading, fileReading } from '../sources/formats/file-reading.ts';
import { badLine, isBadLine, isDirective, type LineParser } from '../sources/formats/log-line.ts';
import { lineFilter } from '../sources/line-filter.ts';
import { type LinePiece, logLines } from '../sources/log-lines.ts';
import { lineIds, type logNormalizer } from '../sources/log-source.ts';
import type { ImportTally } from './import-tally.ts';
import type { CutReader, HitPiece } from './log-cut.ts';

/** Times outside of these are of a wrong clock, and would end every open session. */
const aheadMsMax = 24 * 60 * 60 * 1000;
const earliestMs = Date.UTC(1990);
/** After so many the event loop turns: what is being stored beside goes on, and so does what others ask. */
export const linesPerTurn = 256;
/** They are alike, and cost next to nothing once no more of them are listed. */
const emptyLinesPerTurn = 4_096;
const byteOrderMark = '\ufeff';
const tooLong = 'the line is longer than 64 KiB';
const empty = 'the line is empty';

/**
 * @param name as the user gave it, for the list of bad lines
 * @param cut when it is a part of a file that was read before
 * @throws Problem `import_format_unknown`, `file_unreadable`; what was given before stays
 */
export type LogHits = (
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  cut?: CutReader,
) => AsyncGenerator<HitPiece>;

interface BegunFile {
  parse: LineParser;
  reading: FileReading;
}

/**
 * @param tally counts the lines that are no hits; the others are for whoever takes them
 * @param nowMs lines of later days are of a wrong clock
 */
export function logHits(
  options: ImportOptions,
  normalize: ReturnType<typeof logNormalizer>,
  tally: ImportTally,
  nowMs: number,
): LogHits {
  const exclusionOf = lineFilter(options);

  /** Chooses the format by the first lines, unless it is known. */
  function begin(name: string, piece: LinePiece, cut: CutReader | undefined): BegunFile {
    const wish = cut?.format === undefined ? options : { ...options, format: cut.format };
    const texts = firstTexts(piece);
    const chosen = chooseFormat(wish, texts, options);
    tally.detected({ file: name, format: chosen.name, why: chosen.why });
    if (cut !== undefined) {
      cut.format = cut.format ?? (options.format === 'auto' ? chosen.name : undefined);
      if (cut.lastDirective !== undefined) chosen.parse(cut.lastDirective);
    }
    return { parse: chosen.parse, reading: fileReading(name, chosen.name, texts, options) };
  }

  return async function* readFile(name, bytes, cut) {
    const idOf = lineIds();
    const linesBefore = cut?.linesBefore ?? 0;
    let number = 0;
    let begun: BegunFile | undefined;

    function takeLine(
      { parse, reading }: BegunFile,
      text: string | undefined,
      fingerprint: string | undefined,
      found: HitPiece,
    ): void {
      number += 1;
      const isNew = number > linesBefore;
      const parsed = text === undefined ? badLine(tooLong) : parse(text);
      if (isDirective(parsed)) {
        cut?.directive(text ?? '');
        if (isNew) tally.excluded('directive');
        return;
      }
      const fault = isBadLine(parsed) ? parsed.reason : clockFault(parsed.at, nowMs);
      if (isBadLine(parsed) || fault !== undefined) {
        const reason = text === '' ? empty : (fault ?? '');
        if (!isNew) return;
        tally.bad(name, number, reason, text ?? '');
        if (!isBadLine(parsed)) reading.clockFault(number, reason);
        else if (text !== '') reading.bad(number, reason);
        return;
      }
      reading.read();
      const rule = exclusionOf(parsed);
      if (rule !== undefined) {
        if (isNew) tally.excluded(rule);
        return;
      }
      found.hits.push(normalize(parsed, idOf(fingerprint ?? '')));
      found.sizes.push((fingerprint ?? '').length);
      if (cut !== undefined) found.places.push(cut.placeOf(parsed.at, isNew));
    }

    async function passEmptyLines(count: number): Promise<void> {
      let from = Math.max(number, linesBefore) + 1;
      number += count;
      for (; from <= number; from += emptyLinesPerTurn) {
        tally.bad(name, from, empty, '', Math.min(emptyLinesPerTurn, number - from + 1));
        // The list of them is what takes its time.
        await nextTurn();
        await tally.ease();
      }
    }

    for await (const piece of withFirstLines(logLines(bytes, options.encoding, cut?.isGrowing))) {
      begun ??= begin(name, piece, cut);
      const found: HitPiece = { hits: [], sizes: [], places: [] };
      cut?.begin(piece, number);
      for (const [index, text] of piece.lines.entries()) {
        takeLine(begun, text, piece.fingerprints[index], found);
        const emptyBehind = piece.emptyBehind.get(index);
        if (emptyBehind !== undefined) await passEmptyLines(emptyBehind);
        if (index % linesPerTurn === linesPerTurn - 1) await nextTurn();
      }
      cut?.end(piece, number);
      await tally.ease();
      if (found.hits.length > 0) yield found;
    }
    const unread = begun?.reading.unread();
    if (unread !== undefined) tally.unread(unread);
  };
}

/** Why a time cannot be the time of a request, or nothing. */
function clockFault(at: number, nowMs: number): string | undefined {
  if (at > nowMs + aheadMsMax)
    return `the time ${new Date(at).toISOString()} is in the future: of a wrong clock or zone`;
  if (at < earliestMs)
    return `the time ${new Date(at).toISOString()} is older than any web server: of a wrong clock`;
  return undefined;
}

const firstTexts = ({ lines }: LinePiece) =>
  lines.filter((line) => line !== undefined && line !== '').slice(0, detectionLines) as string[];

/** Joins the first pieces until there are enough lines to tell the format by, and takes off a byte order mark. */
async function* withFirstLines(pieces: AsyncIterable<LinePiece>): AsyncGenerator<LinePiece> {
  let first: LinePiece = {
    lines: [],
    fingerprints: [],
    emptyBehind: new Map(),
    startByte: 0,
    endByte: 0,
  };
  let isFirst = true;
  for await (const piece of pieces) {
    if (!isFirst) {
      yield piece;
      continue;
    }
    const before = first.lines.length;
    for (const [index, count] of piece.emptyBehind) first.emptyBehind.set(before + index, count);
    first = {
      ...first,
      lines: first.lines.concat(piece.lines),
      fingerprints: first.fingerprints.concat(piece.fingerprints),
      endByte: piece.endByte,
    };
    if (first.lines.length < detectionLines) continue;
    isFirst = false;
    yield withoutMark(first);
  }
  if (isFirst && first.lines.length > 0) yield withoutMark(first);
}

/** The mark is no part of the line, but of its fingerprint: by that the line has always been known. */
function withoutMark(piece: LinePiece): LinePiece {
  const { lines } = piece;
  const first = lines[0];
  if (!first?.startsWith(byteOrderMark)) return piece;
  return { ...piece, lines: [first.slice(1)].concat(lines.slice(1) as string[]) };
}
