/** /api/datasets/…/set-aside: accepted hits that could not be processed. */
import { z } from '@hono/zod-openapi';
import {
  setAsideChoiceSchema,
  setAsideContentSchema,
  setAsideDoneSchema,
  setAsideLimits,
  setAsideListSchema,
} from '../contract/status.ts';
import type { Engine } from '../engine/engine.ts';
import type { SetAside } from '../engine/set-aside.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const numberParam = slugParam.extend({ number: z.coerce.number().int().min(1) });
const done = json(setAsideDoneSchema, 'How many.');

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/set-aside',
  summary: 'Accepted hits that could not be processed, newest first',
  request: {
    params: slugParam,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(setAsideLimits.listedMax).default(100),
    }),
  },
  responses: { 200: json(setAsideListSchema, 'They are kept whole.'), ...otherwise },
});

const showRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/set-aside/{number}',
  summary: 'One of them, whole',
  request: { params: numberParam },
  responses: { 200: json(setAsideContentSchema, 'With what was sent.'), ...otherwise },
});

const replayRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/set-aside/replay',
  summary: 'Put them back among the hits that wait to be processed',
  request: { params: slugParam, ...body(setAsideChoiceSchema) },
  responses: { 200: done, ...otherwise },
});

const deleteRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/set-aside/delete',
  summary: 'Remove them for good; they count as bad then',
  request: { params: slugParam, ...body(setAsideChoiceSchema) },
  responses: { 200: done, ...otherwise },
});

export function setAsideRoutes(
  engine: Engine,
  datasets: Datasets,
  setAside: Pick<SetAside, 'list' | 'show'>,
) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json(await setAside.list(slug, c.req.valid('query').limit), 200);
    })
    .openapi(showRoute, async (c) => {
      const { slug, number } = c.req.valid('param');
      await datasets.get(slug);
      return c.json(await setAside.show(slug, number), 200);
    })
    .openapi(replayRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ hits: await engine.replaySetAside(slug, c.req.valid('json')) }, 200);
    })
    .openapi(deleteRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ hits: await engine.deleteSetAside(slug, c.req.valid('json')) }, 200);
    });
}
