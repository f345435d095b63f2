/**
 * When a digest is due. A time of day that a night without it skips is due when that hour is over; one that comes twice
 * is due the first time.
 */
import { Cron } from 'croner';
import { Problem } from '../../core/contract/problem.ts';
import type { Schedule } from '../../core/contract/subscription.ts';

const leastGapMs = 3_600_000;
/** So many coming times are looked at for their distance: more than any day or week of the coarsest kind repeats. */
const gapsLookedAt = 200;

/** The five fields of a schedule. */
export function cronOf(schedule: Schedule): string {
  if (schedule.kind === 'cron') return schedule.expression;
  const [hour, minute] = schedule.at.split(':').map(Number);
  if (schedule.kind === 'weekly') return `${minute} ${hour} * * ${schedule.weekday}`;
  if (schedule.kind === 'daily') return `${minute} ${hour} * * *`;
  return `${minute} ${hour} ${schedule.day === 'last' ? 'L' : schedule.day} * *`;
}

/** Compiled once for all the looks of a scheduler. */
const compiled = new Map<string, Cron>();
const compiledMax = 1_000;

function cron(schedule: Schedule, timeZone: string): Cron {
  const expression = cronOf(schedule);
  const key = `${expression}\n${timeZone}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = new Cron(expression, { timezone: timeZone, mode: '5-part', paused: true });
  if (compiled.size >= compiledMax) compiled.clear();
  compiled.set(key, made);
  return made;
}

/** The first due time after an instant; undefined where there is none. */
export function nextDue(schedule: Schedule, timeZone: string, afterMs: number): number | undefined {
  return cron(schedule, timeZone).nextRun(new Date(afterMs))?.getTime();
}

/** The last due time up to an instant; undefined where there is none. */
export function newestDue(
  schedule: Schedule,
  timeZone: string,
  untilMs: number,
): number | undefined {
  // The library gives times before the one that it is asked for, without it: one of two around it is wanted.
  const around = cron(schedule, timeZone).previousRuns(2, new Date(untilMs + 1_000));
  return around.map((date) => date.getTime()).find((time) => time <= untilMs);
}

/**
 * Refuses a schedule that never comes, or that comes more than once an hour.
 * @throws Problem `subscription_invalid`
 */
export function checkSchedule(schedule: Schedule, timeZone: string, nowMs: number): void {
  const said = schedule.kind === 'cron' ? ` "${schedule.expression}"` : '';
  let times: number[];
  try {
    times = cron(schedule, timeZone)
      .nextRuns(gapsLookedAt, new Date(nowMs))
      .map((date) => date.getTime());
  } catch (error) {
    throw new Problem(
      'subscription_invalid',
      `The schedule${said} is not understood: ${(error as Error).message} It has five fields: minute, hour, day, month, weekday, such as 0 7 * * mon.`,
    );
  }
  if (times.length === 0)
    throw new Problem('subscription_invalid', `The schedule${said} never comes.`);
  const isTooOften = times.some((time, index) => time - (times[index - 1] ?? 0) < leastGapMs);
  if (isTooOften)
    throw new Problem(
      'subscription_invalid',
      `The schedule${said} comes more than once an hour. Use an alert for what is urgent.`,
    );
}
