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
import { Facts, TestTable } from './facts.ts';
import type { FieldIndex } from './field-index.ts';
import type { View } from './field-values.ts';
import { type FieldHome, findField } from './fields.ts';
import type { History, HistoryCondition } from './history.ts';
import { placeIn } from './place.ts';

export interface Definition<Id> {
  id: Id;
  condition: Condition;
}

export interface Matcher<Id> {
  /** The different conditions of what happened before: what a history is asked for. */
  readonly histories: readonly HistoryCondition[];
  /** Those whose condition holds, in their order, each evaluated when it is its turn. */
  holding(view: View, history?: History): Iterable<Id>;
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
  { timeZone }: CompileOptions,
): Matcher<Id> {
  const table = new TestTable(timeZone);
  const compiled: Compiled<Id>[] = [];
  const always: number[] = [];
  /** Test → the definitions that cannot hold unless it or another of theirs does. */
  const waiting = new Map<number, number[]>();
  const indexes = new Set<FieldIndex>();

  for (const { id, condition } of definitions) {
    const placed = placeIn(checkCondition(condition, scope), scope);
    const place = compiled.push({ id, verdict: compileVerdict(placed, table) }) - 1;
    const needed = neededTests(placed, table, direct[scope]);
    if (needed === undefined) always.push(place);
    for (const test of needed ?? []) {
      const list = waiting.get(test) ?? [];
      waiting.set(test, list);
      list.push(place);
      indexes.add((table.tests[test] as { index: FieldIndex }).index);
    }
  }

  function candidates(facts: Facts): number[] {
    const woken = new Set<number>(always);
    for (const index of indexes) {
      for (const test of facts.found(index)) {
        for (const place of waiting.get(test) ?? []) woken.add(place);
      }
    }
    return [...woken].sort((one, other) => one - other);
  }

  return {
    histories: table.histories,
    *holding(view, history) {
      const facts = new Facts(table, view, history);
      for (const place of candidates(facts)) {
        const { id, verdict } = compiled[place] as Compiled<Id>;
        if (verdict(facts)) yield id;
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
  if (!homes.includes(findField(test.field).home)) return false;
  return table.tests[table.numberOf(test)]?.alone === undefined;
}
