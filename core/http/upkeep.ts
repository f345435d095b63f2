/**
 * /api/datasets/…/verify, /rebuild and /recut, /api/upkeep, /api/keys/rotate: the care of what is stored. Long work is
 * begun, and asked after at /api/upkeep.
 */
import { z } from '@hono/zod-openapi';
import { retentionRuleNames } from '../contract/retention-names.ts';
import {
  type RetentionRules,
  rebuildInputSchema,
  recutInputSchema,
  recutStateSchema,
  retentionInputSchema,
  retentionResultSchema,
  rotationResultSchema,
  upkeepJobSchema,
} from '../contract/upkeep.ts';
import type { Engine, UpkeepTask } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { createNumberedWork } from './numbered-work.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const numberParam = z.object({ number: z.coerce.number().int().min(1) });
const begun = {
  202: json(z.object({ number: z.int() }), 'The number of the work: ask after it at /upkeep.'),
  ...otherwise,
};

const progressRoute = createRoute({
  method: 'get',
  path: '/upkeep/{number}',
  summary: 'How far long work is, and what came of it',
  request: { params: numberParam },
  responses: { 200: json(upkeepJobSchema, 'The work; a problem when it failed.'), ...otherwise },
});

const cancelRoute = createRoute({
  method: 'delete',
  path: '/upkeep/{number}',
  summary: 'End long work; nothing is changed then',
  request: { params: numberParam },
  responses: { 204: { description: 'It has ended.' }, ...otherwise },
});

const recutRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/recut',
  summary: 'Begin to apply changed session rules over the past, beside it',
  request: { params: slugParam, ...body(recutInputSchema) },
  responses: begun,
});

const readRecutRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/recut',
  summary: 'The recut that waits to be applied or discarded',
  request: { params: slugParam },
  responses: { 200: json(recutStateSchema, 'It, or nothing.'), ...otherwise },
});

const applyRecutRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/recut/apply',
  summary: 'Begin to put the recut in the place of the past, and its rules in force',
  request: { params: slugParam },
  responses: begun,
});

const discardRecutRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/recut',
  summary: 'Remove the recut',
  request: { params: slugParam },
  responses: { 204: { description: 'It is gone.' }, ...otherwise },
});

const verifyRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/verify',
  summary: 'Begin to read every stored session and hold it against the tables',
  request: { params: slugParam },
  responses: begun,
});

const rebuildRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/rebuild',
  summary: 'Begin to make the tables anew out of the stored sessions',
  request: { params: slugParam, ...body(rebuildInputSchema) },
  responses: begun,
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
  const work = createNumberedWork('upkeep_unknown');
  const begin = async (slug: string, task: UpkeepTask) => ({
    number: work.begun(await engine.beginUpkeep(slug, task), slug),
  });
  return newRoutes()
    .openapi(verifyRoute, async (c) =>
      c.json(await begin(c.req.valid('param').slug, { kind: 'verify' }), 202),
    )
    .openapi(rebuildRoute, async (c) =>
      c.json(
        await begin(c.req.valid('param').slug, { kind: 'rebuild', ...c.req.valid('json') }),
        202,
      ),
    )
    .openapi(recutRoute, async (c) =>
      c.json(
        await begin(c.req.valid('param').slug, { kind: 'recut', rules: c.req.valid('json') }),
        202,
      ),
    )
    .openapi(applyRecutRoute, async (c) =>
      c.json(await begin(c.req.valid('param').slug, { kind: 'apply_recut' }), 202),
    )
    .openapi(readRecutRoute, async (c) =>
      c.json({ recut: await engine.recut(c.req.valid('param').slug) }, 200),
    )
    .openapi(discardRecutRoute, async (c) => {
      await engine.discardRecut(c.req.valid('param').slug);
      return c.body(null, 204);
    })
    .openapi(progressRoute, async (c) =>
      c.json(await engine.readUpkeep(work.numberOf(c, c.req.valid('param').number)), 200),
    )
    .openapi(cancelRoute, async (c) => {
      await engine.cancelUpkeep(work.numberOf(c, c.req.valid('param').number));
      return c.body(null, 204);
    })
    .openapi(retentionRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const { dryRun, ...given } = c.req.valid('json');
      const present = await datasets.get(slug);
      const inForce = (name: keyof RetentionRules) =>
        given[name] === null ? undefined : (given[name] ?? present[name]);
      const rules: RetentionRules = Object.fromEntries(
        retentionRuleNames.map((name) => [name, inForce(name)]),
      );
      if (!dryRun) await datasets.setRetention(slug, rules);
      return c.json(await engine.retain(slug, rules, !dryRun), 200);
    })
    .openapi(rotateRoute, async (c) => c.json({ keys: await engine.rotateKeys() }, 200));
}
