/** Times as conditions write them (`2026-11-21`, `2026-11-21T10:30`, `…:05Z`) → the span of instants that they name. */
import { isDate } from '../contract/calendar.ts';
import { dateFormat } from '../contract/formats.ts';
import { ConditionFault } from './condition-fault.ts';

/** From `startMs` to before `endMs`, epoch milliseconds. */
export interface TimeSpan {
  startMs: number;
  endMs: number;
}

const written = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?)?$/;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** @throws ConditionFault for what is no such time */
export function checkTime(text: string): void {
  const [, day = '', hour = '0', minute = '0', second = '0', offset = 'Z'] =
    written.exec(text) ?? [];
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const isClock = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (isDate(day) && isClock && hours < 15 && minutes < 60) return;
  throw new ConditionFault(
    `"${text.slice(0, 40)}" is no time. Write a day or a time of day, such as 2026-11-21 or 2026-11-21T10:30.`,
  );
}

/** The day, minute or second that a time names. Without an offset of its own it is in `timeZone`. */
export function spanOf(text: string, timeZone: string): TimeSpan {
  const [, day = '', hour, minute = '', second, offset] = written.exec(text) ?? [];
  const clock = `${day}T${hour ?? '00'}:${minute || '00'}:${second ?? '00'}`;
  const lengthMs = hour === undefined ? dayMs : second === undefined ? minuteMs : 1000;
  if (offset !== undefined) {
    const startMs = Date.parse(`${clock}${offset}`);
    return { startMs, endMs: startMs + lengthMs };
  }
  const local = Date.parse(`${clock}Z`);
  const startMs = instantOf(local, timeZone);
  // A day may have 23 or 25 hours; a minute has 60 seconds everywhere.
  return {
    startMs,
    endMs: hour === undefined ? instantOf(local + dayMs, timeZone) : startMs + lengthMs,
  };
}

/** The first instant at which clocks in the zone show a time; where they skip it, the instant of the skip or after it. */
function instantOf(localMs: number, timeZone: string): number {
  const offsets = [localMs - dayMs, localMs + dayMs].map((at) => offsetAt(at, timeZone));
  const fits = offsets
    .map((offset) => localMs - offset)
    .filter((at) => at + offsetAt(at, timeZone) === localMs);
  return fits.length > 0 ? Math.min(...fits) : localMs - Math.min(...offsets);
}

/** How far clocks in the zone are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instantMs: number, timeZone: string): number {
  const parts = dateFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instantMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(
    of('year'),
    of('month') - 1,
    of('day'),
    of('hour'),
    of('minute'),
    of('second'),
  );
  return shown - Math.floor(instantMs / 1000) * 1000;
}
