/** What a sandbox and its child say to each other: one JSON text a line, over stdin and stdout. */
import type { ProblemCode } from '../../contract/problem.ts';
import type { ParameterType, ParameterValue } from '../../contract/saved-query.ts';

/** A value bound to a parameter of a statement. */
export interface BoundValue {
  type: ParameterType;
  value: ParameterValue;
}

/** The one statement that a child runs in its life. */
export interface ChildOrder {
  sql: string;
  parameters: Record<string, BoundValue>;
  timeZone: string;
  /** The folder of published files, and of each view the files that count. */
  folder: string;
  views: { name: string; columns: { name: string; type: string }[]; files: string[] }[];
  rowsMax: number;
  /** Of the rows as JSON. */
  bytesMax: number;
  deadlineMs: number;
}

export type ChildMessage =
  | { ready: true }
  | { columns: { name: string; type: string }[] }
  | { rows: unknown[][] }
  /** How far it is, from 0 to 1, where DuckDB knows. */
  | { progress: number }
  | { end: { truncated: boolean } }
  | { problem: { code: ProblemCode; detail: string } };
