/** /api/datasets/…/reports: the list of reports, and finished ones. What a report is, and how it is drawn, is handed in. */
import { z } from '@hono/zod-openapi';
import { parseCondition } from '../conditions/parse.ts';
import { type Comparison, comparisonKinds } from '../contract/comparison.ts';
import { dateRangeSchema, dateSchema } from '../contract/date-range.ts';
import { definitionNameSchema } from '../contract/definition-name.ts';
import { checkBeside } from '../contract/label.ts';
import { Problem } from '../contract/problem.ts';
import { conditionTextSchema, type SqlAnswer, type SqlFileFormat } from '../contract/query.ts';
import {
  type ReportEntry,
  type ReportResult,
  type ReportSubjectName,
  reportListSchema,
  reportResultSchema,
} from '../contract/report.ts';
import type { Datasets } from '../settings/datasets.ts';
import { createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

export const reportFormats = ['json', 'csv', 'xlsx', 'parquet', 'html', 'text', 'png'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportRequest {
  name: string;
  dataset: ReportResult['dataset'];
  range: { from: string; to: string };
  robots: boolean;
  seenByTag?: boolean;
  comparison: Comparison | undefined;
  labels: readonly string[];
  condition: string | undefined;
  subject: Partial<Record<ReportSubjectName, string>>;
}

/** A report in another form than JSON; `panel` names the one whose chart a picture shows. */
export interface ReportDrawing {
  format: Exclude<ReportFormat, 'json'>;
  panel: string | undefined;
}

/** Runs and draws reports; main.ts wires it to `reports/`. */
export interface ReportDesk {
  list(slug: string): Promise<ReportEntry[]>;
  /** @throws Problem `report_unknown`, `date_range_invalid`, `definition_unknown`, `condition_not_in_tables` */
  run(request: ReportRequest): Promise<ReportResult>;
  /** @throws Problem `report_unknown` where there is no chart of that name */
  draw(result: ReportResult, drawing: ReportDrawing): Promise<Drawn>;
  /** The rows of SQL as a file. */
  drawSql(answer: SqlAnswer, format: SqlFileFormat): Promise<Drawn>;
}

interface Drawn {
  body: string | Uint8Array<ArrayBuffer>;
  contentType: string;
}

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/reports',
  summary: 'All reports of a dataset: those that come with Canister, and its own',
  request: { params: slugParam },
  responses: { 200: json(reportListSchema, 'Group by group.'), ...otherwise },
});

const subjectText = z.string().min(1).max(2_048).optional();

const reportQuery = z.object({
  from: dateSchema,
  to: dateSchema,
  robots: z.enum(['true', 'false']).default('false'),
  /** Page views of logs that the tracker has seen too count beside its own. */
  seenByTag: z.enum(['true', 'false']).default('false'),
  /** `previous` is the short word for `previous_period`. */
  compare: z.enum(['none', 'previous', ...comparisonKinds]).default('none'),
  label: z.union([definitionNameSchema, z.array(definitionNameSchema)]).optional(),
  condition: conditionTextSchema.optional(),
  page: subjectText,
  funnel: subjectText,
  goal: subjectText,
  format: z.enum(reportFormats).default('json'),
  /** The panel whose chart a `png` shows; else the first one with a chart. */
  panel: z.string().min(1).max(64).optional(),
});

const reportRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/reports/{name}',
  summary: 'A finished report over a date range (`to` is exclusive)',
  request: { params: slugParam.extend({ name: z.string().min(1).max(64) }), query: reportQuery },
  responses: {
    200: {
      description: 'The report in the format asked for; `png` is the chart of one panel.',
      content: {
        'application/json': { schema: reportResultSchema },
        'text/csv': { schema: z.string() },
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: z.string() },
        'application/vnd.apache.parquet': { schema: z.string() },
        'text/html': { schema: z.string() },
        'text/plain': { schema: z.string() },
        'image/png': { schema: z.string() },
      },
    },
    ...otherwise,
  },
});

export function reportRoutes(datasets: Datasets, desk: ReportDesk) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const { slug } = c.req.valid('param');
      await datasets.get(slug);
      return c.json({ reports: await desk.list(slug) }, 200);
    })
    .openapi(reportRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      const query = c.req.valid('query');
      const { format, panel } = query;
      const { name: datasetName, timeZone } = await datasets.get(slug);
      const dataset = { slug, name: datasetName, timeZone };
      const result = await desk.run({ name, dataset, ...askedOf(query) });
      if (format === 'json') return c.json(result as z.input<typeof reportResultSchema>, 200);
      const { body, contentType } = await desk.draw(result, { format, panel });
      // A panel that was drawn has a name of the report's own.
      const chart = format === 'png' && panel !== undefined ? `-${panel}` : '';
      c.header('Content-Type', contentType);
      if (format === 'html')
        c.header(
          'Content-Security-Policy',
          "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        );
      if (format !== 'text')
        c.header(
          'Content-Disposition',
          `attachment; filename="${slug}-${result.report}${chart}-${result.range.from}-${result.range.to}.${format}"`,
        );
      return c.body(body, 200);
    });
}

/** @throws Problem `date_range_invalid`, `condition_invalid`, `query_invalid` for too many labels */
function askedOf(query: z.output<typeof reportQuery>): Omit<ReportRequest, 'name' | 'dataset'> {
  const { from, to, robots, seenByTag, compare, label = [], condition, page, funnel, goal } = query;
  const range = dateRangeSchema.safeParse({ from, to });
  if (!range.success) {
    throw new Problem(
      'date_range_invalid',
      `The range ${from} to ${to} ${range.error.issues[0]?.message}.`,
    );
  }
  const labels = [...new Set(Array.isArray(label) ? label : [label])];
  checkBeside(labels);
  // Alone, before it is joined with what a panel asks: a bracket that is closed too early would change its meaning.
  if (condition !== undefined) parseCondition(condition, 'session');
  const comparison = compare === 'previous' ? 'previous_period' : compare;
  return {
    range: range.data,
    robots: robots === 'true',
    ...(seenByTag === 'true' && { seenByTag: true }),
    comparison: comparison === 'none' ? undefined : comparison,
    labels,
    condition,
    subject: {
      ...(page !== undefined && { page }),
      ...(funnel !== undefined && { funnel }),
      ...(goal !== undefined && { goal }),
    },
  };
}
