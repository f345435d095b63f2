/**
 * /api/datasets/…/visitors and /erasures: everything of one visitor, given out or removed. Who it is about stands in
 * the body: addresses are kept in the audit trail, which nothing leaves.
 */
import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import {
  erasureListSchema,
  erasureSchema,
  visitorChoiceSchema,
  visitorFiguresSchema,
} from '../contract/erasure.ts';
import { Problem } from '../contract/problem.ts';
import type { Engine } from '../engine/engine.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

const request = { params: slugParam, ...body(visitorChoiceSchema) };

const lookRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/visitors/look',
  summary: 'How much is kept of a visitor',
  request,
  responses: { 200: json(visitorFiguresSchema, 'Ended and active sessions.'), ...otherwise },
});

const exportRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/visitors/export',
  summary: 'All sessions of a visitor, whole, active ones too',
  request,
  responses: {
    200: {
      description: 'One session a line.',
      content: { 'application/x-ndjson': { schema: z.string() } },
    },
    ...otherwise,
  },
});

const eraseRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/erasures',
  summary: 'Begin to remove everything of a visitor, for good',
  request,
  responses: { 202: json(erasureSchema, 'Ask after it at /erasures.'), ...otherwise },
});

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/erasures',
  summary: 'All erasures with their reports, oldest first',
  request: { params: slugParam },
  responses: { 200: json(erasureListSchema, 'None says who it was about.'), ...otherwise },
});

export function visitorRoutes(engine: Engine) {
  return newRoutes()
    .openapi(lookRoute, async (c) =>
      c.json(await engine.visitorFigures(c.req.valid('param').slug, c.req.valid('json')), 200),
    )
    .openapi(exportRoute, async (c) => {
      const { slug } = c.req.valid('param');
      const ids = await engine.visitorSessions(slug, c.req.valid('json'));
      if (ids.length === 0) {
        throw new Problem(
          'visitor_unknown',
          `The dataset ${slug} holds no session of this visitor. Take the key from a session, or name a user.`,
        );
      }
      const encoder = new TextEncoder();
      async function* lines() {
        for (const id of ids)
          yield encoder.encode(`${JSON.stringify(await engine.session(slug, id))}\n`);
      }
      const headers = { 'Content-Type': 'application/x-ndjson' };
      const lineStream = Readable.toWeb(Readable.from(lines())) as ReadableStream;
      // The route's type takes whatever has json in its name for a single value.
      return new Response(lineStream, { headers }) as never;
    })
    .openapi(eraseRoute, async (c) =>
      c.json(await engine.beginErasure(c.req.valid('param').slug, c.req.valid('json')), 202),
    )
    .openapi(listRoute, async (c) =>
      c.json({ erasures: await engine.erasures(c.req.valid('param').slug) }, 200),
    );
}
