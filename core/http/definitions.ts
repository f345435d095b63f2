/** /api/datasets/…/definitions and …/costs: what is defined for reports, and what campaigns cost. */
import { z } from '@hono/zod-openapi';
import {
  campaignCostSchema,
  costImportResultSchema,
  costImportSchema,
} from '../contract/campaign.ts';
import { dateRangeSchema, dateSchema } from '../contract/date-range.ts';
import { definitionKindNames, definitionSchema } from '../contract/definition.ts';
import { definitionNameSchema } from '../contract/definition-name.ts';
import { Problem } from '../contract/problem.ts';
import type { DefinitionDesk } from '../desks/definition-desk.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const kindParam = slugParam.extend({ kind: z.enum(definitionKindNames) });
/** What it may hold depends on its kind, which says so when it is saved. */
const givenSchema = z.record(z.string(), z.unknown());
type Kept = z.input<typeof definitionSchema>;

const positionMax = 10_000;

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/definitions/{kind}',
  summary: 'All labels, campaigns, funnels, goals, page groups or annotations, in their order',
  request: { params: kindParam },
  responses: {
    200: json(z.object({ definitions: z.array(definitionSchema) }), 'The definitions.'),
    ...otherwise,
  },
});

const showRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/definitions/{kind}/{name}',
  summary: 'One definition; with its ETag, for If-Match',
  request: { params: kindParam.extend({ name: definitionNameSchema }) },
  responses: { 200: json(definitionSchema, 'The definition.'), ...otherwise },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/definitions/{kind}',
  summary: 'Save a definition under its name; `position` (from 1) moves it',
  request: {
    params: kindParam,
    query: z.object({ position: z.coerce.number().int().min(1).max(positionMax).optional() }),
    ...body(givenSchema),
  },
  responses: { 200: json(definitionSchema, 'The definition as it is kept.'), ...otherwise },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/definitions/{kind}/{name}',
  summary: 'Delete a definition that no other one needs',
  request: { params: kindParam.extend({ name: definitionNameSchema }) },
  responses: { 204: { description: 'It is gone.' }, ...otherwise },
});

const costsRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/costs',
  summary: 'What campaigns cost by day (`to` is exclusive)',
  request: { params: slugParam, query: z.object({ from: dateSchema, to: dateSchema }) },
  responses: {
    200: json(z.object({ costs: z.array(campaignCostSchema) }), 'By day and campaign.'),
    ...otherwise,
  },
});

const importRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/costs',
  summary: 'Take the costs of campaigns out of a CSV file',
  request: { params: slugParam, ...body(costImportSchema) },
  responses: { 200: json(costImportResultSchema, 'What was in the file.'), ...otherwise },
});

export function definitionRoutes(desk: DefinitionDesk) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const { slug, kind } = c.req.valid('param');
      const definitions = await desk.list(slug, kind);
      return c.json({ definitions: definitions as Kept[] }, 200);
    })
    .openapi(showRoute, async (c) => {
      const { slug, kind, name } = c.req.valid('param');
      const all = (await desk.list(slug, kind)) as Kept[];
      const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (found) return c.json(found, 200);
      throw new Problem('definition_unknown', `The dataset ${slug} has no ${kind} "${name}".`);
    })
    .openapi(saveRoute, async (c) => {
      const { slug, kind } = c.req.valid('param');
      const { position } = c.req.valid('query');
      const kept = await desk.save(slug, kind, c.req.valid('json'), position);
      return c.json(kept as Kept, 200);
    })
    .openapi(deleteRoute, async (c) => {
      const { slug, kind, name } = c.req.valid('param');
      await desk.remove(slug, kind, name);
      return c.body(null, 204);
    })
    .openapi(costsRoute, async (c) => {
      const range = dateRangeSchema.safeParse(c.req.valid('query'));
      if (!range.success)
        throw new Problem('date_range_invalid', `The range ${range.error.issues[0]?.message}.`);
      return c.json({ costs: await desk.costs(c.req.valid('param').slug, range.data) }, 200);
    })
    .openapi(importRoute, async (c) =>
      c.json(await desk.importCosts(c.req.valid('param').slug, c.req.valid('json')), 200),
    );
}
