/**
 * The tables of `hits.db`, which collectors write and the core reads: the one schema that both speak.
 * Texts of strangers are BLOBs: libSQL's text functions abort the process on text that is not valid UTF-8.
 */
import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The log of everything accepted, in the order of `seq`. `received_at` (epoch milliseconds) never decreases.
 * A row without a dataset is a heartbeat: it only moves the engine's clock on.
 */
export const hitInbox = sqliteTable('hit_inbox', {
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  dataset: text('dataset'),
  hitId: blob('hit_id', { mode: 'buffer' }),
  receivedAt: integer('received_at').notNull(),
  /** A `ReceivedHit` as UTF-8 JSON. */
  body: blob('body', { mode: 'buffer' }),
});

/**
 * Ids of recently accepted hits: what makes a retry harmless. `batch` and `ordinal` name the request that brought them.
 * Without an index of times: rows lie in the order in which they came.
 */
export const recentHit = sqliteTable(
  'recent_hit',
  {
    dataset: text('dataset').notNull(),
    hitId: blob('hit_id', { mode: 'buffer' }).notNull(),
    batch: blob('batch', { mode: 'buffer' }).notNull(),
    ordinal: integer('ordinal').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.hitId] })],
);

/** Datasets as collectors know them. */
export const datasetDirectory = sqliteTable('dataset_directory', {
  writeKey: text('write_key').primaryKey(),
  slug: text('slug').notNull(),
  hosts: text('hosts').notNull(),
  addressSecret: text('address_secret').notNull(),
  /** A JSON array. */
  maskedNames: text('masked_names').notNull().default('[]'),
});

/**
 * What became of hits, by dataset and hour (epoch hours). `outcome` is `received`, `accepted`, `duplicate`,
 * `excluded` or `bad`; `reason` names the rule or the problem code. An unknown dataset counts under ''.
 */
export const hitCount = sqliteTable(
  'hit_count',
  {
    dataset: text('dataset').notNull(),
    hour: integer('hour').notNull(),
    outcome: text('outcome').notNull(),
    reason: text('reason').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.hour, table.outcome, table.reason] })],
);

/**
 * The sums of `hit_count` over all hours, kept by its triggers: after years nobody has to add up the hours. What imports
 * brought (`imported` 1) never lay in the inbox.
 */
export const hitTotal = sqliteTable(
  'hit_total',
  {
    dataset: text('dataset').notNull(),
    outcome: text('outcome').notNull(),
    imported: integer('imported').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.outcome, table.imported] })],
);

/** Accepted hits that could not be processed, with the reason; kept whole, to be looked at and taken again. */
export const setAside = sqliteTable('set_aside', {
  seq: integer('seq').primaryKey(),
  dataset: text('dataset').notNull(),
  receivedAt: integer('received_at').notNull(),
  reason: text('reason').notNull(),
  body: blob('body', { mode: 'buffer' }).notNull(),
});

/** From which inbox position on which version of a dataset's events is in force. */
export const eventVersion = sqliteTable(
  'event_version',
  {
    dataset: text('dataset').notNull(),
    fromSeq: integer('from_seq').notNull(),
    version: integer('version').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.fromSeq] })],
);
