/** Shared links: one report of a dataset, shown without a sign-in to whoever has its address. Instants are epoch milliseconds. */
import { z } from 'zod';
import { comparisonSchema } from './comparison.ts';
import { dateRangeSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';
import { labelLimits } from './label.ts';
import { conditionTextSchema } from './query.ts';
import { reportSubjectNames } from './report.ts';
import { reportLimits } from './report-definition.ts';
import { digestPeriods } from './subscription-words.ts';

export const sharedLinkLimits = {
  /** In a dataset, those that have expired not counted. */
  linksMax: 200,
  daysMax: 3_650,
  daysUsual: 30,
  subjectLengthMax: 2_048,
  /** What has expired is shown in the list for so long. */
  expiredKeptDays: 30,
} as const;

/**
 * What a link shows. Either `range`, days that stay the same, or `period`, whole days that are over when it is opened,
 * in the time zone of the dataset.
 */
const sharedReportSchema = z.strictObject({
  report: z.string().min(1).max(reportLimits.nameLengthMax),
  range: dateRangeSchema.optional(),
  period: z.enum(digestPeriods).optional(),
  comparison: comparisonSchema.optional(),
  robots: z.boolean().default(false),
  /** Whether page views of logs that the tracker saw too count beside its own. */
  seenByTag: z.boolean().optional(),
  labels: z
    .array(definitionNameSchema)
    .max(labelLimits.besideMax)
    .refine((all) => new Set(all).size === all.length, 'names a label twice')
    .default([]),
  condition: conditionTextSchema.optional(),
  subject: z
    .partialRecord(
      z.enum(reportSubjectNames),
      z.string().min(1).max(sharedLinkLimits.subjectLengthMax),
    )
    .default({}),
});

export const sharedLinkInputSchema = sharedReportSchema
  .extend({
    /** What or whom it is for, as the list shows it. */
    name: definitionNameSchema,
    days: z.int().min(1).max(sharedLinkLimits.daysMax).default(sharedLinkLimits.daysUsual),
    /** Is asked for before anything is shown. */
    password: z.string().max(4_096).optional(),
  })
  .refine(
    ({ range, period }) => (range === undefined) !== (period === undefined),
    'give either range (days that stay the same) or period (days that move on)',
  );

export const sharedLinkSchema = z.object({
  id: z.string(),
  name: z.string(),
  shows: sharedReportSchema,
  hasPassword: z.boolean(),
  /** As the audit trail names who made it. */
  createdBy: z.string(),
  createdAt: z.int(),
  expiresAt: z.int(),
  /** How often the report was shown by it, and when for the last time. */
  opened: z.int(),
  lastOpenedAt: z.int().optional(),
});

/** With its address, which is told this once: only a hash of it is kept. */
export const madeSharedLinkSchema = sharedLinkSchema.extend({ url: z.string() });
export const sharedLinkListSchema = z.object({ links: z.array(sharedLinkSchema) });

export type SharedReport = z.output<typeof sharedReportSchema>;
export type SharedLinkInput = z.output<typeof sharedLinkInputSchema>;
export type SharedLink = z.output<typeof sharedLinkSchema>;
export type MadeSharedLink = z.output<typeof madeSharedLinkSchema>;
