/** /api/datasets/…/events, event-attributes, event-sets and event-history: definitions from draft to deletion. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fieldList } from '../conditions/fields.ts';
import { comparisons, textOperators } from '../contract/condition.ts';
import { eventDefinitionSchema, eventLimits, hitAttributeSchema } from '../contract/event.ts';
import {
  type Author,
  attributeDraftSchema,
  completionSchema,
  conditionCheckSchema,
  conditionVerdictSchema,
  deleteQuerySchema,
  deleteResultSchema,
  eventChangeSchema,
  eventDraftSchema,
  eventLifeLimits,
  eventListSchema,
  orderInputSchema,
  publishedSetSchema,
  publishInputSchema,
  rollbackInputSchema,
  setDiffSchema,
  setSummarySchema,
} from '../contract/event-life.ts';
import { Problem } from '../contract/problem.ts';
import type { EventDesk } from '../desks/event-desk.ts';
import { judgeCondition } from '../events/check-draft.ts';
import { writesOf } from '../events/dependencies.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { Known } from '../settings/event-drafts.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const named = slugParam.extend({ name: z.string().min(1).max(eventLimits.nameLengthMax) });
const versioned = slugParam.extend({ version: z.coerce.number().int().min(1) });
const which = z.string().regex(/^(draft|\d{1,9})$/, 'is a version or "draft"');
const known = z.object({
  /** The revision that was changed, as `ETag` gave it; another one now is `event_changed`. */
  'if-match': z.string().max(40).optional(),
  /** `*`: only when there is nothing of the name. */
  'if-none-match': z.literal('*').optional(),
});

const of = (path: string) => `/datasets/{slug}/${path}`;

