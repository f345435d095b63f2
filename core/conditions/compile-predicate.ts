/**
 * A condition → a function that says whether it holds. For one condition over whole sessions (search, dry runs, live
 * filters); many definitions over a stream of hits go through matcher.ts, which uses the same parts.
 */
import type { Condition, EventCondition, FieldTest, Happening } from '../contract/condition.ts';
import { checkCondition } from './check-condition.ts';
import { Facts, TestTable } from './facts.ts';
import type { ConditionSession } from './field-values.ts';
import { compareCounts, type HistoryCondition, isSequence, type Place } from './history.ts';
import { listOf, type NamedLists } from './named-sessions.ts';
import { placeIn } from './place.ts';

export type Verdict = (facts: Facts) => boolean;

export interface CompileOptions {
  /** The dataset's: days and times without an offset of their own are in it. */
  timeZone: string;
  /** The tests of other definitions over the same stream, to share work with. */
  table?: TestTable;
  /** The sessions that names stand for; without it no condition may name any. */
  named?: NamedLists | undefined;
}

/**
 * @param given a condition of the scope of a session
 * @throws Problem `condition_invalid`
 * @example const holds = compilePredicate(parseCondition('browser = "Firefox"', 'session'), { timeZone: 'UTC' });
 */
export function compilePredicate(
  given: Condition,
  { timeZone, named }: CompileOptions,
): (session: ConditionSession) => boolean {
  const table = new TestTable(timeZone, named);
  const verdict = compileVerdict(placeIn(checkCondition(given, 'session'), 'session'), table);
  return (session) => verdict(new Facts(table, { session }));
}

/** @param condition with all its hits and steps named, by `placeIn` */
export function compileVerdict(condition: Condition, table: TestTable): Verdict {
  const of = (part: Condition) => compileVerdict(part, table);
  switch (condition.op) {
    case 'and': {
      const parts = condition.of.map(of);
      return (facts) => {
        for (const part of parts) if (!part(facts)) return false;
        return true;
      };
    }
    case 'or': {
      const parts = condition.of.map(of);
      return (facts) => {
        for (const part of parts) if (part(facts)) return true;
        return false;
      };
    }
    case 'not': {
      const part = of(condition.of);
      return (facts) => !part(facts);
    }
    case 'hits':
    case 'steps':
      return quantified(condition.which, of(condition.of));
    case 'event':
    case 'count':
    case 'sequence': {
      const known = table.historyOf(condition);
      const counted = compileHistory(known, table);
      return (facts) => facts.history?.holds(known) ?? counted(facts);
    }
    case 'label':
    case 'alert': {
      const sessions = new Set(listOf(condition, table.named));
      return ({ view }) => sessions.has(view.session.id);
    }
    default:
      return compileTest(condition, table);
  }
}

/** One test of a field as a verdict. */
export function compileTest(test: FieldTest, table: TestTable): Verdict {
  if (test.op === '!=') {
    const equal = table.numberOf({ ...test, op: '=' });
    return (facts) => !facts.holds(equal);
  }
  const number = table.numberOf(test);
  return (facts) => facts.holds(number);
}

function quantified(which: string, part: Verdict): Verdict {
  if (which === 'every') return (facts) => facts.inner().every(part);
  if (which === 'no') return (facts) => !facts.inner().some(part);
  if (which === 'any') return (facts) => facts.inner().some(part);
  return (facts) => {
    const one = facts.inner().at(which === 'first' ? 0 : -1);
    return one !== undefined && part(one);
  };
}

/** Answers out of the events that the session holds. */
function compileHistory(condition: HistoryCondition, table: TestTable): Verdict {
  if (condition.op === 'event') {
    const places = compilePlaces(condition, table);
    return (facts) => places(facts).length > 0;
  }
  if (condition.op === 'count') {
    const places = compilePlaces(condition.of, table);
    const { compare, value } = condition;
    return (facts) => compareCounts(places(facts).length, compare, value);
  }
  const stages = condition.stages.map((stage) => ({
    placesIn: compilePlaces(stage.of, table),
    not: stage.not === true,
    within: stage.within,
  }));
  return (facts) =>
    isSequence(stages.map(({ placesIn, ...stage }) => ({ ...stage, places: placesIn(facts) })));
}

function compilePlaces(happening: Happening, table: TestTable): (facts: Facts) => Place[] {
  if (happening.op === 'event') return eventPlaces(happening, table);
  const part = compileVerdict(happening.of, table);
  return (facts) =>
    facts.inner().flatMap((one, index) => {
      const at = one.view.hit?.at ?? 0;
      return part(one) ? [{ hitNumber: index + 1, ordinal: 0, at }] : [];
    });
}

function eventPlaces(event: EventCondition, table: TestTable): (facts: Facts) => Place[] {
  const meets = event.with === undefined ? undefined : compileTest(event.with, table);
  return ({ view }) =>
    (view.session.events ?? [])
      .filter((one) => one.name === event.name)
      .filter(
        (one) =>
          meets === undefined || meets(new Facts(table, { session: view.session, event: one })),
      )
      .map(({ hitNumber, number, at }) => ({ hitNumber, ordinal: number, at }))
      .sort((one, other) => one.hitNumber - other.hitNumber || one.ordinal - other.ordinal);
}
