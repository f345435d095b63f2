/**
 * A condition → what the tables are asked to find its sessions. Where the index has named the sessions of a test, their
 * ids stand for it; where neither tables nor index can answer a part, it is left out, and the clause holds for more
 * sessions than the condition: those are then read whole.
 */
import { compileSql } from '../conditions/compile-sql.ts';
import type { NamedLists } from '../conditions/named-sessions.ts';
import type { ConditionTables } from '../conditions/sql-context.ts';
import { isValueTest } from '../conditions/value-test.ts';
import type { Condition, FieldTest } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';

export interface SearchClause {
  /** For `FROM sessions s WHERE …`. */
  sql: string;
  values: string[];
  /** The clause holds for exactly the sessions that are meant. */
  isExact: boolean;
  /** It holds for no more sessions than this; left out where that is not known before. */
  sessionsMax?: number | undefined;
}

export interface SearchClauseOptions {
  timeZone: string;
  tables: ConditionTables;
  /** The sessions that the index has found for a test; undefined where it was not asked, or could not say. */
  found: (test: FieldTest) => readonly string[] | undefined;
  /** The sessions that names in the condition stand for. */
  named?: NamedLists | undefined;
  /** The number of the first bound value. */
  firstParameter: number;
}

/** So few sessions are sooner read than looked for in the rows of all hits. */
const readRatherMax = 200;

type Part = Pick<SearchClause, 'sql' | 'isExact' | 'sessionsMax'>;

/**
 * @param placed a checked condition with its hits named, by `placeIn`
 * @returns undefined where nothing of it narrows the sessions down
 */
export function searchClause(
  placed: Condition,
  { timeZone, tables, found, firstParameter, named }: SearchClauseOptions,
): SearchClause | undefined {
  const values: string[] = [];

  function among(ids: readonly string[]): string {
    if (ids.length === 0) return 'false';
    const parameter = `$${values.push(ids.join(','))}::VARCHAR`;
    return `s.session_id IN (SELECT unnest(string_split(${parameter}, ','))::UUID)`;
  }

  const partNamed = (ids: readonly string[], isExact: boolean): Part => ({
    sql: among(ids),
    isExact,
    sessionsMax: ids.length,
  });

  /** As the tables answer it. */
  function inTables(condition: Condition): Part | undefined {
    try {
      const first = values.length + 1;
      const compiled = compileSql(condition, { timeZone, tables, firstParameter: first, named });
      values.push(...compiled.values);
      return { sql: compiled.sql, isExact: true };
    } catch (error) {
      if (error instanceof Problem && error.code === 'condition_not_in_tables') return undefined;
      throw error;
    }
  }

  function partOf(condition: Condition): Part | undefined {
    if (condition.op === 'and') return allOf(condition.of.map(partOf));
    if (condition.op === 'or') return anyOf(condition.of.map(partOf));
    const ids = idsOf(condition, found);
    if (ids !== undefined && (ids.isExact || ids.sessions.length <= readRatherMax))
      return partNamed(ids.sessions, ids.isExact);
    return inTables(condition) ?? less(condition, ids?.sessions);
  }

  /** What is left of a part that the tables cannot answer. */
  function less(condition: Condition, ids: readonly string[] | undefined): Part | undefined {
    const known = ids === undefined ? undefined : partNamed(ids, false);
    if (condition.op !== 'hits' || condition.which !== 'any') return known;
    const { of } = condition;
    if (of.op === 'or')
      return anyOf(of.of.map((part) => partOf({ ...condition, of: part }))) ?? known;
    if (of.op !== 'and') return known;
    const answered = of.of.filter((part) => isInTables(part));
    if (answered.length === 0) return known;
    const [first] = answered;
    const rest: Condition = answered.length === 1 && first ? first : { op: 'and', of: answered };
    const hits = inTables({ ...condition, of: rest });
    return allOf([known, hits && { ...hits, isExact: false }]);
  }

  const isInTables = (hit: Condition) =>
    inTables({ op: 'hits', which: 'any', of: hit }) !== undefined;

  const whole = partOf(placed);
  return whole && { ...whole, ...onlyUsed(whole.sql, values, firstParameter) };
}

/** Values of parts that were left out go, and the others are numbered anew. */
function onlyUsed(sql: string, values: readonly string[], firstParameter: number) {
  const used: string[] = [];
  const numbers = new Map<string, number>();
  const numbered = sql.replace(/\$(\d+)(?=::)/g, (_, number: string) => {
    const known =
      numbers.get(number) ?? firstParameter - 1 + used.push(values[Number(number) - 1] ?? '');
    numbers.set(number, known);
    return `$${known}`;
  });
  return { sql: numbered, values: used };
}

/** What is left out narrows nothing down, and is for those who read the sessions. */
function allOf(parts: readonly (Part | undefined)[]): Part | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  return {
    sql: `(${known.map(({ sql }) => sql).join(' AND ')})`,
    isExact: known.length === parts.length && known.every(({ isExact }) => isExact),
    sessionsMax: known.reduce<number | undefined>(
      (least, { sessionsMax: max }) => (max === undefined ? least : Math.min(least ?? max, max)),
      undefined,
    ),
  };
}

function anyOf(parts: readonly (Part | undefined)[]): Part | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  return {
    sql: `(${known.map(({ sql }) => sql).join(' OR ')})`,
    isExact: known.every(({ isExact }) => isExact),
    sessionsMax: known.every(({ sessionsMax }) => sessionsMax !== undefined)
      ? known.reduce((sum, { sessionsMax = 0 }) => sum + sessionsMax, 0)
      : undefined,
  };
}

/** The sessions that may meet a part by what the index has found; `isExact` where those are all that do. */
function idsOf(
  condition: Condition,
  found: SearchClauseOptions['found'],
): { sessions: readonly string[]; isExact: boolean } | undefined {
  if (condition.op === 'hits') {
    if (condition.which !== 'any') return undefined;
    const { of } = condition;
    if (of.op === 'steps' && of.which === 'any') return idsOf({ ...condition, of: of.of }, found);
    if (of.op === 'and') {
      const known = of.of
        .map((part) => idsOf({ ...condition, of: part }, found))
        .filter((ids) => ids !== undefined)
        .sort((one, other) => one.sessions.length - other.sessions.length);
      const [fewest] = known;
      return fewest && { sessions: fewest.sessions, isExact: false };
    }
    if (of.op === 'or') {
      const known = of.of.map((part) => idsOf({ ...condition, of: part }, found));
      const sessions = known.flatMap((ids) => ids?.sessions ?? []);
      if (known.some((ids) => ids === undefined)) return undefined;
      return { sessions: [...new Set(sessions)], isExact: known.every((ids) => ids?.isExact) };
    }
    return idsOf(of, found);
  }
  if (!isFieldTest(condition) || !isValueTest(condition)) return undefined;
  const sessions = found(condition);
  return sessions && { sessions, isExact: true };
}

const notTests = 'and or not hits steps event count sequence label alert'.split(' ');

export const isFieldTest = (condition: Condition): condition is FieldTest =>
  !notTests.includes(condition.op);

/** The tests of a placed condition that the index may be asked: those whose sessions are all that can be meant. */
export function testsOf(placed: Condition): FieldTest[] {
  switch (placed.op) {
    case 'and':
    case 'or':
      return placed.of.flatMap(testsOf);
    case 'hits':
    case 'steps':
      return placed.which === 'any' ? testsOf(placed.of) : [];
    case 'not':
    case 'event':
    case 'count':
    case 'sequence':
    case 'label':
    case 'alert':
      return [];
    default:
      return isValueTest(placed) ? [placed] : [];
  }
}
