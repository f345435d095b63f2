/** The tables of datasets: their settings, the wrapped keys of their canisters, and what was erased of them. */
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** `settings` is the JSON of everything in a `Dataset` that may change. Slug and write key stay for good. */
export const dataset = sqliteTable('dataset', {
  slug: text('slug').primaryKey(),
  writeKey: text('write_key').notNull().unique(),
  addressSecret: text('address_secret').notNull(),
  settings: text('settings').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** One data key a dataset and day, wrapped (AES-256-GCM) by the master key: nonce, ciphertext, tag. */
export const dataKey = sqliteTable(
  'data_key',
  {
    dataset: text('dataset').notNull(),
    day: text('day').notNull(),
    wrapped: blob('wrapped', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.day] })],
);

/**
 * Where each dataset stood at its last checkpoint: what the inbox may have forgotten since. Tables that are older
 * than this come from an older backup.
 */
export const datasetPosition = sqliteTable('dataset_position', {
  dataset: text('dataset').primaryKey(),
  epoch: integer('epoch').notNull(),
  low: integer('low').notNull(),
  /** How many hits were stored. */
  hits: integer('hits').notNull(),
});

/** Erasures of visitors. Who it was about stands in a file that goes with the erasure; `report` is the JSON of its end. */
export const erasure = sqliteTable(
  'erasure',
  {
    number: integer('number').primaryKey({ autoIncrement: true }),
    dataset: text('dataset').notNull(),
    state: text('state').notNull(),
    report: text('report'),
    reason: text('reason'),
    requestedAt: integer('requested_at').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [index('erasure_dataset').on(table.dataset, table.number)],
);
