/** Apache's `LogFormat`, pasted as it is → a template. */
import type { LineField } from './line-draft.ts';
import type { FieldPiece, Piece } from './template.ts';

const simple: Record<string, LineField> = {
  h: 'address',
  a: 'address',
  u: 'user',
  r: 'request',
  s: 'status',
  b: 'responseBytes',
  B: 'responseBytes',
  O: 'responseBytes',
  D: 'durationUs',
  T: 'durationSeconds',
  v: 'host',
  V: 'host',
  m: 'method',
  U: 'path',
  q: 'query',
  H: 'protocol',
};

/** Headers of the request that are a field of a hit; others are skipped. */
export const requestHeaders: Record<string, LineField> = {
  referer: 'referrer',
  'user-agent': 'userAgent',
  host: 'host',
  'x-forwarded-for': 'forwardedFor',
  cookie: 'cookies',
};

const durationUnits: Record<string, LineField> = {
  s: 'durationSeconds',
  ms: 'durationMs',
  us: 'durationUs',
};
const timeUnits: Record<string, string> = { sec: '%s', msec: '%*', usec: '%f' };

/** `%…`, with `>` or `<`, a list of status codes, and `{name}`; letters may be of two (`%^ti`). */
const directive = /%(%|([!\d,<>]*)(?:\{([^}]*)\})?(\^FB|\^t[io]|[a-zA-Z]))|([^%]+)/gs;

/**
 * @param text the format, also with `LogFormat "…" name` around it and quotes escaped
 * @throws Error for a `%` that means nothing
 */
export function apacheTemplate(text: string): Piece[] {
  const pieces: Piece[] = [];
  let read = 0;
  const format = bareFormat(text);
  for (const match of format.matchAll(directive)) {
    const [all, percent, modifier = '', name, letter = '', literal] = match;
    if (match.index !== read) break;
    read += all.length;
    if (literal !== undefined) pieces.push(literal);
    else if (percent === '%') pieces.push('%');
    else if (letter === 't' && name === undefined) pieces.push('[', { field: 'at' }, ']');
    else pieces.push(pieceOf(letter, name, modifier));
  }
  if (read < format.length)
    throw new Error(`${JSON.stringify(format.slice(read, read + 10))} is no part of a LogFormat`);
  return pieces;
}

function bareFormat(text: string): string {
  const inner = /^\s*LogFormat\s+"((?:[^"\\]|\\.)*)"/is.exec(text)?.[1] ?? text;
  return inner.replaceAll('\\"', '"').replaceAll('\\t', '\t').replaceAll('\\\\', '\\');
}

function pieceOf(letter: string, name: string | undefined, modifier: string): FieldPiece {
  if (letter === 'i' && name !== undefined)
    return { field: requestHeaders[name.toLowerCase()] ?? 'skip' };
  if (letter === 'C' && name !== undefined)
    return { field: 'cookies', decode: (value) => `${name}=${value}` };
  if (letter === 't' && name !== undefined) return timePiece(name);
  if (letter === 'T' && name !== undefined) return { field: durationUnits[name] ?? 'skip' };
  // The status before an internal redirect is not what the client got; the peer of a proxy is not the client.
  if (name !== undefined || (letter === 's' && modifier.includes('<'))) return { field: 'skip' };
  return { field: simple[letter] ?? 'skip' };
}

function timePiece(name: string): FieldPiece {
  const format = name.replace(/^(?:begin|end):/, '');
  if (format.endsWith('_frac')) return { field: 'skip' };
  return { field: 'at', timeFormat: timeUnits[format] ?? format };
}
