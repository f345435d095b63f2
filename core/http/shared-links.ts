/** /api/datasets/…/shared-links: reports that are shown without a sign-in, to whoever has the address. */
import { z } from '@hono/zod-openapi';
import type { SharedLinkDesk } from '../access/shared-link-desk.ts';
import {
  madeSharedLinkSchema,
  sharedLinkInputSchema,
  sharedLinkListSchema,
} from '../contract/shared-link.ts';
import type { Datasets } from '../settings/datasets.ts';
import { callerOf, mayDo } from './caller.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const idParam = slugParam.extend({ id: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/) });

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/shared-links',
  summary: 'The shared links of a dataset',
  request: { params: slugParam },
  responses: {
    200: json(sharedLinkListSchema, 'Newest first; addresses are not told.'),
    ...otherwise,
  },
});

const createLinkRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/shared-links',
  summary: 'Make a link that shows one report without a sign-in, until it expires or is revoked',
  request: { params: slugParam, ...body(sharedLinkInputSchema) },
  responses: {
    200: json(madeSharedLinkSchema, 'The link, its address told this once.'),
    ...otherwise,
  },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/shared-links/{id}',
  summary: 'Revoke a shared link',
  request: { params: idParam },
  responses: {
    200: json(z.object({ id: z.string() }), 'It opens nothing any more.'),
    ...otherwise,
  },
});

export function sharedLinkRoutes(desk: SharedLinkDesk, datasets: Datasets) {
  return newRoutes()
    .openapi(listRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ links: await desk.list(slug) }, 200);
    })
    .openapi(createLinkRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json(await desk.create(slug, c.req.valid('json'), callerOf(c)), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { slug, id } = c.req.valid('param');
      await datasets.get(slug);
      await desk.remove(slug, id, callerOf(c), mayDo(c, 'administer', slug));
      return c.json({ id }, 200);
    });
}
