/** A query (metrics by dimensions over a date range) and its answer. */
import { z } from 'zod';
import { dateRangeSchema } from './date-range.ts';
import { dimensionNames } from './dimension.ts';
import { metricNames, metricUnits } from './metric.ts';

export const queryLimits = {
  rowsMax: 10_000,
  dimensionsMax: 4,
  metricsMax: 12,
  sqlLengthMax: 65_536,
  sqlDeadlineMs: 30_000,
} as const;

/**
 * Robots are left out unless `robots` is true. Rows come ordered by the first metric, largest first, unless
 * `order` says otherwise; a query by `day` comes in the order of days and has a row for every day of the range.
 * @example { metrics: ['sessions'], dimensions: ['day'], range: { from: '2026-11-14', to: '2026-11-21' } }
 */
export const querySchema = z.object({
  metrics: z.array(z.enum(metricNames)).min(1).max(queryLimits.metricsMax),
  dimensions: z.array(z.enum(dimensionNames)).max(queryLimits.dimensionsMax).default([]),
  range: dateRangeSchema,
  robots: z.boolean().default(false),
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

export const columnSchema = z.union([
  z.object({ kind: z.literal('dimension'), name: z.enum(dimensionNames), label: z.string() }),
  z.object({
    kind: z.literal('metric'),
    name: z.enum(metricNames),
    label: z.string(),
    unit: z.enum(metricUnits),
  }),
]);

/**
 * Rows hold one cell a column. An empty dimension value is `null`; so is a metric without a base (a share of
 * nothing). `rowsTotal` is how many rows there are without the limit.
 */
export const answerSchema = z.object({
  columns: z.array(columnSchema),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  rowsTotal: z.int(),
});

/**
 * The answer to analyst SQL: column names with their DuckDB types, and rows of JSON values. `truncated` says that
 * there were more rows than the limit.
 */
export const sqlAnswerSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  truncated: z.boolean(),
  elapsedMs: z.int(),
});

export type Column = z.infer<typeof columnSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type SqlAnswer = z.infer<typeof sqlAnswerSchema>;

export const sqlRequestSchema = z.object({
  sql: z.string().min(1).max(queryLimits.sqlLengthMax),
  rowsMax: z.int().min(1).max(queryLimits.rowsMax).default(queryLimits.rowsMax),
});
