/**
 * A query → one DuckDB statement with bound values. Metrics of sessions and metrics of hits are summed apart, each
 * over its own time (a session counts where it starts, a hit where it happens), and so are the two periods of a
 * comparison; the parts are joined on the dimensions. Labels are filters of the sums.
 */
import type { DateRange } from '../contract/calendar.ts';
import { daysIn } from '../contract/calendar.ts';
import { comparedRange, leavesDaysOut, monthsBack } from '../contract/comparison.ts';
import { type DimensionName, dimensions } from '../contract/dimension.ts';
import { type Metric, type MetricName, metrics } from '../contract/metric.ts';
import { Problem } from '../contract/problem.ts';
import type { Query } from '../contract/query.ts';
import { type Aggregated, type AggregatedRows, aggregate } from './aggregate-sql.ts';
import { type DimensionSql, dimensionSql } from './dimension-sql.ts';
import { instantSql, instantsOf, localTimeSql } from './local-time.ts';
import { type MetricSql, metricSql, type Sums } from './metric-sql.ts';
import {
  type Binder,
  createBinder,
  hitClause,
  notSeenByTag,
  type QueryContext,
  type Span,
  sessionSource,
} from './session-source.ts';

export interface CompiledQuery {
  /** Columns: dimensions, the metrics of each place, then the number of rows without the limit. */
  sql: string;
  values: string[];
  /** Whose figures the metrics hold, in the order of the columns; `of` is a place among the query's labels. */
  places: readonly Place[];
}

export interface Place {
  of?: number;
  period: 'now' | 'before';
}

type Home = 'session' | 'hit';

interface Part {
  home: Home;
  /** Page views of logs count that the tracker has seen too. */
  seenByTag: boolean;
  period: Place['period'];
  span: Span;
  /** SQL of the number of the row's day, on which it stands in the range. */
  day: string;
  names: readonly MetricName[];
}

/** Dimensions that name days: those of a compared period are moved onto the range. */
const dayDimensions: readonly DimensionName[] = ['day', 'week', 'month'];
const timeDimensions: readonly DimensionName[] = [...dayDimensions, 'weekday', 'hour'];

/** @throws Problem `query_invalid` when a metric cannot be broken down as asked; what its conditions and names throw */
export function compileQuery(query: Query, context: QueryContext): CompiledQuery {
  if (query.order && ![...query.metrics, ...query.dimensions].includes(query.order.by as never)) {
    throw new Problem(
      'query_invalid',
      `The order is by ${query.order.by}, which the query does not ask for.`,
    );
  }
  const binder = createBinder();
  const parts = partsOf(query, context.timeZone);
  const places = placesOf(query);
  const dimensionKeys = query.dimensions.map((_, index) => `d${index}`);
  const names = places.flatMap((_, place) => query.metrics.map((name) => columnOf(place, name)));
  const compiled = parts.map((part) => partSql(part, query, context, places, binder));
  const largest = names.map((name) => `max(${name}) AS ${name}`);
  const merged = [
    `SELECT ${[...dimensionKeys, ...largest, 'max(is_now) AS is_now'].join(', ')}`,
    `FROM (${compiled.map((part) => `SELECT * FROM (${part})`).join(' UNION ALL BY NAME ')})`,
    dimensionKeys.length > 0 ? `GROUP BY ${dimensionKeys.join(', ')}` : '',
  ].join(' ');
  const from = compiled.length === 1 ? compiled[0] : merged;
  const shown = query.dimensions.map(
    (name, index) => `${shownSql(name, `d${index}`)} AS x${index}`,
  );
  const sql = [
    `SELECT ${[...shown, ...names, 'count(*) OVER () AS rows_total'].join(', ')} FROM (${from})`,
    whereSql(query),
    dimensionKeys.length > 0 ? `ORDER BY ${orderSql(query)}` : '',
    `LIMIT ${query.limit}`,
  ].join(' ');
  return { sql, values: binder.values, places };
}

const columnOf = (place: number, name: MetricName) => `m${place}_${name}`;

function placesOf({ labels, comparison }: Query): Place[] {
  const periods = comparison === undefined ? (['now'] as const) : (['now', 'before'] as const);
  return periods.flatMap((period) => [
    { period },
    ...labels.map((_, of): Place => ({ of, period })),
  ]);
}

