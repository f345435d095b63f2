/** Numbers, durations, days and changes as people read them; the expectations are written by hand. */
import { describe, expect, it } from 'vitest';
import { changeOf } from './change.ts';
import {
  counted,
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatMetric,
  formatOffset,
  formatSpan,
} from './number-format.ts';
import { formatDay, formatRange, formatTime } from './time-format.ts';

describe('numbers', () => {
  it('are grouped as the reader writes them', () => {
    expect(formatCount(1234567, 'en-GB')).toBe('1,234,567');
    expect(formatCount(1234567, 'de-DE')).toBe('1.234.567');
    expect(formatCompact(1250, 'en-US')).toBe('1.3K');
  });

  it('follow the unit of their metric', () => {
    expect(formatMetric(0.4118, 'share', 'en-GB')).toBe('41.2%');
    expect(formatMetric(184_000, 'milliseconds', 'en-GB')).toBe('3m 4s');
    expect(formatMetric(3.0499, 'per_session', 'en-GB')).toBe('3.05');
    expect(formatMetric(12, 'count', 'en-GB')).toBe('12');
  });

  it('of bytes are in their largest unit', () => {
    const sizes = [0, 1_023, 1_024, 1_536, 104_857_600, 549_755_813_888];
    expect(sizes.map((bytes) => formatBytes(bytes, 'en-GB'))).toEqual([
      '0 B',
      '1,023 B',
      '1 KiB',
      '1.5 KiB',
      '100 MiB',
      '512 GiB',
    ]);
  });

  it('of times after a beginning have minutes, and hours where there are some', () => {
    const offsets = [-5, 0, 7_999, 65_000, 3_599_999, 3_723_000].map(formatOffset);
    expect(offsets).toEqual(['+0:00', '+0:00', '+0:07', '+1:05', '+59:59', '+1:02:03']);
  });

  it('are a dash where a metric has no base', () => {
    expect(formatMetric(null, 'share')).toBe('–');
    expect(formatMetric(Number.NaN, 'count')).toBe('–');
  });

  it('stand with the right form of their noun', () => {
    expect(counted(1, '# robot|# robots', 'en-GB')).toBe('1 robot');
    expect(counted(0, '# robot|# robots', 'en-GB')).toBe('0 robots');
    expect(counted(1200, '# robot|# robots', 'en-GB')).toBe('1,200 robots');
  });
});

describe('durations', () => {
  it('show two units at the most and are never negative', () => {
    expect(formatDuration(0)).toBe('0s');
    expect(formatDuration(59_999)).toBe('59s');
    expect(formatDuration(60_000)).toBe('1m 00s');
    expect(formatDuration(3_599_999)).toBe('59m 59s');
    expect(formatDuration(7_500_000)).toBe('2h 05m');
    expect(formatDuration(-5)).toBe('0s');
  });

  it('that are settings read in their largest whole unit', () => {
    expect(formatSpan(1_800_000, 'en-GB')).toBe('30 minutes');
    expect(formatSpan(90_000, 'en-GB')).toBe('90 seconds');
    expect(formatSpan(3_600_000, 'en-GB')).toBe('1 hour');
  });
});

describe('days', () => {
  it('are the same whatever zone the browser is in', () => {
    expect(formatDay('2026-11-21', 'en-GB')).toMatch(/^Sat,? 21 Nov$/);
  });

  it('of a range are said with the last one included', () => {
    const range = { from: '2026-11-14', to: '2026-11-21' };
    expect(formatRange(range, 'en-GB')).toMatch(/^14\s?–\s?20 Nov 2026$/);
    expect(formatRange({ from: '2026-11-14', to: '2026-11-15' }, 'en-GB')).toBe('14 Nov 2026');
  });

  it('and times are shown in the zone of the dataset', () => {
    const instantMs = Date.UTC(2026, 6, 1, 12, 0, 0);
    expect(formatTime(instantMs, 'Europe/Berlin', 'en-GB')).toBe('14:00:00');
    expect(formatTime(instantMs, 'Pacific/Fiji', 'en-GB')).toBe('00:00:00');
  });
});

describe('a change', () => {
  const higher = { unit: 'count', better: 'higher' } as const;

  it('says direction, size and judgement in words', () => {
    expect(changeOf(150, 100, higher, 'en-GB')).toEqual({
      direction: 'up',
      verdict: 'better',
      text: '50.0%',
      description: 'Up by 50.0% from 100 in the previous period, which is better',
    });
    expect(changeOf(75, 100, higher, 'en-GB')).toMatchObject({
      direction: 'down',
      verdict: 'worse',
    });
  });

  it('of a share is said in percentage points, and less may be better', () => {
    const bounce = { unit: 'share', better: 'lower' } as const;
    expect(changeOf(0.4, 0.425, bounce, 'en-GB')).toEqual({
      direction: 'down',
      verdict: 'better',
      text: '2.5 pp',
      description: 'Down by 2.5 pp from 42.5% in the previous period, which is better',
    });
  });

  it('is neutral where the metric is, and where there is nothing to compare with', () => {
    const neutral = { unit: 'count', better: 'neutral' } as const;
    expect(changeOf(3, 1, neutral, 'en-GB').verdict).toBe('neutral');
    expect(changeOf(3, 1, neutral, 'en-GB').description).not.toContain('which is');
    expect(changeOf(3, null, higher)).toMatchObject({ direction: 'none', verdict: 'neutral' });
    expect(changeOf(null, 3, higher)).toMatchObject({ direction: 'none', text: '–' });
  });

  it('from nothing is new, and no change has no arrow', () => {
    expect(changeOf(5, 0, higher, 'en-GB')).toMatchObject({ direction: 'up', text: 'new' });
    expect(changeOf(5, 5, higher, 'en-GB')).toMatchObject({ direction: 'same', text: 'unchanged' });
    expect(changeOf(0, 0, higher, 'en-GB')).toMatchObject({ direction: 'same' });
  });

  it('that is many times the base needs no decimals', () => {
    expect(changeOf(1390, 100, higher, 'en-GB').text).toBe('1,290%');
  });
});
