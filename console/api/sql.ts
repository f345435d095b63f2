/** Analyst SQL over one dataset, and the queries that are kept under a name. */
import { isProblemBody } from '../../core/contract/problem.ts';
import type { SqlAnswer } from '../../core/contract/query.ts';
import type { ParameterType, ParameterValue, SavedQuery } from '../../core/contract/saved-query.ts';
import { ApiError, request, requestLines } from './client.ts';
import { datasetPath } from './datasets.ts';

/** How many rows the console asks for: what a grid can draw without effort. */
const sqlRowsMax = 1_000;

export interface SqlAsked {
  sql: string;
  parameters: readonly { name: string; type: ParameterType }[];
  values: Readonly<Record<string, ParameterValue>>;
}

/** What comes, line by line: the instant, the columns, rows, how far it is, and the end or what went wrong. */
interface Line {
  asOf?: number;
  columns?: SqlAnswer['columns'];
  rows?: unknown[][];
  progress?: number;
  end?: { truncated: boolean };
  problem?: unknown;
}

/**
 * @param progressed is told how far it is, from 0 to 1
 * @throws ApiError `sql_invalid`, `sql_not_select`, `sql_forbidden`, `sql_too_slow` with DuckDB's message
 */
export async function runSql(
  slug: string,
  asked: SqlAsked,
  progressed: (share: number) => void,
  signal?: AbortSignal,
): Promise<SqlAnswer> {
  const startedAt = performance.now();
  const body = { ...asked, rowsMax: sqlRowsMax };
  const answer: SqlAnswer = { columns: [], rows: [], truncated: false, elapsedMs: 0, asOf: 0 };
  for await (const line of requestLines<Line>(`${datasetPath(slug)}/sql`, { body, signal })) {
    if (line.asOf !== undefined) answer.asOf = line.asOf;
    if (line.columns !== undefined) answer.columns = line.columns;
    if (line.rows !== undefined) answer.rows.push(...line.rows);
    if (line.progress !== undefined) progressed(line.progress);
    if (line.end !== undefined) answer.truncated = line.end.truncated;
    if (isProblemBody(line.problem)) {
      const { code, status, title, detail } = line.problem;
      throw new ApiError({ code, status, title, detail });
    }
  }
  return { ...answer, elapsedMs: Math.round(performance.now() - startedAt) };
}

const queriesPath = (slug: string) => `${datasetPath(slug)}/queries`;

/** By name. All who may explore the dataset share them. */
export async function listSavedQueries(slug: string, signal?: AbortSignal): Promise<SavedQuery[]> {
  return (await request<{ queries: SavedQuery[] }>(queriesPath(slug), { signal })).queries;
}

/** One of the same name is replaced. @throws ApiError `request_invalid` */
export function saveQuery(
  slug: string,
  { name, sql, description, parameters }: Omit<SavedQuery, 'savedAt'>,
): Promise<SavedQuery> {
  const path = `${queriesPath(slug)}/${encodeURIComponent(name)}`;
  return request<SavedQuery>(path, { method: 'PUT', body: { sql, description, parameters } });
}

export async function deleteQuery(slug: string, name: string): Promise<void> {
  await request(`${queriesPath(slug)}/${encodeURIComponent(name)}`, { method: 'DELETE' });
}
