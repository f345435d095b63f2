/** The public views: an interface, described in docs/schema.md. Their names and meanings stay; tables may change. */
import { hitColumns, sessionColumns, type TableColumn } from './tables.ts';

export interface PublicView {
  meaning: string;
  columns: readonly TableColumn[];
  sql: string;
}

const list = (columns: readonly TableColumn[]) => columns.map(({ name }) => `"${name}"`).join(', ');
const pageViewColumns = hitColumns.filter(
  ({ name }) => !['type', 'event', 'properties'].includes(name),
);

export const publicViews: Record<'sessions' | 'hits' | 'page_views', PublicView> = {
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
