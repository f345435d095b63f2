/**
 * The past of a dataset in the order of its segments: the sessions that count, as the tables list them, read from the
 * canister in large pieces. A day at a time, so that memory does not grow with the past.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { startOfDay } from '../contract/calendar.ts';
import type { ClosedSession } from '../contract/session.ts';
import type { CanisterPlace, LongTermCanister, SessionPiece } from './long-term.ts';

/** Instants between which a session began; the end is exclusive. */
export interface PastRange {
  fromMs: number;
  toMs: number;
}

/** Beyond every session, and still what a timestamp of DuckDB can hold. */
const foreverMs = 8.64e15;

/** @param days of the time zone; without them everything */
export function rangeOf(days: { from?: string; to?: string }, timeZone: string): PastRange {
  return {
    fromMs: days.from === undefined ? -foreverMs : startOfDay(days.from, timeZone),
    toMs: days.to === undefined ? foreverMs : startOfDay(days.to, timeZone),
  };
}

export const isWithin = (startedAt: number, { fromMs, toMs }: PastRange) =>
  startedAt >= fromMs && startedAt < toMs;

/** Behind which place to begin. */
export type After = Pick<CanisterPlace, 'day' | 'offset'> | undefined;

const began = 'epoch_ms(started_at) >= $1 AND epoch_ms(started_at) < $2';

/** How many sessions there are, by the day of their segment, oldest first. */
export async function countPast(
  analytics: Pick<AnalyticsStore, 'query'>,
  { fromMs, toMs }: PastRange,
): Promise<{ day: string; sessions: number }[]> {
  const { rows } = await analytics.query(
    `SELECT segment_day, count(*) FROM store.sessions WHERE ${began} GROUP BY segment_day ORDER BY segment_day`,
    [fromMs, toMs],
  );
  return rows.map(([day, sessions]) => ({ day: String(day), sessions: Number(sessions) }));
}

/** How many places are asked of the tables at once. */
const placesMax = 20_000;

/** The sessions of one segment behind a place, in pieces. */
export async function* pastOf(
  stores: { canister: LongTermCanister; analytics: Pick<AnalyticsStore, 'query'> },
  { fromMs, toMs }: PastRange,
  day: string,
  after: After,
): AsyncGenerator<SessionPiece> {
  let last = after?.day === day ? after.offset : -1;
  for (let count = placesMax; count === placesMax; ) {
    const { rows } = await stores.analytics.query(
      `SELECT segment_offset, segment_length FROM store.sessions
       WHERE ${began} AND segment_day = $3 AND segment_offset > $4
       ORDER BY segment_offset LIMIT ${placesMax}`,
      [fromMs, toMs, day, last],
    );
    count = rows.length;
    const places = rows.map(([offset, length]) => ({
      day,
      offset: Number(offset),
      length: Number(length),
    }));
    last = places.at(-1)?.offset ?? last;
    yield* stores.canister.pieces(day, places);
  }
}

/** The sessions at these places, in the order of the segments: records that hold several are read once. What is damaged is left out. */
export async function* readTogether(
  canister: Pick<LongTermCanister, 'pieces'>,
  stored: readonly { id: string; place: CanisterPlace }[],
): AsyncGenerator<ClosedSession> {
  const ids = new Set(stored.map(({ id }) => id));
  const byDay = new Map<string, CanisterPlace[]>();
  for (const { place } of stored) {
    const ofDay = byDay.get(place.day);
    if (ofDay) ofDay.push(place);
    else byDay.set(place.day, [place]);
  }
  for (const [day, places] of byDay) {
    const ascending = places.sort((a, b) => a.offset - b.offset);
    for await (const { sessions } of canister.pieces(day, ascending))
      for (const { session } of sessions) if (ids.has(session.id)) yield session;
  }
}
