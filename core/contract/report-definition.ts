/** A report definition: what a report asks, without range and dataset, so that one definition serves all of them. */

import { z } from 'zod';
import { analysisSchema } from './analysis.ts';
import { definitionNameSchema } from './definition-name.ts';
import { issueWords } from './issue-words.ts';
import { querySchema } from './query.ts';
import { chartKinds, panelKinds } from './report.ts';
import { savedQueryUseSchema } from './saved-query.ts';

export const reportLimits = {
  reportsMax: 200,
  panelsMax: 12,
  nameLengthMax: 48,
  titleLengthMax: 80,
  descriptionLengthMax: 400,
  mailedMax: 4,
} as const;

/** Words that `canister report`, or the console, understands in the place of a name. */
const reservedNames = ['list', 'save', 'delete', 'show', 'help', 'new'];

export const reportNameSchema = z
  .string()
  .max(reportLimits.nameLengthMax)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'is not of small letters, digits and single dashes')
  .refine(
    (name) => !reservedNames.includes(name),
    'is a word of the command line or of the console',
  );

/** A query without what is set when the report runs. */
export const panelQuerySchema = querySchema.omit({
  range: true,
  robots: true,
  seenByTag: true,
  labels: true,
  comparison: true,
});

const description = z.string().trim().max(reportLimits.descriptionLengthMax).default('');
const anyDays = { from: '2026-01-01', to: '2026-01-02' };

/** What an analysis asks besides range, robots, labels and the subject of the report, which are set when it runs. */
const panelAnalysisSchema = z.looseObject({ kind: z.string() }).superRefine((given, context) => {
  const { kind } = given;
  const subject = { page: '/', funnel: 'any' };
  // A scorecard is made of a funnel when the report runs.
  if (kind === 'scorecard') return;
  const checked = analysisSchema.safeParse({ ...subject, ...given, kind, range: anyDays });
  if (checked.success) return;
  for (const issue of checked.error.issues) {
    context.addIssue({ code: 'custom', path: issue.path, message: issueWords(issue) });
  }
});

/** One panel. `robots` counts robots whatever the request says. Either a query, an analysis or a saved query is asked. */
export const panelDefinitionSchema = z
  .object({
    name: z
      .string()
      .max(reportLimits.nameLengthMax)
      .regex(/^[a-z][a-z0-9_]*$/, 'is not of small letters, digits and _'),
    title: z.string().trim().min(1).max(reportLimits.titleLengthMax),
    description,
    kind: z.enum(panelKinds),
    chart: z.enum(chartKinds).optional(),
    /** The figure that the chart draws; else the first one. */
    figure: z.string().max(reportLimits.nameLengthMax).optional(),
    /** The figures of a table that a mail has room for; else the first ones. */
    mailed: z
      .array(z.string().max(reportLimits.nameLengthMax))
      .min(1)
      .max(reportLimits.mailedMax)
      .optional(),
    robots: z.literal(true).optional(),
    query: panelQuerySchema.optional(),
    analysis: panelAnalysisSchema.optional(),
    /**
     * Its parameters `from` and `to` (dates, `to` exclusive) and `robots` (boolean) get what the report is run for,
     * others the value given here, or their default.
     */
    savedQuery: savedQueryUseSchema.optional(),
  })
  .refine(
    (panel) => [panel.query, panel.analysis, panel.savedQuery].filter(Boolean).length === 1,
    'asks either a query, an analysis or a saved query',
  )
  .refine(
    ({ kind, query }) => kind !== 'figures' || (query?.dimensions.length ?? 0) === 0,
    'figures are one row: they have no dimensions',
  );

/** Panels are shown, exported and run in the order in which they stand here. */
export const reportDefinitionSchema = z.object({
  name: reportNameSchema,
  title: definitionNameSchema,
  description,
  panels: z
    .array(panelDefinitionSchema)
    .min(1, 'a report has at least one panel')
    .max(reportLimits.panelsMax)
    .refine(
      (panels) => new Set(panels.map(({ name }) => name)).size === panels.length,
      'names a panel twice',
    ),
});

/** As it is kept: with everything filled in. */
export type OwnReport = z.output<typeof reportDefinitionSchema>;
/** As it is written: of a program's own reports, or by a user. */
export type ReportDefinition = z.input<typeof reportDefinitionSchema>;
export type PanelDefinition = ReportDefinition['panels'][number];
