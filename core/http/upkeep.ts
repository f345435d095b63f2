/** /api/datasets/…/verify and /rebuild, /api/keys/rotate: the care of what is stored. */
import {
  rebuildInputSchema,
  rebuildResultSchema,
  rotationResultSchema,
  verifyResultSchema,
} from '../contract/upkeep.ts';
import type { Engine } from '../engine.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const verifyRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/verify',
  summary: 'Read every stored session and hold it against the tables',
  request: { params: slugParam },
  responses: { 200: json(verifyResultSchema, 'What was found.'), ...otherwise },
});

const rebuildRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/rebuild',
  summary: 'Make the tables anew out of the stored sessions',
  request: { params: slugParam, ...body(rebuildInputSchema) },
  responses: { 200: json(rebuildResultSchema, 'The tables before and after.'), ...otherwise },
});

const rotateRoute = createRoute({
  method: 'post',
  path: '/keys/rotate',
  summary: 'Put a new master key in place',
  responses: { 200: json(rotationResultSchema, 'What the new key opens.'), ...otherwise },
});

export function upkeepRoutes(engine: Engine) {
  return newRoutes()
    .openapi(verifyRoute, async (c) => c.json(await engine.verify(c.req.valid('param').slug), 200))
    .openapi(rebuildRoute, async (c) => {
      const { acceptLoss } = c.req.valid('json');
      return c.json(await engine.rebuild(c.req.valid('param').slug, acceptLoss), 200);
    })
    .openapi(rotateRoute, async (c) => c.json({ keys: await engine.rotateKeys() }, 200));
}