const listRoute = createRoute({
  method: 'get',
  path: of('events'),
  summary: 'All event definitions and hit attributes that are worked on',
  request: { params: slugParam },
  responses: { 200: json(eventListSchema, 'In the order of evaluation.'), ...otherwise },
});
const showRoute = createRoute({
  method: 'get',
  path: of('events/{name}'),
  summary: 'One event definition; its revision is the ETag',
  request: { params: named },
  responses: { 200: json(eventDraftSchema, 'As it is worked on.'), ...otherwise },
});
const saveRoute = createRoute({
  method: 'put',
  path: of('events/{name}'),
  summary: 'Save an event definition as a draft; nothing is evaluated by it before it is published',
  request: {
    params: named,
    headers: known,
    ...body(eventDefinitionSchema.partial({ name: true })),
  },
  responses: { 200: json(eventDraftSchema, 'As it is kept.'), ...otherwise },
});
const deleteRoute = createRoute({
  method: 'delete',
  path: of('events/{name}'),
  summary: 'Delete an event: its draft, and from the published set',
  request: { params: named, headers: known, query: deleteQuerySchema },
  responses: { 200: json(deleteResultSchema, 'What was deleted.'), ...otherwise },
});
const showAttributeRoute = createRoute({
  method: 'get',
  path: of('event-attributes/{name}'),
  summary: 'One hit attribute; its revision is the ETag',
  request: { params: named },
  responses: { 200: json(attributeDraftSchema, 'As it is worked on.'), ...otherwise },
});
const saveAttributeRoute = createRoute({
  method: 'put',
  path: of('event-attributes/{name}'),
  summary: 'Save a hit attribute as a draft',
  request: { params: named, headers: known, ...body(hitAttributeSchema.partial({ name: true })) },
  responses: { 200: json(attributeDraftSchema, 'As it is kept.'), ...otherwise },
});
const deleteAttributeRoute = createRoute({
  method: 'delete',
  path: of('event-attributes/{name}'),
  summary: 'Delete a hit attribute',
  request: { params: named, headers: known, query: deleteQuerySchema },
  responses: { 200: json(deleteResultSchema, 'What was deleted.'), ...otherwise },
});
const orderRoute = createRoute({
  method: 'put',
  path: of('event-order'),
  summary: 'Put events first in the order of evaluation; it holds from the next publishing on',
  request: { params: slugParam, ...body(orderInputSchema) },
  responses: { 200: json(eventListSchema, 'In the new order.'), ...otherwise },
});
const checkRoute = createRoute({
  method: 'post',
  path: of('event-checks'),
  summary: 'Look at a condition while it is written',
  request: { params: slugParam, ...body(conditionCheckSchema) },
  responses: { 200: json(conditionVerdictSchema, 'Its fault and where, if any.'), ...otherwise },
});
const completionRoute = createRoute({
  method: 'get',
  path: of('event-completion'),
  summary: 'What may stand in a condition',
  request: { params: slugParam },
  responses: { 200: json(completionSchema, 'Fields, operators and names.'), ...otherwise },
});
const setsRoute = createRoute({
  method: 'get',
  path: of('event-sets'),
  summary: 'All published sets, newest first',
  request: { params: slugParam },
  responses: {
    200: json(z.object({ sets: z.array(setSummarySchema) }), 'In short.'),
    ...otherwise,
  },
});
const publishRoute = createRoute({
  method: 'post',
  path: of('event-sets'),
  summary: 'Publish drafts: hits that come from now on are evaluated by the new set',
  request: { params: slugParam, ...body(publishInputSchema) },
  responses: { 201: json(z.object({ version: z.int() }), 'The new set.'), ...otherwise },
});
const setRoute = createRoute({
  method: 'get',
  path: of('event-sets/{version}'),
  summary: 'A published set, whole',
  request: { params: versioned },
  responses: { 200: json(publishedSetSchema, 'It never changes.'), ...otherwise },
});
const diffRoute = createRoute({
  method: 'get',
  path: of('event-diff'),
  summary: 'What differs between two published sets, or a set and the drafts',
  request: { params: slugParam, query: z.object({ from: which, to: which.default('draft') }) },
  responses: { 200: json(setDiffSchema, 'Field by field.'), ...otherwise },
});
const rollbackRoute = createRoute({
  method: 'post',
  path: of('event-rollbacks'),
  summary: 'Publish again what was published: a whole set, or one event of it',
  request: { params: slugParam, ...body(rollbackInputSchema) },
  responses: { 201: json(z.object({ version: z.int() }), 'The new set.'), ...otherwise },
});
const historyRoute = createRoute({
  method: 'get',
  path: of('event-history'),
  summary: 'What was done to definitions, by whom and when, newest first',
  request: {
    params: slugParam,
    query: z.object({
      name: z.string().max(eventLimits.nameLengthMax).optional(),
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(eventLifeLimits.changesMax).default(100),
    }),
  },
  responses: {
    200: json(z.object({ changes: z.array(eventChangeSchema) }), 'With what was before.'),
    ...otherwise,
  },
});

