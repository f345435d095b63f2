/** /api/datasets/…/reports: finished reports. What a report is, and how it is drawn, is handed in. */
import { z } from '@hono/zod-openapi';
import { dateRangeSchema, dateSchema } from '../contract/date-range.ts';
import { Problem } from '../contract/problem.ts';
import { type ReportResult, reportResultSchema } from '../contract/report.ts';
import type { Datasets } from '../settings/datasets.ts';
import { createRoute, newRoutes, otherwise, slugParam } from './routes.ts';

export const reportFormats = ['json', 'csv', 'html', 'text'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportRequest {
  name: string;
  dataset: ReportResult['dataset'];
  range: { from: string; to: string };
  robots: boolean;
  compare: 'previous' | 'none';
}

/** Runs and draws reports; main.ts wires it to `reports/`. */
export interface ReportDesk {
  run(request: ReportRequest): Promise<ReportResult>;
  draw(
    result: ReportResult,
    format: Exclude<ReportFormat, 'json'>,
  ): { body: string; contentType: string };
}

const reportQuery = z.object({
  from: dateSchema,
  to: dateSchema,
  robots: z.enum(['true', 'false']).default('false'),
  compare: z.enum(['previous', 'none']).default('none'),
  format: z.enum(reportFormats).default('json'),
});

const reportRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/reports/{name}',
  summary: 'A finished report over a date range (`to` is exclusive)',
  request: { params: slugParam.extend({ name: z.string().min(1).max(64) }), query: reportQuery },
  responses: {
    200: {
      description: 'The report in the format asked for.',
      content: {
        'application/json': { schema: reportResultSchema },
        'text/csv': { schema: z.string() },
        'text/html': { schema: z.string() },
        'text/plain': { schema: z.string() },
      },
    },
    ...otherwise,
  },
});

export function reportRoutes(datasets: Datasets, desk: ReportDesk) {
  return newRoutes().openapi(reportRoute, async (c) => {
    const { slug, name } = c.req.valid('param');
    const { from, to, robots, compare, format } = c.req.valid('query');
    const range = dateRangeSchema.safeParse({ from, to });
    if (!range.success) {
      throw new Problem(
        'date_range_invalid',
        `The range ${from} to ${to} ${range.error.issues[0]?.message}.`,
      );
    }
    const { name: datasetName, timeZone } = await datasets.get(slug);
    const dataset = { slug, name: datasetName, timeZone };
    const result = await desk.run({
      name,
      dataset,
      range: range.data,
      robots: robots === 'true',
      compare,
    });
    if (format === 'json') return c.json(result as z.input<typeof reportResultSchema>, 200);
    const { body, contentType } = desk.draw(result, format);
    c.header('Content-Type', contentType);
    if (format === 'html')
      c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (format !== 'text')
      c.header(
        'Content-Disposition',
        `attachment; filename="${slug}-${name}-${from}-${to}.${format}"`,
      );
    return c.body(body, 200);
  });
}
