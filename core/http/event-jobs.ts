/** /api/datasets/…/dry-runs and /backfills: events over the past, as jobs with progress that can be stopped. */
import { z } from '@hono/zod-openapi';
import {
  backfillInputSchema,
  backfillSchema,
  dryRunInputSchema,
  dryRunSchema,
} from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { EventDesk } from '../desks/event-desk.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const numbered = slugParam.extend({ number: z.coerce.number().int().min(1) });
const of = (path: string) => `/datasets/{slug}/${path}`;

const beginDryRunRoute = createRoute({
  method: 'post',
  path: of('dry-runs'),
  summary: 'Try an event over past sessions; nothing is written',
  request: { params: slugParam, ...body(dryRunInputSchema) },
  responses: {
    202: json(dryRunSchema, 'It waits or runs; ask for it by its number.'),
    ...otherwise,
  },
});
const dryRunRoute = createRoute({
  method: 'get',
  path: of('dry-runs/{number}'),
  summary: 'How far a dry run is, and what it has found so far',
  request: { params: numbered },
  responses: { 200: json(dryRunSchema, 'Complete when its state is done.'), ...otherwise },
});
const cancelDryRunRoute = createRoute({
  method: 'delete',
  path: of('dry-runs/{number}'),
  summary: 'Stop a dry run',
  request: { params: numbered },
  responses: { 200: json(dryRunSchema, 'What it had found.'), ...otherwise },
});
const backfillsRoute = createRoute({
  method: 'get',
  path: of('backfills'),
  summary: 'All backfills, oldest first',
  request: { params: slugParam },
  responses: {
    200: json(z.object({ backfills: z.array(backfillSchema) }), 'With their progress.'),
    ...otherwise,
  },
});
const beginBackfillRoute = createRoute({
  method: 'post',
  path: of('backfills'),
  summary: 'Run a published event over the past, in the background',
  request: { params: slugParam, ...body(backfillInputSchema) },
  responses: { 202: json(backfillSchema, 'It goes on also after a restart.'), ...otherwise },
});
const backfillRoute = createRoute({
  method: 'get',
  path: of('backfills/{number}'),
  summary: 'How far a backfill is',
  request: { params: numbered },
  responses: { 200: json(backfillSchema, 'With its progress.'), ...otherwise },
});
const cancelBackfillRoute = createRoute({
  method: 'delete',
  path: of('backfills/{number}'),
  summary: 'Stop a backfill; what it has written so far stays',
  request: { params: numbered },
  responses: { 200: json(backfillSchema, 'It stops within a moment.'), ...otherwise },
});

export function eventJobRoutes(desk: EventDesk, engine: Engine, datasets: Datasets) {
  const slugOf = async ({ slug }: { slug: string }) => (await datasets.get(slug)).slug;
  const findBackfill = async (slug: string, number: number) => {
    const found = (await engine.backfills(slug)).find((one) => one.number === number);
    if (found) return found;
    throw new Problem('job_unknown', `The dataset has no backfill ${number}.`);
  };

  return newRoutes()
    .openapi(beginDryRunRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { event, definition, from, to } = c.req.valid('json');
      const trial = await desk.trial(slug, event, definition);
      const days = { ...(from && { from }), ...(to && { to }) };
      return c.json(await engine.beginDryRun(slug, { ...trial, ...days }), 202);
    })
    .openapi(dryRunRoute, async (c) => {
      const { slug, number } = c.req.valid('param');
      return c.json(await engine.dryRun(slug, number), 200);
    })
    .openapi(cancelDryRunRoute, async (c) => {
      const { slug, number } = c.req.valid('param');
      return c.json(await engine.cancelDryRun(slug, number), 200);
    })
    .openapi(backfillsRoute, async (c) =>
      c.json({ backfills: await engine.backfills(c.req.valid('param').slug) }, 200),
    )
    .openapi(beginBackfillRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { event, from, to } = c.req.valid('json');
      const published = await desk.publishedEvent(slug, event);
      const days = { ...(from && { from }), ...(to && { to }) };
      return c.json(await engine.beginBackfill(slug, { ...published, ...days }), 202);
    })
    .openapi(backfillRoute, async (c) => {
      const { slug, number } = c.req.valid('param');
      return c.json(await findBackfill(slug, number), 200);
    })
    .openapi(cancelBackfillRoute, async (c) => {
      const { slug, number } = c.req.valid('param');
      return c.json(await engine.cancelBackfill(slug, number), 200);
    });
}
