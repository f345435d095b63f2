/**
 * The SQL of one inbox batch: constant texts that differ only in the number of rows, with everything else bound.
 * Names come from the Drizzle schema, once; no request runs Drizzle.
 */
import type { InStatement, InValue } from '@libsql/client/web';
import { getTableName } from 'drizzle-orm';
import { hitCount, hitInbox, recentHit } from '../../core/contract/edge-tables.ts';
import { receiptTimeSql } from '../../core/contract/receipt-time.ts';
import type { InboxHit } from './inbox.ts';
import { type HourTally, hourOf } from './tally-book.ts';

const { dataset, hitId, batch, ordinal, receivedAt } = recentHit;
const recent = getTableName(recentHit);
export const inboxName = getTableName(hitInbox);
export const inboxSeq = hitInbox.seq.name;
/** What both tables have of a hit: whose it is, its id, and its time. */
export const ofHit = `${hitInbox.dataset.name}, ${hitInbox.hitId.name}`;
export const timeOfHit = hitInbox.receivedAt.name;
const counts = getTableName(hitCount);

/**
 * The batch writes its own id first, as a row without a dataset. Every row that it inserts afterwards has a larger
 * rowid, so `mine` is a short range (an index would lead through all recent hits of a dataset), and a second try of
 * a batch that did commit breaks on this row. Its time is that of the whole batch.
 */
export const intoRecent = `${recent} (${dataset.name}, ${hitId.name}, ${batch.name}, ${ordinal.name}, ${receivedAt.name})`;
export const markBatch = `INSERT INTO ${intoRecent} VALUES ('', ?1, ?1, -1, coalesce((SELECT ${receiptTimeSql('?2', timeOfHit)} FROM ${inboxName} ORDER BY ${inboxSeq} DESC LIMIT 1), ?2))`;
const isMark = `${dataset.name} = '' AND ${hitId.name} = ?1`;
const mine = `FROM ${recent} NOT INDEXED WHERE rowid > (SELECT rowid FROM ${recent} WHERE ${isMark}) AND ${batch.name} = ?1`;

const rememberHead = `INSERT OR IGNORE INTO ${recent} (${dataset.name}, ${hitId.name}, ${ordinal.name}, ${batch.name}, ${receivedAt.name}) VALUES `;

/** CROSS JOIN keeps the planner from reading the whole of `recent_hit`: each row is looked up by its primary key. */
export const intoInbox = `${inboxName} (${hitInbox.dataset.name}, ${hitInbox.hitId.name}, ${hitInbox.receivedAt.name}, ${hitInbox.body.name})`;
/** The time of the whole batch. */
export const markedTime = `(SELECT ${receivedAt.name} FROM ${recent} WHERE ${isMark})`;
const storeHead = `INSERT INTO ${intoInbox}
SELECT r.${dataset.name}, r.${hitId.name}, ${markedTime}, v.column4
FROM (VALUES `;
const storeTail = `) AS v CROSS JOIN ${recent} AS r
WHERE r.${dataset.name} = v.column1 AND r.${hitId.name} = v.column2 AND r.${batch.name} = ?1 AND r.${ordinal.name} = v.column3
ORDER BY v.column3`;

const countInto = `INSERT INTO ${counts} (${hitCount.dataset.name}, ${hitCount.hour.name}, ${hitCount.outcome.name}, ${hitCount.reason.name}, ${hitCount.count.name}) `;
const addToCount = ` ON CONFLICT (${hitCount.dataset.name}, ${hitCount.hour.name}, ${hitCount.outcome.name}, ${hitCount.reason.name}) DO UPDATE SET ${hitCount.count.name} = ${counts}.${hitCount.count.name} + excluded.${hitCount.count.name}`;
const tallyRow = '(?, ?, ?, ?, ?)';
const countHitsHead = `${countInto}WITH b(dataset, received, accepted, hour) AS MATERIALIZED (
SELECT column1, column2, (SELECT count(*) ${mine} AND ${dataset.name} = column1), ?2 FROM (VALUES `;
const countHitsTail = `))
SELECT dataset, hour, 'received', '', received FROM b
UNION ALL SELECT dataset, hour, 'accepted', '', accepted FROM b WHERE accepted > 0
UNION ALL SELECT dataset, hour, 'duplicate', '', received - accepted FROM b WHERE received > accepted${addToCount}`;

