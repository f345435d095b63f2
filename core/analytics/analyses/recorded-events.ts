/** What events have recorded, and what pages have sent: by event, by recorded text, or by what they report. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import type { QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  figure,
  inSpan,
  labelColumns,
  type Parts,
  partsOf,
  text,
} from './analysis-parts.ts';

/** A fact counts when its hit happened, as a hit does. */
export function planRecordedEvents(
  analysis: AnalysisOf<'recorded_events'>,
  context: QueryContext,
): AnalysisPlan {
  const { by, event, dimension } = analysis;
  const parts = partsOf(analysis, context);
  const { bind } = parts.binder;
  const facts = analysis.origin === 'page' ? sentSql(parts) : recordedSql(parts);
  const named = event === undefined ? '' : ` AND event = ${bind(event)}`;
  // What is asked for by its name is the same in each row.
  const fixed = new Set([event && eventKey, dimension && dimensionKey]);
  const keys = by === 'event' ? [eventKey] : keysOf[by].filter((key) => !fixed.has(key));
  const columns = by === 'text' ? counts : [...counts, ...sums];
  const reported = by !== 'dimension' ? '' : `, ${reportedSql}`;
  const wanted = dimension === undefined ? '' : ` AND reported.key = ${bind(dimension)}`;
  const figures = parts.places.flatMap(({ only }) => [
    `count(*)${only()}`,
    `count(DISTINCT session_row)${only()}`,
    `count(DISTINCT visitor_id)${only()}`,
    ...(by === 'text' ? [] : ['sum', 'avg']).map(
      (sum) => `${sum}(value_number)${only('isfinite(value_number)')}`,
    ),
  ]);
  const places = keys.map((_, place) => place + 1);
  return {
    sql: `WITH facts AS (${facts})
      SELECT ${keys.map(({ sql }) => sql).join(', ')}, ${figures.join(', ')} FROM facts${reported}
      WHERE ${by === 'text' ? 'value_text IS NOT NULL' : 'true'}${named}${wanted}
      GROUP BY ${places.join(', ')} ORDER BY ${keys.length + 1} DESC, ${places.join(', ')}`,
    values: parts.binder.values,
    columns: [
      ...keys.map(({ column }) => column),
      ...parts.places.flatMap(({ of }) => columns.map((one) => one(of))),
    ],
  };
}

/** What definitions have recorded; building blocks are there for other events only. */
function recordedSql(parts: Parts): string {
  const of = ['s.session_row', 's.visitor_id', ...labelColumns(parts)];
  return `SELECT ${of.join(', ')}, e.event, e.value_number, e.value_text, e.dimensions
    FROM store.events e JOIN ${parts.sessions('touch')} ON s.session_id = e.session_id
    WHERE NOT e.building_block AND ${inSpan('e."at"', parts.span)}`;
}

/** What pages have sent: its properties are what it reports, and `value` among them is its value. */
function sentSql(parts: Parts): string {
  const of = ['s.session_row', 's.visitor_id', ...labelColumns(parts)];
  const value = `TRY(json_extract_string(h.properties, '/value'))`;
  return `SELECT ${of.join(', ')}, h.event, TRY_CAST(${value} AS DOUBLE) AS value_number, ${value} AS value_text,
      h.properties AS dimensions
    FROM store.hits h JOIN ${parts.sessions('touch')} ON s.session_row = h.session_row
    WHERE h.type = 'event' AND ${inSpan('h."at"', parts.span)}`;
}

const reportedSql = `unnest(map_entries(TRY(from_json(dimensions, '"MAP(VARCHAR, VARCHAR)"')))) AS r(reported)`;

const eventKey = {
  sql: 'event',
  column: text('recorded_event', 'Event', 'Name of the event.'),
};
const dimensionKey = {
  sql: 'reported.key',
  column: text(
    'reported_name',
    'What',
    'Name of the dimension that the event reports, or of the property that came with it.',
  ),
};
const keysOf = {
  text: [
    eventKey,
    {
      sql: 'value_text',
      column: text('recorded_text', 'Recorded', 'Text that the event has recorded.'),
    },
  ],
  dimension: [
    eventKey,
    dimensionKey,
    {
      sql: 'reported.value',
      column: text('reported_value', 'Value', 'What the event reports there.'),
    },
  ],
};

const counts = [
  figure('occurrences', 'Occurrences', 'count', 'How often the event was recorded in the range.'),
  figure('sessions', 'Sessions', 'count', 'Sessions in which it was recorded.'),
  figure('visitors', 'Visitors', 'count', 'Distinct visitor keys of those sessions.'),
];
/** An event records a number or a text. */
const sums = [
  figure('value_sum', 'Sum', 'number', 'Sum of the numbers that it recorded.'),
  figure('value_mean', 'Mean', 'number', 'Mean of the numbers that it recorded.'),
];
