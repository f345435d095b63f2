/** The tables of alerts: rules, channels, what alerts did, and what is to be sent. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The rules of alerts; `definition` is the JSON of an `AlertRule`. */
export const alertRule = sqliteTable(
  'alert_rule',
  {
    dataset: text('dataset').notNull(),
    name: text('name').notNull(),
    definition: text('definition').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.name] })],
);

/** Where notices go; `definition` is the JSON of an `AlertChannel`, with the secret that signs. */
export const alertChannel = sqliteTable('alert_channel', {
  name: text('name').primaryKey(),
  definition: text('definition').notNull(),
});

/** What alerts did; `entry` is the JSON of an `AlertEntry`. The server's own alarms have an empty dataset. */
export const alertHistory = sqliteTable(
  'alert_history',
  {
    id: text('id').primaryKey(),
    dataset: text('dataset').notNull(),
    rule: text('rule').notNull(),
    change: text('change').notNull(),
    at: integer('at').notNull(),
    entry: text('entry').notNull(),
  },
  (table) => [index('alert_history_by_rule').on(table.dataset, table.rule, table.at)],
);

/** What is to be sent, by mail or otherwise, and what became of it. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    channel: text('channel').notNull(),
    title: text('title').notNull(),
    payload: text('payload').notNull(),
    state: text('state').notNull(),
    tries: integer('tries').notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    /** Until then somebody is sending it. */
    claimedUntil: integer('claimed_until').notNull(),
    sentAt: integer('sent_at'),
    lastError: text('last_error'),
  },
  (table) => [index('outbox_due').on(table.state, table.dueAt)],
);
