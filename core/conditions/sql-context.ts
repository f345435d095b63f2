/** What the parts of an SQL clause share: bound values, and the tables that rows come from. */
import type { Condition, ConditionValue, NamedSessions } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import { type FieldHome, findField } from './fields.ts';

/** Where rows come from. What a store does not have is left out, and conditions that need it are refused. */
export interface ConditionTables {
  /** As in docs/schema.md. */
  sessions: string;
  hits: string;
  /** A number by which hits name their session, where the tables have one: it is read much faster than an id. */
  sessionNumber?: string | undefined;
  /** `session_id, hit_number, number, "at", kind, target, value`. */
  steps?: string | undefined;
  /** `session_id, hit_number, number, "at", event, value_number, value_text`; `number` counts firings from 1. */
  events?: string | undefined;
  /** `session_id, field, value`. */
  sessionValues?: string | undefined;
}

/** Whether a clause must be true or false, or only chooses rows, where NULL is as good as false. */
export type ClauseUse = 'value' | 'filter';

/** What the parts of a clause are made with. */
export interface SqlContext {
  timeZone: string;
  tables: ConditionTables;
  /** The clause of a part, over the rows that it stands among. */
  clause(part: Condition, use: ClauseUse): string;
  /** The sessions that a name stands for. */
  sessionsOf(named: NamedSessions): readonly string[];
  bind(value: ConditionValue, type?: 'VARCHAR' | 'DOUBLE' | 'BIGINT'): string;
}

/** @throws Problem `condition_not_in_tables` where the store has no such table */
export function tableOf(name: keyof ConditionTables, what: string, { tables }: SqlContext): string {
  const table = tables[name];
  if (table !== undefined) return table;
  throw new Problem(
    'condition_not_in_tables',
    `The tables hold no ${what}. Make the condition an event and run it over the past, then search for the event.`,
  );
}

/** The column by which hits name their session. */
export const hitsKey = ({ tables }: SqlContext) => tables.sessionNumber ?? 'session_id';

/** Hits, with their session where the clause looks at it: the inner `s` stands for the outer one. */
export function hitsFrom(context: SqlContext, withSession: boolean): string {
  const { tables } = context;
  const key = hitsKey(context);
  const session = ` JOIN ${tables.sessions} s ON s.${key} = h.${key}`;
  return `${tables.hits} h${withSession ? session : ''}`;
}

/** Whether a clause looks at the row of a home itself; steps bring their own rows. */
export function speaksOf(condition: Condition, home: FieldHome): boolean {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.of.some((part) => speaksOf(part, home));
    case 'not':
      return speaksOf(condition.of, home);
    case 'hits':
    case 'steps':
    case 'event':
    case 'count':
    case 'sequence':
    case 'label':
    case 'alert':
      return false;
    default:
      return findField(condition.field).home === home;
  }
}
