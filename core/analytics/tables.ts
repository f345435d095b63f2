/**
 * The tables of a dataset's `analytics.duckdb`, schema `store`. They are ours to change; what the outside sees are
 * the views. `day` is no column of a table: it depends on the dataset's time zone and is computed when asked.
 */

import { channelSqlBefore, robotPurposeSqlBefore } from './channel-sql.ts';
import { seenOfAll } from './seen-sql.ts';

/** One column: its DuckDB type and what it means, for docs/schema.md and for column comments. */
export interface TableColumn {
  name: string;
  type: 'UUID' | 'VARCHAR' | 'TIMESTAMPTZ' | 'BIGINT' | 'INTEGER' | 'DOUBLE' | 'BOOLEAN';
  meaning: string;
}

const column = (name: string, type: TableColumn['type'], meaning: string): TableColumn => ({
  name,
  type,
  meaning,
});

const firstSessionColumns = [
  column('session_id', 'UUID', 'Names the session; derived from its dataset and its first hit.'),
  column(
    'visitor_id',
    'VARCHAR',
    'Visitor key: of a signed-in user, else the first-party id, else a hash of address and user agent.',
  ),
  column('user_id', 'VARCHAR', 'Id that the site gave for a signed-in user.'),
  column('origin', 'VARCHAR', '`tracker` or `log`.'),
  column('started_at', 'TIMESTAMPTZ', 'Time of the first hit.'),
  column('ended_at', 'TIMESTAMPTZ', 'Time of the last hit.'),
  column(
    'end_reason',
    'VARCHAR',
    'Why it ended: `idle`, a limit, a rule, the page or a hand; all reasons are listed below.',
  ),
  column('duration_ms', 'BIGINT', 'Last hit time minus first hit time; 0 for one hit.'),
  column('hits', 'INTEGER', 'Number of hits.'),
  column('page_views', 'INTEGER', 'Number of page views.'),
  column('custom_events', 'INTEGER', 'Number of custom events sent by the page.'),
  column('is_bounce', 'BOOLEAN', 'At most one page view and no custom event.'),
  column('is_robot', 'BOOLEAN', 'The user agent or the behaviour is a robot’s, or there is none.'),
  column('robot', 'VARCHAR', 'Name of the robot.'),
  column('browser', 'VARCHAR', 'Browser name.'),
  column('browser_version', 'VARCHAR', 'Major version of the browser.'),
  column('system', 'VARCHAR', 'Operating system.'),
  column('device', 'VARCHAR', '`desktop`, `mobile`, `tablet`, `tv`, `robot` or `unknown`.'),
  column('user_agent', 'VARCHAR', 'The user agent as sent, cut at 512 characters.'),
  column('entry_host', 'VARCHAR', 'Host of the first page view.'),
  column('entry_path', 'VARCHAR', 'Path of the first page view.'),
  column('exit_path', 'VARCHAR', 'Path of the last page view.'),
  column(
    'referrer_host',
    'VARCHAR',
    'Host of the page that led to the session; empty for own pages and direct entries.',
  ),
  column('referrer_path', 'VARCHAR', 'Path of that page.'),
  column(
    'source',
    'VARCHAR',
    'utm_source, else what a click id says, else the name of the referrer.',
  ),
  column(
    'medium',
    'VARCHAR',
    'utm_medium, else what a click id says, else `organic`, `social`, `email`, `cpc`, `ai-assistant` or `referral` by the referrer.',
  ),
  column('campaign', 'VARCHAR', 'utm_campaign.'),
  column('term', 'VARCHAR', 'utm_term, else the words that the search engine hands on.'),
  column('content', 'VARCHAR', 'utm_content.'),
  column(
    'country',
    'VARCHAR',
    'Two-letter country, where the edge or a database of places knows it.',
  ),
  column('language', 'VARCHAR', 'Preferred language of the client.'),
  column('screen_width', 'INTEGER', 'Width of the screen in CSS pixels.'),
  column('address_prefix', 'VARCHAR', 'Client address, cut: v4 to /24, v6 to /48.'),
  column(
    'address_key',
    'VARCHAR',
    'Keyed hash of the whole client address: equal addresses have equal keys.',
  ),
  column(
    'continues_session_id',
    'UUID',
    'The session that a limit or midnight closed and that this one continues.',
  ),
] as const satisfies readonly TableColumn[];

