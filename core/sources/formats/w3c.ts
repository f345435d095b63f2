/**
 * W3C extended logs: IIS, CloudFront, and others. `#Fields:` says which column is what, and may come again on the way;
 * each of its texts is compiled once.
 */
import { finishDraft, type LineField, newDraft, type SplitTime } from './line-draft.ts';
import {
  badLine,
  directiveLine,
  type FormatContext,
  type LineFormat,
  type LineParser,
} from './log-line.ts';
import {
  compileScanner,
  compileSplitTime,
  type FieldPiece,
  type Piece,
  type Scanner,
} from './template.ts';

const columns: Record<string, LineField> = {
  date: 'date',
  time: 'time',
  'c-ip': 'address',
  'x-forwarded-for': 'forwardedFor',
  'cs(x-forwarded-for)': 'forwardedFor',
  'cs-username': 'user',
  'cs-method': 'method',
  'cs-uri': 'target',
  'cs-uri-stem': 'path',
  'cs-uri-query': 'query',
  'cs-version': 'protocol',
  'cs-protocol-version': 'protocol',
  'sc-status': 'status',
  'sc-bytes': 'responseBytes',
  'cs(referer)': 'referrer',
  'cs(referrer)': 'referrer',
  'cs(user-agent)': 'userAgent',
  'cs(cookie)': 'cookies',
  'cs(host)': 'host',
  'cs-host': 'host',
  'x-host-header': 'host',
};

/** The file's own words about itself, so far. */
interface Header {
  fields: string | undefined;
  software: string;
  /** The day of `#Date:`, for logs whose lines have the hour only. */
  date: string;
}

const dayAndHour = '%Y-%m-%d %H:%M:%S';
const fieldsMark = '#Fields:';
const compiledMax = 100;

/** @param fields the text of a `#Fields:` line, for files that lost theirs */
export function w3cFormat(name: string, fields?: string): LineFormat {
  return { name, open: (context) => openW3c(context, fields) };
}

function openW3c(context: FormatContext, fields: string | undefined): LineParser {
  const header: Header = { fields, software: '', date: '' };
  const splitTime = compileSplitTime(dayAndHour, context) as SplitTime;
  const compiled = new Map<string, Scanner>();
  let scan: Scanner | undefined;

  /** Tabs or spaces: CloudFront's own `#Fields:` does not say. */
  function scannerFor(line: string): Scanner {
    const separator = line.includes('\t') ? '\t' : ' ';
    const key = `${separator}${header.software}\n${header.fields}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const made = compileScanner({ pieces: piecesOf(header, separator) }, context);
    if (compiled.size >= compiledMax) compiled.clear();
    compiled.set(key, made);
    return made;
  }

  return (line) => {
    if (line.startsWith('#')) {
      readDirective(line, header);
      scan = undefined;
      return directiveLine;
    }
    if (header.fields === undefined)
      return badLine('no #Fields line stands before it: which column is what cannot be told');
    scan ??= scannerFor(line);
    const draft = newDraft();
    draft.dateText = header.date;
    const reason = scan(line, draft);
    return reason === undefined ? finishDraft(draft, splitTime) : badLine(reason);
  };
}

function readDirective(line: string, header: Header): void {
  if (line.startsWith(fieldsMark)) header.fields = line.slice(fieldsMark.length).trim();
  else if (line.startsWith('#Software:')) header.software = line.slice(10).trim();
  else if (line.startsWith('#Date:')) header.date = line.slice(6).trim().slice(0, 10);
}

function piecesOf(header: Header, separator: string): Piece[] {
  const names = (header.fields ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const isCloudFront = names.includes('x-edge-location');
  // The host that a browser asked for stands in `x-host-header`; the other one is the distribution's own.
  const asked = names.includes('x-host-header') ? 'cs(host)' : '';
  return names.flatMap((name, index) => {
    const piece =
      name === asked ? ({ field: 'skip' } as const) : pieceOf(name, header, isCloudFront);
    const quoted: FieldPiece = { ...piece, quotes: 'doubled' };
    return index === 0 ? [quoted] : [separator, quoted];
  });
}

function pieceOf(name: string, { software }: Header, isCloudFront: boolean): FieldPiece {
  // The standard says seconds; IIS has always written milliseconds.
  if (name === 'time-taken')
    return { field: software.startsWith('Microsoft') ? 'durationMs' : 'durationSeconds' };
  const field = columns[name] ?? 'skip';
  if (field !== 'userAgent') return { field };
  return { field, decode: isCloudFront ? decodeTwice : spacesForPlus };
}

/** CloudFront encodes what the browser sent, and the percent signs of that once more. */
function decodeTwice(text: string): string {
  return decodeOnce(decodeOnce(text));
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A space would end the column, so servers write a plus. */
const spacesForPlus = (text: string) => (text.includes(' ') ? text : text.replaceAll('+', ' '));
