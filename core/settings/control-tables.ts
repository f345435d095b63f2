/** The tables of `control.db`: what is configured, and the wrapped keys that open the canisters. */
import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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

/**
 * Labels, campaigns, funnels, goals, page groups and annotations, as JSON of the contract. `key` is the name in lower
 * case, so that no two names differ in case only; `position` is their order within a kind.
 */
export const reportDefinition = sqliteTable(
  'report_definition',
  {
    dataset: text('dataset').notNull(),
    kind: text('kind').notNull(),
    key: text('key').notNull(),
    position: integer('position').notNull(),
    definition: text('definition').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.kind, table.key] })],
);

/** What a campaign cost on a day of the dataset's time zone. `campaign` is its name as the file of costs has it. */
export const campaignCost = sqliteTable(
  'campaign_cost',
  {
    dataset: text('dataset').notNull(),
    campaign: text('campaign').notNull(),
    day: text('day').notNull(),
    cost: real('cost').notNull(),
    clicks: integer('clicks'),
    impressions: integer('impressions'),
    currency: text('currency').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.campaign, table.day] })],
);
