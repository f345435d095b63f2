/** GoAccess's log format with its date and time formats, pasted as they are → a template. */
import type { LineField } from './line-draft.ts';
import type { FieldPiece, Piece, Template } from './template.ts';

export interface GoAccessTimes {
  dateFormat: string;
  timeFormat: string;
}

export const goAccessDefaults: GoAccessTimes = { dateFormat: '%d/%b/%Y', timeFormat: '%H:%M:%S' };

const specifiers: Record<string, LineField> = {
  d: 'date',
  t: 'time',
  v: 'host',
  e: 'user',
  h: 'address',
  r: 'request',
  m: 'method',
  U: 'target',
  q: 'query',
  H: 'protocol',
  s: 'status',
  b: 'responseBytes',
  R: 'referrer',
  u: 'userAgent',
  D: 'durationUs',
  T: 'durationSeconds',
  L: 'durationMs',
  n: 'durationNs',
  C: 'skip',
  K: 'skip',
  k: 'skip',
  M: 'skip',
  '^': 'skip',
};

/** @throws Error for a specifier that GoAccess does not have */
export function goAccessPieces(text: string, times: GoAccessTimes): Piece[] {
  const found = text
    .replaceAll('\\t', '\t')
    .replaceAll('\\"', '"')
    .matchAll(/%(.)|~h\{[^}]*\}|([^%~]+|[%~])/gs);
  const pieces: Piece[] = [];
  for (const [all, letter, literal] of found) {
    if (all.startsWith('~h{')) pieces.push({ field: 'firstAddress' });
    else if (literal !== undefined) pieces.push(literal);
    else pieces.push(pieceOf(letter ?? '', pieces, times));
  }
  return pieces;
}

function pieceOf(letter: string, before: readonly Piece[], times: GoAccessTimes): Piece {
  if (letter === '%') return '%';
  if (letter === '~') return { spaces: true };
  if (letter === 'x') return { field: 'at', timeFormat: wholeTime(times) };
  // `%t %^` skips the zone of a time. It is in the line, so it is read.
  if (letter === '^' && before.at(-1) === ' ' && isTime(before.at(-2))) return { field: 'zone' };
  const field = specifiers[letter];
  if (field === undefined) throw new Error(`%${letter} is no specifier of GoAccess`);
  return { field };
}

const isTime = (piece: Piece | undefined) => (piece as FieldPiece | undefined)?.field === 'time';

/** `%x` is day and time in one: either format may hold it. */
function wholeTime({ dateFormat, timeFormat }: GoAccessTimes): string {
  return timeFormat === goAccessDefaults.timeFormat ? dateFormat : timeFormat;
}

/** @throws Error for a specifier that GoAccess does not have */
export function goAccessTemplate(text: string, times: GoAccessTimes): Template {
  // GoAccess stops at the end of its format, whatever stands behind.
  return {
    pieces: goAccessPieces(text, times),
    ignoresRest: true,
    splitTime: `${times.dateFormat} ${times.timeFormat}`,
  };
}
