/** Events, counts and sequences in SQL. Happenings are rows of `session_id, hit_number, ordinal, at_ms`. */
import type {
  CountCondition,
  EventCondition,
  Happening,
  SequenceCondition,
  Within,
} from '../contract/condition.ts';
import { compareCounts } from './history.ts';
import { hitsFrom, type SqlContext, speaksOf, tableOf } from './sql-context.ts';
import { testSql } from './test-sql.ts';

/** All places of a happening. A hit has the ordinal 0, the events that fire on it come after it. */
export function placesSql(happening: Happening, context: SqlContext): string {
  if (happening.op === 'event') {
    const events = tableOf('events', 'events', context);
    return `SELECT e.session_id, e.hit_number, e.number AS ordinal, epoch_ms(e."at") AS at_ms FROM ${events} e WHERE ${eventSql(happening, context)}`;
  }
  const from = hitsFrom(context, speaksOf(happening.of, 'session'));
  return `SELECT h.session_id, h.number AS hit_number, 0 AS ordinal, epoch_ms(h."at") AS at_ms FROM ${from} WHERE ${context.clause(happening.of, 'filter')}`;
}

/** Sessions without any place are in no group: whether a count of 0 is meant decides which side is asked for. */
export function countSql({ of, compare, value }: CountCondition, context: SqlContext): string {
  const zeroHolds = compareCounts(0, compare, value);
  const places = placesSql(of, context);
  const sign = compare === '!=' ? '<>' : compare;
  const having = `count(*) ${sign} ${context.bind(value, 'BIGINT')}`;
  const groups = (wanted: string) =>
    `s.session_id IN (SELECT session_id FROM (${places}) GROUP BY session_id HAVING ${wanted})`;
  return zeroHolds ? `NOT ${groups(`NOT (${having})`)}` : groups(having);
}

/** Stage by stage: the places that come after a place that was reached. Never all chains at once. */
export function sequenceSql({ stages }: SequenceCondition, context: SqlContext): string {
  let reached = '';
  for (const { of, not, within } of stages) {
    const places = placesSql(of, context);
    if (reached === '') reached = places;
    else {
      const follows = followsSql(within, context);
      reached = not
        ? `SELECT a.* FROM (${reached}) a WHERE NOT EXISTS (SELECT 1 FROM (${places}) b WHERE ${follows})`
        : `SELECT b.* FROM (${places}) b WHERE EXISTS (SELECT 1 FROM (${reached}) a WHERE ${follows})`;
    }
  }
  return `s.session_id IN (SELECT session_id FROM (${reached}))`;
}

function followsSql(within: Within | undefined, context: SqlContext): string {
  const after =
    'b.session_id = a.session_id AND (b.hit_number > a.hit_number OR (b.hit_number = a.hit_number AND b.ordinal > a.ordinal))';
  if (within === undefined) return after;
  return 'ms' in within
    ? `${after} AND b.at_ms - a.at_ms <= ${context.bind(within.ms, 'BIGINT')}`
    : `${after} AND b.hit_number - a.hit_number <= ${context.bind(within.hits, 'BIGINT')}`;
}

/** The clause of an event's rows `e`. */
function eventSql(event: EventCondition, context: SqlContext): string {
  const named = `e.event = ${context.bind(event.name)}`;
  return event.with === undefined
    ? named
    : `${named} AND ${testSql(event.with, context, 'filter')}`;
}
