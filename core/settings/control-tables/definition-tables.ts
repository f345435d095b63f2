/** The tables of what reports and searches are asked with: definitions, costs, and what is kept under a name. */
import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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

/** Conditions kept under a name. */
export const savedSearch = sqliteTable(
  'saved_search',
  {
    dataset: text('dataset').notNull(),
    name: text('name').notNull(),
    condition: text('condition').notNull(),
    segment: integer('segment', { mode: 'boolean' }).notNull(),
    savedAt: integer('saved_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.name] })],
);

/** SQL kept under a name; `definition` is the JSON of a `SavedQueryInput`. */
export const savedQuery = sqliteTable(
  'saved_query',
  {
    dataset: text('dataset').notNull(),
    name: text('name').notNull(),
    definition: text('definition').notNull(),
    savedAt: integer('saved_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.name] })],
);
