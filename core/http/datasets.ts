/** /api/datasets: what datasets there are, and a new one. */
import { z } from '@hono/zod-openapi';
import {
  type Dataset,
  datasetChangeSchema,
  datasetInputSchema,
  datasetSchema,
} from '../contract/dataset.ts';
import type { DatasetDesk } from '../desks/dataset-desk.ts';
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

const changeRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}',
  summary: 'Give a dataset another name, time zone or other hosts',
  description:
    'Collectors know it at once, those at the edge within a minute. Days are cut by the new time zone in everything that is asked from then on; another one is refused while work on the dataset is under way. Sessions stay as they were cut until a recut, and keep their sources until a rebuild.',
  request: { params: slugParam, ...body(datasetChangeSchema) },
  responses: { 200: json(datasetSchema, 'The dataset as it is now.'), ...otherwise },
});

const writeKeyRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/write-key',
  summary: 'Give a dataset another write key',
  description: 'Hits with the old one are refused from then on: every page needs the new snippet.',
  request: { params: slugParam },
  responses: { 200: json(datasetSchema, 'The dataset with its new write key.'), ...otherwise },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}',
  summary: 'Delete a dataset with all that is kept of it',
  description:
    'Its hits, sessions, tables, definitions, roles, tokens and keys are gone for good when it is answered; backups keep what they have. Refused while sources or subscriptions name it, or work on it is under way.',
  request: { params: slugParam },
  responses: { 204: { description: 'Nothing of it is left.' }, ...otherwise },
});

export interface DatasetRoutesOptions {
  datasets: Datasets;
  datasetDesk: DatasetDesk;
  /** Goes before each dataset's own. */
  idleTimeoutMs?: number | undefined;
}

export function datasetRoutes({
  datasets,
  datasetDesk: desk,
  idleTimeoutMs,
}: DatasetRoutesOptions) {
  const inForce = (dataset: Dataset): Dataset =>
    idleTimeoutMs === undefined ? dataset : { ...dataset, idleTimeoutMsInForce: idleTimeoutMs };
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const all = await datasets.list();
      const mine = all.filter(({ slug }) => mayDo(c, 'read', slug));
      return c.json({ datasets: mine.map(inForce) }, 200);
    })
    .openapi(createDatasetRoute, async (c) => {
      return c.json(inForce(await desk.create(c.req.valid('json'))), 201);
    })
    .openapi(getRoute, async (c) =>
      c.json(inForce(await datasets.get(c.req.valid('param').slug)), 200),
    )
    .openapi(changeRoute, async (c) => {
      const { slug } = c.req.valid('param');
      return c.json(inForce(await desk.change(slug, c.req.valid('json'))), 200);
    })
    .openapi(writeKeyRoute, async (c) =>
      c.json(inForce(await desk.renewWriteKey(c.req.valid('param').slug)), 200),
    )
    .openapi(deleteRoute, async (c) => {
      await desk.remove(c.req.valid('param').slug);
      return c.body(null, 204);
    });
}
