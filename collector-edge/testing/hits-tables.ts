/** The tables of `hits.db` as SQL, taken from the Drizzle schema, for tests that need a database of their own. */
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  datasetDirectory,
  hitCount,
  hitInbox,
  recentHit,
} from '../../core/contract/edge-tables.ts';

/** One CREATE statement a table. */
export const hitsTables: string[] = [hitInbox, recentHit, datasetDirectory, hitCount].map(
  createStatement,
);

function createStatement(table: SQLiteTable): string {
  const { name, columns, primaryKeys } = getTableConfig(table);
  const parts = columns.map((column) => {
    const key = column.primary ? ' PRIMARY KEY' : '';
    const counting = 'autoIncrement' in column && column.autoIncrement ? ' AUTOINCREMENT' : '';
    const needed = column.notNull ? ' NOT NULL' : '';
    const usual = typeof column.default === 'string' ? ` DEFAULT '${column.default}'` : '';
    return `${column.name} ${column.getSQLType()}${key}${counting}${usual}${needed}`;
  });
  const keys = primaryKeys.map(
    (key) => `PRIMARY KEY (${key.columns.map((column) => column.name).join(', ')})`,
  );
  return `CREATE TABLE ${name} (${[...parts, ...keys].join(', ')})`;
}
