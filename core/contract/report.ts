/** A report result: the panels of a report with their answers, as the API gives it and as HTML and console show it. */
import { z } from 'zod';
import { answerSchema } from './query.ts';

const range = z.object({ from: z.string(), to: z.string() });

/**
 * `description` is one sentence that says what the numbers are. `figures` is one row of metrics, `series` a row a
 * day, `table` a row a value. `comparison` is the same query over the period before, where the report compares;
 * of a table it holds the rows that the answer shows.
 */
export const reportPanelSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  kind: z.enum(['figures', 'series', 'table']),
  answer: answerSchema,
  comparison: answerSchema.optional(),
});

/** `generatedAt` is in epoch milliseconds; `to` of a range is exclusive. */
export const reportResultSchema = z.object({
  report: z.string(),
  title: z.string(),
  dataset: z.object({ slug: z.string(), name: z.string(), timeZone: z.string() }),
  range,
  comparedWith: range.optional(),
  robots: z.boolean(),
  generatedAt: z.int(),
  panels: z.array(reportPanelSchema),
});

export type ReportPanel = z.infer<typeof reportPanelSchema>;
export type ReportResult = z.infer<typeof reportResultSchema>;
