/** The view state in the address: what is encoded is decoded again, and what someone typed cannot break a page. */
import { describe, expect, it } from 'vitest';
import { type AnalysisView, analysisViewCodec, rangeOf, rangePresets } from './analysis-view.ts';

const { decode, encode } = analysisViewCodec;

describe('the view in the address', () => {
  it('comes back as it was, whatever was chosen', () => {
    const ranges: AnalysisView['range'][] = [
      ...rangePresets,
      { from: '2026-02-28', to: '2026-03-01' },
    ];
    for (const range of ranges) {
      for (const comparison of ['previous', 'none'] as const) {
        for (const robots of [true, false]) {
          const view = { range, comparison, robots };
          expect(decode(new URLSearchParams(encode(view).toString()))).toEqual(view);
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

describe('a preset', () => {
  it('holds today and ends before tomorrow', () => {
    const today = '2026-03-01';
    expect(rangeOf('today', today)).toEqual({ from: '2026-03-01', to: '2026-03-02' });
    expect(rangeOf('yesterday', today)).toEqual({ from: '2026-02-28', to: '2026-03-01' });
    expect(rangeOf('last_7_days', today)).toEqual({ from: '2026-02-23', to: '2026-03-02' });
    expect(rangeOf('last_28_days', today)).toEqual({ from: '2026-02-02', to: '2026-03-02' });
    expect(rangeOf('this_month', '2026-03-17')).toEqual({ from: '2026-03-01', to: '2026-03-18' });
  });
});
