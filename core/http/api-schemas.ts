/** The answers of the API as schemas, for its description. Requests are the contract's own schemas. */
import { z } from '@hono/zod-openapi';
import { problemCodes } from '../contract/problem.ts';

const instant = z.int().describe('epoch milliseconds');

export const problemSchema = z
  .object({
    type: z.string(),
    code: z.enum(Object.keys(problemCodes) as [string, ...string[]]),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .openapi('Problem');

const technologySchema = z.object({
  browser: z.string().optional(),
  browserVersion: z.string().optional(),
  system: z.string().optional(),
  device: z.enum(['desktop', 'mobile', 'tablet', 'tv', 'robot', 'unknown']),
  robot: z.string().optional(),
});

export const activeSessionsSchema = z
  .object({
    total: z.int(),
    robots: z.int(),
    sessions: z.array(
      z.object({
        id: z.string(),
        startedAt: instant,
        lastHitAt: instant,
        hits: z.int(),
        pageViews: z.int(),
        entryPath: z.string(),
        lastPath: z.string(),
        lastTitle: z.string().optional(),
        referrerHost: z.string().optional(),
        source: z.string().optional(),
        country: z.string().optional(),
        technology: technologySchema,
      }),
    ),
  })
  .openapi('ActiveSessions');

const columnSchema = z.object({
  kind: z.enum(['dimension', 'metric']),
  name: z.string(),
  label: z.string(),
  unit: z.enum(['count', 'share', 'milliseconds', 'per_session']).optional(),
});

export const answerSchema = z
  .object({
    columns: z.array(columnSchema),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
    rowsTotal: z.int(),
  })
  .openapi('Answer');

export const sqlAnswerSchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.unknown())),
    truncated: z.boolean(),
    elapsedMs: z.int(),
  })
  .openapi('SqlAnswer');

const range = z.object({ from: z.string(), to: z.string() });

export const reportResultSchema = z
  .object({
    report: z.string(),
    title: z.string(),
    dataset: z.object({ slug: z.string(), name: z.string(), timeZone: z.string() }),
    range,
    comparedWith: range.optional(),
    robots: z.boolean(),
    generatedAt: instant,
    panels: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        kind: z.enum(['figures', 'series', 'table']),
        answer: answerSchema,
        comparison: answerSchema.optional(),
      }),
    ),
  })
  .openapi('ReportResult');

const countsSchema = z.object({
  received: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  excluded: z.int(),
  bad: z.int(),
});

export const statusSchema = z
  .object({
    version: z.string(),
    startedAt: instant,
    waitingHits: z.int(),
    unassigned: countsSchema,
    datasets: z.array(
      z.object({
        slug: z.string(),
        counts: countsSchema,
        activeSessions: z.int(),
        storedSessions: z.int(),
        storedHits: z.int(),
        lastHitAt: instant.optional(),
      }),
    ),
  })
  .openapi('Status');

export const importProgressSchema = z
  .object({
    lines: z.int(),
    accepted: z.int(),
    duplicate: z.int(),
    excluded: z.int(),
    bad: z.int(),
    sessions: z.int(),
  })
  .openapi('ImportProgress');

export const importSummarySchema = importProgressSchema
  .extend({ seconds: z.number(), formats: z.array(z.string()), badFile: z.string().optional() })
  .openapi('ImportSummary');
