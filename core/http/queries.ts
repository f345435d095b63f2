/** /api/datasets/…/query and …/sql: what can be asked of a dataset. */
import { answerSchema, querySchema, sqlAnswerSchema, sqlRequestSchema } from '../contract/query.ts';
import type { Engine } from '../engine.ts';
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

const sqlRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/sql',
  summary: 'One SELECT over the public views',
  request: { params: slugParam, ...body(sqlRequestSchema) },
  responses: { 200: json(sqlAnswerSchema, 'The rows, up to the limit.'), ...otherwise },
});

export function queryRoutes(engine: Engine) {
  return newRoutes()
    .openapi(queryRoute, async (c) =>
      c.json(await engine.query(c.req.valid('param').slug, c.req.valid('json')), 200),
    )
    .openapi(sqlRoute, async (c) => {
      const { sql, rowsMax } = c.req.valid('json');
      return c.json(await engine.sql(c.req.valid('param').slug, sql, rowsMax), 200);
    });
}
