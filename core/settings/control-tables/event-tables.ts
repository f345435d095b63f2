/** The tables of events: drafts, what was done to them, published sets, and runs over the past. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Event definitions and hit attributes as they are worked on. `kind` is `event` or `attribute`; `key` is the name in
 * lower case, so that no two names differ in case only. `revision` counts the savings and is what a saver must know.
 */
export const eventDraft = sqliteTable(
  'event_draft',
  {
    dataset: text('dataset').notNull(),
    kind: text('kind').notNull(),
    key: text('key').notNull(),
    /** The order of evaluation within a trigger. */
    position: integer('position').notNull(),
    revision: integer('revision').notNull(),
    definition: text('definition').notNull(),
    changedAt: integer('changed_at').notNull(),
    author: text('author').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.kind, table.key] })],
);

/** What was ever done to definitions, in its order. `before` and `after` are definitions, where there are such. */
export const eventChange = sqliteTable(
  'event_change',
  {
    number: integer('number').primaryKey({ autoIncrement: true }),
    dataset: text('dataset').notNull(),
    at: integer('at').notNull(),
    author: text('author').notNull(),
    action: text('action').notNull(),
    kind: text('kind').notNull(),
    key: text('key'),
    name: text('name'),
    version: integer('version'),
    before: text('before'),
    after: text('after'),
  },
  (table) => [index('event_change_dataset').on(table.dataset, table.number)],
);

/** The published sets. A row never changes: sessions and facts name its version. */
export const eventSet = sqliteTable(
  'event_set',
  {
    dataset: text('dataset').notNull(),
    version: integer('version').notNull(),
    publishedAt: integer('published_at').notNull(),
    author: text('author').notNull(),
    set: text('set').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.version] })],
);

/**
 * Events that were run over the past (`kind` is `replay`), or whose past facts were taken away (`remove`). All that
 * is before the cursor is in a checkpoint of the tables. Days are of the dataset's time zone, `to_day` exclusive.
 */
export const backfill = sqliteTable(
  'backfill',
  {
    number: integer('number').primaryKey({ autoIncrement: true }),
    dataset: text('dataset').notNull(),
    kind: text('kind').notNull(),
    event: text('event').notNull(),
    version: integer('version').notNull(),
    fromDay: text('from_day'),
    toDay: text('to_day'),
    state: text('state').notNull(),
    cursorDay: text('cursor_day'),
    cursorOffset: integer('cursor_offset'),
    /** JSON: what was counted up to the cursor. */
    counts: text('counts').notNull(),
    reason: text('reason'),
    requestedAt: integer('requested_at').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [index('backfill_dataset').on(table.dataset, table.number)],
);
