/** Blackouts: the times at which nobody is told. */
import { type Blackout, type Weekday, weekdays } from '../contract/alert.ts';
import type { WallTime } from './wall-clock.ts';

/** True when one of the blackouts covers the time. Its days are those on which it begins. */
export function isBlackedOut(blackouts: readonly Blackout[], time: WallTime): boolean {
  return blackouts.some((blackout) => covers(blackout, time));
}

function covers({ days, from, to }: Blackout, { weekday, minuteOfDay }: WallTime): boolean {
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  if (begins < ends) return days.includes(weekday) && minuteOfDay >= begins && minuteOfDay < ends;
  return (
    (days.includes(weekday) && minuteOfDay >= begins) ||
    (days.includes(dayBefore(weekday)) && minuteOfDay < ends)
  );
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function dayBefore(day: Weekday): Weekday {
  return weekdays[(weekdays.indexOf(day) + 6) % 7] as Weekday;
}
