/** /api/datasets/…/query and …/analysis: what can be asked of a dataset. */
import { z } from '@hono/zod-openapi';
import { analysisSchema } from '../contract/analysis.ts';
import { answerSchema, cellSchema, querySchema } from '../contract/query.ts';
import type { QueryDesk } from '../desks/query-desk.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const queryRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/query',
  summary: 'Metrics by dimensions over a date range',
  request: { params: slugParam, ...body(querySchema) },
  responses: {
    200: json(answerSchema, 'One row a combination of dimension values.'),
    ...otherwise,
  },
});

const analysisRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/analysis',
  summary: 'Paths, funnels, retention, movers, changes, campaigns and other analyses',
  request: { params: slugParam, ...body(analysisSchema) },
  responses: { 200: json(answerSchema, 'The rows, in the form of a query.'), ...otherwise },
});

const openRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/query/sessions',
  summary: 'The condition of the sessions that a figure of an answer counts',
  request: { params: slugParam, ...body(cellSchema) },
  responses: {
    200: json(z.object({ condition: z.string() }), 'The condition as text.'),
    ...otherwise,
  },
});

export function queryRoutes(desk: QueryDesk) {
  return newRoutes()
    .openapi(queryRoute, async (c) =>
      c.json(await desk.query(c.req.valid('param').slug, c.req.valid('json')), 200),
    )
    .openapi(analysisRoute, async (c) =>
      c.json(await desk.analyze(c.req.valid('param').slug, c.req.valid('json')), 200),
    )
    .openapi(openRoute, async (c) => {
      const { slug } = c.req.valid('param');
      return c.json({ condition: await desk.openSessions(slug, c.req.valid('json')) }, 200);
    });
}
