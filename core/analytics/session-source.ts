/**
 * The sessions that a part of a query speaks of, as a SELECT for `s`: those of a range, without robots, that meet the
 * filter; each with what labels, goals and its visitor's history say of it.
 */
import { compileHitSql, compileSql } from '../conditions/compile-sql.ts';
import { type JoinedLists, listsOf, type NamedLists } from '../conditions/named-sessions.ts';
import { parseCondition } from '../conditions/parse.ts';
import type { ConditionTables } from '../conditions/sql-context.ts';
import type { Condition } from '../contract/condition.ts';
import type { Definitions } from '../contract/definition.ts';
import type { Goal } from '../contract/goal.ts';
import { Problem } from '../contract/problem.ts';
import { findNamed, labelCondition } from './definition-lookup.ts';
import { instantSql } from './local-time.ts';

export interface QueryContext {
  timeZone: string;
  definitions: Definitions;
}

/** Instants, epoch milliseconds. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** The values of a statement, bound by number as its text grows. */
export interface Binder {
  values: string[];
  bind(value: string): string;
}

export function createBinder(): Binder {
  const values: string[] = [];
  return { values, bind: (value) => `$${values.push(value)}::VARCHAR` };
}

/** A session lasts a day at the most, and its hits lie no further from a range that it touches. */
const nearMs = 2 * 86_400_000;

function tablesNear({ fromMs, toMs }: Span): ConditionTables {
  const bounds = `"at" >= ${instantSql(fromMs - nearMs)} AND "at" < ${instantSql(toMs + nearMs)}`;
  return {
    sessions: 'store.sessions',
    hits: `(SELECT * FROM store.hits WHERE ${bounds})`,
    sessionNumber: 'session_row',
    events: `(SELECT * FROM store.events WHERE ${bounds})`,
    sessionValues: 'store.session_values',
  };
}

/** What is wrong with a definition is said with its name: it is not what was asked for. */
export function asPartOf<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isCondition = error instanceof Problem && error.code.startsWith('condition_');
    if (!isCondition) throw error;
    throw new Problem(error.code, `In ${what}: ${error.message}`, { cause: error });
  }
}

/** Lists are long, and each part of a statement asks for them again. */
const knownLists = new WeakMap<JoinedLists, NamedLists>();

function namedOf({ namedSessions }: Definitions): NamedLists | undefined {
  if (namedSessions === undefined) return undefined;
  const lists = knownLists.get(namedSessions) ?? listsOf(namedSessions);
  knownLists.set(namedSessions, lists);
  return lists;
}

/** A clause over a session row `s`, to choose by: it may be NULL where it does not hold. */
export function sessionClause(
  condition: string | Condition,
  span: Span,
  { timeZone, definitions }: QueryContext,
  binder: Binder,
): string {
  const tree = typeof condition === 'string' ? parseCondition(condition, 'session') : condition;
  const { sql, values } = compileSql(tree, {
    timeZone,
    tables: tablesNear(span),
    named: namedOf(definitions),
    firstParameter: binder.values.length + 1,
    isFilter: true,
  });
  binder.values.push(...values);
  return sql;
}

/** A clause over a hit row `h`, and its session `s` where `needsSession` says so, to choose by. */
export function hitClause(
  condition: string,
  span: Span,
  { timeZone }: QueryContext,
  binder: Binder,
): { sql: string; needsSession: boolean } {
  const { sql, values, needsSession } = compileHitSql(parseCondition(condition, 'hit'), {
    timeZone,
    tables: tablesNear(span),
    firstParameter: binder.values.length + 1,
    isFilter: true,
  });
  binder.values.push(...values);
  return { sql, needsSession };
}

export interface SessionsAsked {
  robots: boolean;
  /** Sessions of logs that the tracker has seen whole, too. */
  seenByTag: boolean;
  condition?: string | undefined;
  labels: readonly string[];
  /** Labels as the bits of one number, `label_mask`, instead of a column each. */
  masked?: true;
  goal?: string | undefined;
  /** Whether goals are asked for. */
  goals?: boolean;
  history?: boolean;
  /** Sessions that `started` in the span, or all that `touch` it. */
  which: 'started' | 'touch';
}

/**
 * A SELECT of the sessions; hits are joined to it by `session_row`.
 * @throws Problem `definition_unknown`, `query_invalid`, `condition_invalid`, `condition_not_in_tables`
 */
