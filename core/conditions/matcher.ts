/**
 * Many definitions → one matcher over a stream. A hit costs what it holds, not how many definitions there are: most of
 * them need a value or a literal that is not there, and are never looked at.
 *
 * What the event engine does with it: one matcher for each trigger; for each hit (or step, or session end) it asks
 * `holding(view, history)` and runs the actions of each definition as it comes out. Definitions come in their order and
 * are evaluated only when the next one is asked for, so what an earlier one fired is in `history` for a later one.
 */
import type { Condition, FieldTest } from '../contract/condition.ts';
import { checkCondition, type Scope } from './check-condition.ts';
import { type CompileOptions, compileVerdict, type Verdict } from './compile-predicate.ts';
import { Facts, isSetByEvents, TestTable } from './facts.ts';
import type { FieldIndex } from './field-index.ts';
import type { View } from './field-values.ts';
import { type FieldHome, findField } from './fields.ts';
import type { History, HistoryCondition } from './history.ts';
import { placeIn } from './place.ts';

export interface Definition<Id> {
  id: Id;
  condition: Condition;
  /** It holds only after something happened that its user knows of: it is looked at where `woken` names it. */
  waits?: boolean;
}

/** How one look at a view is taken. */
export interface Look<Id> {
  /** What is known of the view already, by another matcher over the same table. */
  facts?: Facts;
  /** The place of the first waiting definition behind a place that is to be looked at, or Infinity. */
  woken?: (after: number) => number;
  /** Takes a definition that fails; the others go on. Without it the failure is thrown. */
  failed?: (id: Id, error: unknown) => void;
}

export interface Matcher<Id> {
  /** The different conditions of what happened before: what a history is asked for. */
  readonly histories: readonly HistoryCondition[];
  /** Those whose condition holds, in their order, each evaluated when it is its turn. */
  holding(view: View, history?: History, look?: Look<Id>): Iterable<Id>;
}

interface Compiled<Id> {
  id: Id;
  verdict: Verdict;
}

const direct: Record<Scope, readonly FieldHome[]> = {
  session: ['session'],
  hit: ['session', 'hit'],
  step: ['session', 'hit', 'step'],
};

/** @throws Problem `condition_invalid` for the first condition that cannot be asked in the scope */
export function createMatcher<Id>(
  definitions: readonly Definition<Id>[],
  scope: Scope,
  { timeZone, table = new TestTable(timeZone) }: CompileOptions,
): Matcher<Id> {
  const compiled: Compiled<Id>[] = [];
  const always: number[] = [];
  /** Test → the definitions that cannot hold unless it or another of theirs does. */
  const waiting = new Map<number, number[]>();
  const indexes = new Set<FieldIndex>();

  for (const { id, condition, waits } of definitions) {
    const placed = placeIn(checkCondition(condition, scope), scope);
    const place = compiled.push({ id, verdict: compileVerdict(placed, table) }) - 1;
    if (waits) continue;
    const needed = neededTests(placed, table, direct[scope]);
    if (needed === undefined) always.push(place);
    for (const test of needed ?? []) {
      const list = waiting.get(test) ?? [];
      waiting.set(test, list);
      list.push(place);
      indexes.add((table.tests[test] as { index: FieldIndex }).index);
    }
  }

  function candidates(facts: Facts): readonly number[] {
    let woken: Set<number> | undefined;
    for (const index of indexes) {
      for (const test of facts.found(index)) {
        for (const place of waiting.get(test) ?? []) {
          woken ??= new Set(always);
          woken.add(place);
        }
      }
    }
    return woken === undefined ? always : [...woken].sort((one, other) => one - other);
  }

  function holds(facts: Facts, place: number, failed: Look<Id>['failed']): boolean {
    const { id, verdict } = compiled[place] as Compiled<Id>;
    if (failed === undefined) return verdict(facts);
    try {
      return verdict(facts);
    } catch (error) {
      failed(id, error);
      return false;
    }
  }

  return {
    get histories() {
      return table.histories;
    },
    *holding(view, history, look = {}) {
      const facts = look.facts ?? new Facts(table, view, history);
      const found = candidates(facts);
      let next = 0;
      for (let place = -1; ; ) {
        // What has just fired may wake a definition that comes later.
        const woken = look.woken?.(place) ?? Infinity;
        place = Math.min(found[next] ?? Infinity, woken);
        if (place === Infinity) return;
        if (place === found[next]) next += 1;
        if (holds(facts, place, look.failed)) yield (compiled[place] as Compiled<Id>).id;
      }
    },
  };
}

/** Tests of which at least one holds whenever the condition does, or nothing where there are no such. */
function neededTests(
  condition: Condition,
  table: TestTable,
  homes: readonly FieldHome[],
): number[] | undefined {
  if (condition.op === 'and' || condition.op === 'or') {
    const parts = condition.of.map((part) => neededTests(part, table, homes));
    const known = parts.filter((part) => part !== undefined);
    if (condition.op === 'and') return known.sort((one, other) => one.length - other.length)[0];
    return known.length === parts.length ? [...new Set(known.flat())] : undefined;
  }
  if (!('field' in condition) || condition.op === '!=') return undefined;
  return isIndexed(condition, table, homes) ? [table.numberOf(condition)] : undefined;
}

function isIndexed(test: FieldTest, table: TestTable, homes: readonly FieldHome[]): boolean {
  const { home, name } = findField(test.field);
  if (!homes.includes(home) || isSetByEvents(name)) return false;
  return table.tests[table.numberOf(test)]?.alone === undefined;
}
