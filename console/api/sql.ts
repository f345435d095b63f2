/** Analyst SQL over one dataset. */
import type { SqlAnswer } from '../../core/contract/query.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

/** How many rows the console asks for: what a grid can draw without effort. */
const sqlRowsMax = 1_000;

/** @throws ApiError `sql_invalid`, `sql_not_select`, `sql_forbidden`, `sql_too_slow` with DuckDB's message */
export function runSql(slug: string, sql: string, signal?: AbortSignal): Promise<SqlAnswer> {
  return request<SqlAnswer>(`${datasetPath(slug)}/sql`, {
    body: { sql, rowsMax: sqlRowsMax },
    signal,
  });
}
