/** The day (UTC) of the segment in which a session lies: that of its last hit. */
import type { KeptSession } from '../canisters/long-term.ts';

export function groupByDay(sessions: readonly KeptSession[]): Map<string, KeptSession[]> {
  const byDay = new Map<string, KeptSession[]>();
  for (const session of sessions) {
    const day = new Date(session.endedAt).toISOString().slice(0, 10);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(session);
    else byDay.set(day, [session]);
  }
  return byDay;
}
