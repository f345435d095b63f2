/** A report result: the panels of a report with their answers, the one source of JSON, CSV, HTML, mail and console. */
import { z } from 'zod';
import { annotationSchema } from './annotation.ts';
import { comparisonKinds } from './comparison.ts';
import { answerSchema, comparedWithSchema, querySchema } from './query.ts';

const range = z.object({ from: z.string(), to: z.string() });

/** How the rows of a panel are drawn: over time, as columns or bars by value, or as a grid of two dimensions. */
export const chartKinds = ['days', 'columns', 'bars', 'grid'] as const;
export type ChartKind = (typeof chartKinds)[number];

/** `figures` is one row of metrics, `series` a row a day, `table` a row a value. */
export const panelKinds = ['figures', 'series', 'table'] as const;

/**
 * `description` is one sentence that says what the numbers are. The figures of labels and of the compared period stand
 * in the answer, in columns of their own.
 */
export const reportPanelSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  kind: z.enum(panelKinds),
  chart: z.enum(chartKinds).optional(),
  /** The figure that the chart draws; else the first one. */
  figure: z.string().optional(),
  /** The figures of its rows that a mail shows; else the first ones. */
  mailed: z.array(z.string()).optional(),
  answer: answerSchema,
  /** What was asked, where that is a query: with it, a figure's sessions can be asked for (`…/query/sessions`). */
  query: querySchema.optional(),
  /** What happened on the days of its rows, the earliest first; left out where it has no days. */
  annotations: z.array(annotationSchema).optional(),
});

/** What some reports are about: a page, a funnel, a goal. */
export const reportSubjectNames = ['page', 'funnel', 'goal'] as const;
export type ReportSubjectName = (typeof reportSubjectNames)[number];

/** `generatedAt` is in epoch milliseconds; `to` of a range is exclusive. */
export const reportResultSchema = z.object({
  report: z.string(),
  title: z.string(),
  description: z.string(),
  dataset: z.object({ slug: z.string(), name: z.string(), timeZone: z.string() }),
  range,
  comparison: z.enum(comparisonKinds).optional(),
  comparedWith: comparedWithSchema.optional(),
  condition: z.string().optional(),
  subject: z.partialRecord(z.enum(reportSubjectNames), z.string()),
  labels: z.array(z.object({ name: z.string(), colour: z.int() })),
  robots: z.boolean(),
  /** Whether page views of logs that the tracker saw too count beside its own. */
  seenByTag: z.boolean().optional(),
  generatedAt: z.int(),
  panels: z.array(reportPanelSchema),
});

/** What a list of reports says of each. `subject` names what it can be asked about. `own`: made by a user. */
export const reportEntrySchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  group: z.string(),
  subject: z.array(z.enum(reportSubjectNames)),
  own: z.boolean(),
});

export const reportListSchema = z.object({ reports: z.array(reportEntrySchema) });

export type ReportPanel = z.infer<typeof reportPanelSchema>;
export type ReportResult = z.infer<typeof reportResultSchema>;
export type ReportEntry = z.infer<typeof reportEntrySchema>;