/** The place of the statement that remembers ids: it affects one row for each accepted hit. */
export const rememberedAt = 1;

/**
 * Stores `hits` and counts them, all in one transaction: what is accepted, what is a duplicate, and how often is
 * decided by the rows that were really inserted, so the counters cannot disagree with the rows.
 * @param batchId 16 random bytes, kept over a second try
 * @param receivedAtMs epoch milliseconds; the store raises it to that of the last row, unless the clock was set back
 * @param tallies other counters to take along
 */
export function batchStatements(
  batchId: Uint8Array,
  hits: readonly InboxHit[],
  tallies: readonly HourTally[],
  receivedAtMs: number,
): InStatement[] {
  const statements: InStatement[] = [{ sql: markBatch, args: [batchId, receivedAtMs] }];
  if (hits.length > 0) statements.push(...hitStatements(batchId, hits, receivedAtMs));
  if (tallies.length > 0) statements.push(countStatement(tallies));
  return statements;
}

/** Adds tallies to the counters. */
export function countStatement(tallies: readonly HourTally[]): InStatement {
  const args = tallies.flatMap((one) => [
    one.dataset,
    one.hour,
    one.outcome,
    one.reason,
    one.count,
  ]);
  const sql = `${countInto}VALUES ${rows(tallyRow, tallies.length)}${addToCount}`;
  return { sql, args };
}

/** Asks whether a batch was committed (a row in the first result), and which of its hits were accepted. */
export function askStatements(batchId: Uint8Array): InStatement[] {
  return [
    { sql: `SELECT 1 FROM ${recent} WHERE ${isMark}`, args: [batchId] },
    { sql: `SELECT ${ordinal.name} ${mine}`, args: [batchId] },
  ];
}

/**
 * What is equal in many rows is bound once and named by its number, and ordinals stand in the text: each value that is
 * bound costs more than its place in the row.
 */
function hitStatements(
  batchId: Uint8Array,
  hits: readonly InboxHit[],
  receivedAtMs: number,
): InStatement[] {
  const received = new Map<string, number>();
  for (const { dataset } of hits) received.set(dataset, (received.get(dataset) ?? 0) + 1);
  const datasets = [...received.keys()];
  const remembered: InValue[] = [batchId, receivedAtMs, ...datasets];
  const stored: InValue[] = [batchId, ...datasets];
  const placeOf = new Map(datasets.map((name, index) => [name, index]));
  let rememberRows = '';
  let storeRows = '';
  hits.forEach(({ dataset, hitId, body }, index) => {
    const place = placeOf.get(dataset) ?? 0;
    const comma = index === 0 ? '' : ', ';
    rememberRows += `${comma}(?${place + 3}, ?${remembered.push(hitId)}, ${index}, ?1, ?2)`;
    storeRows += `${comma}(?${place + 2}, ?${stored.push(hitId)}, ${index}, ?${stored.push(body)})`;
  });
  const counted = [batchId, hourOf(receivedAtMs), ...[...received].flat()];
  const receivedRows = datasets.map((_, place) => `(?${2 * place + 3}, ?${2 * place + 4})`);
  return [
    { sql: rememberHead + rememberRows, args: remembered },
    { sql: storeHead + storeRows + storeTail, args: stored },
    { sql: countHitsHead + receivedRows.join(', ') + countHitsTail, args: counted },
  ];
}

function rows(row: string, count: number): string {
  return count === 1 ? row : `${row}, `.repeat(count - 1) + row;
}