/** They came later, so they stand behind the others in every file. */
const laterSessionColumns = [
  column(
    'channel',
    'VARCHAR',
    'Class of the source, by the dataset’s own rules and then the usual ones.',
  ),
  column(
    'click_id',
    'VARCHAR',
    'Name of the parameter by which an advertiser marked the click, such as `gclid`.',
  ),
  column('region', 'VARCHAR', 'Region or state, where the edge or a database of places knows it.'),
  column('city', 'VARCHAR', 'City, where the edge or a database of places knows it.'),
  column(
    'robot_purpose',
    'VARCHAR',
    'What the robot is for: `search engine`, `AI training`, `AI search`, `AI assistant`, `link preview`, `monitoring`, `SEO tool`, `feed reader`, `scanner`, `archiver`, `advertising`, `program` or `other`.',
  ),
  column(
    'robot_behaviour',
    'VARCHAR',
    'The rule by whose behaviour it is a robot; empty where the user agent says so.',
  ),
] as const satisfies readonly TableColumn[];

/** Marks of a dataset that has both a tracker and logs; every file has them behind all other columns. */
const seenSessionColumns = [
  column(
    'seen_by_tag',
    'BOOLEAN',
    'A session of a log whose page views the tracker has all seen too: its sessions count it already.',
  ),
] as const satisfies readonly TableColumn[];

export const sessionColumns = [
  ...firstSessionColumns,
  ...laterSessionColumns,
  ...seenSessionColumns,
] as const;

/** Hits of the session that an exclusion keeps out of the figures; not in the public view. */
const excludedCountColumn = column('excluded_hits', 'INTEGER', 'Number of excluded hits.');

/** Where the session lies in inbox and canister; not in the public view. */
export const sessionPlaceColumns = [
  column('first_seq', 'BIGINT', 'Inbox position of the first hit; 0 for logs.'),
  column('last_seq', 'BIGINT', 'Inbox position of the last hit; 0 for logs.'),
  column('segment_day', 'VARCHAR', 'Day of the canister segment.'),
  column('segment_offset', 'BIGINT', 'Place of the session in the segment.'),
  column(
    'segment_length',
    'INTEGER',
    'Length of the record that holds it, in bytes; several sessions may share one.',
  ),
] as const satisfies readonly TableColumn[];

const firstHitColumns = [
  column(
    'hit_id',
    'UUID',
    'Names the hit; given by the sender, or the fingerprint of the log line.',
  ),
  column('session_id', 'UUID', 'The session of the hit.'),
  column('visitor_id', 'VARCHAR', 'Visitor key of the session.'),
  column('is_robot', 'BOOLEAN', 'The session is a robot’s.'),
  column('number', 'INTEGER', 'Place of the hit in its session, from 1.'),
  column(
    'at',
    'TIMESTAMPTZ',
    'When the hit happened. `at` is a keyword in DuckDB: write `hits.at` or `"at"`.',
  ),
  column('type', 'VARCHAR', '`page_view`, `event`, `steps`, `request` or `web_vitals`.'),
  column('origin', 'VARCHAR', '`tracker` or `log`.'),
  column('method', 'VARCHAR', 'HTTP method.'),
  column('host', 'VARCHAR', 'Host of the URL; empty where a log does not say.'),
  column('path', 'VARCHAR', 'Path of the URL.'),
  column(
    'query',
    'VARCHAR',
    'Query of the URL without `?`; tracker hits without utm and tracking parameters.',
  ),
  column('protocol', 'VARCHAR', 'HTTP protocol, such as `HTTP/1.1`, where known.'),
  column('status', 'INTEGER', 'HTTP status code, where known.'),
  column('response_bytes', 'BIGINT', 'Size of the response, where known.'),
  column('duration_ms', 'BIGINT', 'Time that the response took, where known.'),
  column('referrer', 'VARCHAR', 'Referrer as sent.'),
  column('title', 'VARCHAR', 'Title of the page.'),
  column('event', 'VARCHAR', 'Name of a custom event.'),
  column(
    'properties',
    'VARCHAR',
    'Properties of a custom event, or the measures of `web_vitals`, as JSON.',
  ),
  column('is_entry', 'BOOLEAN', 'First page view of its session.'),
  column('is_exit', 'BOOLEAN', 'Last page view of its session.'),
  column(
    'time_on_page_ms',
    'BIGINT',
    'Time until the next page view of the session; empty on the last.',
  ),
] as const satisfies readonly TableColumn[];

