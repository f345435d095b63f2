/**
 * A format as a row of texts and fields, compiled to a scanner that walks a line once. No regular expression runs
 * over a line: each field ends where the text behind it begins.
 */
import {
  type FieldTaker,
  fieldTakers,
  finishDraft,
  type LineDraft,
  type LineField,
  newDraft,
  type SplitTime,
  splitTimeTakers,
  timeTaker,
} from './line-draft.ts';
import { badLine, type FormatContext, type LineParser } from './log-line.ts';
import { compileTime } from './time-text.ts';

/** A field of a template. */
export interface FieldPiece {
  field: LineField;
  /** How the time is written (`at`), as for `strftime`. */
  timeFormat?: string;
  /** What is done to the text before it is taken, unless it is absent. */
  decode?: (text: string) => string;
  /** How quotes are read: with backslashes, or doubled and only where a field begins with one. */
  quotes?: 'backslash' | 'doubled';
}

/** A text, a field, or any number of spaces. */
export type Piece = string | FieldPiece | { spaces: true };

export interface Template {
  pieces: readonly Piece[];
  /** Text behind the last piece does not spoil a line. */
  ignoresRest?: boolean;
  /** How `date` and `time` are written, joined by a space. */
  splitTime?: string;
}

/** Reads a whole text into a draft; gives the reason when it does not fit. */
export type Scanner = (text: string, draft: LineDraft) => string | undefined;

/** Where a scanner is in its text. */
interface Scan {
  text: string;
  at: number;
  draft: LineDraft;
}
type Step = (scan: Scan) => string | undefined;

const clfTime = '%d/%b/%Y:%H:%M:%S %z';

/** Texts that stand side by side become one, which is the surer end of a field. @throws Error */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  const seen = new Set<LineField>();
  const finest = finestDuration(pieces);
  for (const given of pieces) {
    const piece = isField(given) ? firstOnly(given, seen, finest) : given;
    const before = result.at(-1);
    if (typeof piece === 'string' && typeof before === 'string')
      result[result.length - 1] = before + piece;
    else if (isField(piece) && before !== undefined && isField(before)) {
      const merged = mergeTarget(before, piece);
      if (merged === undefined)
        throw new Error(
          `nothing stands between ${before.field} and ${piece.field}: where one ends cannot be told`,
        );
      result[result.length - 1] = merged;
    } else if (piece !== '') result.push(piece);
  }
  return withRequests(result);
}

/**
 * Method, target and protocol with a space between are a request line: Apache writes paths decoded (`%U`), and a space
 * in one must not end it.
 */
function withRequests(pieces: readonly Piece[]): Piece[] {
  const place = pieces.findIndex((piece, index) => {
    const [method, space, target, spaceAgain, protocol] = [
      piece,
      ...pieces.slice(index + 1, index + 5),
    ].map((one) => (isField(one) ? one.field : one));
    const isTarget = target === 'target' || target === 'path';
    return (
      method === 'method' &&
      space === ' ' &&
      isTarget &&
      spaceAgain === ' ' &&
      protocol === 'protocol'
    );
  });
  if (place < 0 || pieces.some((piece) => isField(piece) && piece.field === 'request'))
    return [...pieces];
  return [...pieces.slice(0, place), { field: 'request' }, ...pieces.slice(place + 5)];
}

const isField = (piece: Piece): piece is FieldPiece =>
  typeof piece === 'object' && 'field' in piece;

/** A path with its query right behind it is a target; a host with its target ends where the path begins. */
function mergeTarget(before: FieldPiece, piece: FieldPiece): FieldPiece | undefined {
  if (before.field === 'hostTarget' && piece.field === 'skip') return before;
  if (before.field === 'hostTarget' && piece.field === 'query') return before;
  if (before.field === 'host' && (piece.field === 'target' || piece.field === 'path'))
    return { field: 'hostTarget' };
  const isPath = before.field === 'path' || before.field === 'target';
  if (isPath && (piece.field === 'query' || piece.field === 'skip')) return { field: 'target' };
  return before.field === 'skip' && piece.field === 'skip' ? before : undefined;
}

const durations: readonly LineField[] = [
  'durationNs',
  'durationUs',
  'durationMs',
  'durationSeconds',
];
const finestDuration = (pieces: readonly Piece[]) =>
  durations.find((field) => pieces.some((piece) => isField(piece) && piece.field === field));

/** Of a field that comes twice the first counts; of durations the finest. Cookies add up. */
function firstOnly(
  piece: FieldPiece,
  seen: Set<LineField>,
  finest: LineField | undefined,
): FieldPiece {
  const isCoarse = durations.includes(piece.field) && piece.field !== finest;
  const again = piece.field !== 'cookies' && seen.has(piece.field);
  seen.add(piece.field);
  return isCoarse || again ? { field: 'skip' } : piece;
}

/** What a field is called in a reason. */
const labels: Partial<Record<LineField, string>> = {
  at: 'time',
  address: 'client address',
  client: 'client address',
  firstAddress: 'client address',
  forwardedFor: 'list of proxies',
  responseBytes: 'size',
  userAgent: 'user agent',
  durationSeconds: 'duration',
  durationMs: 'duration',
  durationUs: 'duration',
  durationNs: 'duration',
  skip: 'text',
};

