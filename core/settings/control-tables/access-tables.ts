/** The tables of who may do what: users, sign-ins, keys and links, settings of the server, and the audit trail. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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

/** Settings of the whole server; `value` is JSON. */
export const serverSetting = sqliteTable('server_setting', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
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

/** The last entry of the audit trail that retention has removed: with its hash the rest can still be verified. */
export const auditTrimmed = sqliteTable('audit_trimmed', {
  number: integer('number').primaryKey(),
  hash: text('hash').notNull(),
});
