/** Values that events record and report: texts cut to size, numbers as people write them. */

import { type FieldValue, readValues, type View } from '../conditions/field-values.ts';
import { findField } from '../conditions/fields.ts';
import { wellFormed } from '../conditions/folded-text.ts';
import { eventLimits, type ValueSource } from '../contract/event.ts';
import { EventFailure } from './event-fault.ts';

/** Reads one value where an event fires; undefined where there is none. */
export type ReadValue = (view: View) => FieldValue | undefined;

export function compileSource(source: ValueSource): ReadValue {
  if (source.kind === 'fixed') return () => source.value;
  if (source.kind === 'hit_attribute') return ({ taken }) => taken?.ofHit(source.name)[0];
  if (source.kind === 'step_attribute') {
    return ({ taken, step }) => step && taken?.ofStep(source.name, step)[0];
  }
  const { name, parameter } = findField(source.field);
  return (view) => readValues(name, parameter, view)[0];
}

const nul = /\0/g;

/** As every store keeps it: well-formed, without NUL, cut at the limit and not within a character. */
export function recordedText(value: FieldValue): string {
  const { valueLengthMax } = eventLimits;
  // Cut first: what comes may be a megabyte.
  const text = wellFormed(String(value).slice(0, valueLengthMax + 1)).replace(nul, '');
  return text.length <= valueLengthMax
    ? text
    : text.slice(0, valueLengthMax).replace(/[\ud800-\udbff]$/, '');
}

/** @throws EventFailure where there is a value that is no number */
export function recordedNumber(value: FieldValue | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = typeof value === 'string' ? readNumber(value) : Number(value);
  if (number !== undefined && Number.isFinite(number)) return number;
  throw new EventFailure(`"${recordedText(value).slice(0, 60)}" is no number`);
}

const numberLengthMax = 40;

/**
 * A number as pages show it: `1,234.50`, `1.234,50 €`, `CHF 1'234.50`, `-12`. Where one sign stands both for thousands
 * and for the point, three digits behind a single one are thousands.
 */
export function readNumber(text: string): number | undefined {
  if (text.length > 4 * numberLengthMax) return undefined;
  const trimmed = text.trim().replace(/[\s\u00a0\u202f'’]/g, '');
  const plain = /^-?\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?$/i;
  if (plain.test(trimmed)) return Number(trimmed);
  const found = /^[^\d.,-]{0,10}([-−]?)[^\d.,-]{0,5}(\d[\d.,]*)[^\d.,]{0,10}$/.exec(trimmed);
  const digits = found?.[2];
  if (digits === undefined || digits.length > numberLengthMax) return undefined;
  const sign = found?.[1] ? -1 : 1;
  const number = Number(withPoint(digits.replace(/[.,]$/, '')));
  return Number.isFinite(number) ? sign * number : undefined;
}

/** The last of two different signs is the point; a single comma is one unless three digits follow. */
function withPoint(digits: string): string {
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (last < 0) return digits;
  const sign = digits.charAt(last);
  const other = sign === '.' ? ',' : '.';
  const isRepeated = digits.indexOf(sign) !== last;
  const isThousands =
    isRepeated || (sign === ',' && !digits.includes(other) && digits.length - last === 4);
  if (isThousands) return digits.replace(/[.,]/g, '');
  return `${digits.slice(0, last).replace(/[.,]/g, '')}.${digits.slice(last + 1)}`;
}
