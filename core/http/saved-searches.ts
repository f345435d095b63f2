/** /api/datasets/…/searches: searches that are kept under a name. */
import { z } from '@hono/zod-openapi';
import { parseSearch } from '../conditions/parse-search.ts';
import { printCondition } from '../conditions/print.ts';
import { labelSchema } from '../contract/label.ts';
import {
  labelOfSearchSchema,
  savedSearchInputSchema,
  savedSearchListSchema,
  savedSearchSchema,
  searchNameSchema,
} from '../contract/search.ts';
import type { DefinitionDesk } from '../desks/definition-desk.ts';
import type { Datasets } from '../settings/datasets.ts';
import { type SavedSearches, searchTemplates } from '../settings/saved-searches.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const nameParam = slugParam.extend({ name: searchNameSchema });

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/searches',
  summary: 'The saved searches, and templates to begin with',
  request: { params: slugParam },
  responses: { 200: json(savedSearchListSchema, 'By name.'), ...otherwise },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/searches/{name}',
  summary: 'Keep a search under a name',
  request: { params: nameParam, ...body(savedSearchInputSchema) },
  responses: { 200: json(savedSearchSchema, 'The saved search.'), ...otherwise },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/searches/{name}',
  summary: 'Remove a saved search',
  request: { params: nameParam },
  responses: { 200: json(z.object({ name: z.string() }), 'It is removed.'), ...otherwise },
});

const labelRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/searches/{name}/label',
  summary: 'Make a label of a saved search, so that it stands beside all in reports',
  request: { params: nameParam, ...body(labelOfSearchSchema) },
  responses: { 200: json(labelSchema, 'The label as it is kept.'), ...otherwise },
});

export function savedSearchRoutes(
  searches: SavedSearches,
  definitions: DefinitionDesk,
  datasets: Datasets,
) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ searches: await searches.list(slug), templates: [...searchTemplates] }, 200);
    })
    .openapi(saveRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      const { index } = await datasets.get(slug);
      const { condition, segment } = c.req.valid('json');
      // Kept with whole names of fields: the index may change.
      const whole = printCondition(parseSearch(condition, index?.fields ?? []));
      return c.json(await searches.save(slug, name, { condition: whole, segment }), 200);
    })
    .openapi(labelRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      await datasets.get(slug);
      const saved = await searches.get(slug, name);
      const { name: labelName = name, colour } = c.req.valid('json');
      const given = { name: labelName, condition: saved.condition, colour };
      const label = (await definitions.save(slug, 'label', given)) as z.output<typeof labelSchema>;
      await searches.save(slug, name, { condition: saved.condition, segment: true });
      return c.json(label, 200);
    })
    .openapi(removeRoute, async (c) => {
      const { slug, name } = c.req.valid('param');
      await datasets.get(slug);
      await searches.remove(slug, name);
      return c.json({ name }, 200);
    });
}
