/** The day (UTC) of the segment in which a session lies: that of its last hit. */
import type { CanisterPlace, KeptSession } from '../canisters/long-term.ts';

/** Appends sessions day by day. @returns their places in the order given */
export async function placesByDay(
  sessions: readonly KeptSession[],
  appendDay: (day: string, sessions: readonly KeptSession[]) => Promise<CanisterPlace[]>,
): Promise<CanisterPlace[]> {
  const places = new Map<KeptSession, CanisterPlace>();
  for (const [day, ofDay] of groupByDay(sessions)) {
    const written = await appendDay(day, ofDay);
    for (const [index, session] of ofDay.entries()) {
      const place = written[index];
      if (place) places.set(session, place);
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
