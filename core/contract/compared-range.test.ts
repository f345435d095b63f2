/** Which days are held against which: counted off a calendar. */
import { describe, expect, test } from 'vitest';
import {
  type Comparison,
  comparedDay,
  comparedRange,
  comparisonOf,
  daysLeftOut,
  hasComparedDay,
} from './compared-range.ts';

const compared = (from: string, to: string, comparison: Comparison) => {
  const before = comparedRange({ from, to }, comparison);
  return [before.from, before.to];
};

describe('The period before', () => {
  test.each([
    ['a month', '2026-10-01', '2026-11-01', '2026-09-01', '2026-10-01'],
    ['March', '2026-03-01', '2026-04-01', '2026-02-01', '2026-03-01'],
    ['February', '2026-02-01', '2026-03-01', '2026-01-01', '2026-02-01'],
    ['March of a leap year', '2024-03-01', '2024-04-01', '2024-02-01', '2024-03-01'],
    ['January', '2026-01-01', '2026-02-01', '2025-12-01', '2026-01-01'],
    ['a quarter', '2026-01-01', '2026-04-01', '2025-10-01', '2026-01-01'],
    ['a year after a leap year', '2025-01-01', '2026-01-01', '2024-01-01', '2025-01-01'],
    ['a leap year', '2024-01-01', '2025-01-01', '2023-01-01', '2024-01-01'],
    ['two years', '2024-01-01', '2026-01-01', '2022-01-01', '2024-01-01'],
    ['a week', '2026-11-16', '2026-11-23', '2026-11-09', '2026-11-16'],
    ['the first week of a year', '2026-12-28', '2027-01-04', '2026-12-21', '2026-12-28'],
    ['a week with a short day', '2026-03-23', '2026-03-30', '2026-03-16', '2026-03-23'],
    ['thirty days within two months', '2026-10-02', '2026-11-01', '2026-09-02', '2026-10-02'],
    ['a first of a month', '2026-03-01', '2026-03-02', '2026-02-28', '2026-03-01'],
  ])('of %s', (_, from, to, before, until) => {
    expect(compared(from, to, 'previous_period')).toEqual([before, until]);
  });

  test('counts days where it is told to, also of a month', () => {
    expect(compared('2026-03-01', '2026-04-01', 'previous_days')).toEqual([
      '2026-01-29',
      '2026-03-01',
    ]);
  });
});

test.each([
  ['2026-11-01', '2026-11-24', '2026-10-01', '2026-10-24'],
  // March has had more days than February has: all of it.
  ['2026-03-01', '2026-03-29', '2026-02-01', '2026-03-01'],
  ['2026-03-01', '2026-03-31', '2026-02-01', '2026-03-01'],
  ['2026-03-01', '2026-04-01', '2026-02-01', '2026-03-01'],
  ['2024-03-01', '2024-03-30', '2024-02-01', '2024-03-01'],
  ['2026-03-31', '2026-04-01', '2026-02-28', '2026-03-01'],
  ['2026-01-01', '2026-01-08', '2025-12-01', '2025-12-08'],
  ['2026-11-30', '2026-12-01', '2026-10-30', '2026-11-01'],
])('The same days a month before %s to %s', (from, to, before, until) => {
  expect(compared(from, to, 'previous_month')).toEqual([before, until]);
});

test('A year before stays the same dates, and the same weekdays', () => {
  expect(compared('2026-11-01', '2026-12-01', 'last_year')).toEqual(['2025-11-01', '2025-12-01']);
  expect(compared('2024-02-29', '2024-03-01', 'last_year')).toEqual(['2023-02-28', '2023-03-01']);
  // Both the 1st of January 2026 and the 2nd of January 2025 were Thursdays.
  expect(compared('2026-01-01', '2026-01-08', 'last_year_weeks')).toEqual([
    '2025-01-02',
    '2025-01-09',
  ]);
});

test('The name of a choice of days says what its period before is', () => {
  expect(comparisonOf('this_month', 'previous_period')).toBe('previous_month');
  expect(comparisonOf('this_year', 'previous_period')).toBe('last_year');
  expect(comparisonOf('last_28_days', 'previous_period')).toBe('previous_days');
  expect(comparisonOf('last_month', 'previous_period')).toBe('previous_period');
  expect(comparisonOf(undefined, 'previous_period')).toBe('previous_period');
  expect(comparisonOf('this_month', 'last_year')).toBe('last_year');
});

describe('Months of different length', () => {
  const march = { from: '2026-03-01', to: '2026-04-01' };
  const february = { from: '2026-02-01', to: '2026-03-01' };

  test('the last days of the longer one stand beside nothing', () => {
    expect(comparedDay('2026-03-28', march, 'previous_period')).toBe('2026-02-28');
    const days = ['2026-03-27', '2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31'];
    expect(days.filter((day) => hasComparedDay(day, march, 'previous_period'))).toEqual(
      days.slice(0, 2),
    );
    expect(daysLeftOut(march, 'previous_period')).toEqual([]);
    expect(daysLeftOut(february, 'previous_period')).toEqual([
      '2026-01-29',
      '2026-01-30',
      '2026-01-31',
    ]);
  });

  test('in a year, dates meet dates, and a 29th of February counts with the 28th', () => {
    const year = { from: '2025-01-01', to: '2026-01-01' };
    expect(comparedDay('2025-03-01', year, 'previous_period')).toBe('2024-03-01');
    expect(daysLeftOut(year, 'previous_period')).toEqual([]);
  });

  test('days that are counted meet at the same place', () => {
    expect(comparedDay('2026-03-31', march, 'previous_days')).toBe('2026-02-28');
    expect(daysLeftOut(march, 'previous_days')).toEqual([]);
  });
});