function takerOf(piece: FieldPiece, context: FormatContext): FieldTaker | undefined {
  const { field, decode, timeFormat = clfTime } = piece;
  if (field === 'skip') return undefined;
  if (field === 'at') return timeTaker(compileTime(timeFormat, context.timeZone), timeFormat);
  if (field === 'date' || field === 'time' || field === 'zone') return splitTimeTakers[field];
  const take = fieldTakers[field];
  if (decode === undefined) return take;
  return (draft, text) => take(draft, text === '-' || text === '' ? text : decode(text));
}

/**
 * Compiles pieces to a scanner of a text.
 * @throws Error when it cannot be told where a field ends
 */
export function compileScanner(template: Template, context: FormatContext): Scanner {
  const pieces = joined(template.pieces);
  const steps = pieces.map((piece, index) => stepOf(pieces, index, piece, context));
  const ignoresRest = template.ignoresRest === true;
  return (text, draft) => {
    const scan: Scan = { text, at: 0, draft };
    for (let index = 0; index < steps.length; index += 1) {
      const reason = (steps[index] as Step)(scan);
      if (reason !== undefined) return reason;
    }
    if (scan.at < text.length && !ignoresRest)
      return `text after the end: ${JSON.stringify(text.slice(scan.at, scan.at + 40))}`;
    return undefined;
  };
}

function stepOf(
  pieces: readonly Piece[],
  index: number,
  piece: Piece,
  context: FormatContext,
): Step {
  if (typeof piece === 'string') return literalStep(piece);
  if (!isField(piece)) return skipSpaces;
  const before = pieces[index - 1];
  const next = pieces[index + 1];
  const take = takerOf(piece, context);
  const label = labels[piece.field] ?? piece.field;
  if (piece.quotes === 'doubled') return doubledQuotesStep(take, next, label);
  if (typeof next !== 'string') return restStep(take, next !== undefined);
  const isQuoted = typeof before === 'string' && before.endsWith('"') && next.startsWith('"');
  return isQuoted ? quotedStep(take, label) : untilStep(take, next, label);
}

function literalStep(literal: string): Step {
  return (scan) => {
    if (!scan.text.startsWith(literal, scan.at)) return `${JSON.stringify(literal)} is missing`;
    scan.at += literal.length;
    return undefined;
  };
}

const skipSpaces: Step = (scan) => {
  while (scan.text[scan.at] === ' ') scan.at += 1;
  return undefined;
};

/** Up to the text behind the field. */
function untilStep(take: FieldTaker | undefined, stop: string, label: string): Step {
  return (scan) => {
    const end = scan.text.indexOf(stop, scan.at);
    if (end < 0) return `the ${label} has no end`;
    const { at, draft, text } = scan;
    scan.at = end;
    return take?.(draft, text.slice(at, end));
  };
}

/** Up to the end of the text, or of the word where spaces follow. */
function restStep(take: FieldTaker | undefined, isWord: boolean): Step {
  return (scan) => {
    const { at, draft, text } = scan;
    const space = isWord ? text.indexOf(' ', at) : -1;
    scan.at = space < 0 ? text.length : space;
    return take?.(draft, text.slice(at, scan.at));
  };
}

/** Up to the closing quote, where `\"` and `\\` are escaped. The quote itself belongs to the text behind. */
function quotedStep(take: FieldTaker | undefined, label: string): Step {
  return (scan) => {
    const { at, draft, text } = scan;
    let close = text.indexOf('"', at);
    while (close > 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
    if (close < 0) return `the ${label} in quotes is not closed`;
    scan.at = close;
    if (take === undefined) return undefined;
    const inner = text.slice(at, close);
    return take(draft, inner.includes('\\') ? inner.replace(/\\(["\\])/g, '$1') : inner);
  };
}

function isEscaped(text: string, place: number): boolean {
  let backslashes = 0;
  while (text[place - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** A word, or a text in quotes where it begins with one; a quote within is doubled. */
function doubledQuotesStep(
  take: FieldTaker | undefined,
  next: Piece | undefined,
  label: string,
): Step {
  const plain = typeof next === 'string' ? untilStep(take, next, label) : restStep(take, false);
  return (scan) => {
    const { at, draft, text } = scan;
    if (text[at] !== '"') return plain(scan);
    let close = text.indexOf('"', at + 1);
    while (close > 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close < 0) return `the ${label} in quotes is not closed`;
    scan.at = close + 1;
    return take?.(draft, text.slice(at + 1, close).replaceAll('""', '"'));
  };
}

/** The reader of days and hours that stand apart, when the format has such. */
export function compileSplitTime(
  format: string | undefined,
  { timeZone }: FormatContext,
): SplitTime | undefined {
  if (format === undefined) return undefined;
  return { plain: compileTime(format, timeZone), zoned: compileTime(`${format} %z`, timeZone) };
}

/** Compiles a template to a parser of lines. @throws Error when it cannot be told where a field ends */
export function compileTemplate(template: Template, context: FormatContext): LineParser {
  const scan = compileScanner(template, context);
  const splitTime = compileSplitTime(template.splitTime, context);
  return (line) => {
    const draft = newDraft();
    const reason = scan(line, draft);
    return reason === undefined ? finishDraft(draft, splitTime) : badLine(reason);
  };
}

/** Which fields a template names: what a format must have to make hits of its lines. */
export function fieldsOf(pieces: readonly Piece[]): Set<LineField> {
  return new Set(pieces.filter(isField).map(({ field }) => field));
}
