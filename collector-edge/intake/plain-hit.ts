/**
 * The short way of the common hit: texts and numbers only, all of them good. Nearly every page view is one, and the
 * schema needs ten times as long to say so. Whatever is not plain goes to the schema, which alone refuses.
 */
import { type Hit, hitForms, hitLimits, hitTypes } from '../../core/contract/hit.ts';

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
