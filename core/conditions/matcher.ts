/**
 * Many definitions → one matcher over a stream. A hit costs what it holds, not how many definitions there are: most of
 * them need a value or a literal that is not there, and are never looked at.
 *
 * What the event engine does with it: one matcher for each trigger; for each hit (or step, or session end) it asks
 * `tell(facts, watcher)` and runs the actions of each definition as it is told of it. Definitions come in their order and
 * each is evaluated after the one before was told of, so what an earlier one fired is in the history for a later one.
 */
import type { Condition } from '../contract/condition.ts';
import { checkCondition, type Scope } from './check-condition.ts';
import { type CompileOptions, compileVerdict, type Verdict } from './compile-predicate.ts';
import { type CompiledTest, Facts, isSetByEvents, TestTable } from './facts.ts';
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

/** Who is told of the definitions that hold, one by one. */
export interface Watcher<Id> {
  /** The place of the first waiting definition behind a place that is to be looked at, or Infinity. */
  wokenAfter(place: number): number;
  /** Takes a definition that holds. @returns false when the others are not to be looked at any more */
  holding(id: Id): boolean;
  /** Takes a definition that fails; the others go on. */
  failing(id: Id, error: unknown): void;
}

export interface Matcher<Id> {
  /** The different conditions of what happened before: what a history is asked for. */
  readonly histories: readonly HistoryCondition[];
  /** What is known of a view; other matchers over the same table may use it, too. */
  factsOf(view: View, history?: History): Facts;
  /** Tells of those whose condition holds, in their order, each evaluated when it is its turn. */
  tell(facts: Facts, watcher: Watcher<Id>): void;
}

/** The definitions that are looked at, by what was found in one index after the other. */
interface Chosen {
  places: readonly number[];
  /** With the tests that the next index finds. The sets are shared, so that few different ones come. */
  next: WeakMap<ReadonlySet<number>, Chosen>;
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

  const asked = [...indexes];
  const none: Chosen = { places: always, next: new WeakMap() };

  function candidates(facts: Facts): readonly number[] {
    let chosen = none;
    for (const index of asked) {
      const found = facts.found(index);
      if (found.size > 0) chosen = chosen.next.get(found) ?? choose(chosen, found);
    }
    return chosen.places;
  }

  function choose(before: Chosen, found: ReadonlySet<number>): Chosen {
    const places = new Set(before.places);
    for (const test of found) for (const place of waiting.get(test) ?? []) places.add(place);
    const chosen: Chosen =
      places.size === before.places.length
        ? before
        : { places: [...places].sort((one, other) => one - other), next: new WeakMap() };
    before.next.set(found, chosen);
    return chosen;
  }

  function tell(facts: Facts, watcher: Watcher<Id>): void {
    const found = candidates(facts);
    let next = 0;
    for (let place = -1; ; ) {
      const own = found[next] ?? Infinity;
      // What has just fired may wake a definition that comes later.
      place = Math.min(own, watcher.wokenAfter(place));
      if (place === Infinity) return;
      if (place === own) next += 1;
      const { id, verdict } = compiled[place] as Compiled<Id>;
      let isHolding = false;
      try {
        isHolding = verdict(facts);
      } catch (error) {
        watcher.failing(id, error);
      }
      if (isHolding && !watcher.holding(id)) return;
    }
  }

  return {
    get histories() {
      return table.histories;
    },
    factsOf: (view, history) => new Facts(table, view, history),
    tell,
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
    if (condition.op === 'and')
      return known.sort((one, other) => weightOf(one, table) - weightOf(other, table))[0];
    return known.length === parts.length ? [...new Set(known.flat())] : undefined;
  }
  if (!('field' in condition) || condition.op === '!=') return undefined;
  const { home, name, type } = findField(condition.field);
  if (!homes.includes(home) || isSetByEvents(name)) return undefined;
  const number = table.numberOf(condition);
  if (table.tests[number]?.alone === undefined) return [number];
  // No comparison holds of a number that is not there, and most hits have no status and no duration.
  if ((type !== 'number' && type !== 'duration') || condition.op === 'is empty') return undefined;
  return [table.numberOf({ op: 'exists', field: condition.field })];
}

const weights = { ofPresence: 100, ofEverybody: 1_000 };

/** How often tests are likely to wake a definition: of those that it needs all, the rarest are the best to wait for. */
function weightOf(tests: readonly number[], table: TestTable): number {
  const extra = tests.map((number) => {
    const { index, op } = table.tests[number] as CompiledTest;
    if (index.field.name === 'hit.type') return weights.ofEverybody;
    return op === 'exists' ? weights.ofPresence : 0;
  });
  return tests.length + Math.max(...extra);
}
