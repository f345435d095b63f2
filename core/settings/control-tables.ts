/** The tables of `control.db`: what is configured, and the wrapped keys that open the canisters. */
import { blob, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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

/** Keys by which programs read the published files of one dataset; only a hash of each is kept. */
export const readToken = sqliteTable(
  'read_token',
  {
    dataset: text('dataset').notNull(),
    name: text('name').notNull(),
    hash: text('hash').notNull().unique(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [primaryKey({ columns: [table.dataset, table.name] })],
);

/** Settings of the whole server; `value` is JSON. */
export const serverSetting = sqliteTable('server_setting', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

/** The last entry of the audit trail that retention has removed: with its hash the rest can still be verified. */
export const auditTrimmed = sqliteTable('audit_trimmed', {
  number: integer('number').primaryKey(),
  hash: text('hash').notNull(),
});

/** Reports that are shown without a sign-in; `shows` is the JSON of a `SharedReport`. Of the address a hash is kept. */
export const sharedLink = sqliteTable(
  'shared_link',
  {
    id: text('id').primaryKey(),
    dataset: text('dataset').notNull(),
    name: text('name').notNull(),
    shows: text('shows').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    passwordHash: text('password_hash'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    opened: integer('opened').notNull(),
    lastOpenedAt: integer('last_opened_at'),
  },
  (table) => [index('shared_link_by_dataset').on(table.dataset)],
);

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
/** Users. `email` is in lower case. Secrets of second factors open nothing without the password. */
export const accessUser = sqliteTable('access_user', {
  id: text('id').primaryKey(),
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  state: text('state').notNull(),
  passwordHash: text('password_hash'),
  totpSecret: text('totp_secret'),
  totpPending: text('totp_pending'),
  /** The last step whose code was used: none is good twice. */
  totpStep: integer('totp_step'),
  oidcSubject: text('oidc_subject').unique(),
  createdAt: integer('created_at').notNull(),
  lastSignInAt: integer('last_sign_in_at'),
});

/** The roles of users; the dataset `*` is all of them. */
export const accessGrant = sqliteTable(
  'access_grant',
  {
    userId: text('user_id').notNull(),
    dataset: text('dataset').notNull(),
    role: text('role').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.dataset] })],
);

export const recoveryCode = sqliteTable(
  'recovery_code',
  {
    userId: text('user_id').notNull(),
    codeHash: text('code_hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
);

/** Who is signed in where. The token itself is in the browser only. */
export const signIn = sqliteTable(
  'sign_in',
  {
    id: text('id').primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    address: text('address').notNull(),
    browser: text('browser').notNull(),
  },
  (table) => [index('sign_in_user').on(table.userId)],
);

/** Links that work once: invitations and resets of passwords. */
export const accessLink = sqliteTable(
  'access_link',
  {
    tokenHash: text('token_hash').primaryKey(),
    purpose: text('purpose').notNull(),
    userId: text('user_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('access_link_user').on(table.userId)],
);

export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  keyHash: text('key_hash').notNull().unique(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  role: text('role').notNull(),
  dataset: text('dataset').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  lastUsedAt: integer('last_used_at'),
});

/** Who did what. Triggers in its migration refuse changing and deleting; `hash` covers all entries before. */
export const audit = sqliteTable('audit', {
  number: integer('number').primaryKey(),
  at: integer('at').notNull(),
  actor: text('actor').notNull(),
  address: text('address').notNull(),
  action: text('action').notNull(),
  target: text('target').notNull(),
  detail: text('detail').notNull(),
  hash: text('hash').notNull(),
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
