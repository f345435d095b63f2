/** /api/datasets/…/rules/hits: what is made of hits, tried before it is set, and what exclusions have left out. */
import { z } from '@hono/zod-openapi';
import {
  excludedHitsSchema,
  hitRulesInputSchema,
  hitRulesSchema,
  hitTrialResultSchema,
  hitTrialSchema,
  usualHitRules,
} from '../contract/hit-rules.ts';
import { Problem } from '../contract/problem.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const path = '/datasets/{slug}/rules/hits';
const rulesAnswer = { 200: json(hitRulesSchema, 'The rules in force.'), ...otherwise };

const showRoute = createRoute({
  method: 'get',
  path,
  summary: 'What is made of hits: URLs, channels, exclusions, robots',
  request: { params: slugParam },
  responses: rulesAnswer,
});

const setRoute = createRoute({
  method: 'put',
  path,
  summary:
    'Set all of them, for hits that come from now on; a rebuild brings the past under them. With `version` only while that one is in force',
  request: {
    params: slugParam,
    ...body(hitRulesInputSchema.extend({ version: z.int().nonnegative().optional() })),
  },
  responses: rulesAnswer,
});

const trialRoute = createRoute({
  method: 'post',
  path: `${path}/trial`,
  summary: 'What would become of a request, by the rules in force or by others; nothing is stored',
  request: { params: slugParam, ...body(hitTrialSchema) },
  responses: { 200: json(hitTrialResultSchema, 'What becomes of it.'), ...otherwise },
});

const excludedRoute = createRoute({
  method: 'get',
  path: `${path}/excluded`,
  summary: 'The hits that exclusions keep out of the figures, by rule',
  request: { params: slugParam },
  responses: {
    200: json(z.object({ excluded: excludedHitsSchema }), 'Most hits first.'),
    ...otherwise,
  },
});

export function hitRuleRoutes(
  engine: Pick<Engine, 'useHitRules' | 'tryHitRules' | 'excludedHits'>,
  datasets: Datasets,
) {
  const inForce = async (slug: string) => (await datasets.get(slug)).hitRules ?? usualHitRules;
  return newRoutes()
    .openapi(showRoute, async (c) => c.json(await inForce(c.req.valid('param').slug), 200))
    .openapi(setRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const { version, ...rules } = c.req.valid('json');
      const present = await inForce(slug);
      if (version !== undefined && version !== present.version) {
        throw new Problem(
          'rules_changed',
          `Version ${present.version} of the hit rules is in force, not ${version}: somebody has changed them meanwhile. Read them again.`,
        );
      }
      // What cannot be used is refused before anything is kept.
      await engine.tryHitRules(slug, { rules });
      const kept = await datasets.setHitRules(slug, rules);
      await engine.useHitRules(slug, kept);
      return c.json(kept, 200);
    })
    .openapi(trialRoute, async (c) => {
      const { slug } = c.req.valid('param');
      return c.json(await engine.tryHitRules(slug, c.req.valid('json')), 200);
    })
    .openapi(excludedRoute, async (c) => {
      const excluded = await engine.excludedHits(c.req.valid('param').slug);
      return c.json({ excluded }, 200);
    });
}
