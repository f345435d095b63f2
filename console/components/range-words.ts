/** The ranges of days that have a name, as pages call them. */
import { msg } from '@lit/localize';
import type { RangePreset } from '../controllers/analysis-view.ts';

export const presetTexts: Record<RangePreset, string> = {
  today: msg('Today'),
  yesterday: msg('Yesterday'),
  last_7_days: msg('Last 7 days'),
  last_week: msg('Last week'),
  last_28_days: msg('Last 28 days'),
  this_month: msg('This month'),
  last_month: msg('Last month'),
  this_year: msg('This year'),
};
