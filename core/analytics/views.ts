/** The public views: an interface, described in docs/schema.md. Their names and meanings stay; tables may change. */
import {
  eventColumns,
  hitColumns,
  sessionColumns,
  sessionValueColumns,
  type TableColumn,
} from './tables.ts';

export interface PublicView {
  meaning: string;
  columns: readonly TableColumn[];
  sql: string;
}

const list = (columns: readonly TableColumn[]) => columns.map(({ name }) => `"${name}"`).join(', ');
const pageViewColumns = hitColumns.filter(
  ({ name }) => !['type', 'event', 'properties'].includes(name),
);

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

export const publicViews: Record<
  'sessions' | 'hits' | 'page_views' | 'events' | 'session_values',
  PublicView
> = {
  sessions: {
    meaning: 'One row a session that has ended.',
    columns: sessionColumns,
    sql: `SELECT ${list(sessionColumns)} FROM store.sessions`,
  },
  hits: {
    meaning: 'One row a hit of those sessions.',
    columns: hitColumns,
    sql: `SELECT ${list(hitColumns)} FROM store.hits`,
  },
  page_views: {
    meaning: 'One row a page view: the hits of type `page_view`.',
    columns: pageViewColumns,
    sql: `SELECT ${list(pageViewColumns)} FROM store.hits WHERE type = 'page_view'`,
  },
  events: {
    meaning: 'One row an event: recorded by its definition, or sent by a page.',
    columns: publicEventColumns,
    sql: `SELECT ${list(publicEventColumns.filter((one) => one !== originColumn))}, 'definition' AS origin
      FROM store.events WHERE NOT building_block
      UNION ALL SELECT ${publicEventColumns
        .map(({ name, type }) => `${customEvent[name] ?? `NULL::${type}`} AS "${name}"`)
        .join(', ')} FROM store.hits WHERE type = 'event'`,
  },
  session_values: {
    meaning: 'One row a session attribute or counter that events have set.',
    columns: sessionValueColumns,
    sql: `SELECT ${list(sessionValueColumns)} FROM store.session_values`,
  },
};

/** The statements that make the views, with their comments. Run at every start: views follow the program. */
export function viewStatements(): string[] {
  return Object.entries(publicViews).flatMap(([name, { sql, meaning, columns }]) => [
    `CREATE OR REPLACE VIEW "${name}" AS ${sql}`,
    `COMMENT ON VIEW "${name}" IS ${text(meaning)}`,
    ...columns.map(
      (column) => `COMMENT ON COLUMN "${name}"."${column.name}" IS ${text(column.meaning)}`,
    ),
  ]);
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
