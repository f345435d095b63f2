/** Runs analyst SQL apart from everything else. A port: the real one starts a process for each statement. */
import type { Manifest } from '../contract/published.ts';
import type { ParameterType, ParameterValue } from '../contract/saved-query.ts';

export interface SandboxOrder {
  sql: string;
  /** Name → value, checked against its type. */
  parameters: Record<string, { type: ParameterType; value: ParameterValue }>;
  /** The folder of the dataset's published files, and which of them count. */
  folder: string;
  manifest: Manifest;
  rowsMax: number;
  bytesMax: number;
  deadlineMs: number;
}

/** What comes of a statement: first its columns, then rows, piece by piece, and how far it is. */
export type SandboxPart =
  | { columns: { name: string; type: string }[] }
  | { rows: unknown[][] }
  | { progress: number }
  | { end: { truncated: boolean } };

export interface Sandbox {
  /**
   * The parts of the answer, as they come; the last is `end`. Whoever stops reading stops the statement.
   * @throws Problem `sql_invalid`, `sql_not_select`, `sql_forbidden`, `sql_too_slow`, `sql_too_large`, `sql_busy`
   */
  run(order: SandboxOrder, signal?: AbortSignal): AsyncIterable<SandboxPart>;
  /** Keeps a process ready, so that the next statement need not wait for its start. */
  keepWarm(): void;
  close(): Promise<void>;
}
