/** The occurrences of what is watched as rows of the tables, and the tallies of them. */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import type { Cell } from '../analytics/rows.ts';
import { alertLimits, type CountedSubject, severitiesFrom } from '../contract/alert.ts';
import type { PastCell, SpanRequest, Watched } from './alert-facts.ts';
import { newTally, type Tally } from './tally.ts';

/** Sessions whose last hit is so long ago are over: only then are their metrics known. */
export interface OccurrenceOptions {
  idleTimeoutMs: number;
}

interface Part {
  sql: string;
  values: Cell[];
}

const from = (column: string) => `${column} >= make_timestamptz($1::BIGINT * 1000)`;
const to = (column: string) => `${column} < make_timestamptz($2::BIGINT * 1000)`;

/** Rows of `at_ms, value, session_id, visitor_id`, with `$1` and `$2` as the span. */
function occurrences({ subject, robots }: Watched, span: [number, number], idleMs: number): Part {
  const person = robots ? '' : 'AND NOT is_robot';
  // What a log tells of page views that the tracker has seen counts no second time; its facts are its own.
  const once = `${person} AND seen_by_tag IS NOT TRUE`;
  const hits = (value: string, where: string): Part => ({
    sql: `SELECT epoch_ms("at") AS at_ms, ${value} AS value, session_id, visitor_id FROM store.hits
      WHERE ${from('"at"')} AND ${to('"at"')} ${once} ${where}`,
    values: span,
  });
  if (subject.kind !== 'metric') return facts(subject, person, span);
  const none = 'CAST(NULL AS DOUBLE)';
  switch (subject.metric) {
    case 'hits':
    case 'visitors':
      return hits(none, '');
    case 'page_views':
      return hits(none, `AND type = 'page_view'`);
    case 'sessions':
      return {
        sql: `SELECT epoch_ms(started_at) AS at_ms, ${none} AS value, session_id, visitor_id FROM store.sessions
          WHERE ${from('started_at')} AND ${to('started_at')} ${once}`,
        values: span,
      };
    default:
      return {
        sql: `SELECT epoch_ms(ended_at) + $3::BIGINT AS at_ms, ${endValues[subject.metric]} AS value, session_id, visitor_id
          FROM store.sessions WHERE ${from('ended_at')} AND ${to('ended_at')} ${once}`,
        values: [span[0] - idleMs, span[1] - idleMs, idleMs],
      };
  }
}

/** Facts of definitions, building blocks among them; and by name also the events that pages sent. */
function facts(
  subject: Exclude<CountedSubject, { kind: 'metric' }>,
  person: string,
  span: [number, number],
): Part {
  const of = (
    where: string,
  ) => `SELECT epoch_ms(e."at") AS at_ms, e.value_number AS value, e.session_id, s.visitor_id
    FROM store.events e JOIN store.sessions s USING (session_id)
    WHERE ${from('e."at"')} AND ${to('e."at"')} ${person} AND ${where}`;
  if (subject.kind === 'raised') {
    const severities = severitiesFrom(subject.severity);
    const places = severities.map((_, index) => `$${index + 3}`).join(', ');
    return { sql: of(`e.alert IN (${places})`), values: [...span, ...severities] };
  }
  const sent = `SELECT epoch_ms("at") AS at_ms, TRY_CAST(properties ->> '$.value' AS DOUBLE) AS value, session_id, visitor_id
    FROM store.hits WHERE ${from('"at"')} AND ${to('"at"')} ${person} AND type = 'event' AND event = $3`;
  return { sql: `${of('e.event = $3')} UNION ALL ${sent}`, values: [...span, subject.event] };
}

const endValues = {
  bounce_rate: 'is_bounce::DOUBLE',
  session_duration: 'duration_ms::DOUBLE',
  page_depth: 'page_views::DOUBLE',
} as const;

export const countsVisitors = (subject: CountedSubject): boolean =>
  subject.kind === 'metric' && subject.metric === 'visitors';

/** The cells of a span that have occurrences, the oldest first; a cell begins at a multiple of `cellMs`. */
export async function readCells(
  analytics: Pick<AnalyticsStore, 'query'>,
  request: SpanRequest,
  cellMs: number,
  { idleTimeoutMs }: OccurrenceOptions,
): Promise<PastCell[]> {
  const span: [number, number] = [request.fromMs, request.toMs];
  const { sql, values } = occurrences(request, span, idleTimeoutMs);
  const cell = `(at_ms // ${Math.trunc(cellMs)}) * ${Math.trunc(cellMs)}`;
  const visitors = countsVisitors(request.subject)
    ? 'list(DISTINCT visitor_id)'
    : 'CAST(NULL AS VARCHAR[])';
  const { rows } = await analytics.query(
    `SELECT ${cell} AS cell, count(*), count(value), coalesce(sum(value), 0), min(value), max(value),
       arg_max(replace(session_id::VARCHAR, '-', ''), at_ms, ${alertLimits.sessionsNamedMax}), ${visitors}
     FROM (${sql}) GROUP BY 1 ORDER BY 1`,
    values,
  );
  return rows.map((row) => ({ at: Number(row[0]), tally: toTally(row.slice(1)) }));
}

function toTally([count, values, sum, min, max, sessions, visitors]: unknown[]): Tally {
  const isNone = Number(values) === 0;
  return {
    ...newTally(),
    count: Number(count),
    values: Number(values),
    sum: Number(sum),
    ...(isNone ? {} : { min: Number(min), max: Number(max) }),
    sessions: [...new Set((sessions ?? []) as string[])],
    ...(Array.isArray(visitors) ? { visitors: new Set(visitors as string[]) } : {}),
  };
}

/** One tally of a whole span. */
export async function readTally(
  analytics: Pick<AnalyticsStore, 'query'>,
  request: SpanRequest,
  options: OccurrenceOptions,
): Promise<Tally> {
  const cells = await readCells(analytics, request, cellMsHuge, options);
  return cells[0]?.tally ?? newTally();
}

/** No instant that occurs is beyond: everything falls into the cell that begins at 0. */
const cellMsHuge = 1e15;

/** The time of the first hit that is stored. */
export async function readFirstAt(
  analytics: Pick<AnalyticsStore, 'query'>,
): Promise<number | undefined> {
  const { rows } = await analytics.query('SELECT min(epoch_ms("at")) FROM store.hits', []);
  const first = rows[0]?.[0];
  return first === null || first === undefined ? undefined : Number(first);
}
