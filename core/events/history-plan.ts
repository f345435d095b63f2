/**
 * What the conditions of an event set ask of what happened before, arranged by the event that answers: when one fires,
 * only the conditions that name it are touched.
 */
import { compileTest } from '../conditions/compile-predicate.ts';
import { Facts, type TestTable } from '../conditions/facts.ts';
import type { ConditionSession, EventOccurrence } from '../conditions/field-values.ts';
import type { HistoryCondition } from '../conditions/history.ts';
import type { EventCondition, Happening, Within } from '../contract/condition.ts';

/** What an occurrence of an event is for one condition. */
export interface HistoryPart {
  condition: number;
  /** Of a sequence: the stage that it may be. */
  stage: number;
  /** It must not come: the end of a "then not". */
  not: boolean;
  within: Within | undefined;
  meets: ((session: ConditionSession, occurrence: EventOccurrence) => boolean) | undefined;
}

export interface HistoryPlan {
  /** The conditions that are kept while hits come in. */
  readonly numbers: ReadonlyMap<HistoryCondition, number>;
  readonly conditions: readonly HistoryCondition[];
  /** Event → its parts; of one condition the later stage first, so that an occurrence is never two stages at once. */
  readonly parts: ReadonlyMap<string, readonly HistoryPart[]>;
}

/** Whether a condition speaks of events alone: of hits, none are kept. */
export const isKept = (condition: HistoryCondition): boolean =>
  happeningsOf(condition).every(({ op }) => op === 'event');

export function happeningsOf(condition: HistoryCondition): Happening[] {
  if (condition.op === 'event') return [condition];
  if (condition.op === 'count') return [condition.of];
  return condition.stages.map(({ of }) => of);
}

export function planHistory(table: TestTable): HistoryPlan {
  const conditions = table.histories.filter(isKept);
  const parts = new Map<string, HistoryPart[]>();
  const add = (event: EventCondition, part: Omit<HistoryPart, 'meets'>) => {
    const list = parts.get(event.name) ?? [];
    parts.set(event.name, list);
    list.push({ ...part, meets: compileWith(event, table) });
  };
  conditions.forEach((condition, number) => {
    if (condition.op === 'sequence') {
      for (let stage = condition.stages.length - 1; stage >= 0; stage -= 1) {
        const { of, not, within } = condition.stages[stage] as (typeof condition.stages)[number];
        if (of.op !== 'event') continue;
        add(of, { condition: number, stage, not: not === true, within });
      }
      return;
    }
    for (const happening of happeningsOf(condition)) {
      if (happening.op !== 'event') continue;
      add(happening, { condition: number, stage: 0, not: false, within: undefined });
    }
  });
  return {
    numbers: new Map(conditions.map((condition, number) => [condition, number])),
    conditions,
    parts,
  };
}

function compileWith(event: EventCondition, table: TestTable): HistoryPart['meets'] {
  if (event.with === undefined) return undefined;
  const verdict = compileTest(event.with, table);
  return (session, occurrence) => verdict(new Facts(table, { session, event: occurrence }));
}
