/** Analyst SQL over one dataset, and the queries that are kept under a name. */
import { isProblemBody } from '../../core/contract/problem.ts';
import type { SqlAnswer, SqlFileFormat } from '../../core/contract/query.ts';
import type {
  ParameterType,
  ParameterValue,
  SavedQuery,
  SavedQueryUse,
} from '../../core/contract/saved-query.ts';
import { ApiError, request, requestAnswer, requestLines } from './client.ts';
import { datasetPath } from './datasets.ts';
import { knowing } from './knowing.ts';

/** How many rows the console asks for: what a grid can draw without effort. */
const sqlRowsMax = 1_000;
const previewRowsMax = 20;

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

/** What a file of rows came to. */
export interface SqlFile {
  blob: Blob;
  /** There are more rows than a file may have. */
  truncated: boolean;
}

/** The rows as a file, as many as the server gives at a time. @throws as `runSql` */
export async function downloadSql(
  slug: string,
  asked: SqlAsked,
  format: SqlFileFormat,
): Promise<SqlFile> {
  const path = `${datasetPath(slug)}/sql?format=${format}`;
  const answer = await requestAnswer(path, { body: asked });
  const truncated = answer.headers.get('x-canister-truncated') === 'true';
  return { blob: await answer.blob(), truncated };
}

/**
 * The first rows of a saved query.
 * @param given values for parameters of these names, where the query has them
 */
export async function previewSavedQuery(
  slug: string,
  { name, values }: SavedQueryUse,
  given: Readonly<Record<string, ParameterValue>>,
): Promise<SqlAnswer> {
  const saved = (await listSavedQueries(slug)).find((one) => one.name === name);
  const known = Object.entries(given).filter(([one]) =>
    saved?.parameters.some((parameter) => parameter.name === one),
  );
  const all = { ...Object.fromEntries(known), ...values };
  const body = { query: name, values: all, rowsMax: previewRowsMax };
  return await request<SqlAnswer>(`${datasetPath(slug)}/sql`, { body });
}

const queriesPath = (slug: string) => `${datasetPath(slug)}/queries`;

/** By name. All who may explore the dataset share them. */
export async function listSavedQueries(slug: string, signal?: AbortSignal): Promise<SavedQuery[]> {
  return (await request<{ queries: SavedQuery[] }>(queriesPath(slug), { signal })).queries;
}

/** One of the same name is replaced, or with `isNew` refused. @throws ApiError `changed_meanwhile`, `request_invalid` */
export function saveQuery(
  slug: string,
  { name, sql, description, parameters }: Omit<SavedQuery, 'savedAt'>,
  { isNew = false } = {},
): Promise<SavedQuery> {
  const path = `${queriesPath(slug)}/${encodeURIComponent(name)}`;
  const body = { sql, description, parameters };
  const headers = isNew ? knowing(undefined) : {};
  return request<SavedQuery>(path, { method: 'PUT', body, headers });
}

export async function deleteQuery(slug: string, name: string): Promise<void> {
  await request(`${queriesPath(slug)}/${encodeURIComponent(name)}`, { method: 'DELETE' });
}
