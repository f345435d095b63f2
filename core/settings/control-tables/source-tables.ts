/** The tables of sources: where logs are fetched from, and how far. */
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where logs are fetched from. Its secrets are sealed under a data key of its own. */
export const source = sqliteTable('source', {
  id: text('id').primaryKey(),
  /** Its name in small letters: names that differ in case only are one. */
  key: text('key').notNull().unique(),
  definition: text('definition').notNull(),
  /** Which secrets there are, and the sealed secrets. */
  secretNames: text('secret_names').notNull(),
  secrets: blob('secrets'),
  /** Nothing that was due up to this instant is run any more. */
  doneUntil: integer('done_until').notNull(),
  failures: integer('failures').notNull(),
  retryAt: integer('retry_at').notNull(),
});

/** How far each file of a source was taken. */
export const sourceFile = sqliteTable(
  'source_file',
  {
    source: text('source').notNull(),
    id: text('id').notNull(),
    mark: text('mark').notNull(),
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.id] })],
);

/** What became of each run of a source. */
export const sourceRun = sqliteTable(
  'source_run',
  {
    number: integer('number').primaryKey(),
    source: text('source').notNull(),
    reason: text('reason').notNull(),
    state: text('state').notNull(),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at'),
    /** Counts and problems, as JSON. */
    outcome: text('outcome').notNull(),
  },
  (table) => [index('source_run_source').on(table.source, table.number)],
);
