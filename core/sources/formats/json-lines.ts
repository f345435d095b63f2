/** Logs of one JSON object a line: which key is what is said by a map, or by a format in the shape of a line. */
import {
  type FieldTaker,
  fieldTakers,
  finishDraft,
  type LineDraft,
  type LineField,
  newDraft,
  splitTimeTakers,
  timeTaker,
} from './line-draft.ts';
import { badLine, type FormatContext, type LineFormat, type LineParser } from './log-line.ts';
import {
  compileScanner,
  compileSplitTime,
  fieldsOf,
  type Piece,
  type Template,
} from './template.ts';
import { compileTime, type TimeReader } from './time-text.ts';

/** Field → the keys it may stand under, the first that is there counts. `a.b` is `b` within `a`. */
export type JsonMap = Partial<Record<LineField, readonly string[]>>;

/** A key, and the way through objects that it may stand for. */
interface KeyPath {
  key: string;
  parts: readonly string[] | undefined;
}

/** Takes one value of an object. */
interface ValueTaker {
  keys: readonly KeyPath[];
  take: FieldTaker;
}

const keyPath = (key: string): KeyPath => ({
  key,
  parts: key.includes('.') ? key.split('.', depthMax) : undefined,
});

const depthMax = 8;
const secondsMax = 1e11;
const millisecondsMax = 1e14;
const microsecondsMax = 1e17;

export function jsonFormat(name: string, map: JsonMap): LineFormat {
  return {
    name,
    open(context) {
      const takers = Object.entries(map).map(([field, keys]) => ({
        keys: keys.map(keyPath),
        take: takerOf(field as LineField, context),
      }));
      return jsonParser(takers, undefined);
    },
  };
}

function takerOf(field: LineField, context: FormatContext): FieldTaker {
  if (field === 'at') return timeTaker(anyTime(context), '2026-05-17T10:05:03Z');
  if (field === 'date' || field === 'time' || field === 'zone') return splitTimeTakers[field];
  return fieldTakers[field];
}

/** Times of JSON logs: numbers since 1970 of any unit, ISO 8601, or as in the Common format. */
function anyTime({ timeZone }: FormatContext): TimeReader {
  const seconds = compileTime('%s', timeZone);
  const readers = [
    '%Y-%m-%dT%H:%M:%S%z',
    '%Y-%m-%dT%H:%M:%S',
    '%Y-%m-%d %H:%M:%S',
    '%Y-%m-%d %H:%M:%S%z',
    '%Y/%m/%d %H:%M:%S',
    '%d/%b/%Y:%H:%M:%S %z',
  ].map((format) => compileTime(format, timeZone));
  return (text) => {
    const value = Number(text);
    if (text !== '' && Number.isFinite(value)) {
      if (value < secondsMax) return seconds(text);
      if (value < millisecondsMax) return Math.floor(value);
      return Math.floor(value / (value < microsecondsMax ? 1e3 : 1e6));
    }
    for (const read of readers) {
      const at = read(text);
      if (at !== undefined) return at;
    }
    return undefined;
  };
}

function jsonParser(
  takers: readonly ValueTaker[],
  splitTime: ReturnType<typeof compileSplitTime>,
): LineParser {
  return (line) => {
    // Most lines that are none end here, without the cost of an error.
    if (!line.startsWith('{')) return badLine('the line is no JSON object');
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      return badLine('the line is no JSON');
    }
    const draft = newDraft();
    const reason = takeValues(object, takers, draft);
    return reason === undefined ? finishDraft(draft, splitTime) : badLine(reason);
  };
}

function takeValues(
  object: unknown,
  takers: readonly ValueTaker[],
  draft: LineDraft,
): string | undefined {
  for (const { keys, take } of takers) {
    for (const path of keys) {
      const text = textAt(object, path);
      if (text === undefined) continue;
      const reason = take(draft, text);
      if (reason !== undefined) return `${path.key}: ${reason}`;
      break;
    }
  }
  return undefined;
}

/** The text under a key; a key that holds a dot itself goes before a way through objects. */
function textAt(object: unknown, { key, parts }: KeyPath): string | undefined {
  let value = property(object, key);
  if (value === undefined && parts !== undefined) {
    value = object;
    for (const part of parts) value = property(value, part);
  }
  if (Array.isArray(value)) value = value[0];
  // A text with half of a surrogate pair could not be stored as it is.
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return numberText(value);
  return undefined;
}

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

/** Without an exponent: durations of microseconds in seconds would have one. */
function numberText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(9) : text;
}

/**
 * A format in the shape of a line, as GoAccess and nginx (`escape=json`) have it: each text in it is a template.
 * @param piecesOf reads the templates in it
 * @throws Error when it is no JSON, or a template in it cannot be read
 */
export function jsonTemplate(
  text: string,
  piecesOf: (text: string) => Piece[],
  options: { splitTime?: string; ignoresRest: boolean },
): { fields: Set<LineField>; format: LineFormat } {
  const leaves = leavesOf(JSON.parse(text), '').map(({ key, text: template }) => ({
    key,
    pieces: piecesOf(template),
  }));
  const fields = new Set(leaves.flatMap(({ pieces }) => [...fieldsOf(pieces)]));
  const open = (context: FormatContext) => {
    const takers = leaves.map(({ key, pieces }): ValueTaker => {
      const template: Template = { pieces, ignoresRest: options.ignoresRest };
      const scan = compileScanner(template, context);
      return { keys: [keyPath(key)], take: (draft, value) => scan(value, draft) };
    });
    return jsonParser(takers, compileSplitTime(options.splitTime, context));
  };
  return { fields, format: { name: 'json template', open } };
}

function leavesOf(value: unknown, key: string): { key: string; text: string }[] {
  if (typeof value === 'string') return [{ key, text: value }];
  if (Array.isArray(value)) return leavesOf(value[0], key);
  if (typeof value !== 'object' || value === null || key.split('.').length > depthMax) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, key === '' ? name : `${key}.${name}`),
  );
}
