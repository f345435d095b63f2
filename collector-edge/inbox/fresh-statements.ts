/**
 * The short way into the inbox, for a batch of hits of which none was sent before: nearly every batch. The texts are
 * constant, and what the hits bring is bound as a few long values that the database cuts: parsing a text of many rows
 * and binding each value by itself costs more than the rows do. A hit that is there already breaks the whole batch,
 * and `batchStatements` then finds out which one it is.
 */
import type { InStatement, InValue } from '@libsql/client/web';
import type { InboxHit } from './inbox.ts';
import {
  countStatement,
  inboxName,
  inboxSeq,
  intoInbox,
  intoRecent,
  markBatch,
  markedTime,
  ofHit,
  timeOfHit,
} from './inbox-statements.ts';
import { type HourTally, hourOf } from './tally-book.ts';

const idBytes = 16;
/** The list of hits has an entry for each: so many digits for the bytes of its body, and for the place of its dataset. */
const sizeDigits = 6;
const placeDigits = 3;
const entryBytes = sizeDigits + placeDigits;

const numberOf = (start: string, digits: number) =>
  `CAST(substr(?4, ${start}, ${digits}) AS INTEGER)`;
const sizeOf = (number: string) => numberOf(`(${number}) * ${entryBytes} + 1`, sizeDigits);
const placeOf = numberOf(`number * ${entryBytes} + ${sizeDigits + 1}`, placeDigits);

/**
 * What is bound: ?1 the batch, ?2 the time, ?3 how many hits, ?4 their list, ?5 the datasets in columns of ?6 bytes,
 * ?7 the ids, ?8 the bodies. All are bytes: of a text the database would count the characters from its begin.
 */
const eachHit = `WITH RECURSIVE hit(number, start, size) AS (SELECT 0, 1, ${sizeOf('0')}
UNION ALL SELECT number + 1, start + size, ${sizeOf('number + 1')} FROM hit WHERE number + 1 < ?3)`;
const datasetOf = `CAST(rtrim(substr(?5, ${placeOf} * ?6 + 1, ?6)) AS TEXT)`;
const idOf = `substr(?7, number * ${idBytes} + 1, ${idBytes})`;

const store = `${eachHit}
INSERT INTO ${intoInbox} SELECT ${datasetOf}, ${idOf}, ${markedTime}, substr(?8, start, size) FROM hit`;

/** Of the rows of this batch, which are the last ones: to read them costs less than to take the hits apart again. */
const before = `(SELECT seq - ?3 FROM sqlite_sequence WHERE name = '${inboxName}')`;
const remember = `INSERT INTO ${intoRecent}
SELECT ${ofHit}, ?1, ${inboxSeq} - ${before} - 1, ${timeOfHit} FROM ${inboxName} WHERE ${inboxSeq} > ${before}`;

const encoder = new TextEncoder();

/** True when the short way can hold these hits. */
export function areShort(hits: readonly InboxHit[]): boolean {
  return (
    hits.length > 0 &&
    hits.length <= 10 ** placeDigits &&
    hits.every(
      ({ hitId, body }) => hitId.byteLength === idBytes && body.byteLength < 10 ** sizeDigits,
    )
  );
}

/**
 * Stores `hits` and counts them as received and accepted, all in one transaction, or fails as a whole when one of
 * them is there already or comes twice.
 * @param batchId 16 random bytes
 * @param hits for which `areShort` holds
 * @param receivedAtMs epoch milliseconds; the store raises it to that of the last row, unless the clock was set back
 * @param tallies other counters to take along
 */
export function freshStatements(
  batchId: Uint8Array,
  hits: readonly InboxHit[],
  tallies: readonly HourTally[],
  receivedAtMs: number,
): InStatement[] {
  const countOf = new Map<string, number>();
  for (const { dataset } of hits) countOf.set(dataset, (countOf.get(dataset) ?? 0) + 1);
  const datasets = [...countOf.keys()];
  const width = datasets.reduce((most, { length }) => Math.max(most, length), 0);
  const places = new Map(datasets.map((name, place) => [name, digits(place, placeDigits)]));
  let list = '';
  for (const { dataset, body } of hits)
    list += digits(body.byteLength, sizeDigits) + places.get(dataset);
  const args: InValue[] = [
    batchId,
    receivedAtMs,
    hits.length,
    encoder.encode(list),
    encoder.encode(datasets.map((name) => name.padEnd(width)).join('')),
    width,
    joined(hits.map(({ hitId }) => hitId)),
  ];
  const hour = hourOf(receivedAtMs);
  const counted = [...countOf].flatMap(([dataset, count]): HourTally[] => [
    { dataset, hour, outcome: 'received', reason: '', count },
    { dataset, hour, outcome: 'accepted', reason: '', count },
  ]);
  return [
    { sql: markBatch, args: [batchId, receivedAtMs] },
    { sql: store, args: [...args, joined(hits.map(({ body }) => body))] },
    { sql: remember, args: [batchId, null, hits.length] },
    countStatement([...counted, ...tallies]),
  ];
}

const digits = (number: number, length: number) => String(number).padStart(length, '0');

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
