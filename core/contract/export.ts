/** Files that are made for download, and the tokens by which programs read what is published. */
import { z } from 'zod';
import { dateRangeSchema } from './date-range.ts';
import { definitionNameSchema } from './definition-name.ts';

export const exportInputSchema = z.object({
  format: z.literal('duckdb').default('duckdb'),
  /** Without it everything. */
  range: dateRangeSchema.optional(),
});

/** `rows` by view. `sha256` of the file is also its ETag. `asOf` and `createdAt` in epoch milliseconds. */
export const exportSchema = z.object({
  id: z.string(),
  name: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  rows: z.record(z.string(), z.int()),
  asOf: z.int(),
  createdAt: z.int(),
  elapsedMs: z.int(),
});
export type Export = z.infer<typeof exportSchema>;

export const tokenLimits = { tokensMax: 50, daysMax: 3_650, daysUsual: 90 } as const;

export const readTokenInputSchema = z.object({
  name: definitionNameSchema,
  days: z.int().min(1).max(tokenLimits.daysMax).default(tokenLimits.daysUsual),
});

/** Instants in epoch milliseconds. */
export const readTokenSchema = z.object({
  name: z.string(),
  createdAt: z.int(),
  expiresAt: z.int(),
  lastUsedAt: z.int().optional(),
});
export type ReadToken = z.infer<typeof readTokenSchema>;

/** The token itself is told once, when it is made. */
export const madeTokenSchema = readTokenSchema.extend({ token: z.string() });
export const readTokenListSchema = z.object({ tokens: z.array(readTokenSchema) });
