/** /api/datasets/…/exports, …/publish and …/tokens: data that people and programs take away. */
import { z } from '@hono/zod-openapi';
import { definitionNameSchema } from '../contract/definition-name.ts';
import {
  exportInputSchema,
  exportSchema,
  madeTokenSchema,
  readTokenInputSchema,
  readTokenListSchema,
} from '../contract/export.ts';
import { publishedSchema } from '../contract/published.ts';
import type { ExportDesk } from '../desks/export-desk.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { ReadTokens } from '../settings/read-tokens.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';
import { sendFile } from './send-file.ts';

const idParam = slugParam.extend({ id: z.uuid() });
const nameParam = slugParam.extend({ name: definitionNameSchema });

const publishRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/publish',
  summary: 'Write the days that have changed since they were last published',
  request: { params: slugParam },
  responses: { 200: json(publishedSchema, 'What is published now.'), ...otherwise },
});

const exportRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/exports',
  summary: 'Make a DuckDB file of the public views, for a range of days or of everything',
  request: { params: slugParam, ...body(exportInputSchema) },
  responses: { 200: json(exportSchema, 'The file is ready for a day.'), ...otherwise },
});

const fileRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/exports/{id}',
  summary: 'The file of an export; a download that broke off goes on with Range and If-Range',
  request: { params: idParam },
  responses: { 200: { description: 'The file.' }, 206: { description: 'A part.' }, ...otherwise },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/exports/{id}',
  summary: 'Remove an export',
  request: { params: idParam },
  responses: { 200: json(z.object({ id: z.string() }), 'It is removed.'), ...otherwise },
});

const tokensRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/tokens',
  summary: 'The read tokens of a dataset',
  request: { params: slugParam },
  responses: { 200: json(readTokenListSchema, 'By name; the tokens are not told.'), ...otherwise },
});

const createTokenRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/tokens',
  summary: 'Make a token by which programs read what is published; one of the same name ends',
  request: { params: slugParam, ...body(readTokenInputSchema) },
  responses: { 200: json(madeTokenSchema, 'The token, told this once.'), ...otherwise },
});

const removeTokenRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/tokens/{name}',
  summary: 'End a read token',
  request: { params: nameParam },
  responses: { 200: json(z.object({ name: z.string() }), 'It is ended.'), ...otherwise },
});

export function exportRoutes(options: {
  desk: ExportDesk;
  tokens: ReadTokens;
  engine: Pick<Engine, 'publish'>;
  datasets: Datasets;
}) {
  const { desk, tokens, engine, datasets } = options;
  return newRoutes()
    .openapi(publishRoute, async (c) =>
      c.json(await engine.publish(c.req.valid('param').slug), 200),
    )
    .openapi(exportRoute, async (c) =>
      c.json(await desk.create(c.req.valid('param').slug, c.req.valid('json').range), 200),
    )
    .openapi(fileRoute, async (c) => {
      const { slug, id } = c.req.valid('param');
      const { path, sha256, name } = desk.find(slug, id);
      return await sendFile(c, { path, sha256, name, contentType: 'application/vnd.duckdb' });
    })
    .openapi(removeRoute, async (c) => {
      const { slug, id } = c.req.valid('param');
      desk.remove(slug, id);
      return c.json({ id }, 200);
    })
    .openapi(tokensRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ tokens: await tokens.list(slug) }, 200);
    })
    .openapi(createTokenRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      const { name, days } = c.req.valid('json');
      return c.json(await tokens.create(slug, name, days), 200);
    })
    .openapi(removeTokenRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      await tokens.remove(slug, name);
      return c.json({ name }, 200);
    });
}
