/** What happened on the days of a panel, in words that stand under its chart. */
import { annotatedDays } from '../../core/contract/annotated-days.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { formatRange, showInvisible } from '../html/format.ts';

/** One line each; none where the panel has no days, or nothing was noted of them. */
export function annotationWords({ annotations = [] }: ReportPanel, locale: string): string[] {
  return annotations.map((one) => {
    const what = [one.name, one.text].filter((text) => text !== '').map(showInvisible);
    return `▼ ${formatRange(annotatedDays(one), locale)}: ${what.join(': ')}`;
  });
}
