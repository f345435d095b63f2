/** /api/datasets/…/dry-runs and /backfills: events over the past, as jobs with progress that can be stopped. */
import { z } from '@hono/zod-openapi';
import { eventLimits } from '../contract/event.ts';
import {
  type Backfill,
  backfillInputSchema,
  backfillSchema,
  dryRunInputSchema,
  dryRunSchema,
  type EventPast,
  eventPastSchema,
} from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { EventDesk } from '../desks/event-desk.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const named = slugParam.extend({ name: z.string().min(1).max(eventLimits.nameLengthMax) });
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
const pastRoute = createRoute({
  method: 'get',
  path: of('events/{name}/past'),
  summary:
    'Whether a published event has been run over the past as it is, and what that would read',
  request: { params: named },
  responses: { 200: json(eventPastSchema, 'How it stands.'), ...otherwise },
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

  async function pastOf(slug: string, name: string): Promise<EventPast> {
    const { event } = await desk.publishedEvent(slug, name);
    const [since, { storedSessions }, { firstAt }, backfills] = await Promise.all([
      desk.inForceSince(slug, event),
      engine.figures(slug),
      engine.alertsPast(slug, []),
      engine.backfills(slug),
    ]);
    const isOlder = since !== undefined && firstAt !== undefined && firstAt < since.at;
    const whole = backfills.filter(
      (one) =>
        one.event === event &&
        one.version >= (since?.version ?? 0) &&
        one.from === undefined &&
        one.to === undefined,
    );
    return {
      event,
      state: isOlder ? stateOf(whole) : 'none',
      ...(since && { publishedAt: since.at, version: since.version }),
      storedSessions,
      ...(firstAt !== undefined && { storedSince: firstAt }),
    };
  }

  return newRoutes()
    .openapi(pastRoute, async (c) => {
      const { name } = c.req.valid('param');
      return c.json(await pastOf(await slugOf(c.req.valid('param')), name), 200);
    })
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

/** By the backfills over all days since an event is as it is. */
function stateOf(backfills: readonly Backfill[]): EventPast['state'] {
  if (backfills.some(({ state }) => state === 'done')) return 'done';
  const isUnderWay = backfills.some(({ state }) => state === 'waiting' || state === 'running');
  return isUnderWay ? 'under_way' : 'open';
}
