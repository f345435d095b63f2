/** Rearm, blackouts, bounds and rules that cannot be: on handed-in time, without stores. */
import { describe, expect, test } from 'vitest';
import { type AlertRule, type AlertRuleInput, alertRuleSchema } from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';
import { isBlackedOut } from './blackout.ts';
import { checkRule } from './check-rule.ts';
import { isBeyond, type RuleMemory, stepRule } from './evaluate-rule.ts';
import { wallClock } from './wall-clock.ts';

const minuteMs = 60_000;
/** Saturday, 21 November 2026, 10:00 UTC. */
const startMs = Date.UTC(2026, 10, 21, 10);

const rule = (more: Partial<AlertRuleInput> = {}): AlertRule =>
  alertRuleSchema.parse({
    name: 'Few purchases',
    measure: 'count',
    subject: { kind: 'event', event: 'Purchase' },
    windowMinutes: 10,
    operator: 'above',
    bound: 5,
    ...more,
  });

/** Looks once a minute at these values; gives the minutes of what changed. */
function run(
  one: AlertRule,
  values: readonly (number | undefined)[],
  isDark: (minute: number) => boolean = () => false,
): string[] {
  let memory: RuleMemory = { firing: false };
  return values.flatMap((value, minute) => {
    const atMs = startMs + minute * minuteMs;
    const step = stepRule(one, memory, { atMs, value, isBlackedOut: isDark(minute) });
    memory = step.memory;
    return step.change === undefined ? [] : [`${step.change} ${minute}`];
  });
}

describe('Rearm', () => {
  test('What comes and goes is told once within the rearm time', () => {
    const flapping = [9, 1, 9, 1, 9, 1, 9, 9];
    expect(run(rule({ rearmMinutes: 6 }), flapping)).toEqual(['fired 0', 'recovered 1', 'fired 6']);
  });

  test('What goes on to hold is told again after the rearm time', () => {
    expect(run(rule({ rearmMinutes: 3 }), [9, 9, 9, 9, 9, 9, 9, 1])).toEqual([
      'fired 0',
      'fired 3',
      'fired 6',
      'recovered 7',
    ]);
  });

  test('It fires by the right time although it fired by a clock that was a year ahead', () => {
    const aheadMs = startMs + 365 * 24 * 60 * minuteMs;
    const memory: RuleMemory = { firing: false, lastFiredAt: aheadMs };
    const look = { atMs: startMs, value: 9, isBlackedOut: false };
    expect(stepRule(rule(), memory, look).change).toBe('fired');
  });

  test('Where there is no number, all stays as it is', () => {
    expect(run(rule(), [undefined, 9, undefined, undefined, 1])).toEqual([
      'fired 1',
      'recovered 4',
    ]);
  });
});

describe('Blackout', () => {
  test('Nothing fires in it; what still holds at its end fires then', () => {
    const dark = (minute: number) => minute < 4;
    expect(run(rule(), [9, 1, 9, 9, 9, 9], dark)).toEqual(['fired 4']);
    expect(run(rule(), [9, 9, 9, 9, 1, 1], dark)).toEqual([]);
  });

  const dark = (
    blackout: { days?: string[]; from: string; to: string },
    at: string,
    zone: string,
  ) =>
    isBlackedOut(
      rule({ blackouts: [blackout as never] }).blackouts,
      wallClock(zone).at(Date.parse(at)),
    );

  test('An interval on its weekdays, by the clock of the dataset', () => {
    const work = { days: ['mon', 'fri'], from: '09:00', to: '17:30' };
    // Friday, 20 November 2026; New York is five hours behind UTC.
    expect(dark(work, '2026-11-20T14:00:00Z', 'America/New_York')).toBe(true);
    expect(dark(work, '2026-11-20T13:59:59Z', 'America/New_York')).toBe(false);
    expect(dark(work, '2026-11-20T22:29:59Z', 'America/New_York')).toBe(true);
    expect(dark(work, '2026-11-20T22:30:00Z', 'America/New_York')).toBe(false);
    expect(dark(work, '2026-11-21T14:00:00Z', 'America/New_York')).toBe(false);
  });

  test('An interval over midnight belongs to the day on which it begins', () => {
    const night = { days: ['sat'], from: '22:00', to: '06:00' };
    expect(dark(night, '2026-11-21T21:59:00Z', 'UTC')).toBe(false);
    expect(dark(night, '2026-11-21T22:00:00Z', 'UTC')).toBe(true);
    expect(dark(night, '2026-11-22T05:59:00Z', 'UTC')).toBe(true);
    expect(dark(night, '2026-11-22T06:00:00Z', 'UTC')).toBe(false);
    expect(dark(night, '2026-11-22T23:00:00Z', 'UTC')).toBe(false);
    expect(dark({ from: '00:00', to: '24:00' }, '2026-11-22T23:59:59Z', 'UTC')).toBe(true);
  });
});