function partsOf(query: Query, timeZone: string): Part[] {
  const byHit = query.dimensions.some((name) => dimensions[name].home === 'hit');
  const kinds = new Map<string, Pick<Part, 'home' | 'seenByTag'> & { names: MetricName[] }>();
  for (const name of query.metrics) {
    const home = homeOf(name, byHit, query);
    const seenByTag = query.seenByTag || (metricSql[name] as MetricSql).ofResponse === true;
    const kind = kinds.get(`${home} ${seenByTag}`) ?? { home, seenByTag, names: [] };
    kind.names.push(name);
    kinds.set(`${home} ${seenByTag}`, kind);
  }
  const ranges: { period: Place['period']; range: DateRange }[] = [
    { period: 'now', range: query.range },
  ];
  if (query.comparison !== undefined) {
    ranges.push({ period: 'before', range: comparedRange(query.range, query.comparison) });
  }
  return ranges.flatMap(({ period, range }) =>
    [...kinds.values()].map((kind) => ({
      ...kind,
      period,
      span: instantsOf(range, timeZone),
      day: period === 'now' ? localDay : movedDay(range, query),
    })),
  );
}

const epoch = '1970-01-01';
const localDay = '($local // 86400000000)';

/**
 * Days of a compared period, moved onto the range: as comparedDay says, the other way round. By day those that stand
 * beside no day have none.
 */