const seenHitColumns = [
  column('seen_by_tag', 'BOOLEAN', 'A page view of a log that the tracker has seen too.'),
  column('seen_by_log', 'BOOLEAN', 'A page view of the tracker that a log has seen too.'),
] as const satisfies readonly TableColumn[];

export const hitColumns = [...firstHitColumns, ...seenHitColumns] as const;

/** Hits that exclusions keep out of the figures. */
const excludedHitColumns = [
  column('hit_id', 'UUID', 'Names the hit.'),
  column('session_id', 'UUID', 'The session that it lies in.'),
  column('rule', 'VARCHAR', 'Name of the exclusion.'),
  column('at', 'TIMESTAMPTZ', 'When it happened.'),
  column('received_at', 'TIMESTAMPTZ', 'When it came.'),
  column('origin', 'VARCHAR', '`tracker` or `log`.'),
  column('host', 'VARCHAR', 'Host of the URL.'),
  column('path', 'VARCHAR', 'Path of the URL.'),
] as const satisfies readonly TableColumn[];

export const eventColumns = [
  column('session_id', 'UUID', 'The session.'),
  column('event', 'VARCHAR', 'Name of the event.'),
  column(
    'number',
    'INTEGER',
    'Place among all firings of the session, from 1, those of building blocks included.',
  ),
  column('hit_number', 'INTEGER', 'Place of its hit in the session, from 1.'),
  column('hit_id', 'UUID', 'The hit on which it fired.'),
  column('at', 'TIMESTAMPTZ', 'When the hit happened. Write `events.at` or `"at"`.'),
  column('value_number', 'DOUBLE', 'Number that it recorded.'),
  column('value_text', 'VARCHAR', 'Text that it recorded, at most 255 characters.'),
  column('dimensions', 'VARCHAR', 'What it reported to break it down by, as JSON: name → value.'),
  column(
    'alert',
    'VARCHAR',
    'Severity of the alert that it raised: `notice`, `warning` or `critical`.',
  ),
  column('building_block', 'BOOLEAN', 'It is there for other events only.'),
  column(
    'version',
    'INTEGER',
    'Version of the event set that it fired by; 0: the standard events.',
  ),
  column('backfilled', 'BOOLEAN', 'It was found over the past, after the session had been stored.'),
] as const satisfies readonly TableColumn[];

export const sessionValueColumns = [
  column('session_id', 'UUID', 'The session.'),
  column('field', 'VARCHAR', 'Name of a session attribute or counter that events have set.'),
  column('value', 'VARCHAR', 'Its last value in the session, at most 255 characters.'),
] as const satisfies readonly TableColumn[];

/** Whose hits a session holds where the visitor key does not say; only to know after a restart what is stored. */
export const sessionDeviceColumns = [
  column('session_id', 'UUID', 'The session.'),
  column('device_id', 'VARCHAR', 'Key of the device: first-party id, or keyed hash.'),
] as const satisfies readonly TableColumn[];

/** A UUID cannot be packed and is dear to join by; of numbers that rise DuckDB makes a table of places. */
const sessionRowColumns = [
  column(
    'session_row',
    'BIGINT',
    'Numbers the sessions of this file in the order of storing; another file may give another number.',
  ),
] as const satisfies readonly TableColumn[];

const storedSessionColumns = [
  ...firstSessionColumns,
  ...sessionPlaceColumns,
  ...laterSessionColumns,
  excludedCountColumn,
  ...sessionRowColumns,
  ...seenSessionColumns,
] as const;