export function eventRoutes(desk: EventDesk, datasets: Datasets) {
  /** The slug of a dataset that is there. */
  const slugOf = async ({ slug }: { slug: string }) => (await datasets.get(slug)).slug;

  return newRoutes()
    .openapi(listRoute, async (c) =>
      c.json(await desk.list(await slugOf(c.req.valid('param'))), 200),
    )
    .openapi(showRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const event = await desk.event(slug, c.req.valid('param').name);
      return c.json(event, 200, etagOf(event));
    })
    .openapi(saveRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const definition = namedBy(c.req.valid('param').name, c.req.valid('json'));
      await desk.save(slug, { kind: 'event', definition }, authorOf(c), knownOf(c));
      const event = await desk.event(slug, definition.name);
      return c.json(event, 200, etagOf(event));
    })
    .openapi(deleteRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { name } = c.req.valid('param');
      const how = { ...c.req.valid('query'), known: knownOf(c) };
      return c.json(await desk.remove(slug, { kind: 'event', name }, how, authorOf(c)), 200);
    })
    .openapi(showAttributeRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const attribute = await desk.attribute(slug, c.req.valid('param').name);
      return c.json(attribute, 200, etagOf(attribute));
    })
    .openapi(saveAttributeRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const definition = namedBy(c.req.valid('param').name, c.req.valid('json'));
      await desk.save(slug, { kind: 'attribute', definition }, authorOf(c), knownOf(c));
      const attribute = await desk.attribute(slug, definition.name);
      return c.json(attribute, 200, etagOf(attribute));
    })
    .openapi(deleteAttributeRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { name } = c.req.valid('param');
      const how = { ...c.req.valid('query'), known: knownOf(c) };
      return c.json(await desk.remove(slug, { kind: 'attribute', name }, how, authorOf(c)), 200);
    })
    .openapi(orderRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      await desk.order(slug, c.req.valid('json').events, authorOf(c));
      return c.json(await desk.list(slug), 200);
    })
    .openapi(checkRoute, async (c) => {
      const { condition, trigger } = c.req.valid('json');
      const { index } = await datasets.get(c.req.valid('param').slug);
      return c.json(judgeCondition(condition, trigger, index?.fields ?? []), 200);
    })
    .openapi(completionRoute, async (c) => {
      const { events, attributes } = await desk.list(await slugOf(c.req.valid('param')));
      const written = events.flatMap(({ definition }) => [...writesOf(definition)]);
      return c.json(
        {
          fields: fieldList.map(({ list = false, masked = false, ...field }) => ({
            ...field,
            list,
            masked,
          })),
          operators: [...comparisons, ...textOperators, 'in', 'between', 'exists', 'is empty'],
          events: events.map(({ definition }) => definition.name),
          hitAttributes: attributes.map(({ definition: { name, home } }) => ({ name, home })),
          sessionAttributes: [...new Set(written)].sort(),
        },
        200,
      );
    })
    .openapi(setsRoute, async (c) =>
      c.json({ sets: await desk.versions(await slugOf(c.req.valid('param'))) }, 200),
    )
    .openapi(publishRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { version } = await desk.publish(slug, c.req.valid('json'), authorOf(c));
      return c.json({ version }, 201);
    })
    .openapi(setRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      return c.json(await desk.published(slug, c.req.valid('param').version), 200);
    })
    .openapi(diffRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { from, to } = c.req.valid('query');
      return c.json(await desk.diff(slug, from, to), 200);
    })
    .openapi(rollbackRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      const { version, event } = c.req.valid('json');
      const set = await desk.rollback(slug, version, event, authorOf(c));
      return c.json({ version: set.version }, 201);
    })
    .openapi(historyRoute, async (c) => {
      const slug = await slugOf(c.req.valid('param'));
      return c.json({ changes: await desk.changes(slug, c.req.valid('query')) }, 200);
    });
}

const etagOf = ({ revision }: { revision: number }) => ({ ETag: `"${revision}"` });

/** There are no accounts yet: the command line says that it is that. */
const authorOf = (c: Context): Author => (c.req.header('x-canister') === 'cli' ? 'cli' : 'api');

/** @throws Problem `request_invalid` */
function knownOf(c: Context): Known {
  if (c.req.header('if-none-match') === '*') return 'new';
  const given = c.req.header('if-match');
  if (given === undefined || given === '*') return undefined;
  const revision = /^(?:W\/)?"?(\d{1,15})"?$/.exec(given)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new Problem(
    'request_invalid',
    'If-Match takes the ETag that came with the definition, such as "12".',
  );
}

/** @throws Problem `request_invalid` when the body has another name than the address */
function namedBy<T extends { name?: string | undefined }>(
  name: string,
  definition: T,
): T & { name: string } {
  if (definition.name !== undefined && definition.name !== name) {
    throw new Problem(
      'request_invalid',
      `The address names "${name}" and the body "${definition.name}". A definition keeps its name; save it under the new one, and delete the old one.`,
    );
  }
  return { ...definition, name };
}
