/**
 * A condition → a clause of DuckDB over a session row `s`, with every value bound. It says of each session what
 * compile-predicate.ts says: NULL never gets out of a test that stands under a `not`, so that `not` is always the other
 * half. A test that only chooses rows may give NULL for false: that is answered twice as fast.
 */
import type { Condition, Quantified } from '../contract/condition.ts';
import { checkCondition } from './check-condition.ts';
import type { CompileOptions } from './compile-predicate.ts';
import { countSql, placesSql, sequenceSql } from './history-sql.ts';
import { listOf } from './named-sessions.ts';
import { placeIn } from './place.ts';
import {
  type ClauseUse,
  type ConditionTables,
  hitsFrom,
  hitsKey,
  type SqlContext,
  speaksOf,
  tableOf,
} from './sql-context.ts';
import { testSql } from './test-sql.ts';

export interface CompileSqlOptions extends CompileOptions {
  tables?: ConditionTables;
  /** The number of the first bound value, where others stand before the clause. */
  firstParameter?: number;
  /** The clause only chooses rows, behind WHERE or WHEN: NULL may stand for false. */
  isFilter?: true | undefined;
}

export interface SqlClause {
  sql: string;
  values: string[];
}

const publicViews: ConditionTables = { sessions: 'sessions', hits: 'hits' };

/**
 * @param given a condition of the scope of a session
 * @returns a clause for `FROM sessions s WHERE …`; values are bound as texts and cast where they stand
 * @throws Problem `condition_invalid`, `condition_not_in_tables`
 */
export function compileSql(
  given: Condition,
  { timeZone, tables = publicViews, firstParameter = 1, named, isFilter }: CompileSqlOptions,
): SqlClause {
  return clauseOf(placeIn(checkCondition(given, 'session'), 'session'), {
    timeZone,
    tables,
    firstParameter,
    named,
    isFilter,
  });
}

/**
 * @param given a condition of one hit, without events
 * @returns a clause over a hit row `h`, and over its session `s` where `needsSession` says so
 * @throws Problem `condition_invalid`, `condition_not_in_tables`
 */
export function compileHitSql(
  given: Condition,
  { timeZone, tables = publicViews, firstParameter = 1, isFilter }: CompileSqlOptions,
): SqlClause & { needsSession: boolean } {
  const anyHit: Condition = { op: 'hits', which: 'any', of: given };
  const placed = placeIn(checkCondition(anyHit, 'session'), 'session') as typeof anyHit;
  const clause = clauseOf(placed.of, { timeZone, tables, firstParameter, isFilter });
  return { ...clause, needsSession: speaksOf(placed.of, 'session') };
}

function clauseOf(
  placed: Condition,
  {
    timeZone,
    tables,
    firstParameter,
    named,
    isFilter,
  }: Required<Pick<CompileSqlOptions, 'timeZone' | 'tables' | 'firstParameter'>> &
    Pick<CompileSqlOptions, 'named' | 'isFilter'>,
): SqlClause {
  const values: string[] = [];
  const context: SqlContext = {
    timeZone,
    tables,
    clause: (part, use) => conditionSql(part, context, use),
    sessionsOf: (condition) => listOf(condition, named),
    bind: (value, type = 'VARCHAR') =>
      `$${firstParameter + values.push(String(value)) - 1}::${type}`,
  };
  return { sql: conditionSql(placed, context, isFilter ? 'filter' : 'value'), values };
}

/** @param condition with all its hits and steps named, by `placeIn` */
function conditionSql(condition: Condition, context: SqlContext, use: ClauseUse): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      return `(${condition.of.map((part) => context.clause(part, use)).join(` ${condition.op.toUpperCase()} `)})`;
    case 'not':
      return `NOT ${context.clause(condition.of, 'value')}`;
    case 'hits':
      return hitsSql(condition, context);
    case 'steps':
      return stepsSql(condition, context);
    case 'event':
      return `s.session_id IN (SELECT session_id FROM (${placesSql(condition, context)}))`;
    case 'count':
      return countSql(condition, context);
    case 'sequence':
      return sequenceSql(condition, context);
    case 'label':
    case 'alert':
      return amongSql(context.sessionsOf(condition), context);
    default:
      return testSql(condition, context, use);
  }
}

function amongSql(sessions: readonly string[], { bind }: SqlContext): string {
  if (sessions.length === 0) return 'false';
  return `s.session_id IN (SELECT unnest(string_split(${bind(sessions.join(','))}, ','))::UUID)`;
}

function hitsSql({ which, of }: Extract<Quantified, { op: 'hits' }>, context: SqlContext): string {
  const clause = context.clause(of, which === 'every' ? 'value' : 'filter');
  const isLast = which === 'last';
  const from = hitsFrom(context, isLast || speaksOf(of, 'session'));
  const key = hitsKey(context);
  const rows = (where: string) => `s.${key} IN (SELECT h.${key} FROM ${from} WHERE ${where})`;
  if (which === 'any') return rows(clause);
  if (which === 'no') return `NOT ${rows(clause)}`;
  if (which === 'every') return `NOT ${rows(`NOT ${clause}`)}`;
  return rows(`h.number = ${isLast ? 's.hits' : '1'} AND ${clause}`);
}

function stepsSql(
  { which, of }: Extract<Quantified, { op: 'steps' }>,
  context: SqlContext,
): string {
  const { sessions, hits } = context.tables;
  const clause = context.clause(of, which === 'every' ? 'value' : 'filter');
  const hit = speaksOf(of, 'hit')
    ? ` JOIN ${hits} h ON h.session_id = t.session_id AND h.number = t.hit_number`
    : '';
  const session = speaksOf(of, 'session')
    ? ` JOIN ${sessions} s ON s.session_id = t.session_id`
    : '';
  const from = `${tableOf('steps', 'steps', context)} t${hit}${session}`;
  const rows = (where: string) =>
    `(h.session_id, h.number) IN (SELECT (t.session_id, t.hit_number) FROM ${from} WHERE ${where})`;
  if (which === 'any') return rows(clause);
  return which === 'no' ? `NOT ${rows(clause)}` : `NOT ${rows(`NOT ${clause}`)}`;
}
