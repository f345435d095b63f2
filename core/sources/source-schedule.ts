/** When a source is due: five fields, by the clock of its time zone. */
import { Cron } from 'croner';
import { Problem } from '../contract/problem.ts';

const compiled = new Map<string, Cron>();
const compiledMax = 1_000;

function cron(schedule: string, timeZone: string): Cron {
  const key = `${schedule}\n${timeZone}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = new Cron(schedule, { timezone: timeZone, mode: '5-part', paused: true });
  if (compiled.size >= compiledMax) compiled.clear();
  compiled.set(key, made);
  return made;
}

/** The first time after an instant; undefined where there is none. */
export function nextRun(schedule: string, timeZone: string, afterMs: number): number | undefined {
  return cron(schedule, timeZone).nextRun(new Date(afterMs))?.getTime();
}

/** @throws Problem `source_invalid` */
export function checkSourceSchedule(schedule: string, timeZone: string, nowMs: number): void {
  let next: number | undefined;
  try {
    next = nextRun(schedule, timeZone, nowMs);
  } catch (error) {
    throw new Problem(
      'source_invalid',
      `The schedule "${schedule}" is not understood: ${(error as Error).message} It has five fields: minute, hour, day, month, weekday, such as */5 * * * *.`,
    );
  }
  if (next === undefined)
    throw new Problem('source_invalid', `The schedule "${schedule}" never comes.`);
}
