/**
 * The short way of the common hit: texts and numbers only, all of them good. Nearly every page view is one, and the
 * schema needs ten times as long to say so. Whatever is not plain goes to the schema, which alone refuses.
 */
import { type Hit, hitForms, hitLimits, hitTypes } from '../../core/contract/hit.ts';

/** Longer bodies have their shape checked before a parser runs. */
const bodyBytesMax = 4_096;
const quote = 0x22;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const writeKeyName = '"dataset"';
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The only hit of a request, and what of the body goes to the log as it is. */
export interface PlainHit {
  hit: Hit;
  /** Its JSON in UTF-8 from behind the write key, which comes first, to its closing brace. */
  members: Uint8Array;
}

type Test = (value: unknown) => boolean;

const text =
  (lengthMin: number, lengthMax: number, form?: RegExp): Test =>
  (value) =>
    typeof value === 'string' &&
    value.length >= lengthMin &&
    value.length <= lengthMax &&
    (form === undefined || form.test(value));

const whole =
  (min: number, max: number): Test =>
  (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;

const types: ReadonlySet<unknown> = new Set(hitTypes);

/** In a map, so that no key of a stranger finds what every object has. */
const tests: ReadonlyMap<string, Test> = new Map([
  ['dataset', text(1, hitLimits.writeKeyLengthMax)],
  ['id', text(32, 36, hitForms.id)],
  ['type', (value: unknown) => types.has(value)],
  ['visitor', text(1, hitLimits.visitorLengthMax, hitForms.visitor)],
  ['userId', text(1, hitLimits.userIdLengthMax)],
  ['url', text(1, hitLimits.urlLengthMax, hitForms.url)],
  ['referrer', text(0, hitLimits.urlLengthMax)],
  ['title', text(0, hitLimits.titleLengthMax)],
  ['name', text(1, hitLimits.eventNameLengthMax)],
  ['at', whole(0, Number.MAX_SAFE_INTEGER)],
  ['sentAt', whole(0, Number.MAX_SAFE_INTEGER)],
  ['number', whole(0, hitLimits.numberMax)],
  ['language', text(0, hitLimits.languageLengthMax)],
  ['screenWidth', whole(0, hitLimits.screenWidthMax)],
]);

/**
 * Reads a body that holds one plain hit, as the tracker writes it: alone or in an array. Gives undefined for every other
 * body, also for those with escapes of code points, which may bring what no store can keep.
 */
export function plainHitOf(body: Uint8Array): PlainHit | undefined {
  if (body.byteLength > bodyBytesMax) return undefined;
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(body);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isList = body[0] === openBracket;
  if (isList) value = (value as unknown[]).length === 1 ? (value as unknown[])[0] : undefined;
  if (!isPlainHit(value) || text.includes('\\u')) return undefined;
  const start = isList ? 1 : 0;
  const end = body.byteLength - start - 1;
  const head = `{"dataset":"${value.dataset}",`;
  const isAsWritten =
    text.startsWith(head, start) &&
    body[start + head.length - 2] === quote &&
    body[end] === closeBrace &&
    (!isList || body[end + 1] === closeBracket) &&
    !text.includes(writeKeyName, start + head.length - 1);
  return isAsWritten
    ? { hit: value, members: body.subarray(start + head.length, end + 1) }
    : undefined;
}

/**
 * True only for what `hitSchema` takes and gives back with the same fields; false says nothing.
 * @param value of JSON
 */
export function isPlainHit(value: unknown): value is Hit {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const hit = value as Record<string, unknown>;
  for (const key in hit) {
    const test = tests.get(key);
    if (test === undefined || !test(hit[key])) return false;
  }
  return (
    hit.dataset !== undefined &&
    hit.id !== undefined &&
    hit.type !== undefined &&
    hit.url !== undefined
  );
}
