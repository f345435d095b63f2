/**
 * Holds a canister and its tables against each other: every record is read, checked and opened, and every session of
 * the tables must find its record at its place. Takes a day at a time, so that memory does not grow with the past.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { listedMax, type Trouble, type VerifyResult } from '../contract/upkeep.ts';
import type { CheckedRecord, LongTermCanister, Report } from './long-term.ts';

/**
 * Session ids of the tables by their offset in the segment of `day`, ascending. Mostly it is one; where damage was
 * taken for a torn end and cut off, others have been written to the same place since: then it is both, with a space.
 */
export async function placesOf(
  analytics: Pick<AnalyticsStore, 'query'>,
  day: string,
): Promise<Map<number, string>> {
  const { rows } = await analytics.query(
    `SELECT segment_offset, string_agg(replace(session_id::VARCHAR, '-', ''), ' ') FROM store.all_sessions
     WHERE segment_day = $1 GROUP BY segment_offset ORDER BY segment_offset`,
    [day],
  );
  return new Map(rows.map(([offset, id]) => [Number(offset), String(id)]));
}

/** @param report gets the number of records that were read */
export async function verifyCanister(
  stores: { canister: LongTermCanister; analytics: Pick<AnalyticsStore, 'query'> },
  report: Report = () => {},
): Promise<VerifyResult> {
  const { canister, analytics } = stores;
  const segments = new Set(await canister.days());
  const { rows } = await analytics.query(
    'SELECT segment_day, count(*) FROM store.all_sessions GROUP BY ALL',
    [],
  );
  const days = new Set([...segments, ...rows.map(([day]) => String(day))]);
  const total = rows.reduce((sum, [, sessions]) => sum + Number(sessions), 0);
  const result: VerifyResult = {
    segments: segments.size,
    records: 0,
    sound: 0,
    orphans: 0,
    tornBytes: 0,
    damagedCount: 0,
    damaged: [],
    missingCount: 0,
    missing: [],
  };
  for (const day of [...days].sort()) {
    // The places first: what is stored while the segment is read has no place here, and counts as an orphan at most.
    const places = await placesOf(analytics, day);
    const read = (records: number) => report(Math.min(records, total), total);
    await verifyDay(result, canister.check(day, [...places.keys()]), places, read);
    const reason = segments.has(day) ? 'it does not lie there' : 'the segment is gone';
    for (const [offset, ids] of places) {
      for (const sessionId of ids.split(' ')) {
        result.missingCount += 1;
        list(result.missing, { day, offset, sessionId, reason });
      }
    }
  }
  return result;
}

/** Counts the records of a day, and takes from `places` those that were found, sound or damaged. */
async function verifyDay(
  result: VerifyResult,
  records: AsyncIterable<CheckedRecord>,
  places: Map<number, string>,
  read: (records: number) => void,
): Promise<void> {
  // Damage is torn or rotten: which of the two shows when something sound comes behind it.
  let atEnd: Trouble | undefined;
  let endBytes = 0;
  const settle = (trouble: Trouble | undefined) => {
    if (trouble === undefined) return;
    result.records += 1;
    result.damagedCount += 1;
    list(result.damaged, trouble);
  };
  for await (const { place, sessionId, damage } of records) {
    settle(atEnd);
    atEnd = undefined;
    read(result.records);
    const { day, offset } = place;
    const expected = places.get(offset)?.split(' ') ?? [];
    places.delete(offset);
    const isExpected = expected.includes(sessionId ?? '');
    if (damage === undefined && (expected.length === 0 || isExpected)) {
      result.records += 1;
      result.sound += 1;
      if (!isExpected) result.orphans += 1;
      // The others are missing.
      const others = expected.filter((id) => id !== sessionId);
      if (others.length > 0) places.set(offset, others.join(' '));
      continue;
    }
    const reason = damage ?? `the tables have the session ${expected.join(' ')} at this place`;
    for (const id of expected) settle({ day, offset, sessionId: id, reason });
    if (expected.length > 0) continue;
    if (sessionId !== undefined) settle({ day, offset, sessionId, reason });
    else {
      atEnd = { day, offset, reason };
      endBytes = place.length;
    }
  }
  if (atEnd) result.tornBytes += endBytes;
}

function list(troubles: Trouble[], trouble: Trouble): void {
  if (troubles.length < listedMax) troubles.push(trouble);
}
