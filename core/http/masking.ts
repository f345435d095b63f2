/** /api/datasets/…/masking: what of captured requests and responses is masked, besides what always is. */
import { maskingRulesSchema } from '../contract/masking.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const showRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/masking',
  summary: 'The names whose values are masked, besides those that always are',
  request: { params: slugParam },
  responses: { 200: json(maskingRulesSchema, 'The names.'), ...otherwise },
});

const setRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/masking',
  summary: 'Set the names whose values are masked in hits from now on',
  request: { params: slugParam, ...body(maskingRulesSchema) },
  responses: { 200: json(maskingRulesSchema, 'As they are in force now.'), ...otherwise },
});

/** @param changed called before the answer, so that the collector of this process knows it */
export function maskingRoutes(datasets: Datasets, changed: () => Promise<void>) {
  const read = async (slug: string) => (await datasets.get(slug)).masking ?? { names: [] };
  return newRoutes()
    .openapi(showRoute, async (c) => c.json(await read(c.req.valid('param').slug), 200))
    .openapi(setRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      const { names } = c.req.valid('json');
      const seen = new Map(names.map((name) => [name.toLowerCase(), name]));
      await datasets.setMasking(slug, { names: [...seen.values()] });
      await changed();
      return c.json(await read(slug), 200);
    });
}