function movedDay(before: DateRange, { range, comparison, dimensions: by }: Query): string {
  const months = comparison && monthsBack(range, comparison);
  if (comparison === undefined || months === undefined)
    return `(${localDay} + ${daysIn({ from: before.from, to: range.from })})`;
  const date = `(DATE '${epoch}' + ${localDay}::INTEGER)`;
  const later = `(${date} + INTERVAL ${months} MONTH)::DATE`;
  const moved = `greatest(${later} - DATE '${epoch}', ${daysIn({ from: epoch, to: range.from })})`;
  if (!by.includes('day') || !leavesDaysOut(range, comparison)) return moved;
  return `CASE WHEN day(${date}) = day(${later}) THEN ${moved} END`;
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

function partSql(
  part: Part,
  query: Query,
  context: QueryContext,
  places: readonly Place[],
  binder: Binder,
): string {
  const { home, period, span, names } = part;
  const { dimension, ...rows } =
    home === 'session'
      ? sessionPart(part, query, context, binder)
      : hitPart(part, query, context, binder);
  const keys = query.dimensions.map((name) => dimension(name));
  const aggregated: Aggregated = aggregate(keys, rows, query.labels.length > 0);
  const figures = places.flatMap((place, index) =>
    place.period === period
      ? names.map(
          (name) => `${formOf(name, home)(aggregated.of(place.of))} AS ${columnOf(index, name)}`,
        )
      : [],
  );
  const isNow = `${period === 'now'} AS is_now`;
  const row = home === 'session' ? 's.started_at' : 'h."at"';
  const sql = aggregated.select([...figures, isNow]);
  return sql.includes('$local')
    ? sql.replaceAll('$local', () => localTimeSql(row, span, context.timeZone))
    : sql;
}

function formOf(name: MetricName, home: Home): (of: Sums) => string {
  const form = (metricSql[name] as MetricSql)[home];
  if (form === undefined) throw new Error(`the metric ${name} has no form for ${home} rows`);
  return form;
}

interface PartRows extends AggregatedRows {
  dimension: (name: DimensionName) => string;
}

function sessionPart(part: Part, query: Query, context: QueryContext, binder: Binder): PartRows {
  const { names, seenByTag } = part;
  const asked = { ...sessionsAsked(query, names), seenByTag, which: 'started' as const };
  return {
    sessions: sessionSource(asked, part.span, context, binder),
    from: (sessions) => sessions,
    dimension: (name) => dimensionFor(name, 'session', part),
  };
}

function hitPart(part: Part, query: Query, context: QueryContext, binder: Binder): PartRows {
  const { span, names, seenByTag } = part;
  // A session of a log that the tracker has seen has hits besides, such as files, that it has not.
  const asked = { ...sessionsAsked(query, names), seenByTag: true, which: 'touch' as const };
  const hits =
    query.hitCondition === undefined
      ? undefined
      : hitClause(query.hitCondition, span, context, binder);
  const groups = query.dimensions.includes('page_group')
    ? pageGroupSql(span, context, binder)
    : undefined;
  const types = [...new Set(names.map((name) => (metricSql[name] as MetricSql).hitType))];
  const needsSession =
    query.labels.length > 0 ||
    query.condition !== undefined ||
    query.dimensions.some((name) => dimensions[name].home === 'session') ||
    names.some((name) => (metricSql[name] as MetricSql).hitNeedsSession) ||
    hits?.needsSession === true ||
    groups?.needsSession === true;
  const where = [
    `h."at" >= ${instantSql(span.fromMs)} AND h."at" < ${instantSql(span.toMs)}`,
    ...(query.robots ? [] : ['NOT h.is_robot']),
    ...(seenByTag ? [] : [notSeenByTag('h')]),
    ...(types.length === 1 && types[0] !== undefined ? [`h.type = '${types[0]}'`] : []),
    ...(hits ? [hits.sql] : []),
  ].join(' AND ');
  return {
    ...(needsSession && { sessions: sessionSource(asked, span, context, binder) }),
    from: (sessions) => {
      const join = needsSession ? `JOIN ${sessions} ON s.session_row = h.session_row` : '';
      return `store.hits h ${join} WHERE ${where}`;
    },
    dimension: (name) =>
      dimensionFor(name, 'hit', part).replace('$page_group', () => groups?.sql ?? ''),
  };
}

function sessionsAsked(query: Query, names: readonly MetricName[]) {
  const { robots, condition, labels, goal } = query;
  return {
    robots,
    condition,
    labels,
    ...(labels.length > 0 && { masked: true as const }),
    goal,
    goals: names.some((name) => (metrics[name] as Metric).needsGoal),
    history: query.dimensions.some((name) => (dimensionSql[name] as DimensionSql).history),
  };
}

/** The first group that a hit belongs to. */
function pageGroupSql(
  span: Span,
  context: QueryContext,
  binder: Binder,
): { sql: string; needsSession: boolean } {
  const groups = context.definitions.pageGroups;
  if (groups.length === 0) return { sql: 'NULL::VARCHAR', needsSession: false };
  let needsSession = false;
  const cases = groups.map(({ name, condition }) => {
    const clause = hitClause(condition, span, context, binder);
    needsSession ||= clause.needsSession;
    return `WHEN ${clause.sql} THEN ${binder.bind(name)}`;
  });
  return { sql: `CASE ${cases.join(' ')} END`, needsSession };
}

function dimensionFor(name: DimensionName, home: Home, { day }: Part): string {
  const form = (dimensionSql[name] as DimensionSql)[home];
  if (form === undefined) throw new Error(`the dimension ${name} has no form for ${home} rows`);
  return form.replaceAll('$day', () => day);
}

function shownSql(name: DimensionName, key: string): string {
  const { shown } = dimensionSql[name] as DimensionSql;
  return shown === undefined ? key : shown.replaceAll('$key', key);
}

/**
 * A path that was requested but never shown as a page has no place in a list of page views, and a value that only the
 * period before knows none in a list of this one. Periods of time stay, though nothing happened in them.
 */
function whereSql(query: Query): string {
  const conditions: string[] = [];
  const [first] = query.metrics;
  if (first !== undefined && query.dimensions.some((name) => dimensions[name].home === 'hit')) {
    const column = columnOf(0, first);
    const isCount = metrics[first].unit === 'count';
    conditions.push(isCount ? `coalesce(${column}, 0) <> 0` : `${column} IS NOT NULL`);
  }
  const [only] = query.dimensions;
  const isTime =
    query.dimensions.length === 1 && only !== undefined && timeDimensions.includes(only);
  if (query.comparison !== undefined && query.dimensions.length > 0 && !isTime) {
    conditions.push('is_now');
  }
  if (query.comparison !== undefined && leavesDaysOut(query.range, query.comparison)) {
    const day = query.dimensions.indexOf('day');
    if (day >= 0) conditions.push(`d${day} IS NOT NULL`);
  }
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}

function orderSql(query: Query): string {
  const keys = query.dimensions.map((_, index) => `d${index} ASC NULLS LAST`);
  if (query.order) {
    const { by, direction } = query.order;
    const place = query.dimensions.indexOf(by as DimensionName);
    const column = place >= 0 ? `d${place}` : columnOf(0, by as MetricName);
    return [`${column} ${direction === 'ascending' ? 'ASC' : 'DESC'} NULLS LAST`, ...keys].join(
      ', ',
    );
  }
  const time = query.dimensions.findIndex((name) => dayDimensions.includes(name));
  if (time >= 0) return [`d${time} ASC`, ...keys].join(', ');
  return [`${columnOf(0, query.metrics[0] as MetricName)} DESC NULLS LAST`, ...keys].join(', ');
}
