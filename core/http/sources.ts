/** /api/sources: where logs are fetched from, and what became of each run. Secrets come in and never go out. */
import { z } from '@hono/zod-openapi';
import { definitionNameSchema } from '../contract/definition-name.ts';
import {
  sourceInputSchema,
  sourceLimits,
  sourceRunSchema,
  sourceStatusSchema,
} from '../contract/source.ts';
import type { SourceDesk } from '../desks/source-desk.ts';
import { body, createRoute, json, newRoutes, otherwise } from './routes.ts';

const nameParam = z.object({ name: definitionNameSchema });
const status = { 200: json(sourceStatusSchema, 'The source.'), ...otherwise };

const listRoute = createRoute({
  method: 'get',
  path: '/sources',
  summary: 'The sources of logs, when each runs next, and its last run',
  responses: {
    200: json(z.object({ sources: z.array(sourceStatusSchema) }), 'By name.'),
    ...otherwise,
  },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/sources',
  summary: 'Make a source, or change the one of its name; without secrets those that it has stay',
  request: body(sourceInputSchema),
  responses: status,
});

const showRoute = createRoute({
  method: 'get',
  path: '/sources/{name}',
  summary: 'One source, and how it stands',
  request: { params: nameParam },
  responses: status,
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/sources/{name}',
  summary: 'Delete a source with its history; what it has brought stays',
  request: { params: nameParam },
  responses: { 200: json(z.object({ deleted: z.string() }), 'Its name.'), ...otherwise },
});

const pauseRoute = createRoute({
  method: 'post',
  path: '/sources/{name}/{change}',
  summary: 'Pause a source, or let it go on',
  request: { params: nameParam.extend({ change: z.enum(['pause', 'resume']) }) },
  responses: status,
});

const runRoute = createRoute({
  method: 'post',
  path: '/sources/{name}/run',
  summary: 'Run a source now; answers when the run has ended',
  request: { params: nameParam },
  responses: { 200: json(sourceRunSchema, 'What became of it.'), ...otherwise },
});

const historyRoute = createRoute({
  method: 'get',
  path: '/sources/{name}/runs',
  summary: 'The runs of a source, newest first',
  request: {
    params: nameParam,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(sourceLimits.runsListedMax).default(50),
    }),
  },
  responses: {
    200: json(z.object({ runs: z.array(sourceRunSchema) }), 'The last 500 are kept.'),
    ...otherwise,
  },
});

export function sourceRoutes(desk: SourceDesk) {
  return newRoutes()
    .openapi(listRoute, async (c) => c.json({ sources: await desk.list() }, 200))
    .openapi(saveRoute, async (c) => {
      const { source, secrets } = c.req.valid('json');
      return c.json(await desk.save(source, secrets), 200);
    })
    .openapi(showRoute, async (c) => c.json(await desk.show(c.req.valid('param').name), 200))
    .openapi(deleteRoute, async (c) => {
      const { name } = c.req.valid('param');
      await desk.remove(name);
      return c.json({ deleted: name }, 200);
    })
    .openapi(runRoute, async (c) => c.json(await desk.run(c.req.valid('param').name), 200))
    .openapi(historyRoute, async (c) => {
      const runs = await desk.history(c.req.valid('param').name, c.req.valid('query').limit);
      return c.json({ runs }, 200);
    })
    .openapi(pauseRoute, async (c) => {
      const { name, change } = c.req.valid('param');
      return c.json(await desk.setPaused(name, change === 'pause'), 200);
    });
}