export function sessionSource(
  asked: SessionsAsked,
  span: Span,
  context: QueryContext,
  binder: Binder,
): string {
  const clause = (condition: string | Condition) => sessionClause(condition, span, context, binder);
  const columns = ['s.*'];
  const joins: string[] = [];
  const from = asked.history ? `(${historySql(span)})` : 'store.sessions';
  const among = rangeSql(asked, span);
  const labels = asked.labels.map((name) => {
    const label = findNamed(context.definitions.labels, name, 'label');
    return asPartOf(`the label ${label.name}`, () => {
      const condition = labelCondition(label, context.definitions);
      return condition.op === 'not'
        ? { sql: clause(condition.of), isNot: true }
        : { sql: clause(condition), isNot: false };
    });
  });
  if (asked.masked) {
    const bits = labels.map(({ sql, isNot }, place) => {
      const bit = 2 ** place;
      return `CASE WHEN ${sql} THEN ${isNot ? 0 : bit} ELSE ${isNot ? bit : 0} END`;
    });
    // DuckDB groups by a byte without hashing it.
    const type = labels.length <= 8 ? 'UTINYINT' : 'USMALLINT';
    columns.push(`(${['0', ...bits].join(' + ')})::${type} AS label_mask`);
  } else
    columns.push(
      ...labels.map(
        ({ sql, isNot }, place) => `coalesce(${sql}, false) <> ${isNot} AS label_${place}`,
      ),
    );
  if (asked.goals) {
    const goals = goalsAsked(asked.goal, context.definitions);
    const reached = goals.map(({ name, condition }) =>
      asPartOf(`the goal ${name}`, () => clause(condition)),
    );
    columns.push(`coalesce(${reached.join(' OR ')}, false) AS reached_goal`);
    const { sums, revenue } = revenueSql(goals, reached, span, binder);
    joins.push(...sums);
    columns.push(`${revenue} AS revenue`);
  }
  const where = asked.condition === undefined ? among : `${among} AND ${clause(asked.condition)}`;
  return `SELECT ${columns.join(', ')} FROM ${from} s ${joins.join(' ')} WHERE ${where}`;
}

/** A clause for what the tracker has not seen too; rows of other hands may have no mark. */
export const notSeenByTag = (row: 's' | 'h') => `${row}.seen_by_tag IS NOT TRUE`;

const rangeSql = ({ which, robots, seenByTag }: SessionsAsked, { fromMs, toMs }: Span) =>
  [
    `s.started_at < ${instantSql(toMs)}`,
    `${which === 'started' ? 's.started_at' : 's.ended_at'} >= ${instantSql(fromMs)}`,
    ...(robots ? [] : ['NOT s.is_robot']),
    ...(seenByTag ? [] : [notSeenByTag('s')]),
  ].join(' AND ');

/** All sessions until the end, each with its number among those of its visitor, and when the one before began. */
const historySql = ({ toMs }: Pick<Span, 'toMs'>) =>
  `SELECT *, row_number() OVER w AS session_number, lag(started_at) OVER w AS previous_at FROM store.sessions WHERE started_at < ${instantSql(toMs)} WINDOW w AS (PARTITION BY visitor_id ORDER BY started_at, session_id)`;

function goalsAsked(name: string | undefined, { goals }: Definitions): readonly Goal[] {
  if (name !== undefined) return [findNamed(goals, name, 'goal')];
  if (goals.length > 0) return goals;
  throw new Problem(
    'query_invalid',
    'Conversions need a goal, and the dataset has none. Define one: canister goal save',
  );
}

type Revenue = NonNullable<Goal['revenue']>;

/** Amounts of the same source are summed once, for sessions that reached one of their goals. */
function revenueSql(
  goals: readonly Goal[],
  reached: readonly string[],
  span: Span,
  binder: Binder,
): { sums: string[]; revenue: string } {
  const sources = new Map<string, { revenue: Revenue; reached: string[] }>();
  goals.forEach(({ revenue }, place) => {
    if (revenue === undefined) return;
    const key = JSON.stringify([revenue.event, revenue.property]);
    const source = sources.get(key) ?? { revenue, reached: [] };
    source.reached.push(reached[place] ?? 'false');
    sources.set(key, source);
  });
  const sums: string[] = [];
  const amounts: string[] = [];
  for (const { revenue, reached: goalsOfIt } of sources.values()) {
    const name = `r${sums.length}`;
    sums.push(amountsJoin(name, revenue, span, binder));
    amounts.push(`CASE WHEN ${goalsOfIt.join(' OR ')} THEN coalesce(${name}.amount, 0) ELSE 0 END`);
  }
  return { sums, revenue: amounts.length === 0 ? '0::DOUBLE' : amounts.join(' + ') };
}

/** What the sessions are worth by custom events that pages sent, or by what events have recorded. */
function amountsJoin(
  name: string,
  { event, property }: Revenue,
  span: Span,
  binder: Binder,
): string {
  const bounds = `"at" >= ${instantSql(span.fromMs - nearMs)} AND "at" < ${instantSql(span.toMs + nearMs)}`;
  const named = `event = ${binder.bind(event)} AND ${bounds}`;
  if (property === undefined)
    return `LEFT JOIN (SELECT session_id, sum(value_number) FILTER (isfinite(value_number)) AS amount
      FROM store.events WHERE NOT building_block AND ${named} GROUP BY 1) ${name} ON ${name}.session_id = s.session_id`;
  const amount = `TRY_CAST(TRY(json_extract_string(properties, ${binder.bind(pointer(property))})) AS DOUBLE)`;
  return `LEFT JOIN (SELECT session_row, sum(${amount}) FILTER (isfinite(${amount})) AS amount
    FROM store.hits WHERE type = 'event' AND ${named} GROUP BY 1) ${name} ON ${name}.session_row = s.session_row`;
}

const pointer = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
