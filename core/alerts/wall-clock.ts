/** The time on the wall of a dataset's time zone: weekday, time of day, and the same time in the weeks before. */
import { type Weekday, weekdays } from '../contract/alert.ts';

const quarterHourMs = 900_000;
const dayMs = 86_400_000;
const minuteMs = 60_000;
const quartersKeptMax = 4_096;

export interface WallTime {
  weekday: Weekday;
  /** 0 to 1439. */
  minuteOfDay: number;
}

export interface WallClock {
  at(instantMs: number): WallTime;
  /** The instant at which the wall showed the same weekday and time, so many weeks ago. */
  weeksBefore(instantMs: number, weeks: number): number;
}

export function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const offsets = new Map<number, number>();

  /** What the zone is ahead of UTC; no zone changes within a quarter of an hour. */
  function offsetMs(instantMs: number): number {
    const quarter = Math.floor(instantMs / quarterHourMs);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const beginsMs = quarter * quarterHourMs;
    const part = Object.fromEntries(
      format.formatToParts(beginsMs).map(({ type, value }) => [type, value]),
    );
    const shown = `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`;
    const found = Date.parse(shown) - beginsMs;
    if (offsets.size >= quartersKeptMax) offsets.clear();
    offsets.set(quarter, found);
    return found;
  }

  return {
    at(instantMs) {
      const localMs = instantMs + offsetMs(instantMs);
      const day = Math.floor(localMs / dayMs);
      // The first day of 1970 was a Thursday, the fourth of the week.
      const weekday = weekdays[(((day + 3) % 7) + 7) % 7] as Weekday;
      return { weekday, minuteOfDay: Math.floor((localMs - day * dayMs) / minuteMs) };
    },
    weeksBefore(instantMs, weeks) {
      const localMs = instantMs + offsetMs(instantMs) - weeks * 7 * dayMs;
      const near = localMs - offsetMs(instantMs);
      return localMs - offsetMs(near);
    },
  };
}
