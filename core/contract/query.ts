/** A query (metrics by dimensions over a date range) and its answer. */
import { z } from 'zod';
import { dateRangeSchema } from './date-range.ts';
import { type DimensionName, dimensionNames } from './dimension.ts';
import { type MetricName, type MetricUnit, metricNames } from './metric.ts';

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

export type Column =
  | { kind: 'dimension'; name: DimensionName; label: string }
  | { kind: 'metric'; name: MetricName; label: string; unit: MetricUnit };

/** Rows hold one cell a column. An empty dimension value is `null`; so is a metric without a base (a share of nothing). */
export interface Answer {
  columns: Column[];
  rows: (string | number | null)[][];
  /** How many rows there are without the limit. */
  rowsTotal: number;
}

/** The answer to analyst SQL: column names with their DuckDB types, and rows of JSON values. */
export interface SqlAnswer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  /** True when there were more rows than the limit. */
  truncated: boolean;
  elapsedMs: number;
}

export const sqlRequestSchema = z.object({
  sql: z.string().min(1).max(queryLimits.sqlLengthMax),
  rowsMax: z.int().min(1).max(queryLimits.rowsMax).default(queryLimits.rowsMax),
});
