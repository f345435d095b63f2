/**
 * The view state of every page of analysis: which days, compared with what, which labels and filter,
 * whether robots count, and what a log and the tracker have both seen twice.
 * In the address, a preset keeps its name, so that a bookmarked "last 7 days" stays the last seven; a range of
 * its own is two dates, `to` exclusive as in the API.
 */
import {
  addDays,
  type DateRange,
  dateRangeLimits,
  daysIn,
  isDate,
} from '../../core/contract/calendar.ts';
import { type Comparison, comparisonKinds } from '../../core/contract/compared-range.ts';
import type { ReportSubjectName } from '../../core/contract/report.ts';
import { rangeOfPeriod } from '../../core/contract/subscription-words.ts';
import type { UrlCodec } from './url-state-controller.ts';

export const rangePresets = [
  'today',
  'yesterday',
  'last_7_days',
  'last_week',
  'last_28_days',
  'this_month',
  'last_month',
  'this_year',
] as const;
export type RangePreset = (typeof rangePresets)[number];

export interface AnalysisView {
  range: RangePreset | DateRange;
  comparison: Comparison | 'none';
  robots: boolean;
  /** Page views of logs that the tracker has seen too count beside its own. */
  seenByTag: boolean;
  /** Names of the labels that stand beside all. */
  labels: readonly string[];
  /** Only sessions that meet it; empty for all. */
  condition: string;
  /** The page, funnel or goal that a report is about, where one is chosen. */
  subject: Partial<Record<ReportSubjectName, string>>;
}

const subjectNames: readonly ReportSubjectName[] = ['page', 'funnel', 'goal'];
const labelsMax = 8;

export const analysisViewDefault: AnalysisView = {
  range: 'last_7_days',
  comparison: 'previous_period',
  robots: false,
  seenByTag: false,
  labels: [],
  condition: '',
  subject: {},
};

/** The days of a choice. `today` is the current day in the dataset's time zone; it belongs to "last 7 days". */
export function rangeOf(choice: AnalysisView['range'], today: string): DateRange {
  if (typeof choice === 'object') return choice;
  const tomorrow = addDays(today, 1);
  switch (choice) {
    case 'today':
      return { from: today, to: tomorrow };
    case 'yesterday':
      return { from: addDays(today, -1), to: today };
    case 'last_7_days':
      return { from: addDays(tomorrow, -7), to: tomorrow };
    case 'last_28_days':
      return { from: addDays(tomorrow, -28), to: tomorrow };
    case 'this_month':
      return { from: `${today.slice(0, 8)}01`, to: tomorrow };
    case 'this_year':
      return { from: `${today.slice(0, 5)}01-01`, to: tomorrow };
    case 'last_week':
    case 'last_month':
      return rangeOfPeriod(choice, today);
  }
}

/** True when both are days of the calendar, in order, and not further apart than the server takes. */
export function isUsableRange(range: DateRange): boolean {
  return (
    isDate(range.from) &&
    isDate(range.to) &&
    range.from < range.to &&
    daysIn(range) <= dateRangeLimits.daysMax
  );
}

export const analysisViewCodec: UrlCodec<AnalysisView> = {
  decode(params) {
    return {
      range: decodeRange(params),
      comparison: decodeComparison(params.get('compare')),
      robots: params.get('robots') === 'true',
      seenByTag: params.get('seenByTag') === 'true',
      labels: [...new Set(params.getAll('label'))]
        .filter((name) => name !== '')
        .slice(0, labelsMax),
      condition: params.get('condition') ?? '',
      subject: Object.fromEntries(
        subjectNames.flatMap((name) => {
          const value = params.get(name);
          return value === null || value === '' ? [] : [[name, value]];
        }),
      ),
    };
  },
  encode(view) {
    const params = new URLSearchParams();
    if (typeof view.range === 'object') {
      params.set('from', view.range.from);
      params.set('to', view.range.to);
    } else if (view.range !== analysisViewDefault.range) params.set('range', view.range);
    if (view.comparison !== analysisViewDefault.comparison) params.set('compare', view.comparison);
    for (const name of ['robots', 'seenByTag'] as const)
      if (view[name] !== analysisViewDefault[name]) params.set(name, String(view[name]));
    for (const name of view.labels) params.append('label', name);
    if (view.condition !== '') params.set('condition', view.condition);
    for (const [name, value] of Object.entries(view.subject)) params.set(name, value);
    return params;
  },
};

function decodeComparison(typed: string | null): AnalysisView['comparison'] {
  if (typed === 'none') return 'none';
  return comparisonKinds.find((kind) => kind === typed) ?? analysisViewDefault.comparison;
}

/** An address that someone typed may hold anything: what is not a range becomes the default. */
function decodeRange(params: URLSearchParams): AnalysisView['range'] {
  const custom = { from: params.get('from') ?? '', to: params.get('to') ?? '' };
  if (isUsableRange(custom)) return custom;
  const name = params.get('range');
  return rangePresets.find((preset) => preset === name) ?? analysisViewDefault.range;
}
