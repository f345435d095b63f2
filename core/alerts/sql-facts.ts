/** What alerts ask of saved queries, as a port: the numbers of one run of a query, for a window of time. */
import type { AlertRule, AlertSubject, CountedSubject } from '../contract/alert.ts';

export type SqlSubject = AlertSubject & { kind: 'saved_query' };
export type SqlRule = AlertRule & { subject: SqlSubject };

export type CountedRule = AlertRule & { subject: CountedSubject };

export const isCountedRule = (rule: AlertRule): rule is CountedRule => !isSqlRule(rule);
export const isSqlRule = (rule: AlertRule): rule is SqlRule => rule.subject.kind === 'saved_query';

/** What a run of the query came to. */
export interface SqlReading {
  rows: number;
  /** The first number of the only row; undefined where there is no row, or no value in it. */
  value?: number | undefined;
  /** Sessions that the rows name in a column session_id, as many as a notice names. */
  sessions: string[];
}

export interface SqlFacts {
  /**
   * Runs the query of a rule for the window that ends at `untilMs`.
   * @throws Problem `query_unknown`, `parameter_invalid`, those of SQL, and `alert_invalid` where its rows are not what
   * the rule measures
   */
  ask(slug: string, rule: SqlRule, untilMs: number, signal?: AbortSignal): Promise<SqlReading>;
  /** Whether the query takes the window, and so can be asked about the past. @throws Problem `query_unknown` */
  takesWindow(slug: string, name: string): Promise<boolean>;
}
