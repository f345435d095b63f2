/** Due times against those that a calendar and a clock on the wall give. */
import { describe, expect, test } from 'vitest';
import { type Schedule, scheduleSchema } from '../../core/contract/subscription.ts';
import { rangeOfPeriod } from '../../core/contract/subscription-words.ts';
import { checkSchedule, newestDue, nextDue } from './next-due.ts';

const berlin = 'Europe/Berlin';
const at = (instant: string) => Date.parse(instant);
const shown = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString();
const schedule = (given: object): Schedule => scheduleSchema.parse(given);

/** All due times in a span, found by going from one to the next, and by asking at every quarter of an hour. */
function duesBetween(given: Schedule, timeZone: string, from: string, to: string) {
  const walked: string[] = [];
  for (let time = nextDue(given, timeZone, at(from)); time !== undefined && time <= at(to); ) {
    walked.push(new Date(time).toISOString());
    time = nextDue(given, timeZone, time);
  }
  const looked = new Set<string>();
  for (let now = at(from); now <= at(to); now += 900_000) {
    const due = newestDue(given, timeZone, now);
    if (due !== undefined && due > at(from)) looked.add(new Date(due).toISOString());
  }
  expect([...looked]).toEqual(walked);
  return walked;
}

describe('Nights on which the clock is changed', () => {
  test('A time that is skipped is due when the hour is over, once', () => {
    const dues = duesBetween(
      schedule({ kind: 'daily', at: '02:30' }),
      berlin,
      '2026-03-28T12:00:00Z',
      '2026-03-30T12:00:00Z',
    );
    expect(dues).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']);
  });

  test('A time that comes twice is due the first time only', () => {
    const dues = duesBetween(
      schedule({ kind: 'daily', at: '02:30' }),
      berlin,
      '2026-10-24T12:00:00Z',
      '2026-10-26T12:00:00Z',
    );
    expect(dues).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
  });

  test('Seven in the morning stays seven in the morning', () => {
    const dues = duesBetween(
      schedule({ kind: 'weekly', weekday: 'sun', at: '07:00' }),
      berlin,
      '2026-10-18T12:00:00Z',
      '2026-11-02T00:00:00Z',
    );
    expect(dues).toEqual(['2026-10-25T06:00:00.000Z', '2026-11-01T06:00:00.000Z']);
  });
});

test('The last day of a month is the 28th, 30th or 31st', () => {
  const dues = duesBetween(
    schedule({ kind: 'monthly', day: 'last', at: '06:00' }),
    'UTC',
    '2027-01-31T07:00:00Z',
    '2027-05-01T00:00:00Z',
  );
  expect(dues.map((due) => due.slice(0, 10))).toEqual(['2027-02-28', '2027-03-31', '2027-04-30']);
});

test('The newest due time includes the instant itself, and nothing after it', () => {
  const daily = schedule({ kind: 'daily', at: '07:00' });
  expect(shown(newestDue(daily, 'UTC', at('2026-11-21T06:59:59.999Z')))).toBe(
    '2026-11-20T07:00:00.000Z',
  );
  expect(shown(newestDue(daily, 'UTC', at('2026-11-21T07:00:00Z')))).toBe(
    '2026-11-21T07:00:00.000Z',
  );
  // A year without a server, and dates at the edges of computers.
  for (const now of ['2027-11-21T12:00:00Z', '2038-01-19T03:14:08Z', '1970-01-03T12:00:00Z'])
    expect(shown(newestDue(daily, 'UTC', at(now)))?.slice(0, 10)).toBe(
      now.slice(11) > '07:00' ? now.slice(0, 10) : '2038-01-18',
    );
});

test.each([
  ['* * * * *', 'more than once an hour'],
  ['0,30 7 * * *', 'more than once an hour'],
  ['0 0 30 2 *', 'never comes'],
  ['61 7 * * *', 'not understood'],
  ['0 7 * *', 'not understood'],
  ['0 0 7 * * mon', 'not understood'],
])('The schedule %j is refused: %s', (expression, why) => {
  expect(() =>
    checkSchedule(schedule({ kind: 'cron', expression }), berlin, at('2026-11-21T10:00:00Z')),
  ).toThrow(why);
});

test('Usual cron expressions are taken', () => {
  for (const expression of ['0 7 * * mon', '0 */2 * * *', '15 6 1,15 * *', '0 7 * * 1-5'])
    checkSchedule(schedule({ kind: 'cron', expression }), berlin, at('2026-11-21T10:00:00Z'));
});

test('Periods are whole days that are over', () => {
  // A Wednesday.
  const today = '2026-03-04';
  expect(rangeOfPeriod('yesterday', today)).toEqual({ from: '2026-03-03', to: '2026-03-04' });
  expect(rangeOfPeriod('last_7_days', today)).toEqual({ from: '2026-02-25', to: '2026-03-04' });
  expect(rangeOfPeriod('last_28_days', today)).toEqual({ from: '2026-02-04', to: '2026-03-04' });
  expect(rangeOfPeriod('last_week', today)).toEqual({ from: '2026-02-23', to: '2026-03-02' });
  expect(rangeOfPeriod('last_month', today)).toEqual({ from: '2026-02-01', to: '2026-03-01' });
  expect(rangeOfPeriod('last_month', '2026-01-31')).toEqual({
    from: '2025-12-01',
    to: '2026-01-01',
  });
  // On a Monday the week before is over, on a Sunday the one that goes on is not.
  expect(rangeOfPeriod('last_week', '2026-03-02')).toEqual({
    from: '2026-02-23',
    to: '2026-03-02',
  });
  expect(rangeOfPeriod('last_week', '2026-03-08')).toEqual({
    from: '2026-02-23',
    to: '2026-03-02',
  });
});
