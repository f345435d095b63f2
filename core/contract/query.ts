/** A query (metrics by dimensions over a date range) and its answer. */
import { z } from 'zod';
import { comparisonSchema } from './comparison.ts';
import { conditionLimits } from './condition.ts';
import { dateRangeSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';
import { dimensionNames } from './dimension.ts';
import { labelLimits } from './label.ts';
import { metricNames, metricUnits } from './metric.ts';
import { parameterNameSchema, parameterSchema, parameterValueSchema } from './saved-query.ts';

export const queryLimits = {
  rowsMax: 10_000,
  dimensionsMax: 4,
  metricsMax: 12,
  sqlLengthMax: 65_536,
  sqlDeadlineMs: 30_000,
  /** Of the rows of an answer as JSON. */
  sqlBytesMax: 33_554_432,
} as const;

/** A condition in its text form. What it may say is checked when the query is compiled. */
export const conditionTextSchema = z.string().trim().min(1).max(conditionLimits.textLengthMax);

/**
 * Robots are left out unless `robots` is true. What a log and the tracker have both seen counts once, as the tracker's,
 * unless `seenByTag` is true; what only a log knows (status, bytes, response time) is always taken of all. Rows come ordered by the first metric, largest first, unless
 * `order` says otherwise; a query by `day` comes in the order of days and has a row for every day of the range.
 * - `condition`: only sessions that meet it, and the hits of such sessions
 * - `hitCondition`: of those only hits that meet it; metrics of sessions broken down by session dimensions ignore it
 * - `labels`: names of labels whose figures stand beside those of all
 * - `comparison`: a period whose figures stand beside those of the range
 * - `goal`: the goal of conversions and revenue; without it, any goal
 * @example { metrics: ['sessions'], dimensions: ['day'], range: { from: '2026-11-14', to: '2026-11-21' } }
 */
export const querySchema = z.object({
  metrics: z.array(z.enum(metricNames)).min(1).max(queryLimits.metricsMax),
  dimensions: z.array(z.enum(dimensionNames)).max(queryLimits.dimensionsMax).default([]),
  range: dateRangeSchema,
  robots: z.boolean().default(false),
  seenByTag: z.boolean().default(false),
  condition: conditionTextSchema.optional(),
  hitCondition: conditionTextSchema.optional(),
  labels: z
    .array(definitionNameSchema)
    .max(labelLimits.besideMax, `at most ${labelLimits.besideMax} labels stand beside all`)
    .refine((names) => new Set(names).size === names.length, 'names a label twice')
    .default([]),
  comparison: comparisonSchema.optional(),
  goal: definitionNameSchema.optional(),
  order: z
    .object({
      by: z.enum([...metricNames, ...dimensionNames]),
      direction: z.enum(['ascending', 'descending']),
    })
    .optional(),
  limit: z.int().min(1).max(queryLimits.rowsMax).default(100),
});

export type Query = z.output<typeof querySchema>;
export type QueryInput = z.input<typeof querySchema>;

/**
 * A column of an answer. `name` is a dimension's or metric's, or that of a figure that only one analysis has. A metric
 * column without `of` and `period` holds the figures of all sessions in the range; `of` names the label whose figures
 * it holds; `period` is `before` for those of the compared period. Columns come in this order: dimensions, metrics of
 * all, metrics of each label, then the same metrics of the period before.
 */
export const columnSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('dimension'),
    name: z.string(),
    label: z.string(),
    definition: z.string(),
  }),
  z.object({
    kind: z.literal('metric'),
    name: z.string(),
    label: z.string(),
    unit: z.enum(metricUnits),
    definition: z.string(),
    better: z.enum(['higher', 'lower', 'neutral']),
    of: z.string().optional(),
    period: z.literal('before').optional(),
  }),
]);

/** Days whose figures stand beside; `storedFrom` is the day of the first stored session, where they begin before it: then totals have no figure of them. */
export const comparedWithSchema = z.object({
  from: z.string(),
  to: z.string(),
  storedFrom: z.string().optional(),
});
export type ComparedWith = z.infer<typeof comparedWithSchema>;

/**
 * Rows hold one cell a column. An empty dimension value is `null`; so is a metric without a base (a share of
 * nothing). `rowsTotal` is how many rows there are without the limit. `notes` are sentences that must stand beside the
 * figures, such as what an estimate is made of.
 */
export const answerSchema = z.object({
  columns: z.array(columnSchema),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  rowsTotal: z.int(),
  comparedWith: comparedWithSchema.optional(),
  labels: z.array(z.object({ name: z.string(), colour: z.int() })).optional(),
  notes: z.array(z.string()).optional(),
});

/** A figure of an answer: of the row with these dimension values, of all or a label, in the range or the period before. */
export const cellSchema = z.object({
  query: querySchema,
  values: z
    .array(z.union([z.string().max(2_048), z.number(), z.null()]))
    .max(queryLimits.dimensionsMax)
    .default([]),
  metric: z.enum(metricNames),
  label: definitionNameSchema.optional(),
  period: z.enum(['now', 'before']).default('now'),
});
export type CellAsked = z.output<typeof cellSchema>;

/**
 * The answer to analyst SQL: column names with their DuckDB types, and rows of JSON values. `truncated` says that
 * there were more rows than the limit.
 */
export const sqlAnswerSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  truncated: z.boolean(),
  elapsedMs: z.int(),
  /** Epoch milliseconds: sessions that were stored by then are in the answer. */
  asOf: z.int(),
});

export type Column = z.infer<typeof columnSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type SqlAnswer = z.infer<typeof sqlAnswerSchema>;

/** SQL with values for its parameters (`$name`), or the name of a saved query with values for those it declares. */
export const sqlRequestSchema = z.object({
  sql: z.string().min(1).max(queryLimits.sqlLengthMax).optional(),
  query: definitionNameSchema.optional(),
  parameters: z
    .array(parameterSchema.omit({ default: true, meaning: true }))
    .max(20)
    .default([]),
  values: z.record(parameterNameSchema, parameterValueSchema).default({}),
  rowsMax: z.int().min(1).max(queryLimits.rowsMax).default(queryLimits.rowsMax),
});
/** What the rows of SQL can be taken away as. */
export const sqlFileFormats = ['csv', 'xlsx', 'json', 'parquet'] as const;
export type SqlFileFormat = (typeof sqlFileFormats)[number];

export type SqlRequest = z.output<typeof sqlRequestSchema>;
