/**
 * How many different values a dimension may report in an hour: the first so many as sessions are stored, and `[Limit]`
 * from there on. What counts is what is stored: after a crash the same sessions report the same.
 */
import type { Fact } from '../contract/event.ts';
import type { CompiledEventSet } from './compile.ts';
import { emptyValue, limitValue, otherValue } from './dimensions.ts';

const hourMs = 3_600_000;
/** Hours whose values are remembered; others are asked for again. */
const hoursMax = 200;
const marks: readonly string[] = [emptyValue, otherValue, limitValue];

/** A value that is stored already. */
export interface StoredValue {
  hour: number;
  event: string;
  dimension: string;
  value: string;
}

export const hourOf = (atMs: number) => Math.floor(atMs / hourMs);

/** @param stored gives the different dimension values of facts in these hours since 1970 */
export function createDimensionLimits(
  stored: (hours: readonly number[]) => Promise<readonly StoredValue[]>,
) {
  /** Hour → event and dimension → its values so far. */
  const seen = new Map<number, Map<string, Set<string>>>();
  /** Those of the batch before: it may not be stored yet. */
  let hoursBefore = new Set<number>();

  function valuesOf({ hour, event, dimension }: Omit<StoredValue, 'value'>): Set<string> {
    const ofHour = seen.get(hour) ?? new Map<string, Set<string>>();
    seen.set(hour, ofHour);
    const key = `${event}\0${dimension}`;
    const values = ofHour.get(key) ?? new Set<string>();
    ofHour.set(key, values);
    return values;
  }

  async function recall(facts: readonly Fact[]): Promise<void> {
    const hours = new Set(facts.map(({ at }) => hourOf(at)));
    const kept = new Set([...hoursBefore, ...hours]);
    hoursBefore = hours;
    const missing = [...hours].filter((hour) => !seen.has(hour));
    if (missing.length === 0) return;
    const known = await stored(missing);
    for (const hour of missing) if (!seen.has(hour)) seen.set(hour, new Map());
    for (const one of known) if (!marks.includes(one.value)) valuesOf(one).add(one.value);
    for (const hour of seen.keys()) {
      if (seen.size <= hoursMax) break;
      if (!kept.has(hour)) seen.delete(hour);
    }
  }

  function limit(fact: Fact, set: CompiledEventSet): void {
    const { dimensions } = fact;
    if (dimensions === undefined) return;
    for (const { name, valuesPerHourMax } of set.dimensions.get(fact.event) ?? []) {
      const value = dimensions[name];
      if (value === undefined || marks.includes(value)) continue;
      const values = valuesOf({ hour: hourOf(fact.at), event: fact.event, dimension: name });
      if (values.has(value)) continue;
      if (values.size < valuesPerHourMax) values.add(value);
      else dimensions[name] = limitValue;
    }
  }

  return {
    /** Takes the sessions of a batch in their order, and changes the values that are over the limit. */
    async apply(
      sessions: readonly {
        facts: readonly Fact[] | undefined;
        set: CompiledEventSet | undefined;
      }[],
    ): Promise<void> {
      const withDimensions = sessions.flatMap(({ facts, set }) =>
        facts === undefined || set === undefined || set.dimensions.size === 0
          ? []
          : facts.flatMap((fact) => (fact.dimensions === undefined ? [] : [{ fact, set }])),
      );
      if (withDimensions.length === 0) return;
      await recall(withDimensions.map(({ fact }) => fact));
      for (const { fact, set } of withDimensions) limit(fact, set);
    },
  };
}
