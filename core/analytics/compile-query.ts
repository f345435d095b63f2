/**
 * A query → one DuckDB statement with bound values. Metrics of sessions and metrics of hits are summed apart, each
 * over its own time (a session counts where it starts, a hit where it happens), and joined on the dimensions.
 */
import { type DimensionName, dimensions } from '../contract/dimension.ts';
import { type MetricName, metrics } from '../contract/metric.ts';
import { Problem } from '../contract/problem.ts';
import type { Query } from '../contract/query.ts';
import { type DimensionSql, dimensionSql } from './dimension-sql.ts';
import { type MetricSql, metricSql } from './metric-sql.ts';

export interface CompiledQuery {
  /** Columns: dimensions, metrics, then the number of rows without the limit. */
  sql: string;
  values: (string | number)[];
}

type Home = 'session' | 'hit';

/** @throws Problem `query_invalid` when a metric cannot be broken down as asked */
export function compileQuery(query: Query, timeZone: string): CompiledQuery {
  const byHit = query.dimensions.some((name) => dimensions[name].home === 'hit');
  const parts = { session: [] as MetricName[], hit: [] as MetricName[] };
  for (const name of query.metrics) parts[homeOf(name, byHit, query)].push(name);

  const compiled = (['session', 'hit'] as const)
    .filter((home) => parts[home].length > 0)
    .map((home) => ({ name: `by_${home}`, sql: partSql(home, parts[home], query) }));
  const [first, second] = compiled;
  if (first === undefined) throw new Error('a query has at least one metric');

  const outputs = [...query.dimensions, ...query.metrics];
  const picked = query.dimensions.map((name) =>
    second ? `coalesce(${first.name}.${name}, ${second.name}.${name}) AS ${name}` : name,
  );
  const from = second
    ? `${first.name} ${joinSql(first.name, second.name, query.dimensions)}`
    : first.name;
  const sql = [
    `WITH ${compiled.map((part) => `${part.name} AS (${part.sql})`).join(', ')}`,
    `, merged AS (SELECT ${[...picked, ...query.metrics].join(', ')} FROM ${from})`,
    `SELECT ${outputs.join(', ')}, count(*) OVER () AS rows_total FROM merged`,
    // A path that was requested but never shown as a page has no place in a list of page views.
    byHit ? `WHERE coalesce(${query.metrics[0]}, 0) <> 0` : '',
    query.dimensions.length > 0 ? `ORDER BY ${orderSql(query)}` : '',
    'LIMIT $4',
  ].join(' ');
  return {
    sql: sql.replaceAll('$zone', '$1'),
    values: [timeZone, query.range.from, query.range.to, query.limit],
  };
}

function homeOf(name: MetricName, byHit: boolean, query: Query): Home {
  const forms: MetricSql = metricSql[name];
  const home = byHit || forms.session === undefined ? 'hit' : 'session';
  if (forms[home] !== undefined) return home;
  const hitDimensions = query.dimensions.filter(
    (dimension) => dimensions[dimension].home === 'hit',
  );
  throw new Problem(
    'query_invalid',
    `${metrics[name].label} belongs to whole sessions and cannot be broken down by ${hitDimensions.join(', ')}. Ask for it by a dimension of the session, such as entry_path.`,
  );
}

function partSql(home: Home, names: readonly MetricName[], query: Query): string {
  const row = home === 'session' ? 's' : 'h';
  const time = home === 'session' ? 's.started_at' : 'h."at"';
  const needsSession =
    home === 'hit' && query.dimensions.some((name) => dimensions[name].home === 'session');
  const table = home === 'session' ? 'store.sessions s' : 'store.hits h';
  const select = [
    ...query.dimensions.map((name) => `${dimensionFor(name, home)} AS ${name}`),
    ...names.map((name) => `${(metricSql[name] as MetricSql)[home]} AS ${name}`),
  ];
  return [
    `SELECT ${select.join(', ')} FROM ${table}`,
    needsSession ? 'JOIN store.sessions s USING (session_id)' : '',
    `WHERE ${time} >= timezone($zone, $2::TIMESTAMP) AND ${time} < timezone($zone, $3::TIMESTAMP)`,
    query.robots ? '' : `AND NOT ${row}.is_robot`,
    query.dimensions.length > 0
      ? `GROUP BY ${query.dimensions.map((_, index) => index + 1).join(', ')}`
      : '',
  ].join(' ');
}

function dimensionFor(name: DimensionName, home: Home): string {
  const form = (dimensionSql[name] as DimensionSql)[home];
  if (form === undefined) throw new Error(`the dimension ${name} has no form for ${home} rows`);
  return form;
}

function joinSql(first: string, second: string, names: readonly DimensionName[]): string {
  if (names.length === 0) return `CROSS JOIN ${second}`;
  const same = names.map((name) => `${first}.${name} IS NOT DISTINCT FROM ${second}.${name}`);
  return `FULL JOIN ${second} ON ${same.join(' AND ')}`;
}

function orderSql(query: Query): string {
  const names = query.dimensions.map((name) => `${name} ASC NULLS LAST`);
  if (query.order) {
    return [
      `${query.order.by} ${query.order.direction === 'ascending' ? 'ASC' : 'DESC'} NULLS LAST`,
      ...names,
    ].join(', ');
  }
  if (query.dimensions.includes('day')) return ['day ASC', ...names].join(', ');
  return [`${query.metrics[0]} DESC NULLS LAST`, ...names].join(', ');
}
