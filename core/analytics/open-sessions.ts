/** A figure of an answer → the condition of the sessions that it counts, as text for search and console. */
import { parseCondition } from '../conditions/parse.ts';
import { placeIn } from '../conditions/place.ts';
import { printCondition } from '../conditions/print.ts';
import { addDays, isDate, periodEnd } from '../contract/calendar.ts';
import { comparedDay, comparedRange, leavesDaysOut } from '../contract/comparison.ts';
import type { Condition } from '../contract/condition.ts';
import type { Definitions } from '../contract/definition.ts';
import { type Dimension, type DimensionName, dimensions } from '../contract/dimension.ts';
import { type Metric, type MetricName, metrics } from '../contract/metric.ts';
import { Problem } from '../contract/problem.ts';
import type { CellAsked } from '../contract/query.ts';
import { findNamed, labelChain, labelCondition } from './definition-lookup.ts';

type Value = CellAsked['values'][number];

interface Found {
  ofSession: Condition[];
  /** All asked of one hit. */
  ofHit: Condition[];
}

/** Figures that count what a log knows of page views that the tracker has seen too. */
const ofAllHits: readonly MetricName[] = [
  'hits',
  'errors',
  'error_rate',
  'response_time',
  'transferred',
];

/**
 * @param hasSeenByTag some sessions of logs are left out of figures, as the tracker's count them
 * @throws Problem `query_invalid` where the sessions of a figure cannot be said by a condition
 */
export function openCondition(
  cell: CellAsked,
  definitions: Definitions,
  hasSeenByTag = false,
): string {
  const { query, metric, label } = cell;
  const spec: Metric = metrics[metric];
  const byHit = query.dimensions.some((name) => dimensions[name].home === 'hit');
  const isHit = spec.opens?.hit !== undefined || (byHit && spec.opens?.path === undefined);
  const found: Found = { ofSession: [], ofHit: [] };
  for (const part of rangeTests(cell, isHit ? 'hit.time' : 'session.start'))
    (isHit ? found.ofHit : found.ofSession).push(part);
  if (!query.robots) found.ofSession.push({ op: '=', field: 'robot', value: false });
  if (hasSeenByTag && !query.seenByTag && !ofAllHits.includes(metric))
    found.ofSession.push({ op: '=', field: 'session.seen_by_tag', value: false });
  if (query.condition) found.ofSession.push(ofSession(query.condition));
  if (query.hitCondition && isHit) found.ofHit.push(parseCondition(query.hitCondition, 'hit'));
  if (label !== undefined) {
    const named = findNamed(definitions.labels, label, 'label');
    const isSql = labelChain(named, definitions.labels).some(({ savedQuery }) => savedQuery);
    // What SQL names has no other condition than the name of the label.
    found.ofSession.push(
      isSql ? { op: 'label', name: named.name } : labelCondition(named, definitions),
    );
  }
  if (spec.needsGoal) found.ofSession.push(goalCondition(query.goal, definitions));
  if (spec.opens?.session) found.ofSession.push(ofSession(spec.opens.session));
  if (spec.opens?.hit) found.ofHit.push(parseCondition(spec.opens.hit, 'hit'));
  query.dimensions.forEach((name, place) => {
    addDimension(found, name, cell.values[place] ?? null, spec, definitions);
  });
  const hits: Condition[] =
    found.ofHit.length === 0 ? [] : [{ op: 'hits', which: 'any', of: all(found.ofHit) }];
  return printCondition(all([...found.ofSession, ...hits]));
}

const ofSession = (text: string) => placeIn(parseCondition(text, 'session'), 'session');

/** Several as one; what is joined by `and` already stays as it is within. */
function all(conditions: readonly Condition[]): Condition {
  const [first, ...others] = conditions;
  if (first === undefined) throw new Error('a figure has a range');
  return others.length === 0 ? first : { op: 'and', of: [...conditions] };
}

/** The days of the range, or those that a row by day, week or month stands for. */
function rangeTests({ query, values, period }: CellAsked, field: string): Condition[] {
  const isBefore = period === 'before';
  if (isBefore && query.comparison === undefined)
    throw new Problem('query_invalid', 'The query compares with no period before.');
  const comparison = isBefore ? query.comparison : undefined;
  const range = comparison ? comparedRange(query.range, comparison) : query.range;
  // Beside the last day of a month stands one day only, also where the month before has more.
  const isAlone = comparison !== undefined && leavesDaysOut(query.range, comparison);
  let { from, to } = range;
  query.dimensions.forEach((name, place) => {
    const value = values[place];
    if (name !== 'day' && name !== 'week' && name !== 'month') return;
    const day = String(value);
    if (!isDate(day)) throw new Problem('query_invalid', `${day.slice(0, 20)} is no ${name}.`);
    const moved = (one: string) => (comparison ? comparedDay(one, query.range, comparison) : one);
    const start = moved(day);
    const end = name === 'day' && isAlone ? addDays(start, 1) : moved(periodEnd(day, name));
    from = start > from ? start : from;
    to = end < to ? end : to;
  });
  return [
    { op: '>=', field, value: from },
    { op: '<', field, value: to },
  ];
}

function goalCondition(name: string | undefined, { goals }: Definitions): Condition {
  const asked = name === undefined ? goals : [findNamed(goals, name, 'goal')];
  const conditions = asked.map(({ condition }) => ofSession(condition));
  const [first] = conditions;
  if (first === undefined) throw new Problem('query_invalid', 'The dataset has no goal.');
  return conditions.length === 1 ? first : { op: 'or', of: conditions };
}

function addDimension(
  { ofSession: session, ofHit }: Found,
  name: DimensionName,
  value: Value,
  metric: Metric,
  definitions: Definitions,
): void {
  const dimension: Dimension = dimensions[name];
  if (dimension.home === 'both' && ['day', 'week', 'month'].includes(name)) return;
  if (name === 'page_group') {
    ofHit.push(...groupTests(value, definitions));
    return;
  }
  // Entries and exits are told from other views of a page by the session's own first and last page.
  if (metric.opens?.path !== undefined && dimension.home === 'hit') {
    if (name !== 'path') throw worked(metric.label, dimension.label);
    session.push(fieldTest(metric.opens.path, value));
    if (metric.opens.hit !== undefined) ofHit.push(fieldTest('request.path', value));
    return;
  }
  if (dimension.field === undefined) throw worked(metric.label, dimension.label);
  (dimension.home === 'hit' ? ofHit : session).push(fieldTest(dimension.field, value));
}

function fieldTest(field: string, value: Value): Condition {
  if (value === null) return { op: 'not', of: { op: 'exists', field } };
  if (typeof value === 'number') return { op: '=', field, value };
  return { op: '=', field, value, exact: true };
}

/** A hit belongs to the first group that it fits, so it fits none of those before. */
function groupTests(value: Value, { pageGroups }: Definitions): Condition[] {
  const place =
    value === null
      ? pageGroups.length
      : pageGroups.indexOf(findNamed(pageGroups, String(value), 'page group'));
  const conditions = pageGroups
    .slice(0, place + 1)
    .map(({ condition }) => parseCondition(condition, 'hit'));
  return conditions.map((of, index): Condition => (index === place ? of : { op: 'not', of }));
}

const worked = (metric: string, dimension: string) =>
  new Problem(
    'query_invalid',
    `The sessions of ${metric} by ${dimension} cannot be said by a condition: the value is worked out. Open those of the whole, or break it down by another dimension.`,
  );
