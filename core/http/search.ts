/** /api/datasets/…/search and …/index: sessions by a condition, and what they are looked up in. */
import { z } from '@hono/zod-openapi';
import { type Field, findField } from '../conditions/fields.ts';
import { Problem } from '../contract/problem.ts';
import {
  indexRulesSchema,
  indexStateSchema,
  searchAnswerSchema,
  searchRequestSchema,
} from '../contract/search.ts';
import type { SearchDesk } from '../desks/search-desk.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const searchRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/search',
  summary: 'Sessions by a condition, active and ended, newest first',
  request: {
    params: slugParam,
    body: {
      required: true,
      content: {
        // The description cannot be made of a condition's tree, which is as deep as somebody writes it.
        'application/json': { schema: z.custom<unknown>().openapi({ type: 'object' }) },
      },
    },
  },
  responses: {
    200: json(searchAnswerSchema, 'One page of them, and how many there are.'),
    ...otherwise,
  },
});

const stateAnswer = {
  200: json(indexStateSchema, 'What the index holds, and how far it is.'),
  ...otherwise,
};
const indexRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/index',
  summary: 'What the session index holds, and how far it is',
  request: { params: slugParam },
  responses: stateAnswer,
});

const setIndexRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/index',
  summary: 'Set what the session index holds; the past is indexed in the background',
  request: { params: slugParam, ...body(indexRulesSchema) },
  responses: stateAnswer,
});

const rebuildIndexRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/index/making',
  summary: 'Make the session index anew in the background',
  request: { params: slugParam },
  responses: stateAnswer,
});

const cancelIndexRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/index/making',
  summary:
    'Give up what is made in the background; the rules are then those of the index that answers',
  request: { params: slugParam },
  responses: stateAnswer,
});

export function searchRoutes(desk: SearchDesk, engine: Engine, datasets: Datasets) {
  return newRoutes()
    .openapi(searchRoute, async (c) => {
      const { slug } = c.req.valid('param');
      return c.json(await desk.search(slug, searchRequestSchema.parse(c.req.valid('json'))), 200);
    })
    .openapi(indexRoute, async (c) =>
      c.json(await engine.indexState(c.req.valid('param').slug), 200),
    )
    .openapi(setIndexRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const rules = c.req.valid('json');
      for (const field of rules.fields) checkIndexable(field);
      await datasets.get(slug);
      await datasets.setIndex(slug, rules);
      return c.json(await engine.setIndex(slug, rules), 200);
    })
    .openapi(rebuildIndexRoute, async (c) =>
      c.json(await engine.rebuildIndex(c.req.valid('param').slug), 200),
    )
    .openapi(cancelIndexRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const state = await engine.cancelIndex(slug);
      await datasets.setIndex(slug, state.rules);
      return c.json(state, 200);
    });
}

/** @throws Problem `request_invalid` */
function checkIndexable(name: string): void {
  let field: Field;
  try {
    field = findField(name);
  } catch (error) {
    throw new Problem('request_invalid', `fields: ${(error as Error).message}`);
  }
  if (field.type !== 'text' || field.home === 'event') {
    const kind = field.home === 'event' ? 'belongs to an event' : `is a ${field.type}`;
    throw new Problem(
      'request_invalid',
      `fields: ${name} ${kind}: it is found in the tables. The index holds texts of hits, steps and sessions.`,
    );
  }
}
