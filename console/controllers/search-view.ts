/** The view state of the search page: the condition and the days. Without days it looks at all that is stored. */
import type { DateRange } from '../../core/contract/calendar.ts';
import { isUsableRange, type RangePreset, rangePresets } from './analysis-view.ts';
import type { UrlCodec } from './url-state-controller.ts';

export interface SearchView {
  condition: string;
  range: 'all' | RangePreset | DateRange;
}

export const searchViewCodec: UrlCodec<SearchView> = {
  decode(params) {
    const custom = { from: params.get('from') ?? '', to: params.get('to') ?? '' };
    const named = rangePresets.find((preset) => preset === params.get('range'));
    return {
      condition: params.get('condition') ?? '',
      range: isUsableRange(custom) ? custom : (named ?? 'all'),
    };
  },
  encode({ condition, range }) {
    const params = new URLSearchParams();
    if (condition !== '') params.set('condition', condition);
    if (typeof range === 'object') {
      params.set('from', range.from);
      params.set('to', range.to);
    } else if (range !== 'all') params.set('range', range);
    return params;
  },
};
