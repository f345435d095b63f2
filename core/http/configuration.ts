/** /api/datasets/…/configuration: what is configured, as one file, given and taken. */
import {
  configurationImportSchema,
  configurationResultSchema,
  configurationSchema,
} from '../contract/configuration.ts';
import type { ConfigurationDesk } from '../desks/configuration-desk.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const exportRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/configuration',
  summary: 'The configuration of a dataset as one file',
  request: { params: slugParam },
  responses: { 200: json(configurationSchema, 'The file.'), ...otherwise },
});

const importRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/configuration',
  summary: 'Take a configuration in: what is new is added, what differs is changed, the rest stays',
  request: { params: slugParam, ...body(configurationImportSchema) },
  responses: { 200: json(configurationResultSchema, 'What changed, or would.'), ...otherwise },
});

export function configurationRoutes(desk: ConfigurationDesk) {
  return newRoutes()
    .openapi(exportRoute, async (c) => c.json(await desk.export(c.req.valid('param').slug), 200))
    .openapi(importRoute, async (c) => {
      const author = c.req.header('x-canister') === 'cli' ? 'cli' : 'api';
      const { slug } = c.req.valid('param');
      return c.json(await desk.import(slug, c.req.valid('json'), author), 200);
    });
}
