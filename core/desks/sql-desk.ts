/** Analyst SQL, for all who ask: publishes what has changed, binds the parameters, and lets the sandbox run it. */
import { Problem } from '../contract/problem.ts';
import { queryLimits, type SqlAnswer, type SqlRequest } from '../contract/query.ts';
import { faultOfValue } from '../contract/saved-query.ts';
import type { Engine } from '../engine/engine.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import { dataChanged, isThere, type PublishedPlace, publishedNow } from './published-now.ts';
import type { Sandbox, SandboxOrder, SandboxPart } from './sandbox.ts';

export interface SqlDesk {
  /** The whole answer. @throws Problem as `Sandbox.run`; `query_unknown`, `parameter_invalid` */
  answer(slug: string, request: SqlRequest, signal?: AbortSignal): Promise<SqlAnswer>;
  /** The answer as it comes, and as of when it is. */
  stream(
    slug: string,
    request: SqlRequest,
    limits?: Partial<SqlLimits>,
    signal?: AbortSignal,
  ): Promise<{ asOf: number; parts: AsyncIterable<SandboxPart> }>;
}

export interface SqlLimits {
  rowsMax: number;
  bytesMax: number;
  deadlineMs: number;
}

export function createSqlDesk(options: {
  engine: Pick<Engine, 'publish'>;
  sandbox: Sandbox;
  place: PublishedPlace;
  savedQueries: SavedQueries;
}): SqlDesk {
  const { engine, sandbox, place, savedQueries } = options;

  type Asked = Parameters<SqlDesk['stream']>;

  async function begin(...[slug, request, limits, signal]: Asked) {
    const statement = await statementOf(savedQueries, slug, request);
    const { asOf, manifest } = await publishedNow(engine, place, slug);
    const order = {
      ...statement,
      folder: place.folder(slug),
      manifest,
      rowsMax: request.rowsMax,
      bytesMax: queryLimits.sqlBytesMax,
      deadlineMs: queryLimits.sqlDeadlineMs,
      ...limits,
    };
    return { asOf, manifest, parts: sandbox.run(order, signal) };
  }

  /** Where its files went before it gave any row, it is asked of the new ones. Rows of both would be of no moment. */
  async function* partsOf(
    { parts, manifest }: Awaited<ReturnType<typeof begin>>,
    asked: Asked,
    isLast = false,
  ): AsyncGenerator<SandboxPart> {
    let hasRows = false;
    try {
      for await (const part of parts) {
        hasRows ||= 'rows' in part;
        yield part;
      }
      return;
    } catch (error) {
      const isUnread = error instanceof Problem && error.code === 'sql_invalid';
      if (!isUnread || isThere(place, asked[0], manifest)) throw error;
      if (hasRows || isLast) throw dataChanged();
    }
    yield* partsOf(await begin(...asked), asked, true);
  }

  const stream: SqlDesk['stream'] = async (...asked) => {
    const begun = await begin(...asked);
    return { asOf: begun.asOf, parts: partsOf(begun, asked) };
  };

  async function answerOf(
    slug: string,
    request: SqlRequest,
    signal: AbortSignal | undefined,
    isLast = false,
  ): Promise<Omit<SqlAnswer, 'elapsedMs'>> {
    const { asOf, parts } = await stream(slug, request, undefined, signal);
    const answer: Omit<SqlAnswer, 'elapsedMs'> = { columns: [], rows: [], truncated: false, asOf };
    try {
      for await (const part of parts) {
        if ('columns' in part) answer.columns = part.columns;
        else if ('rows' in part) for (const row of part.rows) answer.rows.push(row);
        else if ('end' in part) answer.truncated = part.end.truncated;
      }
    } catch (error) {
      // Nobody has seen its rows yet.
      const isOvertaken = error instanceof Problem && error.code === 'data_changed';
      if (isLast || !isOvertaken) throw error;
      return await answerOf(slug, request, signal, true);
    }
    return answer;
  }

  return {
    stream,
    async answer(slug, request, signal) {
      const startedAt = performance.now();
      const answer = await answerOf(slug, request, signal);
      return { ...answer, elapsedMs: Math.round(performance.now() - startedAt) };
    },
  };
}

/** The SQL, and for each parameter a value that fits its type. */
async function statementOf(
  savedQueries: SavedQueries,
  slug: string,
  request: SqlRequest,
): Promise<Pick<SandboxOrder, 'sql' | 'parameters'>> {
  const { sql, query, values } = request;
  if ((sql === undefined) === (query === undefined))
    throw new Problem('request_invalid', 'Give either sql, or the name of a saved query.');
  if (query === undefined) return { sql: sql ?? '', parameters: bind(request.parameters, values) };
  const saved = await savedQueries.get(slug, query);
  const defaults = saved.parameters.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const parameters = bind(saved.parameters, { ...Object.fromEntries(defaults), ...values });
  return { sql: saved.sql, parameters };
}

/** @throws Problem `parameter_invalid`, naming the parameter */
function bind(
  declared: readonly { name: string; type: SqlRequest['parameters'][number]['type'] }[],
  values: SqlRequest['values'],
): SandboxOrder['parameters'] {
  for (const name of Object.keys(values)) {
    if (declared.some((one) => one.name === name)) continue;
    const known = declared.map((one) => one.name).join(', ') || 'none';
    throw new Problem(
      'parameter_invalid',
      `The query has no parameter called ${name}. It has: ${known}.`,
    );
  }
  return Object.fromEntries(
    declared.map(({ name, type }) => {
      const value = values[name];
      if (value === undefined)
        throw new Problem('parameter_invalid', `The parameter ${name} (${type}) needs a value.`);
      const fault = faultOfValue(type, value);
      if (fault !== undefined)
        throw new Problem('parameter_invalid', `The parameter ${name} ${fault}.`);
      return [name, { type, value }];
    }),
  );
}
