/** /api/datasets: what datasets there are, and a new one. */
import { z } from '@hono/zod-openapi';
import { type Dataset, datasetInputSchema, datasetSchema } from '../contract/dataset.ts';
import type { Datasets } from '../settings/datasets.ts';
import { mayDo } from './caller.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/datasets',
  summary: 'The datasets in which one has a role',
  responses: {
    200: json(z.object({ datasets: z.array(datasetSchema) }), 'By slug.'),
    ...otherwise,
  },
});

const createDatasetRoute = createRoute({
  method: 'post',
  path: '/datasets',
  summary: 'Make a dataset',
  request: body(datasetInputSchema),
  responses: { 201: json(datasetSchema, 'The dataset with its write key.'), ...otherwise },
});

const getRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}',
  summary: 'One dataset',
  request: { params: slugParam },
  responses: { 200: json(datasetSchema, 'The dataset.'), ...otherwise },
});

/** @param created called before the answer, so that hits of the new dataset find everything open */
export function datasetRoutes(datasets: Datasets, created: (dataset: Dataset) => Promise<void>) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const all = await datasets.list();
      return c.json({ datasets: all.filter(({ slug }) => mayDo(c, 'read', slug)) }, 200);
    })
    .openapi(createDatasetRoute, async (c) => {
      const dataset = await datasets.create(c.req.valid('json'));
      await created(dataset);
      return c.json(dataset, 201);
    })
    .openapi(getRoute, async (c) => c.json(await datasets.get(c.req.valid('param').slug), 200));
}
