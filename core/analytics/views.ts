/** The public views: an interface, described in docs/schema.md. Their names and meanings stay; tables may change. */
import {
  eventColumns,
  hitColumns,
  sessionColumns,
  sessionValueColumns,
  type TableColumn,
} from './tables.ts';

/** A column of a view; days are worked out, so no table holds one. */
export type ViewColumn = Omit<TableColumn, 'type'> & { type: TableColumn['type'] | 'DATE' };

export interface PublicView {
  meaning: string;
  columns: readonly ViewColumn[];
  sql: string;
  /** A clause for the rows of the day whose instants a test of an instant's column names. */
  ofDay: (test: (column: string) => string) => string;
}

/** Counts up when a view changes its meaning under the same columns: all days are then published again. */
export const viewsVersion = 2;

const list = (columns: readonly TableColumn[]) => columns.map(({ name }) => `"${name}"`).join(', ');
const pageViewColumns = hitColumns.filter(
  ({ name }) => !['type', 'event', 'properties'].includes(name),
);

const dayOf = (whose: string): ViewColumn => ({
  name: 'day',
  type: 'DATE',
  meaning: `Day of ${whose} in the dataset’s time zone.`,
});
const ofSession = dayOf('the session’s first hit');
const ofHit = dayOf('the hit');

const originColumn: TableColumn = {
  name: 'origin',
  type: 'VARCHAR',
  meaning: '`definition`: fired by its definition. `page`: a custom event that a page sent.',
};
/** What both kinds of events have; a page's event has the properties that came with it for dimensions. */
const publicEventColumns: readonly TableColumn[] = [
  ...eventColumns.filter(({ name }) => name !== 'building_block'),
  originColumn,
];
const customEvent: Record<string, string> = {
  event: 'event',
  session_id: 'session_id',
  hit_number: 'number',
  hit_id: 'hit_id',
  at: '"at"',
  value_number: `try_cast(properties ->> '$.value' AS DOUBLE)`,
  value_text: `properties ->> '$.value'`,
  dimensions: 'properties',
  backfilled: 'false',
  origin: `'page'`,
};

export const viewNames = ['sessions', 'hits', 'page_views', 'events', 'session_values'] as const;
export type ViewName = (typeof viewNames)[number];

export const publicViews: Record<ViewName, PublicView> = {
  sessions: {
    meaning: 'One row a session that has ended.',
    columns: [...sessionColumns, ofSession],
    sql: `SELECT ${list(sessionColumns)}, started_at::DATE AS day FROM store.sessions`,
    ofDay: (test) => test('started_at'),
  },
  hits: {
    meaning: 'One row a hit of those sessions.',
    columns: [...hitColumns, ofHit],
    sql: `SELECT ${list(hitColumns)}, "at"::DATE AS day FROM store.hits`,
    ofDay: (test) => test('"at"'),
  },
  page_views: {
    meaning: 'One row a page view: the hits of type `page_view`.',
    columns: [...pageViewColumns, ofHit],
    sql: `SELECT ${list(pageViewColumns)}, "at"::DATE AS day FROM store.hits WHERE type = 'page_view'`,
    ofDay: (test) => test('"at"'),
  },
  events: {
    meaning: 'One row an event: recorded by its definition, or sent by a page.',
    columns: [...publicEventColumns, ofHit],
    sql: `SELECT ${list(publicEventColumns.filter((one) => one !== originColumn))}, 'definition' AS origin, "at"::DATE AS day
      FROM store.events WHERE NOT building_block
      UNION ALL SELECT ${publicEventColumns
        .map(({ name, type }) => `${customEvent[name] ?? `NULL::${type}`} AS "${name}"`)
        .join(', ')}, "at"::DATE AS day FROM store.hits WHERE type = 'event'`,
    ofDay: (test) => test('"at"'),
  },
  session_values: {
    meaning: 'One row a session attribute or counter that events have set.',
    columns: [...sessionValueColumns, ofSession],
    sql: `SELECT ${list(sessionValueColumns)}, started_at::DATE AS day
      FROM store.session_values JOIN (SELECT session_id, started_at FROM store.sessions) USING (session_id)`,
    ofDay: (test) =>
      `session_id IN (SELECT session_id FROM store.sessions WHERE ${test('started_at')})`,
  },
};

/** The statements that make the views, with their comments. Run at every start: views follow the program. */
export function viewStatements(): string[] {
  return Object.entries(publicViews).flatMap(([name, { sql }]) => [
    `CREATE OR REPLACE VIEW "${name}" AS ${sql}`,
    ...commentStatements(name as ViewName),
  ]);
}

/** The statements that say in a database what a view of it, and each of its columns, holds. */
export function commentStatements(name: ViewName): string[] {
  const { meaning, columns } = publicViews[name];
  return [
    `COMMENT ON VIEW "${name}" IS ${sqlText(meaning)}`,
    ...columns.map(
      (column) => `COMMENT ON COLUMN "${name}"."${column.name}" IS ${sqlText(column.meaning)}`,
    ),
  ];
}

/** A text as SQL. */
export const sqlText = (value: string) => `'${value.replaceAll("'", "''")}'`;
