/** /api/datasets/…/verify and /rebuild, /api/keys/rotate: the care of what is stored. */
import {
  rebuildInputSchema,
  rebuildResultSchema,
  retentionInputSchema,
  retentionResultSchema,
  rotationResultSchema,
  verifyResultSchema,
} from '../contract/upkeep.ts';
import type { Engine } from '../engine.ts';
import type { Datasets } from '../settings/datasets.ts';
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

const retentionRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/retention',
  summary: 'Set how long sessions are kept, and remove what is older; or say what would go',
  request: { params: slugParam, ...body(retentionInputSchema) },
  responses: { 200: json(retentionResultSchema, 'What has gone, or would go.'), ...otherwise },
});

export function upkeepRoutes(engine: Engine, datasets: Datasets) {
  return newRoutes()
    .openapi(verifyRoute, async (c) => c.json(await engine.verify(c.req.valid('param').slug), 200))
    .openapi(rebuildRoute, async (c) => {
      const { acceptLoss } = c.req.valid('json');
      return c.json(await engine.rebuild(c.req.valid('param').slug, acceptLoss), 200);
    })
    .openapi(retentionRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const { dryRun, ...given } = c.req.valid('json');
      const present = await datasets.get(slug);
      const inForce = <T>(value: T | null | undefined, before: T | undefined) =>
        value === null ? undefined : (value ?? before);
      const rules = {
        keepSessionsDays: inForce(given.keepSessionsDays, present.keepSessionsDays),
        keepBytesMax: inForce(given.keepBytesMax, present.keepBytesMax),
      };
      if (!dryRun) await datasets.setRetention(slug, rules);
      return c.json(await engine.retain(slug, rules, !dryRun), 200);
    })
    .openapi(rotateRoute, async (c) => c.json({ keys: await engine.rotateKeys() }, 200));
}
