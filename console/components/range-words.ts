/** The ranges of days that have a name, as pages call them. */
import type { RangePreset } from '../controllers/analysis-view.ts';

export const presetTexts: Record<RangePreset, string> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last_7_days: 'Last 7 days',
  last_28_days: 'Last 28 days',
  this_month: 'This month',
};
