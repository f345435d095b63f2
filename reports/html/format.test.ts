import { describe, expect, test } from 'vitest';
import {
  comparedWords,
  formatChange,
  formatDimension,
  formatInstant,
  formatMetric,
  formatRange,
  showInvisible,
} from './format.ts';

describe('metrics for a reader', () => {
  test.each([
    [1204, 'count', 'en', '1,204'],
    [1204, 'count', 'de', '1.204'],
    [0.382, 'share', 'en', '38.2%'],
    [1, 'share', 'en', '100.0%'],
    [3.414, 'per_session', 'en', '3.41'],
    [0, 'milliseconds', 'en', '0s'],
    [0.3, 'milliseconds', 'en', '0s'],
    [57.4, 'milliseconds', 'en', '57ms'],
    [499, 'milliseconds', 'de', '499 ms'],
    [999.5, 'milliseconds', 'en', '1s'],
    [59_600, 'milliseconds', 'en', '1m 0s'],
    [125_400, 'milliseconds', 'en', '2m 5s'],
    [3_725_000, 'milliseconds', 'en', '1h 2m'],
    [null, 'share', 'en', '–'],
  ] as const)('%s in %s for %s reads %s', (value, unit, locale, text) => {
    expect(formatMetric(value, unit, locale)).toBe(text);
  });
});

describe('changes for a reader', () => {
  test.each([
    [120, 100, 'count', '+20%'],
    [90, 100, 'count', '-10%'],
    [100, 100, 'count', '0%'],
    [0, 0, 'count', '0.0%'],
    [1099, 100, 'count', '+999%'],
    [2784, 1, 'count', '>+999%'],
    [5, 0, 'count', undefined],
    // Refunds of 100 became sales of 50.
    [50, -100, 'money', '+150%'],
    [-150, -100, 'money', '-50%'],
    [5, undefined, 'count', undefined],
    [null, 3, 'count', undefined],
    [0.375, 0.4, 'share', '-2.5 pts'],
    [0.5, 0, 'share', '+50 pts'],
  ] as const)('from %s, before %s, in %s: %s', (now, before, unit, text) => {
    expect(formatChange(now, before, unit, 'en')).toBe(text);
  });
});

describe('dates and texts for a reader', () => {
  test('a day keeps its date in every time zone of the machine', () => {
    expect(formatDimension('2026-11-18', 'day', 'en')).toBe('Wed, Nov 18, 2026');
    expect(formatDimension('2026-11-18', 'day', 'en-GB')).toBe('Wed, 18 Nov 2026');
  });

  test('a range names its first and its last day', () => {
    expect(formatRange({ from: '2026-11-18', to: '2026-11-21' }, 'en')).toBe('Nov 18 – 20, 2026');
    expect(formatRange({ from: '2026-11-20', to: '2026-11-21' }, 'en')).toBe('Nov 20, 2026');
    expect(formatRange({ from: '2025-12-31', to: '2026-01-02' }, 'en')).toBe(
      'Dec 31, 2025 – Jan 1, 2026',
    );
  });

  test('an instant is told in the zone of the dataset', () => {
    const instantMs = Date.UTC(2026, 10, 21, 23, 30);
    expect(formatInstant(instantMs, 'Asia/Tokyo', 'en-GB')).toBe('22 Nov 2026, 08:30 GMT+9');
  });

  test('a missing value is told in words', () => {
    expect(formatDimension(null, 'referrer', 'en')).toBe('(direct or own host)');
    expect(formatDimension(null, 'status', 'en')).toBe('(not known)');
    // What nobody came before has none: it is not that somebody might know it.
    expect(formatDimension(null, 'grade', 'en')).toBe('(no grade)');
  });

  test('a path is told as people write it, a text that is no path as it is', () => {
    expect(formatDimension('/gr%C3%BCn', 'entry_path', 'en')).toBe('/grün');
    expect(formatDimension('/gr%C3%BCn', 'title', 'en')).toBe('/gr%C3%BCn');
  });

  test('characters without a shape become visible, all others stay', () => {
    expect(showInvisible('a\u0000\u001b\u200b\u2028\ud800z')).toBe(
      'a\\u0000\\u001b\\u200b\\u2028\\ud800z',
    );
    expect(showInvisible('/café/茶/שלום/😀')).toBe('/café/茶/שלום/😀');
  });
});

test('Days that are compared are named, and what of them cannot be', () => {
  const october = { from: '2026-10-01', to: '2026-11-01' };
  expect(comparedWords(october, 'en')).toBe('Oct 1 – 31, 2026');
  expect(comparedWords({ ...october, storedFrom: '2026-10-20' }, 'en')).toBe(
    'Oct 1 – 31, 2026 (totals are not: sessions are stored only from Oct 20, 2026 on)',
  );
});
