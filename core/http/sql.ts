/** /api/datasets/…/sql and …/queries: analyst SQL, and the queries that are kept under a name. */
import { z } from '@hono/zod-openapi';
import { stream } from 'hono/streaming';
import { definitionNameSchema } from '../contract/definition-name.ts';
import { Problem } from '../contract/problem.ts';
import { sqlAnswerSchema, sqlFileFormats, sqlRequestSchema } from '../contract/query.ts';
import {
  savedQueryInputSchema,
  savedQueryListSchema,
  savedQuerySchema,
} from '../contract/saved-query.ts';
import type { SqlDesk } from '../desks/sql-desk.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { ReportDesk } from './reports.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

/** Whether a file of rows lacks some: in JSON the answer itself says it. */
const truncatedHeader = 'X-Canister-Truncated';
const linesType = 'application/x-ndjson';
const nameParam = slugParam.extend({ name: definitionNameSchema });

const sqlRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/sql',
  summary: `One SELECT over the public views; with Accept: ${linesType} as it comes, a JSON text a line`,
  request: {
    params: slugParam,
    query: z.object({ format: z.enum(sqlFileFormats).optional() }),
    ...body(sqlRequestSchema),
  },
  responses: {
    200: json(
      sqlAnswerSchema,
      `The rows, up to the limit. With format as a file of them; ${truncatedHeader} says whether there are more.`,
    ),
    ...otherwise,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/queries',
  summary: 'The saved queries',
  request: { params: slugParam },
  responses: { 200: json(savedQueryListSchema, 'By name.'), ...otherwise },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/queries/{name}',
  summary: 'Keep a query under a name',
  request: { params: nameParam, ...body(savedQueryInputSchema) },
  responses: { 200: json(savedQuerySchema, 'The saved query.'), ...otherwise },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/queries/{name}',
  summary: 'Remove a saved query',
  request: { params: nameParam },
  responses: { 200: json(z.object({ name: z.string() }), 'It is removed.'), ...otherwise },
});

const brokenOff = () =>
  new Problem('internal', 'The answer broke off: what came of it is not whole. Ask again.');

export function sqlRoutes(
  desk: SqlDesk,
  queries: SavedQueries,
  datasets: Datasets,
  reports: Pick<ReportDesk, 'drawSql'>,
) {
  return newRoutes()
    .openapi(sqlRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const request = c.req.valid('json');
      // Whoever goes away stops the query.
      const { signal } = c.req.raw;
      const { format } = c.req.valid('query');
      if (format !== undefined) {
        const answer = await desk.answer(slug, request, signal);
        const { body, contentType } = await reports.drawSql(answer, format);
        c.header('Content-Type', contentType);
        c.header('Content-Disposition', `attachment; filename="${slug}-sql.${format}"`);
        c.header(truncatedHeader, String(answer.truncated));
        return c.body(body, 200) as never;
      }
      if (!(c.req.header('accept') ?? '').includes(linesType))
        return c.json(await desk.answer(slug, request, signal), 200);
      const { asOf, parts } = await desk.stream(slug, request, undefined, signal);
      c.header('Content-Type', linesType);
      return stream(c, async (out) => {
        await out.write(`${JSON.stringify({ asOf })}\n`);
        try {
          for await (const part of parts) {
            if (out.aborted) return;
            await out.write(`${JSON.stringify(part)}\n`);
          }
        } catch (error) {
          // The answer has begun: what went wrong is its last line.
          const problem = error instanceof Problem ? error : brokenOff();
          await out.write(`${JSON.stringify({ problem: problem.toBody() })}\n`);
          if (error !== problem) throw error;
        }
      }) as never;
    })
    .openapi(listRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ queries: await queries.list(slug) }, 200);
    })
    .openapi(saveRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      await datasets.get(slug);
      return c.json(await queries.save(slug, name, c.req.valid('json')), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      await datasets.get(slug);
      await queries.remove(slug, name);
      return c.json({ name }, 200);
    });
}
