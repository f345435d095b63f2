/** A report result: the panels of a report with their answers, as the API gives it and as HTML and console show it. */
import type { DateRange } from './date-range.ts';
import type { Answer } from './query.ts';

export interface ReportPanel {
  name: string;
  title: string;
  /** One sentence that says what the numbers are. */
  description: string;
  /** `figures` is one row of metrics, `series` a row a day, `table` a row a value. */
  kind: 'figures' | 'series' | 'table';
  answer: Answer;
  /** The same query over the previous period, where the report compares. */
  comparison?: Answer;
}

export interface ReportResult {
  report: string;
  title: string;
  dataset: { slug: string; name: string; timeZone: string };
  range: DateRange;
  comparedWith?: DateRange;
  robots: boolean;
  generatedAt: number;
  panels: ReportPanel[];
}
