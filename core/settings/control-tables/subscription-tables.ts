/** The tables of digests by mail: subscriptions, who wants none, what was made and what was brought. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Digests that are mailed on a schedule; `definition` is the JSON of a `Subscription`. `key` is the name in lower case.
 * The secret signs the links by which recipients unsubscribe. Nothing due up to `done_until` is made any more.
 */
export const subscription = sqliteTable('subscription', {
  id: text('id').primaryKey(),
  key: text('key').notNull().unique(),
  definition: text('definition').notNull(),
  secret: text('secret').notNull(),
  doneUntil: integer('done_until').notNull(),
  lastDueAt: integer('last_due_at'),
  lastOutcome: text('last_outcome'),
  /** Why the last digest could not be made, and how often that was tried. */
  heldReason: text('held_reason'),
  tries: integer('tries').notNull(),
  retryAt: integer('retry_at').notNull(),
});

/** Who wants no more mails of a subscription. */
export const unsubscription = sqliteTable(
  'unsubscription',
  {
    subscription: text('subscription').notNull(),
    recipient: text('recipient').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subscription, table.recipient] })],
);

/** Digests as they were made: once a due time, for all recipients. `mail` is the JSON of what they have in common. */
export const digestEdition = sqliteTable('digest_edition', {
  id: text('id').primaryKey(),
  subscription: text('subscription').notNull(),
  dueAt: integer('due_at').notNull(),
  outcome: text('outcome').notNull(),
  mail: text('mail').notNull(),
});

/** Which digest an item of the outbox (of the same id) brings to whom. */
export const digestDelivery = sqliteTable(
  'digest_delivery',
  {
    id: text('id').primaryKey(),
    edition: text('edition').notNull(),
    subscription: text('subscription').notNull(),
    recipient: text('recipient').notNull(),
    reason: text('reason').notNull(),
    dueAt: integer('due_at').notNull(),
  },
  (table) => [index('digest_delivery_by_subscription').on(table.subscription, table.dueAt)],
);