/**
 * `excluded_sessions` are those that have only excluded hits: no report reads them. `store.all_sessions` has both, with
 * all their hits counted: what keeps account of hits and records reads that.
 */
export const storeTables = {
  sessions: storedSessionColumns,
  hits: [...firstHitColumns, ...sessionRowColumns, ...seenHitColumns],
  session_devices: sessionDeviceColumns,
  events: eventColumns,
  session_values: sessionValueColumns,
  excluded_sessions: storedSessionColumns,
  excluded_hits: excludedHitColumns,
} as const;

const define = (columns: readonly TableColumn[]) =>
  columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');

const addFlag = (table: string, { name, type }: TableColumn) =>
  `ALTER TABLE store.${table} ADD COLUMN IF NOT EXISTS "${name}" ${type} DEFAULT false`;

/**
 * The SQL that brings a file up to date, by version. `position` has one row: how many batches were committed, and
 * the inbox position up to which every hit is stored.
 */
export const analyticsMigrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE store.sessions (${define(storeTables.sessions)})`,
    `CREATE TABLE store.hits (${define(storeTables.hits)})`,
    'CREATE TABLE store.position (epoch BIGINT NOT NULL, low BIGINT NOT NULL)',
    'INSERT INTO store.position VALUES (0, 0)',
  ],
  [`CREATE TABLE store.session_devices (${define(storeTables.session_devices)})`],
  // Hits of trackers that retention has removed: the account of accepted hits goes on counting them.
  ['CREATE TABLE store.removed (hits BIGINT NOT NULL)'],
  [
    `CREATE TABLE store.events (${define(storeTables.events)})`,
    `CREATE TABLE store.session_values (${define(storeTables.session_values)})`,
  ],
  // Days whose rows have changed since they were last published, each with the batch that did it. The empty day stands
  // for all: so a new file, and one that is put in the place of another, is published whole.
  [
    'CREATE TABLE store.unpublished (day VARCHAR NOT NULL, epoch BIGINT NOT NULL)',
    `INSERT INTO store.unpublished VALUES ('', 0)`,
  ],
  [
    ...[...laterSessionColumns, excludedCountColumn].map(
      ({ name, type }) => `ALTER TABLE store.sessions ADD COLUMN IF NOT EXISTS "${name}" ${type}`,
    ),
    `CREATE TABLE store.excluded_sessions (${define(storeTables.excluded_sessions)})`,
    `CREATE TABLE store.excluded_hits (${define(storeTables.excluded_hits)})`,
    // The hit rules by which the tables were made anew last; none while they are as they were collected.
    'CREATE TABLE store.hit_rules (version INTEGER NOT NULL, body VARCHAR NOT NULL)',
  ],
  // In a transaction of its own: a table that was altered cannot be written in the same one.
  [
    `UPDATE store.sessions SET channel = ${channelSqlBefore}, robot_purpose = ${robotPurposeSqlBefore}, excluded_hits = 0`,
  ],
  [
    'ALTER TABLE store.sessions ADD COLUMN IF NOT EXISTS session_row BIGINT',
    'ALTER TABLE store.hits ADD COLUMN IF NOT EXISTS session_row BIGINT',
  ],
  [
    'UPDATE store.sessions SET session_row = rowid + 1',
    'UPDATE store.hits SET session_row = s.session_row FROM store.sessions s WHERE s.session_id = hits.session_id',
  ],
  [
    'ALTER TABLE store.excluded_sessions ADD COLUMN IF NOT EXISTS session_row BIGINT',
    ...(['sessions', 'excluded_sessions'] as const).flatMap((table) =>
      seenSessionColumns.map((one) => addFlag(table, one)),
    ),
    ...seenHitColumns.map((one) => addFlag('hits', one)),
  ],
  seenOfAll,
];

/** Views of our own over the tables. Made at every start, as the public ones. */
export const storeViews: readonly string[] = [
  `CREATE OR REPLACE VIEW store.all_sessions AS
    SELECT * REPLACE (hits + coalesce(excluded_hits, 0) AS hits) FROM store.sessions
    UNION ALL BY NAME SELECT * REPLACE (hits + coalesce(excluded_hits, 0) AS hits) FROM store.excluded_sessions`,
];
