/** The view state in the address: what is encoded is decoded again, and what someone typed cannot break a page. */
import { describe, expect, it } from 'vitest';
import { comparisonKinds } from '../../core/contract/compared-range.ts';
import { type AnalysisView, analysisViewCodec, rangeOf, rangePresets } from './analysis-view.ts';

const { decode, encode } = analysisViewCodec;

describe('the view in the address', () => {
  it('comes back as it was, whatever was chosen', () => {
    const ranges: AnalysisView['range'][] = [
      ...rangePresets,
      { from: '2026-02-28', to: '2026-03-01' },
    ];
    for (const range of ranges) {
      for (const comparison of [...comparisonKinds, 'none'] as const) {
        for (const robots of [true, false]) {
          const labels = robots ? ['Buyers & co', '=x'] : [];
          const condition = robots ? 'browser = "a&b" or request.path contains "#"' : '';
          const subject = robots ? { page: '/a?b', goal: 'Bought' } : {};
          for (const seenByTag of [true, false]) {
            const counted = { robots, seenByTag };
            const view: AnalysisView = {
              range,
              comparison,
              ...counted,
              labels,
              condition,
              subject,
            };
            expect(decode(new URLSearchParams(encode(view).toString()))).toEqual(view);
          }
        }
      }
    }
  });

  it('is empty for the defaults, so that a plain address stays plain', () => {
    expect(encode(decode(new URLSearchParams())).toString()).toBe('');
  });

  it('falls back to the last seven days for what is not a range', () => {
    const typed = [
      'from=2026-02-30&to=2026-03-02',
      'from=2026-03-02&to=2026-03-02',
      'from=2026-03-03&to=2026-03-02',
      'from=1900-01-01&to=2026-01-01',
      'from=<script>&to=2026-01-01',
      'range=last_900_days',
      'from=2026-03-02',
    ];
    for (const query of typed) {
      expect(decode(new URLSearchParams(query)).range, query).toBe('last_7_days');
    }
  });
});

describe('labels in an address', () => {
  it('are each named once, and eight at the most', () => {
    const typed = new URLSearchParams('label=a&label=a&label=');
    for (let n = 0; n < 1_000; n += 1) typed.append('label', `L${n}`);
    expect(decode(typed).labels).toEqual(['a', 'L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6']);
  });

  it('and comparisons of older addresses are understood', () => {
    expect(decode(new URLSearchParams('compare=previous')).comparison).toBe('previous_period');
    expect(decode(new URLSearchParams('compare=<b>')).comparison).toBe('previous_period');
  });
});

describe('a preset', () => {
  it('holds today and ends before tomorrow', () => {
    const today = '2026-03-01';
    expect(rangeOf('today', today)).toEqual({ from: '2026-03-01', to: '2026-03-02' });
    expect(rangeOf('yesterday', today)).toEqual({ from: '2026-02-28', to: '2026-03-01' });
    expect(rangeOf('last_7_days', today)).toEqual({ from: '2026-02-23', to: '2026-03-02' });
    expect(rangeOf('last_28_days', today)).toEqual({ from: '2026-02-02', to: '2026-03-02' });
    expect(rangeOf('last_week', '2026-03-04')).toEqual({ from: '2026-02-23', to: '2026-03-02' });
    expect(rangeOf('last_month', '2026-03-31')).toEqual({ from: '2026-02-01', to: '2026-03-01' });
    expect(rangeOf('this_month', '2026-03-17')).toEqual({ from: '2026-03-01', to: '2026-03-18' });
    expect(rangeOf('this_year', '2026-03-17')).toEqual({ from: '2026-01-01', to: '2026-03-18' });
  });
});