test('Operators and ranges', () => {
  const holds = (operator: string, value: number, boundTo?: number) =>
    isBeyond(rule({ operator: operator as 'above', boundTo }), value);
  expect([4, 5, 6].map((value) => holds('above', value))).toEqual([false, false, true]);
  expect([4, 5, 6].map((value) => holds('at_least', value))).toEqual([false, true, true]);
  expect([4, 5, 6].map((value) => holds('below', value))).toEqual([true, false, false]);
  expect([4, 5, 6].map((value) => holds('at_most', value))).toEqual([true, true, false]);
  const range = [4, 5, 7, 8];
  expect(range.map((value) => holds('between', value, 7))).toEqual([false, true, true, false]);
  expect(range.map((value) => holds('outside', value, 7))).toEqual([true, false, false, true]);
});

test('The wall goes back over changes of summer time', () => {
  const berlin = wallClock('Europe/Berlin');
  const noon = Date.parse('2026-10-28T11:00:00Z');
  expect(berlin.at(noon)).toEqual({ weekday: 'wed', minuteOfDay: 720 });
  expect(new Date(berlin.weeksBefore(noon, 1)).toISOString()).toBe('2026-10-21T10:00:00.000Z');
  expect(wallClock('Asia/Kathmandu').at(noon)).toEqual({
    weekday: 'wed',
    minuteOfDay: 16 * 60 + 45,
  });
});

describe('Rules that cannot be', () => {
  const event = { kind: 'event', event: 'Purchase' } as const;
  test.each<[string, Partial<AlertRuleInput>, RegExp]>([
    ['a count that is always at least zero', { operator: 'at_least', bound: 0 }, /always hold/],
    ['a count below zero', { operator: 'below', bound: 0 }, /never hold/],
    [
      'a ratio at most minus one',
      { measure: 'ratio', base: event, operator: 'at_most', bound: -1 },
      /never hold/,
    ],
    [
      'a range that ends before it begins',
      { operator: 'between', bound: 5, boundTo: 4 },
      /boundTo/,
    ],
    ['a range without an end', { operator: 'outside', bound: 5 }, /boundTo/],
    ['no bound', { bound: undefined }, /needs "operator" and "bound"/],
    ['no data with a bound', { measure: 'no_data' }, /Leave operator and bounds out/],
    ['a ratio without a base', { measure: 'ratio' }, /needs "base"/],
    ['a base without a ratio', { base: event }, /belongs to the measure ratio/],
    [
      'the sum of page views',
      { measure: 'sum', subject: { kind: 'metric', metric: 'page_views' } },
      /has no values/,
    ],
    [
      'the count of the bounce rate',
      { subject: { kind: 'metric', metric: 'bounce_rate' } },
      /is not counted/,
    ],
  ])('%s', (_name, more, why) => {
    const problem = (() => {
      try {
        checkRule(rule(more));
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(problem).toBeInstanceOf(Problem);
    expect((problem as Problem).code).toBe('alert_invalid');
    expect((problem as Problem).message).toMatch(why);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a window of a year', { windowMinutes: 525_600 }, /1440 minutes/],
    ['a window of nothing', { windowMinutes: 0 }, /one minute/],
    ['a name with a line break', { name: 'Few\r\nBcc: eve@evil.example' }, /line breaks/],
    ['a blackout that is empty', { blackouts: [{ from: '10:00', to: '10:00' }] }, /empty/],
    ['a time of day that is none', { blackouts: [{ from: '25:00', to: '10:00' }] }, /time of day/],
    ['an infinite bound', { bound: Number.POSITIVE_INFINITY }, /number/],
    ['a key that nobody knows', { treshold: 5 }, /treshold/],
  ])('%s', (_name, more, why) => {
    const parsed = alertRuleSchema.safeParse({ ...rule(), ...more });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(why);
  });

  test('A count above zero, and one of zero at most, can be', () => {
    expect(() => checkRule(rule({ operator: 'above', bound: 0 }))).not.toThrow();
    expect(() => checkRule(rule({ operator: 'at_most', bound: 0 }))).not.toThrow();
  });
});
