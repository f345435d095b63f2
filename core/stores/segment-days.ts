/** The day (UTC) of the segment in which a session lies: that of its last hit. */
import type { CanisterPlace, KeptSession } from '../canisters/long-term.ts';

/** Sessions of some days, each day once. */
export type SessionsByDay = ReadonlyMap<string, readonly KeptSession[]>;

/**
 * Appends sessions by their days, some days together.
 * @param appendDays gives the places of each day's sessions, in their order
 * @param daysMax how many days it is given at once
 * @returns their places in the order given
 */
export async function placesByDay(
  sessions: readonly KeptSession[],
  appendDays: (sessions: SessionsByDay) => Promise<ReadonlyMap<string, CanisterPlace[]>>,
  daysMax: number,
): Promise<CanisterPlace[]> {
  const places = new Map<KeptSession, CanisterPlace>();
  const days = [...groupByDay(sessions)];
  for (let start = 0; start < days.length; start += daysMax) {
    const some = new Map(days.slice(start, start + daysMax));
    const written = await appendDays(some);
    for (const [day, ofDay] of some) {
      for (const [index, session] of ofDay.entries()) {
        const place = written.get(day)?.[index];
        if (place) places.set(session, place);
      }
    }
  }
  return sessions.flatMap((session) => places.get(session) ?? []);
}

function groupByDay(sessions: readonly KeptSession[]): Map<string, KeptSession[]> {
  const byDay = new Map<string, KeptSession[]>();
  for (const session of sessions) {
    const day = new Date(session.endedAt).toISOString().slice(0, 10);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(session);
    else byDay.set(day, [session]);
  }
  return byDay;
}
