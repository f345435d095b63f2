/**
 * Dimension values of facts: always text, without regard to case. `[Empty]` where there is none, `[Others]` for what
 * a list leaves out, `[Limit]` for what is over the number of different values in an hour.
 */

import type { View } from '../conditions/field-values.ts';
import { foldCase } from '../conditions/folded-text.ts';
import type { EventDimension } from '../contract/event.ts';
import { compileSource, recordedText } from './values.ts';

export const emptyValue = '[Empty]';
export const otherValue = '[Others]';
export const limitValue = '[Limit]';

export interface CompiledDimension {
  readonly name: string;
  readonly valuesPerHourMax: number;
  read(view: View): string;
}

/** A value is looked for on the allow list, then on the block list, and then takes the name of its group. */
export function compileDimension(dimension: EventDimension): CompiledDimension {
  const { name, valuesPerHourMax, allow, block, groups } = dimension;
  const source = compileSource(dimension.from);
  const key = (value: string) => foldCase(recordedText(value).trim());
  const allowed = allow && new Map(allow.map((value) => [key(value), recordedText(value)]));
  const blocked = new Set((block ?? []).map(key));
  const grouped = new Map(
    Object.entries(groups ?? {}).map(([value, group]) => [key(value), recordedText(group)]),
  );
  return {
    name,
    valuesPerHourMax,
    read(view) {
      const value = source(view);
      const folded = value === undefined ? '' : key(String(value));
      if (folded === '') return emptyValue;
      if (allowed !== undefined && !allowed.has(folded)) return otherValue;
      if (blocked.has(folded)) return otherValue;
      return grouped.get(folded) ?? allowed?.get(folded) ?? folded;
    },
  };
}
